"""Generated calls: the same at every run."""

from collections.abc import Iterator

import numpy as np

from pydash_app.dashboard.endpoint_call import EndpointCallBatch

ENDPOINTS, VERSIONS, IPS, GROUPS, DAYS = 20, 5, 500, 50, 30
START = np.datetime64("2026-10-01T00:00:00", "us")
_DAY = 86_400_000_000
_SEED = 20_180_425


def batches(calls: int, size: int) -> Iterator[EndpointCallBatch]:
    """Return so many calls over 30 days, in order of time, in batches.

    Every field is independent of the others and evenly distributed, which is the hardest case for
    a cube: no combination of fields is missing.
    """
    generator = np.random.default_rng(_SEED)
    step = DAYS * _DAY / calls
    names = {
        "endpoint": _names("endpoint_{}", ENDPOINTS),
        "version": _names("1.{}", VERSIONS),
        "ip": np.array([f"10.0.{n // 250}.{n % 250 + 1}" for n in range(IPS)], dtype=object),
        "group_by": _names("user {}", GROUPS),
    }
    for first in range(0, calls, size):
        count = min(size, calls - first)
        times = (np.arange(first, first + count) + generator.random(count)) * step
        texts = {
            name: pool[generator.integers(len(pool), size=count)] for name, pool in names.items()
        }
        yield EndpointCallBatch.from_columns(
            execution_time=generator.lognormal(3, 1, count),
            time=START + times.astype(np.int64).astype("timedelta64[us]"),
            status_code=np.where(generator.random(count) < 0.01, 500, 200),
            **texts,
        )


def _names(pattern: str, count: int) -> np.ndarray:
    return np.array([pattern.format(number) for number in range(count)], dtype=object)
