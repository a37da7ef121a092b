"""The models of accounts, API tokens and sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field

from pydash_app.user.api_token import DEFAULT_LIFETIME_DAYS
from pydash_web.models.common import Body, Code, Message, Name, NewPassword, Password, ResponseBody
from pydash_web.models.dates import Timezone

Mail = Annotated[EmailStr, Field(max_length=254)]
Scope = Literal["read", "write"]


class Credentials(Body):
    """The credentials of a user."""

    name: Name
    password: Password
    next: str | None = Field(
        default=None,
        max_length=2000,
        description="The path and query string of the page to continue with.",
    )


class AutomaticLogin(Body):
    """Nothing: who is signed in depends on the configuration and on the proxy."""


class Registration(Body):
    """A new user."""

    name: Name
    password: NewPassword
    email: Mail
    invitation: Code | None = Field(
        default=None, description="Required if registration is by invitation only."
    )


class UserName(Body):
    """The user to send a new verification mail to."""

    name: Name


class MailAddress(Body):
    """The address to send a password reset link to."""

    email: Mail


class PasswordReset(Body):
    """The code from a password reset mail, and the new password."""

    code: Code
    new_password: NewPassword


class PasswordChange(Body):
    """The current and the new password."""

    current_password: Password
    new_password: NewPassword
    revoke_tokens: bool = Field(
        default=False, description="Whether to revoke all API tokens as well."
    )


class PasswordConfirmation(Body):
    """The password, to confirm an action that cannot be undone."""

    password: Password


class Settings(Body):
    """The settings of a user; omitted settings remain unchanged."""

    username: Name | None = None
    email: Mail | None = Field(
        default=None,
        description="Requires `current_password`. Takes effect once the address is verified.",
    )
    current_password: Password | None = Field(
        default=None, description="Required with a new `email`."
    )
    play_sounds: bool | None = None
    timezone: Timezone | None = Field(
        default=None, description="The IANA time zone of the pages; null for the browser's."
    )


class NewToken(Body):
    """An API token to create."""

    name: Name
    scope: Scope = "read"
    password: Password
    expires_in_days: Literal[7, 30, 90, 365] = DEFAULT_LIFETIME_DAYS


class UserInfo(ResponseBody):
    """The signed-in user."""

    id: UUID
    name: str
    email: str
    pending_email: str | None = Field(description="A new address that is not verified yet.")
    verified: bool
    admin: bool
    play_sounds: bool
    timezone: str | None = Field(
        description="The IANA time zone of the pages; null for the browser's."
    )


class UserMessage(Message):
    """A message and the changed user."""

    user: UserInfo


class SignedIn(UserMessage):
    """A new session."""

    next: str = Field(
        description="The page to continue with: the requested page if PyDash has it, otherwise `/`."
    )


class AutomaticallySignedIn(ResponseBody):
    """The user who was signed in without a password."""

    user: UserInfo | None


class TokenInfo(ResponseBody):
    """An API token, without its secret."""

    id: UUID
    name: str
    scope: Scope
    created: datetime
    expires: datetime | None = Field(
        description="Null for tokens of versions in which tokens did not expire."
    )
    last_used: datetime | None


class Tokens(ResponseBody):
    """The user's API tokens, newest first."""

    tokens: list[TokenInfo]


class TokenSecret(Message):
    """A new API token with its secret, which is shown only once."""

    token: TokenInfo
    secret: str


class SessionInfo(ResponseBody):
    """A browser in which the user is signed in."""

    id: str
    user_agent: str
    created: datetime
    last_seen: datetime
    current: bool = Field(description="Whether it is the session of this request.")


class Sessions(ResponseBody):
    """The user's sessions, most recently seen first."""

    sessions: list[SessionInfo]
