"""Each kind sends what its service documents, to a stand-in of the service."""

import hashlib
import hmac
import inspect
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from apprise import AppriseAttachment

from pydash_notify import kinds, services, wording
from pydash_notify.message import Alert, Dashboard, Notification, Rule
from pydash_notify.sending import Result
from pydash_notify.settings import OF_KIND, Kind
from tests.pydash_notify.test_message import SINCE, alert
from tests.support.receiver import Received, Receiver, Response, running_receiver

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD = f"https://discord.com/api/webhooks/{'4' * 18}/{'x' * 68}"
BOT = f"123456789:{'a' * 35}"
FIRING = alert(value=7.25, threshold=5.0)
RESOLVED = alert(id="e2", state="resolved", resolved_at=SINCE, duration=60.0, text="Fewer fail.")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def internet(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """The receiver, which stands in for every fixed host; the path begins with the host."""
    request = services._Exchange.request

    def reroute(exchange: Any, method: str, url: str, **options: Any) -> Any:
        assert url.startswith("https://")
        return request(exchange, method, receiver.url + url.removeprefix("https:/"), **options)

    monkeypatch.setattr(services._Exchange, "request", reroute)
    return receiver


def message(*alerts: Alert) -> Notification:
    title, text = wording.title_of(alerts), wording.text_of(alerts)
    return Notification("m1", "alert", SINCE, title, text, "https://pydash/a", alerts)


def send(
    kind: Kind,
    settings: dict[str, Any],
    *alerts: Alert,
    allow: str = "loopback",
    served: Collection[str] = frozenset(),
) -> Result:
    checked = OF_KIND[kind].model_validate(settings).model_dump()
    notification = message(*(alerts or (FIRING,)))
    return kinds.send(kind, checked, notification, allow=allow, served=served)


def test_a_webhook_is_signed(receiver: Receiver) -> None:
    secret = "a secret, long enough"
    assert send("webhook", {"url": receiver.url, "secret": secret}) == Result(status=200)
    (request,) = receiver.received
    signed = request.headers["X-PyDash-Timestamp"].encode() + b"." + request.body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-PyDash-Signature"] == f"sha256={digest}"
    assert request.body == message(FIRING).to_json()


def test_mattermost_gets_text_without_markup(receiver: Receiver) -> None:
    nasty = alert(text="``` @all [x](http://evil)")
    assert send("mattermost", {"url": f"{receiver.url}/hooks/x"}, nasty).status == 200
    (request,) = receiver.received
    assert request.path == "/hooks/x"
    (attachment,) = request.json["attachments"]
    assert attachment["title"] == "Shop: Error rate above 5 % (firing)"
    assert attachment["text"].startswith("```\n")
    assert attachment["text"].count("```") == 2


def test_matrix_gets_an_id_by_which_it_sends_a_message_once(receiver: Receiver) -> None:
    settings = {"homeserver": f"{receiver.url}/", "token": "syt_x", "room": "!r:example.com"}
    assert send("matrix", settings).status == 200
    (request,) = receiver.received
    path = "/_matrix/client/v3/rooms/%21r%3Aexample.com/send/m.room.message/m1"
    assert (request.method, request.path) == ("PUT", path)
    assert request.headers["Authorization"] == "Bearer syt_x"
    assert request.json["msgtype"] == "m.text"
    assert request.json["body"].startswith("Shop: Error rate above 5 % (firing)\n")


@pytest.mark.parametrize("token", [None, "tk_x"])
def test_ntfy_gets_json_so_that_a_title_is_no_header(receiver: Receiver, token: str | None) -> None:
    nasty = alert(dashboard=Dashboard("d1", "Shop\r\nX-Evil: 1", ""))
    settings = {"server": receiver.url, "topic": "alerts", "token": token}
    assert send("ntfy", settings, nasty).status == 200
    (request,) = receiver.received
    assert request.headers.get("Authorization") == (token and f"Bearer {token}")
    assert "X-Evil" not in request.headers
    assert request.json | {"message": ""} == {
        "topic": "alerts",
        "title": "Shop X-Evil: 1: Error rate above 5 % (firing)",
        "message": "",
        "priority": 5,
        "click": "https://pydash/a",
    }


def test_gotify(receiver: Receiver) -> None:
    assert send("gotify", {"url": f"{receiver.url}/gotify", "token": "A.x"}, RESOLVED).status == 200
    (request,) = receiver.received
    assert (request.path, request.headers["X-Gotify-Key"]) == ("/gotify/message", "A.x")
    assert (request.json["title"], request.json["priority"]) == (
        "Shop: Error rate above 5 % (resolved)",
        2,
    )


def test_teams(receiver: Receiver) -> None:
    # Its hosts are fixed, so the settings are not checked here.
    sent = kinds.send("teams", {"url": receiver.url}, message(FIRING), allow="loopback")
    assert sent.status == 200
    (request,) = receiver.received
    (attachment,) = request.json["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    title, text = attachment["content"]["body"]
    assert title["text"] == "Shop: Error rate above 5 % (firing)"
    assert text["text"] == wording.text_of([FIRING])
    assert attachment["content"]["actions"][0]["url"] == "https://pydash/a"


def test_opsgenie_alerts_are_opened_and_closed_by_their_alias(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds._OPSGENIE, "eu", f"{receiver.url}/v2/alerts")
    settings = {"api_key": "key", "region": "eu"}
    assert send("opsgenie", settings, FIRING, RESOLVED).status == 200
    opened, closed = receiver.received
    assert opened.headers["Authorization"] == closed.headers["Authorization"] == "GenieKey key"
    assert opened.path == "/v2/alerts"
    assert (opened.json["alias"], opened.json["priority"]) == ("e1", "P1")
    assert opened.json["message"] == "Shop: Error rate above 5 % (firing)"
    assert closed.path == "/v2/alerts/e2/close?identifierType=alias"


def test_slack(internet: Receiver) -> None:
    assert send("slack", {"url": SLACK}).status == 200
    (request,) = internet.received
    assert request.path == SLACK.removeprefix("https:/")
    assert b"Shop: Error rate above 5 % (firing)" in request.body
    assert b"7.2 % of 500 requests failed." in request.body


def test_discord(internet: Receiver) -> None:
    internet.respond = lambda request: Response(204, body=b"")
    assert send("discord", {"url": DISCORD}).status == 204
    (request,) = internet.received
    assert request.path.partition("?")[0] == DISCORD.removeprefix("https:/")
    assert b"7.2 % of 500 requests failed." in request.body


@pytest.mark.parametrize("chat", ["-1001234", "@channel_of_alerts"])
def test_telegram(internet: Receiver, chat: str) -> None:
    assert send("telegram", {"token": BOT, "chat_id": chat}).status == 200
    (request,) = internet.received
    assert request.path == f"/api.telegram.org/bot{BOT}/sendMessage"
    assert str(request.json["chat_id"]) == chat
    assert "7.2 % of 500 requests failed." in request.json["text"]


def test_google_chat(internet: Receiver) -> None:
    url = "https://chat.googleapis.com/v1/spaces/SPACE/messages?key=KEY&token=TOKEN"
    assert send("google_chat", {"url": url}).status == 200
    (request,) = internet.received
    assert request.path.startswith("/chat.googleapis.com/v1/spaces/SPACE/messages?")
    assert "key=KEY" in request.path
    assert "7.2 % of 500 requests failed." in request.json["text"]


def test_pushover(internet: Receiver) -> None:
    assert send("pushover", {"user": "u" * 30, "token": "a" * 30}).status == 200
    (request,) = internet.received
    assert request.path == "/api.pushover.net/1/messages.json"
    assert b"https%3A%2F%2Fpydash%2Fa" in request.body or b"https://pydash/a" in request.body


def test_pagerduty_incidents_are_opened_and_resolved_by_their_key(internet: Receiver) -> None:
    internet.respond = lambda request: Response(202)
    assert send("pagerduty", {"integration_key": "e" * 32}, FIRING, RESOLVED).status == 202
    opened, resolved = internet.bodies
    assert opened["routing_key"] == resolved["routing_key"] == "e" * 32
    assert (opened["event_action"], opened["dedup_key"]) == ("trigger", "e1")
    assert opened["payload"]["severity"] == "critical"
    assert opened["payload"]["summary"].startswith("Shop: Error rate above 5 % (firing)")
    assert opened["links"] == [{"href": "https://pydash/alerts/e1"}]
    assert (resolved["event_action"], resolved["dedup_key"]) == ("resolve", "e2")
    assert {request.path for request in internet.received} == {"/events.pagerduty.com/v2/enqueue"}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("discord://444444444444444444/token_of_a_webhook", "/discord.com/api/webhooks/"),
        ("pbul://access_token", "/api.pushbullet.com/v2/pushes"),
        ("signl4://secret", "/connect.signl4.com/webhook/secret"),
        ("ifttt://WebHookID@EventName", "/maker.ifttt.com/trigger/EventName/with/key/WebHookID"),
    ],
)
def test_other_services(internet: Receiver, url: str, path: str) -> None:
    assert send("apprise", {"url": url}).error is None
    (request,) = internet.received
    assert request.path.startswith(path)


