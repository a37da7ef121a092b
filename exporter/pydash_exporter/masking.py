r"""Masks secrets before anything leaves the app.

A value is masked if its name contains one of `WORDS`, whichever way the two are written: as a
header, a query or form field, JSON, a Python dict or call, a pair in a list, or XML, also if that
is percent-encoded or escaped, several times. So are credentials in URLs and headers, JSON Web
Tokens, private keys, and in paths the segment after one with such a name, and segments that look
random.
When in doubt, too much is masked.

>>> mask("login failed: password=hunter2&user=ada")
'login failed: password=[masked]&user=ada'
>>> mask("postgresql://ada:hunter2@db/shop?sslmode=on")
'postgresql://[masked]@db/shop?sslmode=on'
>>> mask("/reset-password/hunter2/confirm")
'/reset-password/[masked]/confirm'
>>> mask('%7B"pin"%3A1%2C"sessionId"%3A"hunter2"%7D')
'{"pin":1,"sessionId":"[masked]"}'
"""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from urllib.parse import unquote

MASKED = "[masked]"
WORDS = (
    *("auth", "apikey", "secret", "token", "cookie", "pass", "pwd", "credential", "private"),
    *("session", "sid", "jwt", "otp", "csrf", "card", "cvv", "iban", "ssn"),
)
"""What the names of secrets contain. Case, hyphens and underscores are ignored."""

MAX_VALUE = 2_000
"""Maximum length of a header or variable, in characters."""

MAX_NESTING = 4
"""How many times an encoded text is decoded; what is encoded more often is masked as a whole."""

# What CGI and WSGI report of a request. Servers add settings of their own, which may be secret.
REQUEST_VARIABLES = frozenset(
    (
        *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REQUEST_URI", "RAW_URI"),
        *("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE", "REMOTE_ADDR"),
        *("REMOTE_PORT", "CONTENT_TYPE", "CONTENT_LENGTH", "wsgi.url_scheme"),
    )
)

_IGNORED = re.compile(r"[\W_]+")
_WORD = re.compile("|".join(WORDS))
_SPACE = r"(?:[ \t\r\n]|%20|\+)*"
# From the word on, as the beginning of a name does not matter.
_NAMED = re.compile(
    "(?:" + "|".join("[-_]*".join(word) for word in WORDS) + r")[\w.\-]{0,64}"
    r"(?:\[[^\]\s]{0,64}\])*\]?(?P<closing>\\*[\"'])?"
    + _SPACE
    + r"(?P<separator>=>|[:=]=|=|:(?!//)|,|>)"
    "" + _SPACE + r"(?:[bBuU]?(?P<quote>\\*[\"']))?",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"(\\*)([\"'])")
