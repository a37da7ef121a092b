"""The documented statistics."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import numpy as np

from pydash_app.dashboard.aggregator.sketch import Sketch, sketches
from pydash_app.dashboard.aggregator.statistic import (
    AccumulatedStatisticABC,
    DerivedStatisticABC,
    FloatStatisticABC,
    Statistic,
    reduce_precision,
)
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube import time_units
from pydash_cube.statistics import CellStatistic, FieldCounts, natural_order
from pydash_cube.table import Cells
from pydash_cube.vocabulary import CallField

__all__ = ["FloatStatisticABC", "Statistic", "reduce_precision"]


class _SumABC(AccumulatedStatisticABC):
    """A sum over calls."""

    def merge(self, value: float, other: float) -> float:
        return value + other


class TotalVisits(_SumABC):
    """The number of calls."""

    name = "total_visits"
    initial = 0

    def of_call(self, endpoint_call: EndpointCall) -> int:
        """Return 1."""
        return 1


class TotalExecutionTime(_SumABC, FloatStatisticABC):
    """The sum of all execution times (ms)."""

    name = "total_execution_time"
    initial = 0.0

    def of_call(self, endpoint_call: EndpointCall) -> float:
        """Return the execution time (ms)."""
        return endpoint_call.execution_time


class AverageExecutionTime(DerivedStatisticABC, FloatStatisticABC):
    """The mean execution time (ms); None without calls."""

    name = "average_execution_time"
    dependencies: ClassVar[list[type[Statistic]]] = [TotalVisits, TotalExecutionTime]

    def derive(self, visits: int, total: float) -> float | None:
        """Divide the total by the number of calls."""
        return total / visits if visits else None


class _TextCountsABC(AccumulatedStatisticABC):
    """The number of calls by value of a field."""

    initial: ClassVar[Mapping[str, int]] = {}
    counted_field: ClassVar[CallField]

    def of_call(self, endpoint_call: EndpointCall) -> dict[str, int]:
        return {getattr(endpoint_call, self.counted_field): 1}

    def merge(self, value: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
        texts = dict.fromkeys([*value, *other])
        return {text: value.get(text, 0) + other.get(text, 0) for text in texts}

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        return CellStatistic(
            cls.name,
            lambda _, counts: counts.visits_per_text(),
            cls.initial,
            counted_field=cls.counted_field,
        )


class VisitsPerIP(_TextCountsABC):
    """The number of calls from each IP address, the most frequent first."""

    name = "visits_per_ip"
    counted_field = CallField.IP

    def rendered_value(self) -> dict[str, int]:
        """Return the number of calls by address, the most frequent first."""
        return dict(sorted(self.value.items(), key=lambda item: -item[1]))


class UniqueVisitorsAllTime(DerivedStatisticABC):
    """The number of different IP addresses."""

    name = "unique_visitors"
    initial = 0
    dependencies: ClassVar[list[type[Statistic]]] = [VisitsPerIP]

    def derive(self, visits_per_ip: Mapping[str, int]) -> int:
        """Count the addresses."""
        return len(visits_per_ip)


class ExecutionTimeTDigest(AccumulatedStatisticABC):
    """The distribution of execution times, from which percentiles are read."""

    name = "execution_time_tdigest"
    initial = Sketch()
    rendered = False

    def of_call(self, endpoint_call: EndpointCall) -> Sketch:
        """Return the distribution of a single value."""
        return Sketch().plus(endpoint_call.execution_time)

    def merge(self, value: Sketch, other: Sketch) -> Sketch:
        """Return the merged distribution."""
        return value + other

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        """Return how the cube computes the distributions of many cells."""

        def of_cells(cells: Cells, _: FieldCounts) -> list[Sketch]:
            extremes = (cells.measures[name].astype(np.float64) for name in ("minimum", "maximum"))
            return sketches(cells.sketched(), *extremes)

        measures = ("minimum", "maximum")
        return CellStatistic(cls.name, of_cells, cls.initial, measures, needs_digests=True)


class ExecutionTimePercentileABC(DerivedStatisticABC, FloatStatisticABC):
    """A percentile of the execution times (ms), read from a `Sketch`; None without calls."""

    percentile: ClassVar[float]
    dependencies: ClassVar[list[type[Statistic]]] = [ExecutionTimeTDigest]

    @classmethod
    def percentile_nr(cls) -> float:
        """Return the number of the percentile, 0 to 100."""
        return cls.percentile

    def derive(self, sketch: Sketch) -> float | None:
        """Read the percentile from the distribution."""
        return sketch.percentile(self.percentile_nr())

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        """Return how the cube computes it: by the documented definition, unlike the cube's own."""
        sketched = ExecutionTimeTDigest.cell_statistic()

        def of_cells(cells: Cells, counts: FieldCounts) -> list[float | None]:
            sketches = sketched.of_cells(cells, counts)
            return [sketch.percentile(cls.percentile_nr()) for sketch in sketches]

        return replace(sketched, name=cls.name, of_cells=of_cells, empty=None)