def test_a_message_about_nothing_but_a_test_reaches_each_service(internet: Receiver) -> None:
    internet.respond = lambda request: Response(202)
    test = Notification("m1", "test", SINCE, "Test", "This is a test.", "https://pydash")
    settings = {"integration_key": "e" * 32, "region": "us"}
    assert kinds.send("pagerduty", settings, test, allow="loopback").status == 202
    assert internet.bodies[0]["event_action"] == "trigger"


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("slack", {"url": SLACK}), ("pagerduty", {"integration_key": "e" * 32})],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_service_is_followed_elsewhere(
    internet: Receiver, kind: Kind, settings: dict[str, Any], status: int
) -> None:
    internet.respond = lambda request: Response(status, {"Location": f"{internet.url}/evil"})
    result = send(kind, settings)
    assert (result.status, result.is_permanent) == (status, True)
    assert "no redirects" in str(result.error)
    assert "/evil" not in {request.path for request in internet.received}


def test_a_url_of_apprise_cannot_loosen_the_rules(internet: Receiver) -> None:
    internet.respond = lambda request: Response(302, {"Location": f"{internet.url}/evil"})
    loose = "redirect=yes&verify=no&retry=5&wait=60&rto=99999&cto=99999&overflow=split"
    url = f"pover://{'u' * 30}@{'a' * 30}?{loose}"
    result = send("apprise", {"url": url}, alert(text="long " * 2_000))
    assert result.is_permanent
    assert len(internet.received) == 1