_LINE = re.compile(r"[^\r\n]*")
_ELEMENT = re.compile(r"[^<\r\n]*")
_ITEM = re.compile(r"[^,}\]\r\n]*")
_FIELD = re.compile(
    r"(?:(?:basic|bearer|bot|digest|negotiate|ntlm|token)(?:[ \t]|%20|\+)+)?[^ \t\r\n\f\v&]*",
    re.IGNORECASE,
)
_EXACT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"://[^\s/?#\"'<>]*@"), f"://{MASKED}@"),
    (re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*){0,4}"), MASKED),
    (re.compile(r"\b(bearer)\s+[^\s\"',;]{4,}", re.IGNORECASE), rf"\1 {MASKED}"),
    (re.compile(r"\b([Bb]asic)\s+(?=[a-z+/]*[A-Z0-9=])[\w+/=.~-]{6,}"), rf"\1 {MASKED}"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL), MASKED),
)
_PATH = re.compile(r"(://[^/?#\s]*)?((?:/[^/?#\s<>]*)+)")
_RANDOM = re.compile(
    r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w.~%+=-]{16,}|(?=.*\d)(?=.*[a-z])[0-9a-z]{16,}", re.ASCII
)
_STRING = re.compile(r"'(?:[^'\\]|\\.)*(?:'|\Z)|\"(?:[^\"\\]|\\.)*(?:\"|\Z)", re.DOTALL)
# Printable characters only. White space remains encoded, as it would end a value.
_ENCODED = re.compile(r"(?:%(?:2[1-9a-f]|[3-6][0-9a-f]|7[0-9a-e]|[89a-f][0-9a-f]))+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:u00|x)(2[1-9a-f]|[3-6][0-9a-f]|7[0-9a-e])", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Return whether the value of this name is masked.

    >>> is_secret("X-Api-Key"), is_secret("PHPSESSID"), is_secret("User-Agent")
    (True, True, False)
    """
    return _WORD.search(_IGNORED.sub("", name.lower())) is not None


def mask(text: str) -> str:
    """Return a text without the secrets in it.

    If secrets were found only in its decoded form, that is what is returned.
    """
    return _mask_nested(text, MAX_NESTING)


def mask_headers(text: str) -> dict[str, str]:
    r"""Return the headers of a request, which FMD stores as lines.

    >>> mask_headers("Host: shop.example\r\nX-Auth: hunter2\r\nReferer: /?token=hunter2\r\n\r\n")
    {'Host': 'shop.example', 'X-Auth': '[masked]', 'Referer': '/?token=[masked]'}
    """
    pairs = (line.partition(": ") for line in text.splitlines() if ": " in line)
    return {
        name: MASKED if is_secret(name) else mask(value[:MAX_VALUE]) for name, _, value in pairs
    }


def mask_environment(text: str) -> dict[str, str]:
    """Return what describes the request in its WSGI environment, masked; see `variables_of`."""
    return {
        name: MASKED if is_secret(name) else mask(value[:MAX_VALUE])
        for name, value in variables_of(text).items()
    }


def variables_of(text: str) -> dict[str, str]:
    """Return what describes the request in a WSGI environment, which FMD stores as printed.

    Anything else may be a setting of the server or the app, and is left out.

    >>> variables_of("{'PATH_INFO': '/', 'DATABASE': 'x', 'HTTP_COOKIE': 'a=b', 'wsgi.input': <B>}")
    {'PATH_INFO': '/', 'HTTP_COOKIE': 'a=b'}
    """
    found: dict[str, str] = {}
    strings = list(_STRING.finditer(text))
    for key, value in zip(strings, strings[1:]):
        if text[key.end() : value.start()] == ": ":
            # What is cut off is invalid.
            with suppress(SyntaxError, ValueError):
                name, content = ast.literal_eval(key[0]), ast.literal_eval(value[0])
                if name in REQUEST_VARIABLES or name.startswith("HTTP_"):
                    found[name] = content
    return found


def _mask_nested(text: str, depth: int) -> str:
    masked = _mask_plain(text)
    decoded = _ENCODED.sub(lambda match: unquote(match[0]), masked)
    decoded = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), decoded)
    if decoded == masked:
        return masked
    if not depth:
        return MASKED
    deeper = _mask_nested(decoded, depth - 1)
    return masked if deeper == decoded else deeper


def _mask_plain(text: str) -> str:
    for pattern, replacement in _EXACT:
        text = pattern.sub(replacement, text)
    parts, done = [], 0
    has_names = is_secret(text)  # Faster than the search, and false for most texts.
    while has_names and (match := _NAMED.search(text, done)):
        end = _end_of_value(text, match)
        is_masked = text.startswith(MASKED, match.end())
        parts.append(text[done : match.end()])
        if end > match.end() and not is_masked:
            parts.append(MASKED)
        done = match.end() if is_masked else end
    return _PATH.sub(_mask_path, "".join([*parts, text[done:]]))


def _end_of_value(text: str, match: re.Match[str]) -> int:
    """Return where the value ends that begins after a name and its separator."""
    start, separator = match.end(), match["separator"]
    if match["quote"]:
        # More backslashes than before the first quotation mark escape one in the value.
        level = len(match["quote"])
        for quote in _QUOTES.finditer(text, start):
            if quote[2] == match["quote"][-1] and len(quote[0]) <= level:
                return quote.start()
        return len(text)
    if separator == "," or (separator == ">" and match["closing"]):
        return start
    if text[start : start + 1] in ("(", "[", "{"):
        # A list or an object: its end is uncertain.
        return len(text)
    if separator == ">":
        pattern = _ELEMENT
    elif match["closing"]:
        pattern = _ITEM
    elif separator == ":" or "cookie" in match[0].lower():
        pattern = _LINE
    else:
        pattern = _FIELD
    found = pattern.match(text, start)
    return found.end() if found else start


def _mask_path(match: re.Match[str]) -> str:
    segments = match[2].split("/")
    masked = [
        MASKED if segment and (is_secret(before) or _RANDOM.fullmatch(segment)) else segment
        for before, segment in zip(["", *segments], segments)
    ]
    return (match[1] or "") + "/".join(masked)
