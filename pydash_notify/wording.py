"""The words of a message: a title of one line, and a text that says what, since when and where."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pydash_notify.message import Alert

MAX_TITLE = 200
MAX_SHORT = 500
TEST_TITLE = "Test of a notification channel"
TEST_TEXT = "This is a test. PyDash can notify you through this channel."

_STATES = {
    "firing": "firing",
    "resolved": "resolved",
    "flapping": "flapping",
    "no_data": "without data",
    "error": "not evaluated",
}
_DOWN = {"firing": "is down", "resolved": "is up again", "flapping": "goes up and down"}


def title_of(alerts: Sequence[Alert]) -> str:
    """Return the title of a message about some alerts of one dashboard.

    :param alerts: at least one.
    """
    subject = alerts[0].dashboard.name if alerts[0].dashboard else "PyDash"
    if len(alerts) > 1:
        counts = Counter(_STATES[alert.state] for alert in alerts)
        return one_line(
            f"{subject}: " + ", ".join(f"{number} {state}" for state, number in counts.items())
        )
    (alert,) = alerts
    if alert.dashboard and alert.rule.condition.get("kind") == "down" and alert.state in _DOWN:
        return one_line(f"{subject} {'is still down' if alert.reminder else _DOWN[alert.state]}")
    state = "still firing" if alert.reminder else _STATES[alert.state]
    return one_line(f"{subject}: {alert.rule.name} ({state})")


def text_of(alerts: Sequence[Alert]) -> str:
    """Return the text of a message: a paragraph for each alert."""
    return "\n\n".join("\n".join(_lines(alert)) for alert in alerts)


def short_text_of(alerts: Sequence[Alert]) -> str:
    """Return a text for the small screen of a phone: a line for each alert, without addresses."""
    lines = []
    for alert in alerts:
        lasted = f", after {duration(alert.duration)}" if alert.duration is not None else ""
        if len(alerts) == 1:
            lines.append(f"{alert.text or alert.rule.name}{lasted}")
        else:
            lines.append(f"{alert.rule.name} ({_STATES[alert.state]}{lasted}): {alert.text}")
    return shortened("\n".join(map(one_line, lines)), MAX_SHORT)


def one_line(text: str) -> str:
    r"""Return a text without line breaks and other control characters, shortened to a title.

    >>> one_line("Shop\r\nBcc: eve@example.com")
    'Shop Bcc: eve@example.com'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shortened(line, MAX_TITLE)


def shortened(text: str, length: int) -> str:
    """Return a text, or its beginning if it is longer than allowed.

    >>> shortened("Connection refused", 11)
    'Connection…'
    """
    return text if len(text) <= length else f"{text[: length - 1]}…"


def point_in_time(time: datetime) -> str:
    """Return a time (UTC) in words.

    >>> from datetime import UTC
    >>> point_in_time(datetime(2026, 11, 5, 17, 0, 9, tzinfo=UTC))
    '5 November 2026, 17:00:09 UTC'
    """
    return f"{time.day} {time:%B %Y, %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """Return a duration in words, in its two largest units.

    >>> duration(42.4), duration(3725), duration(180_000)
    ('42 s', '1 h 2 min', '2 d 2 h')
    """
    left = round(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, left = divmod(left, size)
        if number or parts:
            parts.append(f"{number} {unit}" if number else "")
    return " ".join(filter(None, parts[:2])) or "0 s"


def _lines(alert: Alert) -> list[str]:
    lines = [f"{alert.rule.name}: {'still ' if alert.reminder else ''}{_STATES[alert.state]}"]
    if alert.text:
        lines.append(alert.text)
    if alert.value is not None:
        limit = "" if alert.threshold is None else f", threshold: {alert.threshold:g}"
        lines.append(f"Value: {alert.value:g}{limit}")
    if alert.duration is not None:
        lines.append(f"Since {point_in_time(alert.since)}, lasted {duration(alert.duration)}")
    else:
        lines.append(f"Since {point_in_time(alert.since)}")
    lines.append(alert.url)
    return lines
