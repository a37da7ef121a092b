"""Without a connection, the pages show the last data and say so."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.features.support.running_stack import Stack
from tests.features.support.site_map import settle

pytestmark = pytest.mark.browser

# What is seen is kept a moment after the last of it has come.
UNTIL_KEPT = """async () => {
    const answerOf = request => new Promise(done => {
        request.onsuccess = () => done(request.result);
    });
    const since = Date.now();
    for (let at = 0; at <= since; await new Promise(done => setTimeout(done, 100))) {
        const database = await answerOf(indexedDB.open('pydash'));
        const store = database.transaction('offline').objectStore('offline');
        at = (await answerOf(store.get('last')))?.at ?? 0;
        database.close();
    }
}"""
IS_CONTROLLED = "() => navigator.serviceWorker.controller !== null"
READY = "() => navigator.serviceWorker.ready.then(() => true)"


def test_a_reload_shows_the_last_data_with_a_banner(
    open_page: Callable[..., Page], signed_in: StorageState, stack: Stack
) -> None:
    page = open_page(storage_state=signed_in, service_workers="allow")
    page.goto("/")
    page.evaluate(READY)
    # Days that are over, so that live traffic changes no figure.
    first, last = (f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}" for days in (10, 5))
    page.goto(f"/dashboards/{stack.dashboard_id('Bookshop')}?from={first}&to={last}")
    settle(page)
    page.wait_for_function(IS_CONTROLLED)
    figures = page.get_by_role("region", name="Figures")
    before = figures.inner_text()
    page.evaluate(UNTIL_KEPT)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text(re.compile("You are offline"))).to_be_visible()
    settle(page)
    assert figures.inner_text() == before
    page.get_by_role("link", name="Versions").click()
    failures = page.get_by_role("button", name="Try again")
    expect(failures.first).to_be_visible()
    page.context.set_offline(False)
    expect(failures).to_have_count(0)
    expect(page.get_by_text(re.compile("You are offline|is not responding"))).to_have_count(0)