@pytest.mark.parametrize("kind", ["discord", "slack", "apprise"])
@pytest.mark.parametrize("place", ["file", "host"])
def test_a_url_of_apprise_reads_no_template(
    internet: Receiver, tmp_path: Path, kind: Kind, place: str
) -> None:
    file = tmp_path / "secrets.json"
    file.write_text('{"content": "secret"}')
    template = quote(str(file) if place == "file" else internet.url, safe="")
    url = {"discord": DISCORD, "slack": SLACK, "apprise": f"tgram://{BOT}/12345/"}[kind]
    with pytest.raises(ValueError, match="The URL is incomplete or invalid"):
        send(kind, {"url": f"{url}?template={template}"})
    assert not internet.received


def test_many_recipients_do_not_keep_others_waiting(
    internet: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apprise.url.time.sleep", lambda seconds: pytest.fail("it sleeps"))
    url = f"httpsms://{'t' * 8}@12223334444/12223330000/12223330001/12223330002"
    assert send("apprise", {"url": url}).error is None
    assert len(internet.received) == 3


@pytest.mark.parametrize(
    "url",
    [
        f"tgram://{BOT}/111/222/333",
        f"httpsms://{'t' * 8}@12223334444/12223330000/12223330001/12223330002",
        f"slack://T1JJ3T3L2/A1BRTD4JD/{'T' * 24}/%23one/%23two/%23three",
        "pbul://access_token/%23one/%23two/%23three",
        f"twilio://AC{'a' * 32}:{'b' * 32}@12223334444/12223330000/12223330001/12223330002",
    ],
)
def test_another_attempt_does_not_reach_those_again_that_have_the_message(
    internet: Receiver, url: str
) -> None:
    def respond(request: Received) -> Response:
        return Response(
            500 if len(internet.received) == 2 else 200, body=b"ok" if "slack" in url else b"{}"
        )

    internet.respond = respond
    first = send("apprise", {"url": url})
    assert (first.status, first.is_permanent) == (500, False)
    assert len(internet.received) == 3
    second = send("apprise", {"url": url}, served=first.served)
    assert second.error is None
    _, failed, _, again = [
        (request.path, re.sub(rb'"ts": [0-9.]+', b"", request.body))
        for request in internet.received
    ]
    assert again == failed


def test_a_service_that_asks_for_time_gets_it(internet: Receiver) -> None:
    internet.respond = lambda request: Response(429, {"Retry-After": "77"})
    result = send("slack", {"url": SLACK})
    assert (result.status, result.is_permanent, result.retry_after) == (429, False, 77.0)


def test_a_service_that_refuses_is_not_asked_again(internet: Receiver) -> None:
    internet.respond = lambda request: Response(403)
    result = send("slack", {"url": SLACK})
    assert result == Result("The response is 403 Forbidden.", 403, is_permanent=True)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("webhook", {"url": "URL"}),
        ("mattermost", {"url": "URL"}),
        ("matrix", {"homeserver": "URL", "token": "x", "room": "!r:x"}),
        ("ntfy", {"server": "URL", "topic": "x"}),
        ("gotify", {"url": "URL", "token": "x"}),
    ],
)
def test_an_address_behind_the_guard_is_refused_when_connecting(
    receiver: Receiver, kind: Kind, settings: dict[str, Any]
) -> None:
    """A name may lead elsewhere by now than when the channel was created."""
    url = receiver.url.replace("127.0.0.1", "localhost")
    given = {name: url if value == "URL" else value for name, value in settings.items()}
    result = send(kind, given, allow="global")
    assert result.is_permanent
    assert "must not fetch" in str(result.error)
    assert not receiver.received


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("gotify", {"url": "URL", "token": "☃"}),
        ("apprise", {"url": "pbul://☃access_token"}),
    ],
)
def test_a_token_that_fits_into_no_header_fails_at_once(
    internet: Receiver, kind: Kind, settings: dict[str, Any]
) -> None:
    """As it was stored by earlier versions, or is a part of a URL."""
    given = {name: internet.url if value == "URL" else value for name, value in settings.items()}
    result = kinds.send(kind, given, message(FIRING), allow="loopback")
    assert result.is_permanent
    assert "does not allow in headers" in str(result.error)
    assert not internet.received


