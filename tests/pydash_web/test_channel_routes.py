"""Channels over the API: nobody sees a secret, and nothing is sent where it must not be."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from pydash_app import channel as channels
from pydash_app import outbox
from pydash_app.channel import managing
from pydash_database import transact
from pydash_notify.settings import HIDDEN, OF_KIND
from tests.pydash_app.channel.conftest import alert
from tests.pydash_web.support.running_site import Site, Visitor, make_user
from tests.support.receiver import Receiver, Response, running_receiver

SECRET = "a secret of the receiver"
CLOSED = "http://127.0.0.1:9"
SETTINGS: dict[str, dict[str, Any]] = {
    "mail": {"address": "alice@example.com"},
    "webhook": {"url": f"{CLOSED}/hook", "secret": SECRET},
    "slack": {
        "url": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    },
    "discord": {"url": f"https://discord.com/api/webhooks/{'4' * 18}/{'x' * 68}"},
    "telegram": {"token": f"123456789:{'a' * 35}", "chat_id": "-1001234"},
    "teams": {"url": "https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y"},
    "google_chat": {"url": "https://chat.googleapis.com/v1/spaces/S/messages?key=K&token=T"},
    "mattermost": {"url": f"{CLOSED}/hooks/abc"},
    "matrix": {"homeserver": CLOSED, "token": "syt_x", "room": "!room:example.com"},
    "ntfy": {"server": CLOSED, "topic": "alerts", "token": "tk_x"},
    "gotify": {"url": CLOSED, "token": "A.x"},
    "pushover": {"user": "u" * 30, "token": "a" * 30},
    "pagerduty": {"integration_key": "e" * 32, "region": "eu"},
    "opsgenie": {"api_key": "key", "region": "us"},
    "apprise": {"url": "discord://123456789012345678/token_of_a_webhook"},
}
SECRETS = {
    "mail": set(), "webhook": {"secret"}, "slack": {"url"}, "discord": {"url"},
    "telegram": {"token"}, "teams": {"url"}, "google_chat": {"url"}, "mattermost": {"url"},
    "matrix": {"token"}, "ntfy": {"token"}, "gotify": {"token"}, "pushover": {"user", "token"},
    "pagerduty": {"integration_key"}, "opsgenie": {"api_key"}, "apprise": {"url"},
}  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def alices(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture
def alice(lasting_site: Site, alices: Visitor) -> Visitor:
    """Alice, signed in, without any channel."""
    lasting_site.forget_limits()
    for channel in alices.get("/api/channels").json()["channels"]:
        assert alices.post(f"/api/channels/{channel['id']}/delete").ok
    return alices


def add(visitor: Visitor, kind: str, **fields: Any) -> Any:
    """Add a channel, and return the response."""
    body = {"name": "Mine", "kind": kind, "settings": SETTINGS[kind], **fields}
    return visitor.post("/api/channels", body)


def refused(response: Any, field: str) -> str:
    assert response.status_code == 400, response.text
    assert list(response.json()["errors"]) == [field]
    return str(response.json()["errors"][field][0])


@pytest.mark.parametrize("kind", OF_KIND)
def test_a_channel_of_each_kind_is_listed_without_its_secrets(alice: Visitor, kind: str) -> None:
    response = add(alice, kind)
    assert response.status_code == 200, response.text
    created = response.json()
    assert created["secret"] == (SECRET if kind == "webhook" else None)
    (listed,) = alice.get("/api/channels").json()["channels"]
    assert listed == created["channel"]
    assert listed["settings"] == {
        name: HIDDEN if name in SECRETS[kind] else value for name, value in SETTINGS[kind].items()
    }
    assert {name: listed[name] for name in ("name", "kind", "group_wait", "group_interval")} == {
        "name": "Mine", "kind": kind, "group_wait": 30, "group_interval": 300,
    }  # fmt: skip
    assert (listed["enabled"], listed["template"], listed["failures"]) == (True, None, 0)


def test_a_webhook_without_a_secret_gets_one(alice: Visitor) -> None:
    made = {add(alice, "webhook", settings={"url": CLOSED}).json()["secret"] for _ in range(2)}
    assert len(made) == 2
    assert all(len(secret) >= 32 for secret in made)


def test_a_test_is_signed_and_its_result_is_shown(alice: Visitor, receiver: Receiver) -> None:
    settings = {"url": f"{receiver.url}/hook?x=1", "secret": SECRET}
    channel = f"/api/channels/{add(alice, 'webhook', settings=settings).json()['channel']['id']}"
    result = alice.post(f"{channel}/test", {}).json()
    assert (result["ok"], result["status"], result["error"]) == (True, 200, None)
    assert 0 <= result["seconds"] < 10
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", "/hook?x=1")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("PyDash/1")
    signed = request.headers["X-PyDash-Timestamp"].encode() + b"." + request.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-PyDash-Signature"] == f"sha256={expected}"
    assert abs(int(request.headers["X-PyDash-Timestamp"]) - datetime.now(UTC).timestamp()) < 30
    assert request.headers["X-PyDash-Delivery"] == request.json["id"]
    assert (request.json["kind"], request.json["alerts"]) == ("test", [])
    (delivery,) = alice.get(f"{channel}/deliveries").json()["deliveries"]
    assert delivery["id"] == request.json["id"]
    assert (delivery["kind"], delivery["state"], delivery["attempts"]) == ("test", "sent", 1)
    (listed,) = alice.get("/api/channels").json()["channels"]
    assert listed["last_success"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, "The response is 500 Internal Server Error."), (404, "The response is 404 Not Found.")],
)
def test_a_test_that_fails_says_why_and_is_not_repeated(
    alice: Visitor, receiver: Receiver, status: int, error: str
) -> None:
    receiver.respond = lambda request: Response(status)
    added = add(alice, "webhook", settings={"url": receiver.url}).json()["channel"]
    response = alice.post(f"/api/channels/{added['id']}/test")
    assert response.status_code == 200
    assert response.json() | {"seconds": 0} == {
        "ok": False, "status": status, "error": error, "seconds": 0,
    }  # fmt: skip
    assert channels.send_due(datetime.now(UTC) + timedelta(days=1)) == 0
    assert len(receiver.received) == 1
    (listed,) = alice.get("/api/channels").json()["channels"]
    assert (listed["failures"], listed["last_error"]) == (0, error)


def test_a_test_of_a_server_that_does_not_respond_says_so(alice: Visitor) -> None:
    added = add(alice, "webhook").json()["channel"]
    result = alice.post(f"/api/channels/{added['id']}/test").json()
    assert result["error"] == "Connection refused by 127.0.0.1:9."


def test_settings_change_and_secrets_remain(alice: Visitor, receiver: Receiver) -> None:
    settings = {"url": receiver.url, "secret": SECRET}
    channel = f"/api/channels/{add(alice, 'webhook', settings=settings).json()['channel']['id']}"
    changes = {
        "name": "Renamed",
        "settings": {"url": f"{receiver.url}/new", "secret": HIDDEN},
        "group_wait": 0,
        "group_interval": 86_400,
        "template": "{{ title }}",
        "enabled": False,
    }
    changed = alice.post(f"{channel}/change_settings", changes)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()["channel"][name] for name in changes} == changes
    assert alice.post(f"{channel}/test").json()["ok"]
    (request,) = receiver.received
    assert request.path == "/new"
    signed = request.headers["X-PyDash-Timestamp"].encode() + b"." + request.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-PyDash-Signature"] == f"sha256={expected}"
    unchanged = alice.post(f"{channel}/change_settings", {"enabled": True}).json()["channel"]
    assert unchanged == changed.json()["channel"] | {
        "enabled": True,
        **{name: unchanged[name] for name in ("last_success", "last_error")},
    }
    reset = alice.post(f"{channel}/change_settings", {"template": None}).json()["channel"]
    assert reset["template"] is None


def test_a_secret_is_not_sent_to_a_new_server(alice: Visitor, receiver: Receiver) -> None:
    for kind, name in (("gotify", "url"), ("ntfy", "server"), ("matrix", "homeserver")):
        added = add(alice, kind).json()["channel"]
        url = f"/api/channels/{added['id']}/change_settings"
        moved = {**added["settings"], name: receiver.url}
        refused(alice.post(url, {"settings": moved}), "settings.token")
        refused(alice.post(url, {"settings": {name: receiver.url}}), "settings.token")
        assert alice.post(url, {"settings": {name: receiver.url, "token": "new"}}).ok
    assert not receiver.received


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://192.168.1.1:8080/",
        "http://[fe80::1]/", "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/", "http://100.64.0.1",
        "ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/", "//example.com",
        "http://", "javascript:alert(1)", "http://a b/", "gopher://127.0.0.1:25/",
        "http://example.com\r\nX-Evil: 1/", "http://2852039166/", "http://127.0.0.1:0/",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("kind", "field"),
    [("webhook", "url"), ("mattermost", "url"), ("matrix", "homeserver"), ("ntfy", "server"),
     ("gotify", "url")],
)  # fmt: skip
def test_an_address_that_pydash_must_not_contact_is_refused(
    alice: Visitor, kind: str, field: str, url: str
) -> None:
    settings = {**SETTINGS[kind], field: url}
    refused(add(alice, kind, settings=settings), f"settings.{field}")
    added = add(alice, kind).json()["channel"]
    changes = {"settings": {**SETTINGS[kind], field: url}}
    response = alice.post(f"/api/channels/{added['id']}/change_settings", changes)
    refused(response, f"settings.{field}")


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        ("mail", {"address": "alice@example.com\r\nBcc: bob@example.com"}, "address"),
        ("mail", {"address": "alice@example.com, bob@example.com"}, "address"),
        ("mail", {}, "address"),
        ("webhook", {"url": CLOSED, "secret": "short"}, "secret"),
        ("webhook", {"url": CLOSED, "secret": "x" * 257}, "secret"),
        ("webhook", {"url": CLOSED, "headers": {}}, "headers"),
        ("webhook", {"url": 42}, "url"),
        ("slack", {"url": "https://hooks.slack.com.evil.example/services/T/A/B"}, "url"),
        ("slack", {"url": "https://evil.example/?https://hooks.slack.com/services/T/A/B"}, "url"),
        ("discord", {"url": "https://evil.example/api/webhooks/1/x"}, "url"),
        ("telegram", {"token": "1:x/../../evil", "chat_id": "1"}, "token"),
        ("telegram", {"token": SETTINGS["telegram"]["token"], "chat_id": "1&x=2"}, "chat_id"),
        ("teams", {"url": "https://evil.example/?.logic.azure.com"}, "url"),
        ("teams", {"url": "https://evillogic.azure.com/"}, "url"),
        ("teams", {"url": "http://prod-1.logic.azure.com/"}, "url"),
        ("teams", {"url": "https://prod-1.logic.azure.com@evil.example/"}, "url"),
        ("google_chat", {"url": "https://evil.example/v1/spaces/S/messages?key=K&token=T"}, "url"),
        ("matrix", {**SETTINGS["matrix"], "room": "!a/../../x"}, "room"),
        ("matrix", {**SETTINGS["matrix"], "token": "a\r\nHost: x"}, "token"),
        ("ntfy", {**SETTINGS["ntfy"], "topic": "a/b"}, "topic"),
        ("ntfy", {**SETTINGS["ntfy"], "topic": "a\nX: y"}, "topic"),
        ("gotify", {**SETTINGS["gotify"], "token": "a\nb"}, "token"),
        ("gotify", {**SETTINGS["gotify"], "token": "tök"}, "token"),
        ("matrix", {**SETTINGS["matrix"], "token": "☃"}, "token"),
        ("ntfy", {**SETTINGS["ntfy"], "token": "☃"}, "token"),
        ("opsgenie", {**SETTINGS["opsgenie"], "api_key": "☃"}, "api_key"),
        ("pushover", {"user": "x", "token": "a" * 30}, "user"),
        ("pagerduty", {"integration_key": "e" * 32, "region": "mars"}, "region"),
        ("apprise", {"url": "json://127.0.0.1/"}, "url"),
        ("apprise", {"url": "mailto://user:pass@example.com"}, "url"),
        ("apprise", {"url": "syslog://"}, "url"),
        ("apprise", {"url": "file:///etc/passwd"}, "url"),
        ("apprise", {"url": "dbus://"}, "url"),
        ("apprise", {"url": "mqtt://127.0.0.1"}, "url"),
        ("apprise", {"url": "xmpp://user:pass@127.0.0.1"}, "url"),
        ("apprise", {"url": "discord://"}, "url"),
        ("apprise", {"url": "slack"}, "url"),
        ("apprise", {"url": "tgram://" + ":" * 900}, "url"),
    ],
)
def test_invalid_settings_are_refused(
    alice: Visitor, kind: str, settings: dict[str, Any], field: str
) -> None:
    refused(add(alice, kind, settings=settings), f"settings.{field}")
    assert not alice.get("/api/channels").json()["channels"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "pigeon"}, "kind"),
        ({"group_wait": -1}, "group_wait"),
        ({"group_wait": 3_601}, "group_wait"),
        ({"group_interval": 86_401}, "group_interval"),
        ({"group_wait": "30"}, "group_wait"),
        ({"template": "x" * 4_001}, "template"),
        ({"template": "{{ nothing }}"}, "template"),
        ({"template": "{{ title.__class__.__mro__ }}"}, "template"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_invalid_fields_are_refused(alice: Visitor, fields: dict[str, Any], field: str) -> None:
    refused(
        alice.post(
            "/api/channels", {"name": "x", "kind": "mail", "settings": SETTINGS["mail"], **fields}
        ),
        field,
    )


def test_mail_to_others_awaits_their_consent_and_reveals_nothing(
    alice: Visitor, lasting_site: Site
) -> None:
    make_user("Erin")
    shown = []
    for address in ("erin@example.com", "nobody@example.com"):
        response = add(alice, "mail", settings={"address": address})
        channel = response.json()["channel"]
        assert channel["consent"] == "awaited"
        assert channel["asked"] is not None
        assert "recipient has not agreed" in str(
            alice.post(f"/api/channels/{channel['id']}/test").json()["error"]
        )
        unique = ("id", "settings", "created", "asked")
        shown.append({name: value for name, value in channel.items() if name not in unique})
    assert shown[0] == shown[1]
    url = f"/api/channels/{channel['id']}/ask_recipient"
    again = alice.post(url)
    assert again.json()["channel"]["asked"] > channel["asked"]
    assert alice.post(url).ok
    assert alice.post(url).status_code == 429

    mails = transact(lambda: outbox.repository.due(datetime.now(UTC), 50))
    asked = [mail for mail in mails if mail.recipient == "nobody@example.com"]
    code = re.findall(r"/consent/(\S+)", max(asked, key=lambda mail: mail.written).plain)[0]
    recipient = lasting_site.visitor()
    for agrees, consent in ((True, "given"), (False, "refused")):
        assert recipient.post("/api/consent", {"code": code, "agrees": agrees}).ok
        assert alice.get("/api/channels").json()["channels"][-1]["consent"] == consent
    moved = {"settings": {"address": "nobody+2@example.com"}}
    changed = alice.post(f"/api/channels/{channel['id']}/change_settings", moved)
    assert changed.status_code == 403
    assert alice.get("/api/channels").json()["channels"][-1]["settings"] == channel["settings"]


def test_the_kind_of_a_channel_does_not_change(alice: Visitor) -> None:
    added = add(alice, "mail").json()["channel"]
    url = f"/api/channels/{added['id']}/change_settings"
    refused(alice.post(url, {"kind": "webhook"}), "kind")


def test_an_account_has_a_limited_number_of_channels(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(managing, "MAX_CHANNELS", 2)
    assert add(alice, "mail").ok
    assert add(alice, "mail").ok
    refused(add(alice, "mail"), "name")


def test_tests_are_limited(alice: Visitor, receiver: Receiver) -> None:
    added = add(alice, "webhook", settings={"url": receiver.url}).json()["channel"]
    statuses = [alice.post(f"/api/channels/{added['id']}/test").status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_deliveries_are_listed_page_by_page(alice: Visitor, receiver: Receiver) -> None:
    fields = {"group_wait": 0, "group_interval": 0, "settings": {"url": receiver.url}}
    added = add(alice, "webhook", **fields).json()["channel"]
    url = f"/api/channels/{added['id']}/deliveries"
    for number in range(3):
        transact(
            lambda number=number: channels.notify(  # type: ignore[misc]
                UUID(added["id"]), alert(number), datetime.now(UTC)
            )
        )
        receiver.respond = lambda request, number=number: Response(500 if number == 1 else 201)  # type: ignore[misc]
        channels.send_due()
    newest, failed, oldest = alice.get(url).json()["deliveries"]
    assert [each["state"] for each in (newest, failed, oldest)] == ["sent", "waiting", "sent"]
    assert (failed["status"], failed["error"]) == (
        500,
        "The response is 500 Internal Server Error.",
    )
    assert failed["next_attempt"] > failed["created"]
    assert (oldest["status"], oldest["error"], oldest["next_attempt"]) == (201, None, None)
    assert alice.get(f"{url}?limit=1").json()["deliveries"] == [newest]
    assert alice.get(f"{url}?limit=5&marker={newest['id']}").json()["deliveries"] == [
        failed,
        oldest,
    ]
    refused(alice.get(f"{url}?marker={uuid4()}"), "marker")


def test_a_preview_has_example_values(alice: Visitor) -> None:
    template = (
        "{% for alert in alerts %}{{ alert.dashboard.name }}: {{ alert.rule.name }};{% endfor %}"
    )
    preview = alice.post("/api/channels/preview", {"kind": "slack", "template": template}).json()
    assert preview == {
        "title": "Shop: 1 firing, 1 resolved",
        "text": "Shop: Error rate above 5%;Shop: Down;",
    }
    words = alice.post("/api/channels/preview", {"kind": "slack"}).json()["text"]
    short = alice.post("/api/channels/preview", {"kind": "ntfy", "template": None}).json()["text"]
    assert "Value: 7.2, threshold: 5" in words
    assert len(short) < len(words)
    refused(alice.post("/api/channels/preview", {"kind": "mail", "template": "{{"}), "template")


def test_characters_that_nothing_can_send_are_left_out(alice: Visitor, receiver: Receiver) -> None:
    """A template can contain escapes of halves of characters, and of control characters."""
    template = r"a{{ '\ud800\x00\x1b\r' }}b{{ '\U0001f600\n' }}c"
    preview = alice.post("/api/channels/preview", {"kind": "mail", "template": template})
    assert preview.status_code == 200, preview.text
    assert preview.json()["text"] == "ab\U0001f600\nc"
    settings = {"url": receiver.url}
    added = add(alice, "webhook", settings=settings, template=template).json()["channel"]
    assert alice.post(f"/api/channels/{added['id']}/test").json()["ok"]
    assert receiver.bodies[0]["text"] == "ab\U0001f600\nc"


def test_mail_is_tested_ten_times_an_hour(alice: Visitor, lasting_site: Site) -> None:
    """Its recipient may be somebody else."""
    added = add(alice, "mail").json()["channel"]
    statuses = []
    for _ in range(managing.MAX_MAIL_TESTS + 1):
        lasting_site.forget_limits()
        statuses.append(alice.post(f"/api/channels/{added['id']}/test").status_code)
    assert statuses == [200] * managing.MAX_MAIL_TESTS + [429]


def test_the_documented_example_verifies_the_signature(alice: Visitor, receiver: Receiver) -> None:
    page = (Path(__file__).parents[2] / "docs" / "scripting.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(import hashlib.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    settings = {"url": receiver.url, "secret": names["SECRET"]}
    added = add(alice, "webhook", settings=settings).json()["channel"]
    assert alice.post(f"/api/channels/{added['id']}/test").json()["ok"]
    (request,) = receiver.received
    verified = names["verified"]
    assert verified(request.headers, request.body)
    assert not verified(request.headers, request.body + b" ")
    later = datetime.now(UTC).timestamp() + 600
    assert not verified(request.headers, request.body, later), "replayed"
    other = {**request.headers, "X-PyDash-Timestamp": str(int(later))}
    assert not verified(other, request.body, later), "the timestamp is signed, too"


def test_rules_remain_without_a_deleted_channel(alice: Visitor) -> None:
    kept, deleted = (add(alice, "mail").json()["channel"]["id"] for _ in "12")
    rule = {"condition": {"kind": "down"}, "channels": [deleted, kept]}
    created = alice.post("/api/rules", rule).json()["rule"]
    assert alice.post(f"/api/channels/{deleted}/delete").ok
    (listed,) = alice.get("/api/rules").json()["rules"]
    assert listed["channels"] == [kept]
    url = f"/api/rules/{created['id']}/change_settings"
    assert alice.post(url, {"name": "Renamed"}).status_code == 200


def test_a_deleted_channel_is_gone(alice: Visitor) -> None:
    url = f"/api/channels/{add(alice, 'mail').json()['channel']['id']}"
    assert alice.post(f"{url}/delete").ok
    for path in ("delete", "test"):
        assert alice.post(f"{url}/{path}").status_code == 404
    assert alice.get(f"{url}/deliveries").status_code == 404
    assert alice.post(f"{url}/change_settings", {}).status_code == 404
    refused(alice.post("/api/channels/nothing/delete"), "channel_id")
