"""Parses untrusted JSON, and rejects whatever is not plain and unambiguous."""

import json
from collections import Counter
from typing import Any

from pydash_app.errors import InvalidInput


def loads(raw: bytes) -> Any:
    """Parse JSON.

    This is stricter than `json.loads`. The encoding must be UTF-8, the names in an object must be
    unique, and NaN and Infinity are invalid.

    :raises InvalidInput: it is invalid. The message says why.

    >>> loads(b'{"name": "Alice"}')
    {'name': 'Alice'}
    >>> loads(b'{"name": "Alice", "name": "Bob"}')
    Traceback (most recent call last):
    ...
    pydash_app.errors.InvalidInput: name: Appears twice in the same object.
    """
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise InvalidInput("The body is not valid UTF-8.") from None
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.") from None
    except ValueError as error:
        raise InvalidInput(f"The body is not valid JSON: {error}.") from None


def readable(name: str) -> str:
    """Return the name of a field, which may be any text, in a form that is safe in a response."""
    return name[:100].encode("utf-8", "replace").decode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = readable(next(name for name in counts if counts[name] > 1))
        reason = "Appears twice in the same object."
        raise InvalidInput(f"{twice}: {reason}", {twice: [reason]})
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
