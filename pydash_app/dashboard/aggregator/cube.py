"""The cube of one dashboard: every call it was given, ready to be asked about."""

from collections.abc import Iterator

import numpy as np
from persistent import Persistent

from pydash_app.dashboard.aggregator.chunk import Block, write_blocks
from pydash_app.dashboard.aggregator.dictionary import Dictionary
from pydash_app.dashboard.aggregator.table import Array, CallTable, Table
from pydash_app.dashboard.endpoint_call import EndpointCallBatch

CODED_FIELDS = ("endpoint", "version", "ip", "group_by")


class Cube(Persistent):
    """All calls of one dashboard.

    :ivar rows: number of calls.
    :ivar first: time of the earliest call, microseconds; None without calls.
    :ivar last: time of the latest call.
    :ivar dictionaries: the codes of texts, by field.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.first: int | None = None
        self.last: int | None = None
        self.dictionaries = {field: Dictionary() for field in CODED_FIELDS}
        self._recent: tuple[Block, ...] = ()

    def add(self, batch: EndpointCallBatch) -> None:
        """Add calls."""
        if not len(batch):
            return
        columns = self._coded(batch)
        times = columns["time"].astype(np.int64)
        self.rows += len(batch)
        self.first = min(int(times.min()), self.first if self.first is not None else 2**63)
        self.last = max(int(times.max()), self.last if self.last is not None else -(2**63))
        self._recent = (*self._recent, *write_blocks(len(batch), columns))

    def tables(self, start: int | None, end: int | None) -> Iterator[tuple[Table, Block]]:
        """Return the tables that together hold the calls of a range."""
        for block in self._recent:
            yield CallTable(block.rows, block), block

    def _coded(self, batch: EndpointCallBatch) -> dict[str, Array]:
        columns: dict[str, Array] = {
            field: self.dictionaries[field].encode(getattr(batch, field)) for field in CODED_FIELDS
        }
        columns["status"] = batch.status_code
        columns["time"] = batch.time.astype(np.int64)
        columns["execution_time"] = batch.execution_time
        order = np.lexsort((columns["time"], columns["endpoint"]))
        return {name: values[order] for name, values in columns.items()}
