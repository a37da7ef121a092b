"""What a statistic is, and the kinds that there are.

A statistic lives in two places. The cube answers a question for thousands of cells at once, through
`Statistic.of_cells`. An `Aggregator` holds one cell, as instances that calls can be appended to
and that can be added together.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from persistent import Persistent

from pydash_app.dashboard.aggregator.table import Cells, Ints
from pydash_app.dashboard.endpoint_call import EndpointCall

Dependencies = Mapping[type["Statistic"], "Statistic"]
Values = Sequence[Any]


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


@lru_cache(maxsize=10_000)
def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts version 1.9 before 1.10.

    >>> sorted(["1.10", "1.9", "beta"], key=natural_order)
    ['1.9', '1.10', 'beta']
    """
    return tuple(
        # Of two numbers the longer is the larger; texts from outside may be too long for an int.
        (0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdigit() else (1, 0, piece)
        for piece in re.findall(r"[0-9]+|[^0-9]+", text)
    )


@dataclass(frozen=True)
class FieldCounts:
    """For each of a number of cells, which texts of a field occur and how often.

    :ivar cells: number of the cell, per cell and text, ascending.
    :ivar codes: code of the text.
    :ivar visits: number of calls.
    :ivar size: number of cells.
    :ivar decode: returns the texts of codes.
    """

    cells: Ints
    codes: Ints
    visits: Ints
    size: int
    decode: Callable[[Ints], list[str]]

    def distinct(self) -> list[int]:
        """Return how many different texts each cell has."""
        numbers: list[int] = np.bincount(self.cells, minlength=self.size).tolist()
        return numbers

    def visits_per_text(self) -> list[dict[str, int]]:
        """Return the number of calls per text for each cell, most calls first."""
        order = np.lexsort((-self.visits, self.cells))
        texts, visits = self.decode(self.codes[order]), self.visits[order].tolist()
        result: list[dict[str, int]] = [{} for _ in range(self.size)]
        for cell, text, count in zip(self.cells[order].tolist(), texts, visits, strict=True):
            result[cell][text] = count
        return result


class Statistic(Persistent, ABC):
    """One statistic of one cell.

    :cvar name: what the statistic is called in questions and answers.
    :cvar initial: the value for no calls.
    :cvar rendered: whether `Aggregator.as_dict` has it.
    :cvar dependencies: statistics that it is computed from; they are handed to its methods.
    :cvar measures: columns of the cells that `of_cells` reads.
    :cvar needs_digests: whether `of_cells` reads the digests.
    :cvar counted_field: the field whose texts `of_cells` needs counted.
    """

    name: ClassVar[str]
    initial: ClassVar[Any] = None
    rendered: ClassVar[bool] = True
    dependencies: ClassVar[list[type["Statistic"]]] = []
    measures: ClassVar[tuple[str, ...]] = ()
    needs_digests: ClassVar[bool] = False
    counted_field: ClassVar[str | None] = None

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

    @classmethod
    def presented(cls, value: Any) -> Any:
        """Return a value in the form that answers have it, without rounding."""
        return value

    def rendered_value(self) -> Any:
        """Return the value as it is shown."""
        return self.presented(self.value)

    @classmethod
    @abstractmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the statistic of many cells, all of which have calls.

        :param counts: the texts of `counted_field`; empty if there is none.
        """


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
