"""What owners write does no harm on the pages of visitors."""

import doctest
from html.parser import HTMLParser

import pytest

from pydash_app.status_page import managing, markdown, overview
from pydash_app.status_page.entity import MAX_INCIDENTS, MAX_TEXT, MAX_UPDATES
from pydash_app.status_page.markdown import render
from pydash_cube.cache import Cache

HARMLESS = {"a", "blockquote", "br", "code", "em", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
            "strong", "ul"}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "text <b onmouseover=alert(1)>bold</b>",
        "![picture](https://evil.example/pixel.png)",
        "![picture][1]\n\n[1]: https://evil.example/pixel.png",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](\x01javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "[x](/api/logout)",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "<javascript:alert(1)>",
        '[x](https://e.example/"onclick="alert(1))',
        '[x](https://e.example "title\\"onclick=\\"alert(1)")',
        '```html"onload="alert(1)\n<script>\n```',
        "# one\n## two\n###### six",
        "&lt;script&gt; &#60;script&#62;",
        "<!-- comment --> <?php ?> <![CDATA[x]]> <!DOCTYPE x>",
    ],
)
def test_it_becomes_no_other_markup(text: str) -> None:
    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in HARMLESS, tag
            for name, value in attrs:
                assert name in ("href", "rel", "title", "class", "start"), (tag, name)
                if name == "href":
                    assert value
                    assert value.startswith(("https://", "http://", "mailto:"))

        def handle_comment(self, data: str) -> None:
            raise AssertionError(data)

    Parser(convert_charrefs=True).feed(render(text))


def test_links_say_nothing_about_the_page_and_are_not_endorsed() -> None:
    html = render("[x](https://e.example) <https://f.example> [y](mailto:a@example.com)")
    assert html.count("<a ") == html.count('rel="nofollow noopener noreferrer ugc"') == 3


@pytest.mark.parametrize(
    "unit",
    ["[", "*", "> ", "- ", "![", "`", "_a", "<", "[](", "&", "\\", "1. ", "**a*", "[a]: x\n"],
)
def test_no_text_takes_long(unit: str) -> None:
    # The time limit of tests ends what takes long.
    assert render((unit * MAX_TEXT)[:MAX_TEXT])


@pytest.mark.parametrize(
    "text",
    [
        f"[a]: https://e.example/{'x' * (MAX_TEXT // 2)}\n\n" + "[a]" * MAX_TEXT,
        "<a@b.c>" * MAX_TEXT,
        "[](http://)" * MAX_TEXT,
        '"' * MAX_TEXT,
        "- \n" * MAX_TEXT,
    ],
)
def test_a_short_text_becomes_no_long_page(text: str) -> None:
    assert len(render(text[:MAX_TEXT])) < 20 * MAX_TEXT


def test_the_texts_of_a_large_page_are_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{number} text" for number in range(MAX_INCIDENTS * MAX_UPDATES)]
    built = []

    def count(text: str) -> str:
        built.append(text)
        return "[" * MAX_TEXT

    monkeypatch.setattr(markdown._renderer, "render", count)
    cache = markdown._rendered
    monkeypatch.setattr(markdown, "_rendered", Cache(cache._capacity, cache._size_of))
    for _ in range(2):
        for text in texts:
            render(text)
    assert built == texts


def test_the_examples_run() -> None:
    for module in (managing, markdown, overview):
        failures, examples = doctest.testmod(module)
        assert (failures, examples > 0) == (0, True)
