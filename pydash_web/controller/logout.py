"""Signs out a user."""

from flask import after_this_request

from pydash_app.event import EventType, of_user, record
from pydash_database import transact
from pydash_web.http import session
from pydash_web.models.common import Message


def logout() -> Message:
    """End the session of this browser."""

    def end() -> None:
        user = session.current_user()
        user.sessions.end(session.session_id())
        record(EventType.USER_LOGOUT, of_user(user))

    transact(end)
    session.forget()
    after_this_request(session.remember_sign_out)
    return Message(message="Signed out.")