class FastestExecutionTime(ExecutionTimePercentileABC):
    """The shortest execution time (ms)."""

    name = "fastest_measured_execution_time"
    percentile = 0


class FastestQuartileExecutionTime(ExecutionTimePercentileABC):
    """The first quartile: a quarter of the calls were faster (ms)."""

    name = "fastest_quartile_execution_time"
    percentile = 25


class MedianExecutionTime(ExecutionTimePercentileABC):
    """The median: half of the calls were faster (ms)."""

    name = "median_execution_time"
    percentile = 50


class SlowestQuartileExecutionTime(ExecutionTimePercentileABC):
    """The third quartile: a quarter of the calls were slower (ms)."""

    name = "slowest_quartile_execution_time"
    percentile = 75


class NinetiethPercentileExecutionTime(ExecutionTimePercentileABC):
    """One call in ten was slower (ms)."""

    name = "ninetieth_percentile_execution_time"
    percentile = 90


class NinetyFifthPercentileExecutionTime(ExecutionTimePercentileABC):
    """One call in twenty was slower (ms)."""

    name = "ninety-fifth_percentile_execution_time"
    percentile = 95
    rendered = False


class NinetyNinthPercentileExecutionTime(ExecutionTimePercentileABC):
    """One call in a hundred was slower (ms)."""

    name = "ninety-ninth_percentile_execution_time"
    percentile = 99


class NinetyNinePointNinthPercentileExecutionTime(ExecutionTimePercentileABC):
    """One call in a thousand was slower (ms)."""

    name = "ninety-nine-point-ninth_percentile_execution_time"
    percentile = 99.9
    rendered = False


class SlowestExecutionTime(ExecutionTimePercentileABC):
    """The longest execution time (ms)."""

    name = "slowest_measured_execution_time"
    percentile = 100


class Versions(_TextCountsABC):
    """The versions of the app that served the calls."""

    name = "versions"
    counted_field = CallField.VERSION

    def rendered_value(self) -> list[str]:
        """Return the versions in natural order."""
        return sorted(self.value, key=natural_order)


class _StatusCounts(AccumulatedStatisticABC):
    """The number of server errors, and the number of calls whose status is known."""

    name = "status_counts"
    initial = (0, 0)
    rendered = False

    def of_call(self, endpoint_call: EndpointCall) -> tuple[int, int]:
        status = endpoint_call.status_code or 0
        return int(status >= 500), int(status > 0)

    def merge(self, value: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
        return value[0] + other[0], value[1] + other[1]

    @classmethod
    def cell_statistic(cls) -> CellStatistic:
        def of_cells(cells: Cells, _: FieldCounts) -> list[tuple[int, int]]:
            columns = (cells.measures[name].tolist() for name in ("errors", "known"))
            return list(zip(*columns, strict=True))

        return CellStatistic(cls.name, of_cells, cls.initial, ("errors", "known"))


class ErrorRate(DerivedStatisticABC, FloatStatisticABC):
    """The share of server errors (status 500 and above) among calls with a known status, 0 to 1.

    None without such calls.
    """

    name = "error_rate"
    rendered = False
    dependencies: ClassVar[list[type[Statistic]]] = [_StatusCounts]

    def derive(self, counts: tuple[int, int]) -> float | None:
        """Divide the errors by the calls with a known status."""
        return counts[0] / counts[1] if counts[1] else None


class _ExtremeTimeABC(AccumulatedStatisticABC):
    """The time of the first or the last call."""

    rendered = False

    def of_call(self, endpoint_call: EndpointCall) -> datetime:
        return time_units.as_utc(endpoint_call.time)


class FirstCall(_ExtremeTimeABC):
    """The time of the earliest call (UTC)."""

    name = "first_call"

    def merge(self, value: datetime | None, other: datetime | None) -> datetime | None:
        """Return the earlier one."""
        return min((time for time in (value, other) if time), default=None)


class LastCall(_ExtremeTimeABC):
    """The time of the latest call (UTC)."""

    name = "last_call"

    def merge(self, value: datetime | None, other: datetime | None) -> datetime | None:
        """Return the later one."""
        return max((time for time in (value, other) if time), default=None)
