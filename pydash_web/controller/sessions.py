"""Lists and ends the sessions of a user."""

from pydash_app.errors import NotFound
from pydash_app.event import EventType, of_user, record
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import SessionInfo, Sessions


def get_sessions() -> Sessions:
    """List the user's sessions, one for each browser."""
    current = session.session_id()
    return Sessions(
        sessions=[
            SessionInfo(
                id=each.id,
                user_agent=each.user_agent,
                created=each.created,
                last_seen=each.last_seen,
                current=each.id == current,
            )
            for each in session.current_user().sessions.active()
        ]
    )


def delete_session(session_id: str) -> Message:
    """End a session.

    :raises NotFound: the user has no such session.
    """
    user = session.current_user()
    if not user.sessions.end(session_id):
        raise NotFound("Session not found.")
    record(EventType.SESSION_ENDED, of_user(user))
    return Message(message="Session ended.")
