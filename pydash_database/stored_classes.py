"""Finds the classes of stored objects by current or former name.

ZODB stores an object together with the module and name of its class. After a class moves, records
and references written before still contain its old name, so each move is recorded in a table of
renamed classes. Records get the new name when they are rewritten. The others keep the old one, so
entries are never removed from the table.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ZODB.broken import Broken, find_global

from pydash_database.errors import UnknownClass

ClassFactory = Callable[[Any, str, str], Any]


def class_factory(renamed: Mapping[str, str]) -> ClassFactory:
    """Return the function that `ZODB.DB` calls to find a class.

    :param renamed: the current name of each class that was ever moved or renamed, by each of its
        former names. Both have the form `package.module.Class`.
    :returns: a function of a connection, a module name and the name of a global in it.

    >>> find = class_factory({"maths.Ratio": "fractions.Fraction"})
    >>> find(None, "maths", "Ratio")
    <class 'fractions.Fraction'>
    >>> find(None, "maths", "Root")
    Traceback (most recent call last):
    ...
    pydash_database.errors.UnknownClass: The database holds objects of the class maths.Root, which \
this PyDash does not have. Use the newer PyDash that wrote it, or restore a backup.
    """

    # A query that reads thousands of objects finds the same few classes for each of them.
    @cache
    def find(module: str, name: str) -> Any:
        path = f"{module}.{name}"
        module, _, name = renamed.get(path, path).rpartition(".")
        found = find_global(module, name)
        # ZODB would load such objects without behaviour, and fail where they are used.
        if isinstance(found, type) and issubclass(found, Broken):
            raise UnknownClass(
                f"The database holds objects of the class {path}, which this PyDash does not have."
                " Use the newer PyDash that wrote it, or restore a backup."
            )
        return found

    return lambda _connection, module, name: find(module, name)
