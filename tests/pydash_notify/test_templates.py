"""Templates word messages, and can do nothing else: neither escape nor take long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydash_notify import templates
from pydash_notify.message import Notification
from pydash_notify.templates import (
    MAX_FILTERS,
    MAX_OUTPUT,
    MAX_TEMPLATE,
    TemplateInvalid,
    check,
    fill_in,
)
from tests.pydash_notify.test_message import SINCE, alert

FIRING = alert(value=7.25, threshold=5.0)
RESOLVED = alert(state="resolved", resolved_at=SINCE, duration=3_725.0, dashboard=None)
MESSAGE = Notification("m", "alert", SINCE, "Title", "Text", "https://pydash", (FIRING, RESOLVED))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ title }}|{{ text }}|{{ url }}|{{ kind }}", "Title|Text|https://pydash|alert"),
        ("{{ sent | time }}", "25 November 2026, 17:00:00 UTC"),
        ("{% for a in alerts %}{{ a.state }}{% if not loop.last %}, {% endif %}{% endfor %}",
         "firing, resolved"),
        ("{% for a in alerts if a.value is not none %}{{ a.value|number(1) }}{% endfor %}", "7.2"),
        ("{% for a in alerts %}{{ a.duration | duration }};{% endfor %}", ";1 h 2 min;"),
        ("{% for a in alerts %}{{ a.rule.condition.kind }} {% endfor %}", "above above "),
        ("{{ 'many' if alerts | length > 1 else 'one' }}", "many"),
        ("{% if kind == 'test' %}a{% elif title %}b{% else %}c{% endif %}", "b"),
        ("{{ title | upper }}{{ title | lower }}{{ title | truncate(2) }}", "TITLEtitleTi"),
        ("{% for a in alerts %}{{ a.value | default('-') }}{% endfor %}", "7.25-"),
        ("<b>{{ title }}</b> {# nothing #}{% raw %}{{{% endraw %}", "<b>Title</b> {{"),
        ("plain", "plain"),
    ],
)  # fmt: skip
def test_a_template_words_a_message(template: str, text: str) -> None:
    assert fill_in(template, MESSAGE) == text


ESCAPES = [
    "{{ title.__class__ }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ title.upper() }}", "{{ title | attr('__class__') }}", "{{ title['__class__'] }}",
    "{{ alerts[0] }}",
    "{{ self }}", "{{ self._TemplateReference__context }}", "{{ cycler.__init__ }}",
    "{{ config }}", "{{ request }}", "{{ lipsum.__globals__ }}", "{{ range(9) }}", "{{ dict() }}",
    "{{ namespace() }}", "{% set x = title %}", "{% set x %}{% endset %}",
    "{% include '/etc/passwd' %}", "{% import 'os' as os %}", "{% from 'os' import path %}",
    "{% extends 'x' %}", "{% block x %}{% endblock %}", "{% macro x() %}{% endmacro %}",
    "{% call x() %}{% endcall %}", "{% filter upper %}{% endfilter %}", "{% do title %}",
    "{% autoescape true %}{% endautoescape %}", "{% with %}{% endwith %}", "{{ debug() }}",
    "{% for a in alerts %}{{ loop.__class__ }}{% endfor %}", "{{ alerts.append }}",
    "{% for a in alerts %}{{ a._value }}{% endfor %}", "{{ title.format }}", "{{ title.join }}",
    "{% for a in alerts %}{{ loop.cycle }}{% endfor %}", "{{ text.encode.__self__ }}",
    "{% for a in alerts %}{{ a.rule.condition.items }}{% endfor %}",
    "{% for a in alerts %}{% for b in alerts %}{% endfor %}{% endfor %}",
    "{% for a in alerts %}{% if a %}{% for b in alerts %}{% endfor %}{% endif %}{% endfor %}",
    "{% for a in alerts recursive %}{{ loop(alerts) }}{% endfor %}",
    "{% for c in text %}x{% endfor %}", "{% for n in [1, 2] %}x{% endfor %}",
    "{% for a in alerts | default %}{% endfor %}", "{% for a, b in alerts %}{% endfor %}",
]  # fmt: skip


@pytest.mark.parametrize("template", ESCAPES)
def test_what_templates_must_not_do_is_refused(template: str) -> None:
    with pytest.raises(TemplateInvalid):
        fill_in(template, MESSAGE)


BOMBS = [
    "{{ 10 ** 10 ** 10 }}", "{{ 'x' * 1000000000 }}", "{{ title ~ title }}", "{{ title + title }}",
    "{{ title | center(1000000000) }}", "{{ '%01000000000d' | format(1) }}",
    "{{ title | replace('', title) }}", "{{ text | indent(1000000000) }}", "{{ [1] * 100000000 }}",
    "{{ (" * 500 + "1" + ")" * 500 + " }}", "{{ " + "not " * 900 + "1 }}",
    "{% if 1 %}" * 300 + "{% endif %}" * 300, "x" * (MAX_TEMPLATE + 1),
    "{% if kind %}" * 150 + "{% endif %}" * 150, "{{ " + "not " * 300 + "kind }}",
    "{{ " + "kind if kind else " * 200 + "1 }}",
    "{{ 1 | number(999999999) }}",
    "{{ title | truncate(-1) }}", "{{ 1e308 * 10 }}", "{{ 7 // 0 }}", "{{ text[::-1] }}",
]  # fmt: skip


@pytest.mark.parametrize("template", BOMBS)
def test_a_bomb_is_refused_or_harmless(template: str) -> None:
    started = time.process_time()
    try:
        text = fill_in(template, MESSAGE)
    except TemplateInvalid:
        text = ""
    assert len(text) <= MAX_OUTPUT
    # A bomb would take forever: this is no measurement.
    assert time.process_time() - started < 10


def test_the_longest_template_with_the_most_alerts_is_cut_off() -> None:
    long = alert(text="y" * 5_000)
    message = Notification("m", "alert", SINCE, "T", "x" * 50_000, "u", (long,) * 100)
    loop = "{% for a in alerts %}" + "{{ a }}" * 560 + "{% endfor %}"
    assert len(loop) <= MAX_TEMPLATE
    assert len(fill_in(loop, message)) == MAX_OUTPUT
    assert len(fill_in("{{ text }}" * 300, message)) == MAX_OUTPUT
    # A text is no number, but that far it does not come.
    assert len(fill_in("{{ text }}{{ text | number }}", message)) == MAX_OUTPUT


def test_filters_are_limited() -> None:
    filters = "|upper" * MAX_FILTERS
    assert fill_in("{{ title" + filters + " }}", MESSAGE) == MESSAGE.title.upper()
    with pytest.raises(TemplateInvalid, match="at most 50 filters"):
        check("{% for a in alerts %}{{ a.text" + filters + "|lower }}{% endfor %}")


WORDS = [
    "{{", "}}", "{%", "%}", "{#", "#}", "title", "alerts", "text", "a", "loop", ".", "|", "_",
    "(", ")", "[", "]", "for", "in", "if", "else", "endif", "endfor", "not", "is", "none", "==",
    "~", "+", "*", "**", "'x'", "9", ",", "set", "upper", "number", "default", "time",
    "__class__", "raw", "endraw",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join) | st.text(max_size=50))
def test_any_text_is_a_template_or_is_refused(template: str) -> None:
    try:
        text = fill_in(template, MESSAGE)
    except TemplateInvalid:
        return
    assert "object at 0x" not in text
    assert "class '" not in text


def test_a_template_is_checked_before_it_is_used() -> None:
    for template in (
        "{{ nothing }}",
        "{% for a in alerts %}{% endfor %}{{ a }}",
        "{{ title | attr }}",
    ):
        with pytest.raises(TemplateInvalid, match="Line 1"):
            check(template)
    assert templates.FILTERS.keys() == templates._environment.filters.keys()
