"""Query times with ten million calls, and how they grow; see `bench_queries`."""

from bench.bench_queries import COARSE, hot_times, measure
from bench.cube_database import Row, row


def run() -> list[Row]:
    """Run the benchmark; takes about five minutes."""
    small = hot_times(1_000_000)
    rows, large = measure(10_000_000)
    group = "Hot, ten million requests compared with a million"
    return rows + [
        row(name, large[name], "ms", small[name], group=group, against="1 M", target=0.5)
        for name in COARSE
    ]
