"""Users add channels, test them, and see what is sent through them."""

import re

import pytest
from playwright.sync_api import Page, expect

from pydash_notify.kinds import signature
from tests.support.receiver import Response, running_receiver

pytestmark = pytest.mark.browser


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
