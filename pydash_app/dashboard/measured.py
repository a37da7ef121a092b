"""Query methods shared by dashboards and endpoints."""

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Sequence

from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.query import Query, QueryResult
from pydash_cube.result import compute
from pydash_cube.selection import Selection
from pydash_cube.vocabulary import StatisticName


class Measured:
    """An object whose calls are all calls in a cube, or those of one endpoint."""

    @abstractmethod
    def scoped(self, query: Query) -> tuple[Cube, Query]:
        """Return the cube, and the query including the filters that always apply.

        :raises QueryError: the query contains such a filter.
        """

    def query(self, statistics: Sequence[StatisticName], query: Query) -> QueryResult:
        """Compute several statistics in one pass over the calls.

        :raises QueryError: a parameter is invalid.
        """
        cube, query = self.scoped(query)
        return compute(cube, statistics, query)

    def result_key(self, computed: Hashable, query: Query) -> Hashable:
        """Return all that something computed from the calls depends on.

        :param computed: what is computed; all statistics of a query in their order, for instance.
        :param query: of which calls.
        :returns: None if the calls changed in this transaction.
        :raises QueryError: a parameter is invalid.
        """
        cube, query = self.scoped(query)
        version = cube.version
        return version and (version, computed, Selection(cube, query).key)

    def calls(self, query: Query) -> Iterator[CallBatch]:
        """Return the raw calls in chronological order, except those dropped by retention."""
        return Selection(*self.scoped(query)).calls()

    def histogram(self, query: Query, bins: int = 30) -> tuple[list[float], list[int]]:
        """Return the distribution of execution times.

        :param bins: number of bins, at least 1, of equal width on a logarithmic scale.
        :returns: the edges of the bins (ms, ascending, one more than bins) and the number of calls
            in each; both empty without calls.
        """
        return Selection(*self.scoped(query)).histogram(bins)
