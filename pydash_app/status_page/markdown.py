"""Renders what owners of status pages write, so that it can do no harm on the pages of others.

CommonMark without raw HTML and images: the page of a visitor loads nothing from elsewhere. Links
lead to `http`, `https` and `mailto` only. There are no link reference definitions, with which a
short text becomes a long page: each mention of a reference repeats its URL.
"""

import hashlib
import re
import sys

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup

from pydash_cube.cache import Cache

_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# Of the page, which has headings above those of a text.
_HEADINGS_ABOVE = 3


def _adapt(state: StateCore) -> None:
    for token in state.tokens:
        if token.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            token.tag = f"h{min(6, int(token.tag[1]) + _HEADINGS_ABOVE)}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "nofollow noopener noreferrer ugc")


_renderer = MarkdownIt("commonmark", {"html": False, "breaks": True})
_renderer.disable(["image", "html_block", "html_inline", "reference"])
_renderer.core.ruler.push("adapt", _adapt)
_renderer.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]


# By the hash of the text. Large enough for 6,000 texts of 4,000 letters, which a page can have:
# some take a tenth of a second, and a page is read again every few seconds.
_rendered: Cache[Markup] = Cache(32 * 1024**2, lambda html: sys.getsizeof(html) + 200)


def render(text: str) -> Markup:
    """Return Markdown as HTML.

    >>> print(render("**Fixed**, see [the blog](https://example.com)."), end="")
    <p><strong>Fixed</strong>, see <a href="https://example.com" \
rel="nofollow noopener noreferrer ugc">the blog</a>.</p>
    >>> print(render("<script>alert(1)</script> [x](javascript:alert)"), end="")
    <p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert)</p>
    """

    def build() -> Markup:
        # `&#12;` becomes a form feed, which XML, and hence a feed, cannot have.
        return Markup(_renderer.render(text).replace("\f", " "))  # noqa: S704 (see above)

    return _rendered.get(hashlib.blake2b(text.encode()).digest(), build)
