"""Changes the user's settings."""

from pydash_app.user.services import settings
from pydash_web.controller.user import user_info
from pydash_web.http import limits, session
from pydash_web.models.user import Settings, UserMessage


def change_settings(body: Settings) -> UserMessage:
    """Change the user's settings.

    :raises InvalidInput: a setting is invalid, or the password that it requires is missing.
    :raises NotAuthenticated: the password is incorrect.
    """
    user = session.current_user()
    if body.current_password is not None:
        limits.count(limits.PASSWORD, "change_settings", user.get_id())
    settings.change_settings(
        user,
        name=body.username,
        mail=body.email,
        play_sounds=body.play_sounds,
        current_password=body.current_password,
    )
    if "timezone" in body.model_fields_set:
        user.timezone = body.timezone
    return UserMessage(message="Settings saved.", user=user_info(user))
