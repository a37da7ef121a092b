"""The settings of each kind of channel, as users enter them."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from pydash_http import AddressRefused, Url
from pydash_notify import services

HIDDEN = "••••"
_SECRET = {"writeOnly": True}
# Neither space nor characters that are invisible or change the direction of text.
_VISIBLE = r"^[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+$"
# The hosts at which a flow of Microsoft Teams listens.
_TEAMS = (".logic.azure.com", ".powerplatform.com", ".webhook.office.com")


def _checked_url(text: str) -> str:
    try:
        return str(Url.parse(text))
    except AddressRefused as error:
        raise ValueError(str(error)) from None


def _checked_teams_url(text: str) -> str:
    url = Url.parse(_checked_url(text))
    if url.scheme != "https" or not url.host.endswith(_TEAMS):
        raise ValueError(f"Must be an https:// URL of a host in {', '.join(_TEAMS)}.")
    return text


def _checked_apprise_url(text: str) -> str:
    services.plugin(text)
    return text


def _native(scheme: str) -> Any:
    """Return a check of the URL that a service shows to its users."""

    def check(text: str) -> str:
        services.plugin(text, scheme)
        return text

    return AfterValidator(check)


_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_VISIBLE)]
# Tokens are sent in headers, in which HTTP allows no other characters.
_Token = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
_SecretText = Annotated[_Token, Field(json_schema_extra=_SECRET)]
_LongText = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=_VISIBLE)]
_SecretUrl = Annotated[_LongText, Field(json_schema_extra=_SECRET)]
Address = Annotated[_LongText, AfterValidator(_checked_url)]


class Settings(BaseModel):
    """The settings of a channel. Unknown ones are rejected, and values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def secrets(cls) -> set[str]:
        """Return the names of the settings that are never shown."""
        return {
            name
            for name, field in cls.model_fields.items()
            if isinstance(extra := field.json_schema_extra, dict) and "writeOnly" in extra
        }

    @classmethod
    def addresses(cls) -> set[str]:
        """Return the names of the settings that are URLs of any host."""
        return {
            name
            for name, field in cls.model_fields.items()
            if any(getattr(each, "func", None) is _checked_url for each in field.metadata)
        }


class Mail(Settings):
    """An email address. Unless it is that of the account, its owner is asked for consent."""

    address: Annotated[EmailStr, Field(max_length=254)]


class Webhook(Settings):
    """A server that receives signed JSON."""

    url: Address
    secret: Annotated[
        str,
        StringConstraints(min_length=16, max_length=256),
        Field(
            default_factory=lambda: secrets.token_urlsafe(32),
            json_schema_extra=_SECRET,
            description="Signs the messages; random by default.",
        ),
    ]


class Slack(Settings):
    """An incoming webhook of Slack."""

    url: Annotated[
        _SecretUrl, _native("slack"), Field(examples=["https://hooks.slack.com/services/T/B/X"])
    ]


class Discord(Settings):
    """A webhook of Discord."""

    url: Annotated[
        _SecretUrl, _native("discord"), Field(examples=["https://discord.com/api/webhooks/1/X"])
    ]


class Telegram(Settings):
    """A chat with a bot of Telegram."""

    token: Annotated[_SecretText, StringConstraints(pattern=r"^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$")]
    chat_id: Annotated[_Text, StringConstraints(pattern=r"^(-?[0-9]{1,20}|@[A-Za-z0-9_]{1,64})$")]


class Teams(Settings):
    """A flow of Microsoft Teams that is triggered by a webhook."""

    url: Annotated[_SecretUrl, AfterValidator(_checked_teams_url)]


class GoogleChat(Settings):
    """A webhook of a space in Google Chat."""

    url: Annotated[_SecretUrl, _native("gchat")]


class Mattermost(Settings):
    """An incoming webhook of a Mattermost server."""

    url: Annotated[Address, Field(json_schema_extra=_SECRET)]


class Matrix(Settings):
    """A room on a Matrix homeserver."""

    homeserver: Address
    token: _SecretText
    room: Annotated[_Text, StringConstraints(pattern=r"^![^/?#\s]{1,190}$")] = Field(
        description="The internal ID of the room, which begins with an exclamation mark."
    )


class Ntfy(Settings):
    """A topic of an ntfy server."""

    server: Address = "https://ntfy.sh"
    topic: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    token: Annotated[_Token | None, Field(json_schema_extra=_SECRET)] = None


class Gotify(Settings):
    """An application on a Gotify server."""

    url: Address
    token: _SecretText


class Pushover(Settings):
    """A user or group of Pushover."""

    user: Annotated[_SecretText, StringConstraints(pattern=r"^[A-Za-z0-9]{30}$")]
    token: Annotated[_SecretText, StringConstraints(pattern=r"^[A-Za-z0-9]{30}$")]


class PagerDuty(Settings):
    """A service of PagerDuty with an integration of the Events API v2."""

    integration_key: Annotated[_SecretText, StringConstraints(pattern=r"^[A-Za-z0-9]{32}$")]
    region: Literal["us", "eu"] = "us"


class Opsgenie(Settings):
    """A team of Opsgenie with an API integration."""

    api_key: _SecretText
    region: Literal["us", "eu"] = "us"


class Apprise(Settings):
    """Any other service, as a URL of Apprise."""

    url: Annotated[
        _SecretUrl,
        AfterValidator(_checked_apprise_url),
        Field(description=f"Its scheme is one of: {', '.join(sorted(services.SCHEMES))}."),
    ]


Kind = Literal[
    "mail",
    "webhook",
    "slack",
    "discord",
    "telegram",
    "teams",
    "google_chat",
    "mattermost",
    "matrix",
    "ntfy",
    "gotify",
    "pushover",
    "pagerduty",
    "opsgenie",
    "apprise",
]

OF_KIND: Mapping[Kind, type[Settings]] = {
    "mail": Mail,
    "webhook": Webhook,
    "slack": Slack,
    "discord": Discord,
    "telegram": Telegram,
    "teams": Teams,
    "google_chat": GoogleChat,
    "mattermost": Mattermost,
    "matrix": Matrix,
    "ntfy": Ntfy,
    "gotify": Gotify,
    "pushover": Pushover,
    "pagerduty": PagerDuty,
    "opsgenie": Opsgenie,
    "apprise": Apprise,
}


def shown(kind: Kind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the secrets hidden.

    >>> shown("gotify", {"url": "https://gotify.example", "token": "a secret"})
    {'url': 'https://gotify.example', 'token': '••••'}
    """
    hidden = OF_KIND[kind].secrets()
    return {
        name: HIDDEN if name in hidden and value is not None else value
        for name, value in settings.items()
    }
