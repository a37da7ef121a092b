"""The bases of all models, and the kinds of text that several of them share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# Neither control characters nor anything that turns the direction of the text around it.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=PRINTABLE)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=PRINTABLE)]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=PRINTABLE)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=PRINTABLE)]
Url = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$")
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=PRINTABLE)]


class Body(BaseModel):
    """A request's JSON body: unknown fields are refused, and nothing is converted.

    >>> class Switch(Body):
    ...     on: bool
    >>> Switch.model_validate({"on": "yes"})
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Switch
    ...
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """A request's query string: every value is text, and unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """An answer's JSON; what is not a number (NaN, infinite) becomes null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def response_status(self) -> int:
        """Tell the status with which it is sent."""
        return 200


class Message(Answer):
    """An answer that only says what was done."""

    message: str


class Error(Answer):
    """Every error, whatever its status."""

    message: str = Field(description="What is wrong and what to do, for a person to read.")
    errors: dict[str, list[str]] | None = Field(
        default=None, description="The same by field, where fields are at fault."
    )
