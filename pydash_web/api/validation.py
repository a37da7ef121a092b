"""Makes models of what a request brings, or says field by field what is wrong with it."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pydash_app.errors import InvalidInput
from pydash_web.api import strict_json

Model = TypeVar("Model", bound=BaseModel)

# Whoever sends thousands of wrong fields is told of the first.
MOST_ERRORS = 50

# pydantic's kinds of errors, in words for somebody who fills in a form.
REASONS = {
    "bool_type": "This must be true or false.",
    "enum": "Must be one of {expected}.",
    "extra_forbidden": "There is no such parameter here.",
    "greater_than_equal": "This must be at least {ge}.",
    "int_parsing": "This must be a whole number.",
    "int_type": "This must be a whole number.",
    "less_than_equal": "This must be at most {le}.",
    "literal_error": "This must be one of {expected}.",
    "missing": "This is needed.",
    "model_type": "This must be an object.",
    "string_pattern_mismatch": "This has characters or a form that are not allowed here.",
    "string_too_long": "This must have at most {max_length} characters.",
    "string_too_short": "This must have at least {min_length} characters.",
    "string_type": "This must be a text.",
    "string_unicode": "This must be valid Unicode.",
    "too_long": "Must have at most {max_length} values.",
    "value_error": "This is wrong: {reason}",
}


def body(model: type[Model], request: Request) -> Model:
    """Validate a request's JSON body.

    :raises InvalidInput: it is no JSON, or the model does not take it.
    :raises RequestEntityTooLarge: it is longer than the app allows.
    """
    if request.mimetype != "application/json":
        raise InvalidInput("The body must be JSON, with the header Content-Type: application/json.")
    return _validate(model, strict_json.loads(request.get_data()))


def query(model: type[Model], request: Request) -> Model:
    """Validate a request's query string, in which each parameter may stand once.

    :raises InvalidInput: the model does not take it.
    """
    given = request.args.to_dict(flat=False)
    repeated = {name: ["This may be given only once."] for name in given if len(given[name]) > 1}
    if repeated:
        raise invalid(repeated)
    return _validate(model, {name: values[0] for name, values in given.items()})


def invalid(errors: dict[str, list[str]]) -> InvalidInput:
    """Make the error whose message names the fields.

    >>> invalid({"end_date": ["It is before start_date."]}).message
    'end_date: It is before start_date.'
    """
    return InvalidInput("; ".join(f"{name}: {' '.join(errors[name])}" for name in errors), errors)


def _validate(model: type[Model], given: Any) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    errors = _by_field(details)
    raise invalid(errors) if errors else InvalidInput("The body must be a JSON object.")


def _by_field(details: Iterable[ErrorDetails]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for detail in islice(details, MOST_ERRORS):
        field = ".".join(str(part) for part in detail["loc"])
        if field:
            errors.setdefault(strict_json.readable(field), []).append(_reason(detail))
    return errors


def _reason(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if "error" in context:
        context = {"reason": str(context["error"])}
    return REASONS.get(detail["type"], detail["msg"]).format_map(context)
