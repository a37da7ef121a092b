"""The base classes of all models, and the text types that several of them use."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pydash_app.identifiers import as_uuid

# Neither control characters nor characters that change the direction of surrounding text.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PRINTABLE)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=PRINTABLE)]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=PRINTABLE)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=PRINTABLE)]
Url = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PRINTABLE)]


def read_id(text: Any) -> UUID:
    """Return the ID that a request names, in canonical form.

    :raises PydanticCustomError: it is not a UUID.
    """
    try:
        if isinstance(text, str):
            return as_uuid(text)
    except ValueError:
        pass
    raise PydanticCustomError("uuid", "Must be a UUID.")


Id = Annotated[UUID, BeforeValidator(read_id)]


class Body(BaseModel):
    """The JSON body of a request. Unknown fields are rejected, and values are not coerced.

    >>> class Switch(Body):
    ...     on: bool
    >>> Switch.model_validate({"on": "yes"})
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Switch
    ...
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """The query string of a request. All values are text, and unknown parameters are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseBody(BaseModel):
    """The JSON body of a response. NaN and infinity become null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def response_status(self) -> int:
        """Return the HTTP status of the response."""
        return 200


class Message(ResponseBody):
    """A message that confirms the action."""

    message: str


class Error(ResponseBody):
    """An error response of any status."""

    message: str = Field(description="What is wrong and what to do, in plain text.")
    errors: dict[str, list[str]] | None = Field(
        default=None, description="The messages by field, if any field is invalid."
    )
    request_id: str | None = Field(
        default=None,
        description="Only for internal errors: the ID under which the error is logged.",
    )
