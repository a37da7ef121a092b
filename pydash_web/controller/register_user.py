"""Registers a user."""

from pydash_app.user.services import registration
from pydash_web.models.common import Message
from pydash_web.models.user import Registration


def register_user(body: Registration) -> Message:
    """Register a user, and send an email with a link that verifies the address."""
    registration.register(body.name, body.password, body.email, body.invitation)
    return Message(message="Account created. Check your inbox for the verification link.")
