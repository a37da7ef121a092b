"""The templates with which users word their messages.

A template is written in a small part of Jinja: fields, conditions, one level of loops over the
alerts, and a few filters. It can call nothing, build no lists and assign nothing, so the time that
it takes and the length of its output are bounded by its own length and the number of alerts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pydash_notify import wording
from pydash_notify.message import Notification

MAX_TEMPLATE = 4_000
MAX_OUTPUT = 16_000
# Each may take as long as its text, for each of the alerts.
MAX_FILTERS = 50

FILTERS: Mapping[str, Callable[..., Any]] = {
    "default": lambda value, other="": other if value is None else value,
    "duration": lambda seconds: "" if seconds is None else wording.duration(seconds),
    "length": lambda values: len(values),
    "lower": lambda text: str(text).lower(),
    "number": lambda value, digits=2: "" if value is None else f"{value:.{min(digits, 9)}f}",
    "time": lambda time: "" if time is None else wording.point_in_time(time),
    "truncate": lambda text, length=200: str(text)[: max(0, length)],
    "upper": lambda text: str(text).upper(),
}
"""What follows a `|` in a template, by name."""

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name),
    *(nodes.Getattr, nodes.Filter, nodes.Const, nodes.Test, nodes.Not, nodes.And, nodes.Or),
    *(nodes.Compare, nodes.Operand, nodes.CondExpr, nodes.Keyword),
)
_TESTS = {"none"}
FIELDS = ("title", "text", "url", "kind", "sent", "alerts")
# Control characters, and halves of characters, which no encoding has: a template can escape them.
_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# What a template may ask about the loop that it is in.
_LOOP = ("first", "last", "index")


class TemplateInvalid(ValueError):  # noqa: N818 (the name says what is wrong)
    """A template cannot be used. The message says why."""


class _Environment(ImmutableSandboxedEnvironment):
    """An environment in which values have fields, but no attributes or methods."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
        self.globals.clear()
        self.filters = dict(FILTERS)
        self.tests = {name: self.tests[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a field of an object in JSON, or of the loop."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)


_environment = _Environment()


@lru_cache(maxsize=256)
def check(template: str) -> Any:
    """Return a template, ready to be filled in.

    :raises TemplateInvalid: it has an error, or uses what templates must not use.

    >>> check("{{ title }}: {{ alerts | length }}") is not None
    True
    >>> check("{{ title.upper() }}")
    Traceback (most recent call last):
    ...
    pydash_notify.templates.TemplateInvalid: Line 1: templates must not contain call.
    """
    if len(template) > MAX_TEMPLATE:
        raise TemplateInvalid(f"Must have at most {MAX_TEMPLATE} characters.")
    try:
        parsed = _environment.parse(template)
        _check(parsed, FIELDS)
        if len(list(parsed.find_all(nodes.Filter))) > MAX_FILTERS:
            raise TemplateInvalid(f"Must contain at most {MAX_FILTERS} filters.")
        return _environment.from_string(parsed)
    except TemplateError as error:
        line = f"Line {error.lineno}: " if hasattr(error, "lineno") else ""
        raise TemplateInvalid(f"{line}{error.message}") from None
    except (RecursionError, SyntaxError, MemoryError):
        # Python limits the depth of what Jinja generates from the template, too.
        raise TemplateInvalid("The template is nested too deeply.") from None


def fill_in(template: str, notification: Notification) -> str:
    """Return the text of a message.

    It has at most `MAX_OUTPUT` characters; the rest is not computed.

    :raises TemplateInvalid: the template is invalid, or uses fields that do not exist.
    """
    checked = check(template)
    pieces: list[str] = []
    length = 0
    try:
        for piece in checked.generate(fields(notification)):
            pieces.append(piece[: MAX_OUTPUT - length])
            length += len(pieces[-1])
            if length >= MAX_OUTPUT:
                break
    except Exception as error:  # noqa: BLE001
        # Fields that do not exist, and values of types that do not fit.
        raise TemplateInvalid(f"{error}"[:200] or "The template failed.") from None
    return _UNSENDABLE.sub("", "".join(pieces))


def fields(notification: Notification) -> dict[str, Any]:
    """Return the fields of a message by name, as templates use them."""
    values = asdict(notification)
    return {name: values[name] for name in FIELDS}


def _check(node: nodes.Node, names: tuple[str, ...]) -> None:
    """Check a part of a template.

    :param names: the names that have a value in it.
    :raises TemplateInvalid: it contains what templates must not contain.
    """
    line = f"Line {node.lineno}"
    if not isinstance(node, _ALLOWED):
        raise TemplateInvalid(f"{line}: templates must not contain {type(node).__name__.lower()}.")
    if isinstance(node, nodes.Name) and node.name not in names:
        raise TemplateInvalid(f"{line}: there is no field {node.name!r}.")
    if not isinstance(node, nodes.For):
        for child in node.iter_child_nodes():
            _check(child, names)
        return
    over, each = node.iter, node.target
    is_over_alerts = isinstance(over, nodes.Name) and over.name == "alerts"
    if "loop" in names or not is_over_alerts or not isinstance(each, nodes.Name) or node.recursive:
        raise TemplateInvalid(f"{line}: the only loop is {{% for alert in alerts %}}.")
    # What the loop sets is known only inside it.
    for child in filter(None, (*node.body, node.test)):
        _check(child, (*names, "loop", each.name))
    for child in node.else_:
        _check(child, names)
