"""The base classes of the documented statistics.

Calls are appended to a statistic, and two statistics can be added. The cube
computes the same statistics for thousands of cells at once, see `pydash_cube.statistics`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from persistent import Persistent

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube.statistics import STATISTICS, CellStatistic

Dependencies = Mapping[type["Statistic"], "Statistic"]


def reduce_precision(value: float, nr_of_digits: int) -> float:
    """Round to a number of significant digits, but keep all digits before the decimal point.

    >>> reduce_precision(2/3, 3)
    0.67
    >>> reduce_precision(1234.5678, 3)
    1235
    """
    decimals = nr_of_digits - len(str(abs(int(value))))
    return round(value, decimals) if decimals > 0 else round(value)


class Statistic(Persistent, ABC):
    """A statistic of some calls.

    :cvar name: its name.
    :cvar initial: the value without calls.
    :cvar rendered: whether `Aggregator.as_dict` includes it.
    :cvar dependencies: the statistics from which it is computed, which its methods receive.
    """

    name: ClassVar[str]
    initial: ClassVar[Any] = None
    rendered: ClassVar[bool] = True
    dependencies: ClassVar[list[type["Statistic"]]] = []

    def __init__(self, value: Any = None) -> None:
        self.value = self.empty() if value is None else value

    @classmethod
    def field_name(cls) -> str:
        """Return the name of the statistic in queries and results."""
        return cls.name

    @property
    def should_be_rendered(self) -> bool:
        """Whether `Aggregator.as_dict` includes it."""
        return self.rendered

    def empty(self) -> Any:
        """Return the value without calls."""
        return self.initial

    def append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Add a call that has already been added to the dependencies."""
        self.perform_append(endpoint_call, dependencies)

    @abstractmethod
    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Add a call; called by `append`."""

    @abstractmethod
    def add_together(
        self,
        other: "Statistic",
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> "Statistic":
        """Return a new statistic of the calls of both."""

    def rendered_value(self) -> Any:
        """Return the value as displayed."""
        return self.value

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        """Return how the cube computes this statistic for many cells."""
        return STATISTICS[cls.name]


class FloatStatisticABC(Statistic):
    """A numeric statistic, rendered with `nr_of_digits` digits."""

    nr_of_digits = 3

    def rendered_value(self) -> float | None:
        """Return the rounded value; None without calls."""
        return None if self.value is None else reduce_precision(self.value, self.nr_of_digits)


class AccumulatedStatisticABC(Statistic):
    """A statistic that merges one value per call."""

    @abstractmethod
    def of_call(self, endpoint_call: EndpointCall) -> Any:
        """Return the value of a single call."""

    @abstractmethod
    def merge(self, value: Any, other: Any) -> Any:
        """Return the value of the calls of both."""

    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Merge the value of a call into this one."""
        self.value = self.merge(self.value, self.of_call(endpoint_call))

    def add_together(
        self,
        other: Statistic,
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> Statistic:
        """Return a new statistic of the calls of both."""
        return type(self)(self.merge(self.value, other.value))


class DerivedStatisticABC(Statistic):
    """A statistic that is computed from its dependencies."""

    @abstractmethod
    def derive(self, *values: Any) -> Any:
        """Compute the value from the values of the dependencies, in their order."""

    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Compute the value from the dependencies."""
        self.value = self.derive(*(dependencies[kind].value for kind in self.dependencies))

    def add_together(
        self,
        other: Statistic,
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> Statistic:
        """Return a new statistic, computed from the sums of the dependencies."""
        merged = (
            dependencies_self[kind]
            .add_together(dependencies_other[kind], dependencies_self, dependencies_other)
            .value
            for kind in self.dependencies
        )
        return type(self)(self.derive(*merged))
