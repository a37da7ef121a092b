"""Former layouts of the cube in a database.

Until November 2026 the tables of a span were stored within it, and their partitions were objects
instead of tuples. Such a cube is converted once; its calls and cells stay where they are.
"""

from typing import Any

from pydash_cube.cube import Cube
from pydash_cube.lattice import Partition


class FormerPartition:
    """A partition, under the name of its class in both layouts.

    >>> FormerPartition("day", ("ip",), True)
    Partition(unit='day', fields=('ip',), digests=True)
    """

    unit: str
    fields: tuple[str, ...]
    # The very first partitions all had digests.
    digests = True

    def __new__(cls, *arguments: Any) -> Any:
        """Return a partition; without arguments, an object whose state is set afterwards."""
        return Partition(*arguments) if arguments else super().__new__(cls)


def convert(cube: Cube) -> bool:
    """Convert a cube to the present layout; return whether it had a former one."""
    if hasattr(cube, "_recent_size"):
        return False
    cube._recent_size = sum(block.rows for block in cube._recent.blocks())
    for month in cube._months.values():
        for span in (month._whole, *month._days.values()):
            span.tables = {
                Partition(former.unit, former.fields, former.digests): table
                for former, table in span.tables.items()
            }
            span.sizes = {partition: table.size for partition, table in span.tables.items()}
    return True
