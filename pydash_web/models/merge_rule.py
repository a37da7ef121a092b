"""The models of rules that merge endpoints."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pydash_cube.naming import WILDCARD
from pydash_web.models.common import PRINTABLE, Body, Message, Query, ResponseBody

MAX_RULES = 20
# How many of the names that a rule merges are listed.
MAX_NAMES = 100


def _check_pattern(pattern: str) -> str:
    if WILDCARD not in pattern:
        raise PydanticCustomError("no_wildcard", "Must contain *, which stands for any text.")
    if not pattern.strip(f"{WILDCARD} "):
        raise PydanticCustomError("only_wildcards", "Must contain more than *.")
    return pattern


Pattern = Annotated[
    str,
    StringConstraints(min_length=2, max_length=200, pattern=PRINTABLE),
    AfterValidator(_check_pattern),
]


class MergeRulesSettings(Body):
    """All rules that merge endpoints of a dashboard."""

    patterns: Annotated[
        list[Pattern], AfterValidator(lambda patterns: list(dict.fromkeys(patterns)))
    ] = Field(
        max_length=MAX_RULES,
        description="Endpoints that match a pattern are shown and counted as one endpoint, which"
        " has the pattern as its name. `*` stands for any text; nothing else is special. The first"
        " pattern that matches a name counts.",
    )


class RulePattern(Query):
    """A pattern to try."""

    pattern: Pattern


class MergeRule(ResponseBody):
    """A rule that merges endpoints."""

    pattern: str
    endpoints: int = Field(
        description="How many endpoints it merges: those that match it, but no rule before it."
    )
    names: list[str] = Field(description=f"The first {MAX_NAMES} of them, sorted.")


class MergeRules(ResponseBody):
    """The rules that merge endpoints of a dashboard."""

    rules: list[MergeRule] = Field(description="The first one that matches a name counts.")


class MergeRulesMessage(Message):
    """A message and the rules."""

    rules: list[MergeRule]
