"""The settings table in `docs/configuration.md`, which `make docs` writes from `Configuration`."""

import sys
from pathlib import Path

from pydash_app.configuration import Configuration, example, is_secret, variable

HEADER = ("| variable | meaning | default | example |", "|---|---|---|---|")


def table() -> list[str]:
    """Return the lines of the table, in the order of the fields."""
    return [*HEADER, *map(_row, Configuration.model_fields)]


def update(text: str) -> str:
    r"""Return a document with its table of settings replaced by the current one.

    >>> outdated = "Settings:\n\n| variable | meaning |\n|---|---|\n| `PYDASH_OLD` | … |\n\nEnd."
    >>> print(update(outdated).replace("\n".join(table()), "(current table)"))
    Settings:
    <BLANKLINE>
    (current table)
    <BLANKLINE>
    End.
    """
    before, _, rest = text.partition("| variable |")
    _, _, after = rest.partition("\n\n")
    return before + "\n".join(table()) + "\n\n" + after


def _row(name: str) -> str:
    field = Configuration.model_fields[name]
    extra = field.json_schema_extra
    if isinstance(extra, dict):
        default = str(extra["default"])
    elif field.default in (None, ()):
        default = "none"
    else:
        default = f"`{'off' if field.default is False else field.default}`"
    file = " Can be read from a file with `…_FILE`." if is_secret(name) else ""
    return f"| `{variable(name)}` | {field.description}{file} | {default} | `{example(name)}` |"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(update(document.read_text(encoding="utf-8")), encoding="utf-8")
