"""The distribution of the execution times of one `Aggregator`."""

from dataclasses import dataclass

import numpy as np

from pydash_cube.digest import Digests, Floats, Ints


@dataclass(frozen=True)
class Sketch:
    """An immutable t-digest with exact extremes, from which any percentile can be read.

    :ivar means: of the centroids (ms), ascending.
    :ivar weights: of the centroids.
    :ivar minimum: smallest execution time (ms); None without calls.
    :ivar maximum: largest execution time (ms); None without calls.
    """

    means: tuple[float, ...] = ()
    weights: tuple[int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def of(cls, means: Floats, weights: Ints, minimum: float, maximum: float) -> "Sketch":
        """Return the sketch of centroids in any order, at least one."""
        cells = np.zeros(len(means), dtype=np.int64)
        digest = Digests.merge(cells, means, weights, 1).compressed()
        centroids = tuple(digest.means.tolist()), tuple(digest.weights.tolist())
        return cls(*centroids, float(minimum), float(maximum))

    def __add__(self, other: "Sketch") -> "Sketch":
        if self.minimum is None or self.maximum is None:
            return other
        if other.minimum is None or other.maximum is None:
            return self
        return Sketch.of(
            np.array(self.means + other.means),
            np.array(self.weights + other.weights),
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )

    def plus(self, execution_time: float) -> "Sketch":
        """Return a sketch that also contains an execution time (ms)."""
        value = float(execution_time)
        return self + Sketch((value,), (1,), value, value)

    def percentile(self, number: float) -> float | None:
        """Return a percentile (ms); None without calls.

        :param number: 0 to 100.

        >>> Sketch().plus(1.0).plus(5.0).percentile(50)
        3.0
        """
        if self.minimum is None or self.maximum is None:
            return None
        digest = Digests(np.array([len(self.means)]), np.array(self.means), np.array(self.weights))
        extremes = np.array([self.minimum]), np.array([self.maximum])
        return float(digest.percentiles(number / 100, *extremes)[0])


def sketches(digests: Digests, minimum: Floats, maximum: Floats) -> list[Sketch]:
    """Return the sketches of many cells."""
    bounds = np.cumsum(digests.counts)[:-1]
    return [
        Sketch.of(*cell)
        for cell in zip(
            np.split(digests.means, bounds),
            np.split(digests.weights, bounds),
            minimum.tolist(),
            maximum.tolist(),
            strict=True,
        )
    ]
