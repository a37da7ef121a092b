"""Manages the registration of a new user."""

from pydash_app.user.services import registration
from pydash_web.models.common import Message
from pydash_web.models.user import Registration


def register_user(body: Registration) -> Message:
    """Register a user, who can sign in once the e-mail address is verified."""
    registration.register(body.name, body.password, body.email, body.invitation)
    return Message(message="Welcome. Please follow the link in the mail that is on its way to you.")
