"""Users add channels, test them, and see what is sent through them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, StorageState, expect

from pydash_notify.kinds import signature
from tests.features.support.running_stack import Stack
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.support.receiver import Response, running_receiver
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

SECONDS = 60.0


def test_a_new_webhook_shows_its_secret_once_and_the_true_result_of_tests(user_page: Page) -> None:
    with running_receiver() as receiver:
        user_page.goto("/alerts/channels")
        user_page.get_by_role("button", name="Add channel").click()
        user_page.get_by_label("Kind").select_option("webhook")
        user_page.get_by_label("Name", exact=True).fill("Receiver")
        url = user_page.get_by_label("URL", exact=True)
        url.fill("http://0.0.0.0/")
        user_page.get_by_role("button", name="Add channel").click()
        expect(url).to_have_accessible_description(re.compile("^0.0.0.0 resolves to"))
        url.fill(f"{receiver.url}/alerts")
        user_page.get_by_role("button", name="Add channel").click()
        secret = user_page.get_by_role("dialog").locator("code").inner_text()

        user_page.get_by_role("button", name="Send a test: Receiver").click()
        expect(
            user_page.get_by_text("The other side accepted the test (HTTP status 200")
        ).to_be_visible()
        (request,) = receiver.received
        assert request.path == "/alerts"
        assert request.json["kind"] == "test"
        signed = signature(secret, request.headers["X-PyDash-Timestamp"], request.body)
        assert request.headers["X-PyDash-Signature"] == signed
        user_page.get_by_role("button", name="Done").click()
        expect(user_page.get_by_text(secret)).to_have_count(0)

        receiver.respond = lambda request: Response(503)
        user_page.get_by_role("button", name="Send a test: Receiver").click()
        expect(user_page.get_by_text("The test failed (HTTP status 503")).to_be_visible()
        user_page.get_by_role("button", name="Messages: Receiver").click()
        messages = user_page.get_by_role("list", name="Messages through Receiver")
        expect(messages.get_by_role("listitem")).to_have_count(2)
        expect(messages.get_by_role("listitem").first).to_contain_text("Failed")
        expect(messages.get_by_role("listitem").last).to_contain_text("Sent")

        user_page.get_by_role("button", name="Delete: Receiver").click()
        user_page.get_by_role("button", name="Delete permanently: Receiver").click()
        expect(user_page.get_by_text("Nobody is notified yet")).to_be_visible()


def test_a_rule_is_previewed_added_and_muted(user_page: Page) -> None:
    user_page.goto("/alerts/rules")
    user_page.get_by_role("button", name="Add rule").click()
    dialog = user_page.get_by_role("dialog")
    dialog.get_by_label("Dashboard").select_option("Bookshop")
    dialog.get_by_label("Alert when").select_option("A value is above a threshold")
    dialog.get_by_label("Value").select_option("Number of requests")
    dialog.get_by_label("Over", exact=True).select_option("1 day")
    threshold = dialog.get_by_label("Threshold")
    threshold.fill("1e20")
    dialog.get_by_role("button", name="Add rule").click()
    expect(threshold).to_have_accessible_description(re.compile("^Must be at most"))
    threshold.fill("0")
    expect(dialog.get_by_text("Warning for Bookshop if the number of requests")).to_be_visible()
    dialog.get_by_role("button", name="Preview with Bookshop").click()
    expect(dialog.get_by_text("It would have fired")).to_be_visible()
    expect(dialog.get_by_text("The condition is met now.")).to_be_visible()
    dialog.get_by_role("button", name="Name, timing and missing data").click()
    dialog.get_by_label("Name (optional)").fill("Busy")
    dialog.get_by_label("Alert after", exact=True).fill("0")
    dialog.get_by_role("button", name="Add rule").click()

    rule = user_page.get_by_role("listitem", name="Busy")
    rule.get_by_role("button", name="Mute: Busy").click()
    user_page.get_by_role("menuitem", name="For 8 hours").click()
    expect(rule.get_by_text("muted until")).to_be_visible()
    rule.get_by_role("button", name="Unmute: Busy").click()
    expect(rule.get_by_text("muted until")).to_have_count(0)

    user_page.get_by_role("link", name="Firing").click()
    alert = user_page.get_by_role("listitem", name="Busy, Bookshop")
    expect(alert.get_by_text("Firing")).to_be_visible(timeout=60_000)
    expect(user_page.get_by_role("navigation").get_by_label("1 alert").first).to_be_visible()
    alert.get_by_role("button", name="Acknowledge").click()
    alert.get_by_label("Comment (optional)").fill("A sale")
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert.get_by_text(": A sale")).to_be_visible()
    user_page.get_by_role("link", name="Overview").first.click()
    expect(user_page.get_by_role("link", name="1 alert")).to_be_visible()

    user_page.goto("/alerts/rules")
    user_page.get_by_role("button", name="Delete: Busy").click()
    user_page.get_by_role("button", name="Delete permanently: Busy").click()
    expect(rule).to_have_count(0)
    user_page.get_by_role("link", name="History").click()
    expect(user_page.get_by_role("listitem", name="Busy, Bookshop")).to_contain_text("Resolved")


def test_a_dashboard_takes_the_suggested_rules_at_once(user_page: Page, stack: Stack) -> None:
    user_page.goto(f"/dashboards/{stack.dashboard_id('Bookshop')}/settings")
    suggested = user_page.get_by_role("region", name="Suggested rules")
    expect(suggested.get_by_role("link", name="Add a channel")).to_be_visible()
    expect(suggested.get_by_role("button")).to_have_count(0)
    mail = {"name": "Mail", "kind": "mail", "settings": {"address": "demo@example.com"}}
    channel = stack.post("channels", mail)["channel"]
    user_page.reload()
    suggested.get_by_role("button", name="Add all 4: Bookshop").click()
    expect(suggested).to_be_hidden()

    user_page.goto("/alerts/rules")
    rule = user_page.get_by_role("listitem", name="App down")
    expect(rule).to_contain_text("Bookshop if the app does not respond to pings.")
    expect(rule).to_contain_text("notifies Mail")
    for added in stack.get("rules")["rules"]:
        stack.post(f"rules/{added['id']}/delete", {})
    stack.post(f"channels/{channel['id']}/delete", {})


def test_an_app_that_is_killed_and_started_again(
    user_page: Page,
    open_page: Callable[..., Page],
    signed_in: StorageState,
    stack: Stack,
    tmp_path: Path,
) -> None:
    app = MonitoredApp(tmp_path)
    with running_receiver() as receiver:
        try:
            watched = {"name": "Victim", "url": app.url, "token": app.token}
            board = stack.post("dashboards/register", {**watched, "monitor_downtime": True})
            board_id = board["dashboard"]["id"]
            hook = {"name": "Hook", "kind": "webhook", "settings": {"url": receiver.url}}
            channel = stack.post("channels", {**hook, "group_wait": 0, "group_interval": 0})
            mail = {"name": "Mail", "kind": "mail", "settings": {"address": "demo@example.com"}}
            by_mail = stack.post("channels", {**mail, "group_wait": 0, "group_interval": 0})
            channels = [each["channel"]["id"] for each in (channel, by_mail)]
            down = {"condition": {"kind": "down"}, "dashboard_id": board_id}
            rule = stack.post("rules", {**down, "channels": channels})["rule"]
            group = {"name": "Apps", "dashboards": [{"dashboard_id": board_id, "name": "Shop"}]}
            public = {"slug": "victim", "name": "Victim", "groups": [group]}
            page = stack.post("status_pages", public)["status_page"]
            wait_for(lambda: availability(stack, board_id) == "up", SECONDS)
            wait_for(lambda: public_status(stack) == "operational", SECONDS)

            began = datetime.now(UTC)
            app.kill()
            wait_for(lambda: availability(stack, board_id) == "checking", SECONDS)
            user_page.goto(f"/dashboards/{board_id}/uptime")
            # A ping may have been under way when the app was killed.
            cause = re.compile("Checking. (Connection refused|The app did not respond)")
            expect(user_page.get_by_text(cause)).to_be_visible()
            wait_for(lambda: receiver.received, SECONDS)
            (told,) = receiver.bodies[0]["alerts"]
            assert (told["state"], told["dashboard"]["name"]) == ("firing", "Victim")
            wait_for(lambda: public_status(stack) == "major_outage", SECONDS)
            wait_for(lambda: "Victim is down" in mails(stack), SECONDS)
            user_page.goto("/alerts")
            alert = user_page.get_by_role("listitem", name="App down, Victim")
            expect(alert).to_contain_text("refused")

            app.start()
            wait_for(lambda: len(receiver.received) > 1, SECONDS)
            (ended,) = receiver.bodies[1]["alerts"]
            assert (ended["state"], ended["id"]) == ("resolved", told["id"])
            assert ended["duration"] > 0
            wait_for(lambda: public_status(stack) == "operational", SECONDS)
            wait_for(lambda: "Victim is up again" in mails(stack), SECONDS)
            assert re.search(r"lasted \d+ s", mails(stack)["Victim is up again"])
            user_page.goto("/alerts/history")
            expect(alert).to_contain_text("Resolved")
            expect(alert).to_contain_text(re.compile(r"lasted \d+"))
            # In another browser, because this one keeps what it has shown for half a minute.
            other = open_page(storage_state=signed_in)
            other.goto(f"/dashboards/{board_id}/uptime")
            outages = other.get_by_role("region", name="Outages, table")
            expect(outages.get_by_role("row").last).to_contain_text("Connection refused")

            downtime = f"dashboards/{board_id}/downtime"
            assert sum(stack.get(downtime)["total_downtimes"].values()) > 0
            moments = (began - timedelta(minutes=1), datetime.now(UTC))
            start, end = (moment.isoformat() for moment in moments)
            planned = {"kind": "once", "start": start, "end": end}
            window = {"name": "Upgrade", "dashboard_id": board_id, "schedule": planned}
            stack.post("maintenance", window)
            assert sum(stack.get(downtime)["total_downtimes"].values()) == 0
            other.reload()
            expect(other.get_by_text("No outages in the last 90 days")).to_be_visible()
            user_page.goto("/alerts/maintenance")
            listed = user_page.get_by_role("listitem", name="Upgrade")
            expect(listed).to_contain_text("Victim")

            stack.post(f"rules/{rule['id']}/delete", {})
            for channel_id in channels:
                stack.post(f"channels/{channel_id}/delete", {})
            stack.post(f"status_pages/{page['id']}/delete", {})
            stack.post(f"dashboards/{board_id}/delete", {})
        finally:
            app.kill()


def mails(stack: Stack) -> dict[str, str]:
    """Return the mails that were received, by their subjects."""
    found = {}
    for path in (stack.data_dir / "mail").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        found[str(mail["Subject"])] = str(body.get_content()) if body else ""
    return found


def public_status(stack: Stack) -> str:
    shown = requests.get(f"{stack.url}/s/victim.json", timeout=10).json()
    return str(shown["status"])


def availability(stack: Stack, board_id: str) -> str:
    return next(
        str(one["availability"]) for one in stack.get("dashboards") if one["id"] == board_id
    )
