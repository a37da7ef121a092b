"""Allows a user to sign out again after finishing using the application."""

from pydash_database import transact
from pydash_web.http import session
from pydash_web.models.common import Message


def logout() -> Message:
    """End the session of this browser."""
    transact(lambda: session.current_user().sessions.end(session.session_id()))
    session.forget()
    return Message(message="Signed out.")
