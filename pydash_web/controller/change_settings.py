"""Manages changing of user settings."""

from pydash_app.user.services import settings
from pydash_web.controller.user import user_info
from pydash_web.http import limits, session
from pydash_web.models.user import Settings, UserMessage


def change_settings(body: Settings) -> UserMessage:
    """Change what is given, and leave the rest.

    :raises InvalidInput: a setting is no good, or the password that it needs is missing.
    :raises NotAuthenticated: the password is wrong.
    """
    user = session.current_user()
    if body.current_password is not None:
        limits.count(limits.PASSWORD, "change_settings with password", user.get_id())
    settings.change_settings(
        user,
        name=body.username,
        mail=body.email,
        play_sounds=body.play_sounds,
        current_password=body.current_password,
    )
    return UserMessage(message="Your settings are saved.", user=user_info(user))
