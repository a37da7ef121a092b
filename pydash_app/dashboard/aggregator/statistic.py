"""What a statistic of one `Aggregator` is, and the kinds that there are.

The cube computes the same statistics for thousands of cells at once, see `pydash_cube.statistics`;
here a statistic is an object to which calls are appended, and that can be added to another.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from persistent import Persistent

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube.statistics import STATISTICS, CellStatistic

Dependencies = Mapping[type["Statistic"], "Statistic"]


def reduce_precision(value: float, nr_of_digits: int) -> float:
    """Round to a number of digits, those before the decimal point included.

    Digits before the point are never lost.

    >>> reduce_precision(2/3, 3)
    0.67
    >>> reduce_precision(1234.5678, 3)
    1235
    """
    decimals = nr_of_digits - len(str(abs(int(value))))
    return round(value, decimals) if decimals > 0 else round(value)


class Statistic(Persistent, ABC):
    """One statistic of one cell.

    :cvar name: its name.
    :cvar initial: the value without calls.
    :cvar rendered: whether `Aggregator.as_dict` includes it.
    :cvar dependencies: the statistics that it is computed from; they are passed to its methods.
    """

    name: ClassVar[str]
    initial: ClassVar[Any] = None
    rendered: ClassVar[bool] = True
    dependencies: ClassVar[list[type["Statistic"]]] = []

    def __init__(self, value: Any = None) -> None:
        self.value = self.empty() if value is None else value

    @classmethod
    def field_name(cls) -> str:
        """Return the name that the statistic has in questions and answers."""
        return cls.name

    @property
    def should_be_rendered(self) -> bool:
        """Whether `Aggregator.as_dict` has it."""
        return self.rendered

    def empty(self) -> Any:
        """Return the value for no calls."""
        return self.initial

    def append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Count one more call; the dependencies have counted it before."""
        self.perform_append(endpoint_call, dependencies)

    @abstractmethod
    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Do what `append` promises."""

    @abstractmethod
    def add_together(
        self,
        other: "Statistic",
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> "Statistic":
        """Return a new statistic, of the calls of both."""

    def rendered_value(self) -> Any:
        """Return the value as it is shown."""
        return self.value

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        """Return how the cube computes the value of many cells."""
        return STATISTICS[cls.name]


class FloatStatisticABC(Statistic):
    """A statistic that is one number, shown with a few digits."""

    nr_of_digits = 3

    def rendered_value(self) -> float | None:
        """Return the value with `nr_of_digits` digits; None stays None."""
        return None if self.value is None else reduce_precision(self.value, self.nr_of_digits)


class AccumulatedStatisticABC(Statistic):
    """A statistic whose value is put together from one value per call."""

    @abstractmethod
    def of_call(self, endpoint_call: EndpointCall) -> Any:
        """Return the value for one call alone."""

    @abstractmethod
    def merge(self, value: Any, other: Any) -> Any:
        """Return the value for the calls of both values."""

    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Merge the value of one call into this one."""
        self.value = self.merge(self.value, self.of_call(endpoint_call))

    def add_together(
        self,
        other: Statistic,
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> Statistic:
        """Return a new statistic, of the calls of both."""
        return type(self)(self.merge(self.value, other.value))


class DerivedStatisticABC(Statistic):
    """A statistic that is computed from its dependencies."""

    @abstractmethod
    def derive(self, *values: Any) -> Any:
        """Compute the value from the values of the dependencies, in their order."""

    def perform_append(self, endpoint_call: EndpointCall, dependencies: Dependencies) -> None:
        """Compute the value anew."""
        self.value = self.derive(*(dependencies[kind].value for kind in self.dependencies))

    def add_together(
        self,
        other: Statistic,
        dependencies_self: Dependencies,
        dependencies_other: Dependencies,
    ) -> Statistic:
        """Return a new statistic, computed from the dependencies added together."""
        merged = (
            dependencies_self[kind]
            .add_together(dependencies_other[kind], dependencies_self, dependencies_other)
            .value
            for kind in self.dependencies
        )
        return type(self)(self.derive(*merged))
