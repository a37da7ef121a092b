"""Text that people enter."""

import unicodedata

# Control characters, line and paragraph separators, and code points that are not characters.
_REFUSED = {"Cc", "Cs", "Co", "Zl", "Zp"}
# The invisible format characters (Cf) that words and emoji need, which are joiners and tags.
_JOINERS = {0x200C, 0x200D, *range(0xE0020, 0xE0080)}


def is_printable(text: str) -> bool:
    """Return whether a text can be displayed in one line without hidden characters.

    Unlike `str.isprintable`, it accepts the joiners of words and emoji, and characters that are
    newer than this version of Python.


    >>> is_printable("نیم\u200cفاصله"), is_printable("👩\u200d👧"), is_printable("a\u200bb")
    (True, True, False)
    """
    return all(
        ord(character) in _JOINERS
        if (category := unicodedata.category(character)) == "Cf"
        else category not in _REFUSED
        for character in text
    )
