"""Signs out a user."""

from pydash_database import transact
from pydash_web.http import session
from pydash_web.models.common import Message


def logout() -> Message:
    """End the session of this browser."""
    transact(lambda: session.current_user().sessions.end(session.session_id()))
    session.forget()
    return Message(message="Signed out.")
