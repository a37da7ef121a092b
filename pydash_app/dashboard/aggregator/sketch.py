"""The distribution of the execution times of one `Aggregator`."""

from dataclasses import dataclass

import numpy as np

from pydash_cube.digest import Digests, Floats, Ints


@dataclass(frozen=True)
class Sketch:
    """An immutable t-digest with exact extremes, from which any percentile can be read.

    :ivar means: the means of the centroids (ms), ascending.
    :ivar weights: the weights of the centroids.
    :ivar minimum: smallest execution time (ms); None without calls.
    :ivar maximum: largest execution time (ms); None without calls.
    """

    means: tuple[float, ...] = ()
    weights: tuple[int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def of(cls, means: Floats, weights: Ints, minimum: float, maximum: float) -> "Sketch":
        """Return the sketch of one or more centroids, in any order."""
        cells = np.zeros(len(means), dtype=np.int64)
        digest = Digests.merge(cells, means, weights, 1).compressed()
        centroids = tuple(digest.means.tolist()), tuple(digest.calls.tolist())
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

        It is interpolated between the mean ranks of distinct values, as in the documented
        examples.

        :param number: 0 to 100.

        >>> f"{(Sketch().plus(.1) + Sketch((.2,), (3,), .2, .2)).plus(.5).percentile(25):.4f}"
        '0.1375'
        """
        if self.minimum is None or self.maximum is None:
            return None
        ends = np.cumsum(self.weights)
        middles = ends - np.array(self.weights) / 2
        ranks = np.concatenate([[0], middles, ends[-1:]])
        values = [self.minimum, *self.means, self.maximum]
        return float(np.interp(number / 100 * ends[-1], ranks, values))


def sketches(digests: Digests, minimum: Floats, maximum: Floats) -> list[Sketch]:
    """Return the sketches of many cells."""
    bounds = np.cumsum(digests.counts)[:-1]
    return [
        Sketch.of(*cell)
        for cell in zip(
            np.split(digests.means, bounds),
            np.split(digests.calls, bounds),
            minimum.tolist(),
            maximum.tolist(),
            strict=True,
        )
    ]
