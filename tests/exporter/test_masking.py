"""No secret is found again, however its name and value are written."""

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pydash_exporter.masking import MASKED, WORDS, is_secret, mask, mask_environment, mask_headers

SECRET = "Hunter2zz"
"""What must not be found again."""


def everything_encoded(text: str) -> str:
    return quote(text, safe="")


def twice_encoded(text: str) -> str:
    return everything_encoded(everything_encoded(text))


FORMS: dict[str, Callable[[str, str], str]] = {
    "query": lambda name, value: f"/p?a=1&{urlencode({name: value})}&b=2",
    "JSON": lambda name, value: json.dumps({"a": 1, name: value, "b": "c"}),
    "JSON object": lambda name, value: json.dumps({"a": {name: {"k": value}}}),
    "JSON list": lambda name, value: json.dumps({name: [value, value]}),
    "JSON in JSON": lambda name, value: json.dumps({"body": json.dumps({name: value})}),
    "escaped JSON": lambda name, value: json.dumps({name: value}).replace('"', "\\u0022"),
    "encoded JSON": lambda name, value: everything_encoded(json.dumps({name: value})),
    "JSON encoded twice": lambda name, value: twice_encoded(json.dumps({name: value})),
    "form in a query": lambda name, value: "/x?f=" + quote_plus(json.dumps({name: value})),
    "query in a query": lambda name, value: "/l?n=" + everything_encoded(urlencode({name: value})),
    "query in JSON": lambda name, value: json.dumps(
        {"url": "http://h/?" + urlencode({name: value})}
    ),
    "dict": lambda name, value: repr({"a": 1, name: value}),
    "bytes": lambda name, value: repr({name: value.encode()}),
    "pairs": lambda name, value: repr([("a", "b"), (name, value)]),
    "pairs of bytes": lambda name, value: repr([(name.encode(), value.encode())]),
    "printed JSON": lambda name, value: repr(json.dumps({name: value})),
    "printed form": lambda name, value: repr(urlencode({"a": "b", name: value}).encode()),
    "header": lambda name, value: f"Host: x\r\n{name}: {value}\r\nA: b",
    "call": lambda name, value: f"f(a=1, {name}={value!r})",
    "path": lambda name, value: f"/{name}/{quote(value, safe='')}/x",
    "URL": lambda name, value: f"redis://{name}:{quote(value, safe='')}@h:1/0",
}


@st.composite
def names(draw: st.DrawFn) -> str:
    """Return a name that contains one of the words, in any case, with hyphens or underscores."""
    word = draw(st.sampled_from(WORDS))
    cases = draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    letters = [c.upper() if upper else c for c, upper in zip(word, cases, strict=True)]
    separator = draw(st.sampled_from(["", "-", "_"]))
    position = draw(st.integers(1, len(letters)))
    middle = "".join([*letters[:position], separator, *letters[position:]])
    before, after = (
        draw(st.sampled_from(["", "x-", "my_"])),
        draw(st.sampled_from(["", "Id", "[0]"])),
    )
    return before + middle + after


values = st.builds(
    lambda before, after: before + SECRET + after,
    st.sampled_from(["", "a", "'", '"', "é", "\\", "{", "[", "a,b", "a;b", ")", "<", "=", "1"]),
    st.sampled_from(["", "z", "'", '"', "/x", "=="]),
)


@given(st.sampled_from(sorted(FORMS)), names(), values)
@example("printed JSON", "token", '"' + SECRET)
def test_no_value_of_a_secret_name_remains(form: str, name: str, value: str) -> None:
    masked = mask(FORMS[form](name, value))
    assert MASKED in masked
    assert SECRET not in unquote(masked)
    assert mask(masked) == masked


@given(names(), values)
def test_no_secret_of_a_request_remains(name: str, value: str) -> None:
    query = urlencode({name: value})
    environment = {
        "wsgi.input": object(),
        "it's": "it's",
        "HTTP_" + name.upper(): value,
        "HTTP_REFERER": f"https://shop.example/?{query}",
        "QUERY_STRING": query,
        "PATH_INFO": "/items",
        "SHOP_SETTING": value,
    }
    found = mask_environment(str(environment))
    assert found["PATH_INFO"] == "/items"
    assert "SHOP_SETTING" not in found
    assert SECRET not in unquote(str(found))
    headers = mask_headers(f"Host: shop.example\r\n{name}: {value}\r\nReferer: /?{query}\r\n")
    assert headers["Host"] == "shop.example"
    assert SECRET not in unquote(str(headers))


@given(st.text(max_size=200))
def test_any_text_is_masked_without_an_error(text: str) -> None:
    mask(text)
    mask_headers(text)
    mask_environment(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 17 of customer 550e8400-e29b-41d4-a716-446655440000 not found",
        "https://shop.example/items/7?page=2&sort=price#top",
        "/orders/550e8400-e29b-41d4-a716-446655440000/lines",
        "'NoneType' object has no attribute 'price'",
        "100% of the %s",
        "KeyError: 'session'",
    ],
)
def test_what_is_not_secret_remains(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("value", ["bookshop-17", "universal", "b'x y'", 'b"x y"'])
def test_nothing_is_left_of_a_value(value: str) -> None:
    quotes = value[:2] + value[-1] if value.endswith(("'", '"')) else ""
    expected = quotes[:2] + MASKED + quotes[2:]
    assert mask(f"api_key={value}") == f"api_key={expected}"


@pytest.mark.parametrize("name", ["User-Agent", "Host", "Content-Type", "X-Request-Id", "page"])
def test_harmless_names_are_not_secret(name: str) -> None:
    assert not is_secret(name)
