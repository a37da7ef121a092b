"""The statistics that there are, by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, cast

import numpy as np

from pydash_app.dashboard import time_units
from pydash_app.dashboard.aggregator.sketch import Sketch, sketches
from pydash_app.dashboard.aggregator.statistic import (
    AccumulatedStatisticABC,
    DerivedStatisticABC,
    FieldCounts,
    FloatStatisticABC,
    Statistic,
    Values,
    natural_order,
    reduce_precision,
)
from pydash_app.dashboard.aggregator.table import Cells
from pydash_app.dashboard.endpoint_call import EndpointCall

__all__ = ["FloatStatisticABC", "Statistic", "reduce_precision"]


class _SumABC(AccumulatedStatisticABC):
    """A sum over the calls, which the cells hold as a measure."""

    def merge(self, value: float, other: float) -> float:
        return value + other

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        return cast("list[float]", cells.measures[cls.measures[0]].tolist())


class TotalVisits(_SumABC):
    """The number of calls."""

    name = "total_visits"
    initial = 0
    measures = ("visits",)

    def of_call(self, endpoint_call: EndpointCall) -> int:
        """Return 1."""
        return 1


class TotalExecutionTime(_SumABC, FloatStatisticABC):
    """The time that all calls took together (ms)."""

    name = "total_execution_time"
    initial = 0.0
    measures = ("total",)

    def of_call(self, endpoint_call: EndpointCall) -> float:
        """Return the execution time (ms)."""
        return endpoint_call.execution_time


class AverageExecutionTime(DerivedStatisticABC, FloatStatisticABC):
    """The mean time that a call took (ms)."""

    name = "average_execution_time"
    dependencies: ClassVar[list[type[Statistic]]] = [TotalVisits, TotalExecutionTime]
    measures = ("visits", "total")

    def derive(self, visits: int, total: float) -> float | None:
        """Divide the total by the number of calls."""
        return total / visits if visits else None

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the average of each cell (ms)."""
        return cast("list[float]", (cells.measures["total"] / cells.measures["visits"]).tolist())


