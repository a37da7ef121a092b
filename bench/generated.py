"""Generated calls, the same in every run."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pydash_cube.call_batch import CallBatch

ENDPOINTS, VERSIONS, IPS, GROUPS, DAYS = 20, 5, 500, 50, 30
START = np.datetime64("2026-10-01T00:00:00", "us")
_DAY = 86_400_000_000
_SEED = 20_180_425

Texts = NDArray[np.object_]
ENDPOINT_NAMES: Texts = np.array([f"endpoint_{n}" for n in range(ENDPOINTS)], dtype=object)
VERSION_NAMES: Texts = np.array([f"1.{n}" for n in range(VERSIONS)], dtype=object)
IP_NAMES: Texts = np.array([f"10.0.{n // 250}.{n % 250 + 1}" for n in range(IPS)], dtype=object)
GROUP_NAMES: Texts = np.array([f"user {n}" for n in range(GROUPS)], dtype=object)


@dataclass(frozen=True)
class Calls:
    """Columns of calls, with numbers instead of texts."""

    endpoint: NDArray[np.int64]
    version: NDArray[np.int64]
    ip: NDArray[np.int64]
    group_by: NDArray[np.int64]
    execution_time: NDArray[np.float64]
    time: NDArray[np.datetime64]
    status_code: NDArray[np.int64]

    def batch(self) -> CallBatch:
        """Return the calls as a batch for the cube."""
        return CallBatch.from_columns(
            endpoint=ENDPOINT_NAMES[self.endpoint],
            version=VERSION_NAMES[self.version],
            ip=IP_NAMES[self.ip],
            group_by=GROUP_NAMES[self.group_by],
            execution_time=self.execution_time,
            time=self.time,
            status_code=self.status_code,
        )


def generate(calls: int, size: int) -> Iterator[Calls]:
    """Generate calls over 30 days, ordered by time.

    Every field is independent of the others and evenly distributed. This is the worst case for a
    cube, because every combination of values occurs.

    :param calls: number of calls in total.
    :param size: number of calls in each item.
    """
    generator = np.random.default_rng(_SEED)
    step = DAYS * _DAY / calls
    for first in range(0, calls, size):
        count = min(size, calls - first)
        times = (np.arange(first, first + count) + generator.random(count)) * step
        yield Calls(
            endpoint=generator.integers(ENDPOINTS, size=count),
            version=generator.integers(VERSIONS, size=count),
            ip=generator.integers(IPS, size=count),
            group_by=generator.integers(GROUPS, size=count),
            execution_time=generator.lognormal(3, 1, count),
            time=START + times.astype(np.int64).astype("timedelta64[us]"),
            status_code=np.where(generator.random(count) < 0.01, 500, 200),
        )


def batches(calls: int, size: int) -> Iterator[CallBatch]:
    """Generate the same calls as batches for the cube."""
    return (page.batch() for page in generate(calls, size))
