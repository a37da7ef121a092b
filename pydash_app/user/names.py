"""Detects deceptive user names: look-alikes, mixed scripts and links.

The rules are those of Unicode Technical Standard 39, with the data of `confusable_homoglyphs`.
"""

import re
import unicodedata
from functools import cache

from confusable_homoglyphs import categories, utils
from publicsuffixlist import PublicSuffixList

_LEFT_TO_RIGHT_MARK = "\u200e"  # The data contains it around characters of right-to-left scripts.
# Invisible characters of other categories than Cf: those that Unicode calls "default ignorable",
# including variation selectors, and characters without ink.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\ufffc\U0001d159\U000e0000-\U000e0fff]"
)
_NO_SCRIPT = {"COMMON", "INHERITED", "Unknown"}
# Writing systems of several scripts, with the Latin letters that are commonly used in them.
_WRITING_SYSTEMS = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
_URL = re.compile(r"://|\bhttps?\b|\bwww\b|\b\d+(?:\.\d+){3}\b")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_IDEOGRAPHIC_FULL_STOP = "\u3002"


def appearance(name: str) -> str:
    """Return a key that is the same for all names that look the same.

    >>> appearance("сосоа") == appearance("cocoa"), appearance("Iarry") == appearance("larry")
    (True, True)
    >>> appearance("Alice") == appearance("Alicia")
    False
    """
    prototypes = _prototypes()
    text = unicodedata.normalize("NFD", _visible(name))
    alike = "".join(prototypes.get(character, character) for character in text)
    return " ".join(unicodedata.normalize("NFD", alike).casefold().split())


def mixes_scripts(name: str) -> bool:
    """Return whether a name mixes scripts that no writing system combines.

    >>> mixes_scripts("Аlice"), mixes_scripts("山田タロウ 2"), mixes_scripts("Алиса")
    (True, False, False)
    """
    scripts = set(map(categories.alias, name)) - _NO_SCRIPT
    return len(scripts) > 1 and not any(scripts <= system for system in _WRITING_SYSTEMS)


def is_link(name: str) -> bool:
    """Return whether a mail program could turn a name, or a part of it, into a link.

    >>> is_link("evil.com"), is_link("www evil"), is_link("ada.lovelace"), is_link("J. R. Ewing")
    (True, True, False, False)
    """
    text = _visible(name).casefold().replace(_IDEOGRAPHIC_FULL_STOP, ".")
    return _URL.search(text) is not None or any(
        _domains().publicsuffix(f"x.{label}", accept_unknown=False)
        for host in _HOST.findall(text)
        for label in host.split(".")[1:]
    )


def _visible(name: str) -> str:
    """Return the visible characters of a name, in compatibility form."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", name))
    return "".join(each for each in text if unicodedata.category(each) != "Cf")


@cache
def _domains() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


@cache
def _prototypes() -> dict[str, str]:
    """Return the prototype of each character that looks like another one.

    The data lists all look-alikes of each prototype, and the prototype of each look-alike. Only
    prototypes have several characters.
    """
    partners = {
        text.replace(_LEFT_TO_RIGHT_MARK, ""): [
            partner["c"].replace(_LEFT_TO_RIGHT_MARK, "") for partner in found
        ]
        for text, found in utils.load("confusables.json").items()
    }

    def rank(text: str) -> tuple[int, int, str]:
        return len(text), len(partners[text]), text

    found = {text: max([text, *partners[text]], key=rank) for text in partners if len(text) == 1}
    return {
        text: "".join(found.get(character, character) for character in prototype)
        for text, prototype in found.items()
    }
