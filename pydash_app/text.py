"""Text that people enter."""

import unicodedata

# Control characters, line and paragraph separators, and what is no character at all.
_REFUSED = {"Cc", "Cs", "Co", "Zl", "Zp"}
# Of the invisible format characters (Cf), words and emoji need these: joiners and tags.
_JOINERS = {0x200C, 0x200D, *range(0xE0020, 0xE0080)}


def is_printable(text: str) -> bool:
    """Return whether a text can be shown in one line, and shows where all its characters are.

    Unlike `str.isprintable`, it accepts what joins the letters of a word or the parts of an emoji,
    and characters that are newer than this Python.

    >>> is_printable("نیم\u200cفاصله"), is_printable("👩\u200d👧"), is_printable("a\u200bb")
    (True, True, False)
    """
    return all(
        ord(character) in _JOINERS
        if (category := unicodedata.category(character)) == "Cf"
        else category not in _REFUSED
        for character in text
    )
