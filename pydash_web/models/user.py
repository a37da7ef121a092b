"""The models of accounts, API tokens and sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field

from pydash_web.models.common import Answer, Body, Code, Message, Name, NewPassword, Password

Mail = Annotated[EmailStr, Field(max_length=254)]
Scope = Literal["read", "write"]


class Credentials(Body):
    """What a user signs in with."""

    name: Name
    password: Password


class Registration(Body):
    """A new user."""

    name: Name
    password: NewPassword
    email: Mail
    invitation: Code | None = Field(
        default=None, description="Needed where users register by invitation only."
    )


class UserName(Body):
    """Whom to send a new verification mail."""

    name: Name


class MailAddress(Body):
    """Where to send a link that sets a new password."""

    email: Mail


class PasswordReset(Body):
    """The code of such a mail, and the password it is to set."""

    code: Code
    new_password: NewPassword


class PasswordChange(Body):
    """The password of now, and the one to come."""

    current_password: Password
    new_password: NewPassword


class PasswordConfirmation(Body):
    """The password, asked for once more before something that cannot be undone."""

    password: Password


class Settings(Body):
    """What a user may change; what is left out stays."""

    username: Name | None = None
    email: Mail | None = Field(
        default=None,
        description="Needs `current_password`; counts once the link in the mail was followed.",
    )
    current_password: Password | None = Field(
        default=None, description="Needed with another `email` than the present one."
    )
    play_sounds: bool | None = None


class NewToken(Body):
    """An API token to be made."""

    name: Name
    scope: Scope = "read"


class UserInfo(Answer):
    """The user who is signed in."""

    id: UUID
    name: str
    email: str
    pending_email: str | None = Field(description="A new address that is not verified yet.")
    verified: bool
    admin: bool
    play_sounds: bool


class UserMessage(Message):
    """What was done, and the user as it now is."""

    user: UserInfo


class TokenInfo(Answer):
    """An API token; its secret was shown once, when it was made."""

    id: UUID
    name: str
    scope: Scope
    created: datetime
    last_used: datetime | None


class Tokens(Answer):
    """The user's API tokens, the newest first."""

    tokens: list[TokenInfo]


class TokenSecret(Message):
    """A new API token, with the secret that is never shown again."""

    token: TokenInfo
    secret: str


class SessionInfo(Answer):
    """A browser in which the user is signed in."""

    id: str
    user_agent: str
    created: datetime
    last_seen: datetime
    current: bool = Field(description="Whether it is the one that asks.")


class Sessions(Answer):
    """Where the user is signed in, the last seen first."""

    sessions: list[SessionInfo]