def test_a_service_whose_host_leads_behind_the_guard_is_refused(
    internet: Receiver,
) -> None:
    result = send("slack", {"url": SLACK}, allow="global")
    assert result.is_permanent
    assert not internet.received


def test_a_response_without_end_is_not_read(receiver: Receiver) -> None:
    receiver.respond = lambda request: Response(200, body=b"x" * 10_000_000)
    assert send("webhook", {"url": receiver.url}).status == 200


def test_a_service_with_an_endless_response_fails(internet: Receiver) -> None:
    internet.respond = lambda request: Response(200, body=b"x" * 10_000_000)
    assert "exceeds" in str(send("slack", {"url": SLACK}).error)


@pytest.mark.parametrize("scheme", services.SCHEMES)
def test_a_service_has_a_fixed_host_and_no_other_way_out(scheme: str) -> None:
    """An update of Apprise may change that; then the service must go."""
    plugin: Any = services.plugin_class(scheme)
    assert not plugin.protocol, "it works without TLS"
    assert not any("{host}" in template for template in plugin.templates)
    module = sys.modules[plugin.__module__]
    source = inspect.getsource(module)
    for way in ("import socket", "urllib.request", "http.client", "Session(", "smtplib", "Popen"):
        assert way not in source
    assert isinstance(module.requests, services._GuardedRequests)
    assert not hasattr(module.requests, "Session")
    assert AppriseAttachment not in vars(module).values()


def test_messages_of_all_kinds_are_known() -> None:
    assert kinds._REQUESTS.keys() | kinds._SERVICES.keys() | {"mail", "apprise"} == OF_KIND.keys()


@pytest.mark.parametrize("number", [1, 100])
def test_a_long_message_is_shortened_to_what_the_service_takes(
    internet: Receiver, number: int
) -> None:
    internet.respond = lambda request: Response(204, body=b"")
    rule = Rule("r1", "x" * 200, {"kind": "above"})
    alerts = [alert(id=str(each), rule=rule, text="y" * 500) for each in range(number)]
    assert send("discord", {"url": DISCORD}, *alerts).status == 204
    assert len(internet.received) == 1