class _TextCountsABC(AccumulatedStatisticABC):
    """How often each text of a field occurs."""

    initial: ClassVar[Mapping[str, int]] = {}

    def of_call(self, endpoint_call: EndpointCall) -> dict[str, int]:
        return {getattr(endpoint_call, cast("str", self.counted_field)): 1}

    def merge(self, value: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
        texts = dict.fromkeys([*value, *other])
        return {text: value.get(text, 0) + other.get(text, 0) for text in texts}

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        return counts.visits_per_text()


class VisitsPerIP(_TextCountsABC):
    """The number of calls from each IP address, the most frequent first."""

    name = "visits_per_ip"
    counted_field = "ip"

    @classmethod
    def presented(cls, value: Mapping[str, int]) -> dict[str, int]:
        """Return the visits by address, the most frequent first."""
        return dict(sorted(value.items(), key=lambda item: -item[1]))


class UniqueVisitorsAllTime(DerivedStatisticABC):
    """The number of different IP addresses."""

    name = "unique_visitors"
    initial = 0
    dependencies: ClassVar[list[type[Statistic]]] = [VisitsPerIP]
    counted_field = "ip"

    def derive(self, visits_per_ip: Mapping[str, int]) -> int:
        """Count the addresses."""
        return len(visits_per_ip)

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the number of addresses of each cell."""
        return counts.distinct()


class ExecutionTimeTDigest(AccumulatedStatisticABC):
    """The distribution of execution times, which the percentiles are read from."""

    name = "execution_time_tdigest"
    initial = Sketch()
    rendered = False
    measures = ("minimum", "maximum")
    needs_digests = True

    def of_call(self, endpoint_call: EndpointCall) -> Sketch:
        """Return the distribution of a single value."""
        return Sketch().plus(endpoint_call.execution_time)

    def merge(self, value: Sketch, other: Sketch) -> Sketch:
        """Return the distribution of both."""
        return value + other

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the distribution of each cell."""
        return sketches(
            cells.sketched(),
            cells.measures["minimum"].astype(np.float64),
            cells.measures["maximum"].astype(np.float64),
        )


class ExecutionTimePercentileABC(DerivedStatisticABC, FloatStatisticABC):
    """A percentile of the execution times (ms)."""

    percentile: ClassVar[float]
    dependencies: ClassVar[list[type[Statistic]]] = [ExecutionTimeTDigest]
    measures = ("minimum", "maximum")
    needs_digests = True

    @classmethod
    def percentile_nr(cls) -> float:
        """Return which percentile it is, 0 to 100."""
        return cls.percentile

    def derive(self, sketch: Sketch) -> float | None:
        """Read the percentile from the distribution."""
        return sketch.percentile(self.percentile_nr())

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the percentile of each cell (ms)."""
        values = cells.sketched().percentiles(
            cls.percentile_nr() / 100,
            cells.measures["minimum"].astype(np.float64),
            cells.measures["maximum"].astype(np.float64),
        )
        return cast("list[float]", values.tolist())


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


class SlowestExecutionTime(ExecutionTimePercentileABC):
    """The longest execution time (ms)."""

    name = "slowest_measured_execution_time"
    percentile = 100


class Versions(_TextCountsABC):
    """The versions of the app that served calls, in their natural order."""

    name = "versions"
    counted_field = "version"

    @classmethod
    def presented(cls, value: Mapping[str, int]) -> list[str]:
        """Return the versions in their natural order."""
        return sorted(value, key=natural_order)


class _StatusCounts(AccumulatedStatisticABC):
    """The number of server errors, and of calls whose status is known."""

    name = "status_counts"
    initial = (0, 0)
    rendered = False
    measures = ("errors", "known")

    def of_call(self, endpoint_call: EndpointCall) -> tuple[int, int]:
        status = endpoint_call.status_code or 0
        return int(status >= 500), int(status > 0)

    def merge(self, value: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
        return value[0] + other[0], value[1] + other[1]

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        columns = (cells.measures[name].tolist() for name in cls.measures)
        return list(zip(*columns, strict=True))


class ErrorRate(DerivedStatisticABC, FloatStatisticABC):
    """The share of calls that the server failed to serve (status 500 and above), 0 to 1.

    Only calls whose status is known count; without any it is None.
    """

    name = "error_rate"
    rendered = False
    dependencies: ClassVar[list[type[Statistic]]] = [_StatusCounts]
    measures = ("errors", "known")

    def derive(self, counts: tuple[int, int]) -> float | None:
        """Divide the errors by the calls with a known status."""
        return counts[0] / counts[1] if counts[1] else None

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        """Return the error rate of each cell."""
        pairs = zip(*(cells.measures[name].tolist() for name in cls.measures), strict=True)
        return [errors / known if known else None for errors, known in pairs]


class _ExtremeTimeABC(AccumulatedStatisticABC):
    """The time of the first or of the last call."""

    rendered = False

    def of_call(self, endpoint_call: EndpointCall) -> datetime:
        return time_units.as_utc(endpoint_call.time)

    @classmethod
    def of_cells(cls, cells: Cells, counts: FieldCounts) -> Values:
        times = cells.measures[cls.measures[0]]
        return [time_units.to_datetime(time) for time in times.tolist()]


class FirstCall(_ExtremeTimeABC):
    """The time of the earliest call (UTC)."""

    name = "first_call"
    measures = ("first",)

    def merge(self, value: datetime | None, other: datetime | None) -> datetime | None:
        """Return the earlier one."""
        return min((time for time in (value, other) if time), default=None)


class LastCall(_ExtremeTimeABC):
    """The time of the latest call (UTC)."""

    name = "last_call"
    measures = ("last",)

    def merge(self, value: datetime | None, other: datetime | None) -> datetime | None:
        """Return the later one."""
        return max((time for time in (value, other) if time), default=None)
