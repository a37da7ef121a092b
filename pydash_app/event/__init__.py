"""What happened to apps, to accounts and to the installation: which events PyDash records."""

from pydash_app.event.deletion import delete_later
from pydash_app.event.recording import Origin, origin, record
from pydash_app.event.store import store, visible_projects
from pydash_app.event.vocabulary import INSTALLATION, EventType, Subject, of_dashboard, of_user

__all__ = [
    "INSTALLATION",
    "EventType",
    "Origin",
    "Subject",
    "delete_later",
    "of_dashboard",
    "of_user",
    "origin",
    "record",
    "store",
    "visible_projects",
]
