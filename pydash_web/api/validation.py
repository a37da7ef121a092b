"""Validates the body and the query string of a request, with a message for each invalid field."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar, get_origin

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pydash_app.errors import InvalidInput
from pydash_web.api import strict_json

Model = TypeVar("Model", bound=BaseModel)

# The maximum number of invalid fields that are reported.
MAX_ERRORS = 50

# Messages for pydantic's error types, as shown next to a form field.
REASONS = {
    "bool_type": "Must be true or false.",
    "enum": "Must be one of {expected}.",
    "extra_forbidden": "Unknown parameter.",
    "greater_than_equal": "Must be at least {ge}.",
    "int_parsing": "Must be a whole number.",
    "int_type": "Must be a whole number.",
    "less_than_equal": "Must be at most {le}.",
    "literal_error": "Must be one of {expected}.",
    "missing": "This field is required.",
    "model_type": "Must be an object.",
    "string_pattern_mismatch": "Contains invalid characters or has an invalid format.",
    "string_too_long": "Must have at most {max_length} characters.",
    "string_too_short": "Must have at least {min_length} characters.",
    "string_type": "Must be a string.",
    "string_unicode": "Must be valid Unicode.",
    "too_long": "Must have at most {max_length} values.",
    "too_short": "Must have at least {min_length} values.",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}.",
    "union_tag_not_found": "{discriminator} is required.",
    "float_type": "Must be a number.",
    "value_error": "Invalid value: {reason}",
}


def body(model: type[Model], request: Request) -> Model:
    """Validate the JSON body of a request.

    :raises InvalidInput: it is not JSON, or a field is invalid.
    :raises RequestEntityTooLarge: it is larger than the app allows.
    """
    if request.mimetype != "application/json":
        raise InvalidInput("The body must be JSON with the header Content-Type: application/json.")
    return validate(model, strict_json.loads(request.get_data()))


def query(model: type[Model], request: Request) -> Model:
    """Validate the query string of a request. A parameter that is no list may occur only once.

    :raises InvalidInput: a parameter is invalid.
    """
    given = request.args.to_dict(flat=False)
    fields = model.model_fields.items()
    lists = {field.alias or name for name, field in fields if get_origin(field.annotation) is list}
    single = given.keys() - lists
    repeated = {name: ["May occur only once."] for name in single if len(given[name]) > 1}
    if repeated:
        raise invalid(repeated)
    values = {name: given[name][0] if name in single else given[name] for name in given}
    return validate(model, values)


def invalid(errors: dict[str, list[str]]) -> InvalidInput:
    """Return an error whose message names the fields.

    >>> invalid({"end_date": ["It is before start_date."]}).message
    'end_date: It is before start_date.'
    """
    return InvalidInput("; ".join(f"{name}: {' '.join(errors[name])}" for name in errors), errors)


def validate(model: type[Model], given: Any, prefix: str = "") -> Model:
    """Validate what a request contains.

    :param prefix: what precedes the names of the fields in messages.
    :raises InvalidInput: a field is invalid.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    errors = {prefix + name: reasons for name, reasons in _by_field(details).items()}
    raise invalid(errors) if errors else InvalidInput("The body must be a JSON object.")


def _by_field(details: Iterable[ErrorDetails]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for detail in islice(details, MAX_ERRORS):
        field = ".".join(str(part) for part in detail["loc"])
        if field:
            context = detail.get("ctx", {})
            if "error" in context:
                context = {"reason": str(context["error"])}
            # Other messages are complete and may contain braces from the client's input.
            reason = detail["msg"]
            if detail["type"] in REASONS:
                reason = REASONS[detail["type"]].format_map(context)
            errors.setdefault(strict_json.readable(field), []).append(reason)
    return errors
