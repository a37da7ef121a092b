"""Returns the current user."""

from pydash_app.user import User
from pydash_web.http import session
from pydash_web.models.user import UserInfo


def get_user() -> UserInfo:
    """Return the signed-in user."""
    return user_info(session.current_user())


def user_info(user: User) -> UserInfo:
    """Build the response model of a user."""
    return UserInfo(
        id=user.id,
        name=user.name,
        email=user.mail,
        pending_email=user.pending_mail,
        verified=user.is_verified(),
        admin=user.admin,
        play_sounds=user.play_sounds,
        timezone=user.timezone,
    )
