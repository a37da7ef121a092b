"""Distinguishes calls without a group from calls of a group named None.

FMD stores the value of `config.group_by` as text, which is "None" for no group. A group named None
is therefore stored in quotation marks, and so is a group whose name is None in quotation marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

from flask_monitoringdashboard import config

NO_GROUP = "None"


class Quoted:
    """The group of a request from `config.group_by`, in quotation marks if necessary."""

    def __init__(self, group_by: Any) -> None:
        self.group_by = group_by

    def __call__(self) -> Any:
        """Return the group of the current request."""
        group = self.group_by
        while callable(group):
            group = group()
        return f'"{group}"' if _is_none(group) else group


def quote_none() -> None:
    """Make FMD store a group named None in quotation marks from now on."""
    if config.group_by and not isinstance(config.group_by, Quoted):
        config.group_by = Quoted(config.group_by)


def group_of(stored: str | None) -> str | None:
    """Return the group that FMD has stored; None for no group."""
    if stored == NO_GROUP:
        return None
    if _is_none(stored) and stored.startswith('"') and stored.endswith('"'):
        return stored[1:-1]
    return stored


def _is_none(group: object) -> TypeGuard[str]:
    return isinstance(group, str) and group.strip('"') == NO_GROUP
