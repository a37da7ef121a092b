"""The documented aggregates of calls, on top of `pydash_cube`.

`AggregatorGroup` has all calls of a dashboard; an `Aggregator` has the statistics of some of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from persistent import Persistent

from pydash_app.dashboard.aggregator import statistics
from pydash_app.dashboard.aggregator.statistics import Statistic
from pydash_app.dashboard.endpoint_call import EndpointCall

_CONTAINED: tuple[type[Statistic], ...] = (
    statistics.TotalVisits,
    statistics.TotalExecutionTime,
    statistics.AverageExecutionTime,
    statistics.VisitsPerIP,
    statistics.UniqueVisitorsAllTime,
    statistics.FastestExecutionTime,
    statistics.FastestQuartileExecutionTime,
    statistics.MedianExecutionTime,
    statistics.SlowestQuartileExecutionTime,
    statistics.NinetiethPercentileExecutionTime,
    statistics.NinetyFifthPercentileExecutionTime,
    statistics.NinetyNinthPercentileExecutionTime,
    statistics.NinetyNinePointNinthPercentileExecutionTime,
    statistics.SlowestExecutionTime,
    statistics.Versions,
    statistics.ErrorRate,
    statistics.FirstCall,
    statistics.LastCall,
)


def _with_dependencies(kinds: Iterable[type[Statistic]]) -> tuple[type[Statistic], ...]:
    """Return the statistics and those they depend on, dependencies first."""
    ordered: dict[type[Statistic], None] = {}
    for kind in kinds:
        ordered.update(dict.fromkeys((*_with_dependencies(kind.dependencies), kind)))
    return tuple(ordered)


class Aggregator(Persistent):
    """The statistics of some calls.

    >>> from datetime import datetime
    >>> call = EndpointCall("foo", 0.5, datetime(2018, 4, 25), "0.1", "None", "127.0.0.1")
    >>> two = Aggregator([call]) + Aggregator([call])
    >>> two.as_dict()["total_execution_time"], two.statistic("versions")
    (1.0, ['0.1'])
    """

    contained_statistics_classes = _CONTAINED
    statistics_classes_with_dependencies = _with_dependencies(_CONTAINED)

    def __init__(self, endpoint_calls: Iterable[EndpointCall] = ()) -> None:
        self._statistics = {kind: kind() for kind in self.statistics_classes_with_dependencies}
        for endpoint_call in endpoint_calls:
            self.add_endpoint_call(endpoint_call)

    @classmethod
    def from_values(cls, values: Mapping[type[Statistic], Any]) -> "Aggregator":
        """Return an aggregator with a value for each of `statistics_classes_with_dependencies`."""
        aggregator = cls()
        aggregator._statistics = {kind: kind(value) for kind, value in values.items()}
        return aggregator

    def add_endpoint_call(self, endpoint_call: EndpointCall) -> None:
        """Add a call to every statistic."""
        for statistic in self._statistics.values():
            statistic.append(endpoint_call, self._statistics)
        self._p_changed = True

    def as_dict(self) -> dict[str, Any]:
        """Return the rendered values, by name, of the statistics that should be rendered."""
        return {
            kind.field_name(): self._statistics[kind].rendered_value()
            for kind in self.contained_statistics_classes
            if self._statistics[kind].should_be_rendered
        }

    def statistic(self, name: str) -> Any:
        """Return the rendered value of one statistic.

        :raises ValueError: the statistic is unknown.
        """
        return self._statistics[statistic_class(name)].rendered_value()

    def __add__(self, other: object) -> "Aggregator":
        if not isinstance(other, Aggregator):
            return NotImplemented
        mine, others = self._statistics, other._statistics
        summed = Aggregator()
        summed._statistics = {
            kind: statistic.add_together(others[kind], mine, others)
            for kind, statistic in mine.items()
        }
        return summed

    def __radd__(self, other: object) -> "Aggregator":
        # sum() starts from 0.
        return self if other == 0 else NotImplemented


_BY_NAME = {kind.field_name(): kind for kind in _CONTAINED}


def statistic_class(name: str) -> type[Statistic]:
    """Return the class of a statistic.

    :param name: its `field_name`.
    :raises ValueError: the statistic is unknown. The message lists the known ones.
    """
    if name not in _BY_NAME:
        raise ValueError(f"statistic: {name!r} is not one of {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
