"""An alert and a message are JSON with the documented fields, and back."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pydash_notify import wording
from pydash_notify.message import Alert, Dashboard, Notification, Rule

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])
TIMES = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, zone), st.floats(0, 2e11), ZONES
)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ALERTS = st.builds(
    Alert,
    id=TEXTS,
    rule=st.builds(Rule, TEXTS, TEXTS, st.dictionaries(TEXTS, NUMBERS | TEXTS, max_size=3)),
    dashboard=st.none() | st.builds(Dashboard, TEXTS, TEXTS, TEXTS),
    since=TIMES,
    resolved_at=st.none() | TIMES,
    value=NUMBERS,
    threshold=NUMBERS,
    duration=st.none() | st.floats(0, 1e9),
    text=TEXTS,
    url=TEXTS,
)
SINCE = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)


def alert(**fields: Any) -> Alert:
    values: dict[str, Any] = {
        "id": "e1",
        "state": "firing",
        "rule": Rule("r1", "Error rate above 5 %", {"kind": "above"}),
        "dashboard": Dashboard("d1", "Shop", "https://pydash/d1"),
        "severity": "critical",
        "since": SINCE,
        "text": "7.2 % of 500 requests failed.",
        "url": "https://pydash/alerts/e1",
    }
    return Alert(**{**values, **fields})


@given(ALERTS)
def test_an_alert_survives_its_json(given_alert: Alert) -> None:
    assert Alert.from_json(given_alert.to_json()) == given_alert


def test_a_message_has_the_documented_fields() -> None:
    resolved = alert(
        state="resolved",
        resolved_at=SINCE + timedelta(minutes=2),
        duration=120.0,
        value=7.25,
        threshold=5.0,
    )
    sent = datetime(2026, 11, 25, 18, 2, 30, tzinfo=timezone(timedelta(hours=1)))
    message = Notification("m1", "alert", sent, "A title", "A text", "https://pydash", (resolved,))
    assert json.loads(message.to_json()) == {
        "id": "m1",
        "kind": "alert",
        "sent": "2026-11-25T17:02:30Z",
        "title": "A title",
        "text": "A text",
        "url": "https://pydash",
        "alerts": [
            {
                "id": "e1",
                "state": "resolved",
                "reminder": False,
                "rule": {
                    "id": "r1",
                    "name": "Error rate above 5 %",
                    "condition": {"kind": "above"},
                },
                "dashboard": {"id": "d1", "name": "Shop", "url": "https://pydash/d1"},
                "severity": "critical",
                "value": 7.25,
                "threshold": 5.0,
                "since": "2026-11-25T17:00:00Z",
                "resolved_at": "2026-11-25T17:02:00Z",
                "duration": 120.0,
                "text": "7.2 % of 500 requests failed.",
                "url": "https://pydash/alerts/e1",
            }
        ],
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_express_is_null(value: float) -> None:
    assert json.loads(alert(value=value).to_json())["value"] is None


@pytest.mark.parametrize(
    "fields",
    [{"since": datetime(2026, 1, 1)}, {"state": "burning"}, {"severity": "huge"}],  # noqa: DTZ001
)
def test_an_invalid_alert_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        alert(**fields)


DOWN = {"rule": Rule("r1", "Down", {"kind": "down"})}


@pytest.mark.parametrize(
    ("alerts", "title"),
    [
        ([alert(**DOWN)], "Shop is down"),
        ([alert(**DOWN, reminder=True)], "Shop is still down"),
        ([alert(**DOWN, state="resolved")], "Shop is up again"),
        ([alert()], "Shop: Error rate above 5 % (firing)"),
        ([alert(reminder=True)], "Shop: Error rate above 5 % (still firing)"),
        ([alert(state="no_data")], "Shop: Error rate above 5 % (without data)"),
        ([alert(), alert(), alert(state="resolved")], "Shop: 2 firing, 1 resolved"),
        ([alert(dashboard=None, **DOWN)], "PyDash: Down (firing)"),
        (
            [alert(dashboard=Dashboard("d", "a\r\nBcc: b", ""))],
            "a Bcc: b: Error rate above 5 % (firing)",
        ),
    ],
)
def test_titles(alerts: list[Alert], title: str) -> None:
    assert wording.title_of(alerts) == title


def test_a_text_says_what_since_when_how_much_and_where() -> None:
    assert wording.text_of([alert(value=7.25, threshold=5.0)]) == (
        "Error rate above 5 %: firing\n7.2 % of 500 requests failed.\nValue: 7.25, threshold: 5\n"
        "Since 25 November 2026, 17:00:00 UTC\nhttps://pydash/alerts/e1"
    )
    recovered = alert(state="resolved", resolved_at=SINCE, duration=3_725.0)
    assert "Since 25 November 2026, 17:00:00 UTC, lasted 1 h 2 min" in wording.text_of([recovered])


@given(st.lists(ALERTS, min_size=1, max_size=20))
def test_titles_and_short_texts_are_short_whatever_apps_report(alerts: list[Alert]) -> None:
    title = wording.title_of(alerts)
    assert len(title) <= wording.MAX_TITLE
    assert title.isprintable()
    assert len(wording.short_text_of(alerts)) <= wording.MAX_SHORT
