"""Backups of an installation: its database, its events and its keys.

A backup is a folder with a manifest. It appears when it is complete, and is never changed.
"""

from pydash_app.backup.creating import back_up_before_migration, create
from pydash_app.backup.manifest import Manifest, find
from pydash_app.backup.nightly import back_up_if_due
from pydash_app.backup.restoring import restore
from pydash_app.backup.verifying import verify

__all__ = [
    "Manifest",
    "back_up_before_migration",
    "back_up_if_due",
    "create",
    "find",
    "restore",
    "verify",
]
