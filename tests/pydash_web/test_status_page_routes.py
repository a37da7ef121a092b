"""Status pages: what their owners manage, what visitors see, and what attackers try."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
import requests

from pydash_app import status_page
from pydash_app.dashboard import repository
from pydash_app.status_page.entity import StatusPage
from pydash_app.status_page.markdown import render
from pydash_app.status_page.overview import Overview, overview
from pydash_database import DatabaseUnavailable, database_root, transact
from pydash_web import status_page as public
from pydash_web.http.short_cache import ShortCache
from tests.pydash_web.support.running_site import Site, Visitor, make_dashboard

PASSWORD = "a password of the page"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Databases come and go, but the cache belongs to the process."""
    public.kept.forget(lambda _: True)


@pytest.fixture
def shop_id(alice: Visitor, shop: str) -> str:
    """The ID of Alice's dashboard, which is down for ten minutes after two outages."""
    dashboard_id = shop.rpartition("/")[2]

    def ping() -> None:
        dashboard = repository.find(dashboard_id)
        dashboard.monitor_downtime = True
        now = datetime.now(UTC)
        for number, outcome in enumerate("++---++++---++---------"):
            moment = now - timedelta(minutes=22 - number)
            dashboard.downtime.record(
                moment, 20.0 if outcome == "+" else None, interval=timedelta(minutes=1)
            )

    transact(ping)
    return dashboard_id


@pytest.fixture
def page(alice: Visitor, shop_id: str) -> dict[str, Any]:
    return create(alice, [shop_id])


def create(visitor: Visitor, dashboards: list[str], **fields: Any) -> dict[str, Any]:
    named = [{"dashboard_id": each, "name": "Web shop"} for each in dashboards]
    groups = [{"name": "Services", "dashboards": named}]
    body = {"slug": "acme", "name": "Acme", "groups": groups, **fields}
    response = visitor.post("/api/status_pages", body)
    assert response.ok, response.text
    created: dict[str, Any] = response.json()["status_page"]
    return created


def path(page: dict[str, Any], *parts: str) -> str:
    return "/".join([f"/api/status_pages/{page['id']}", *parts])


def publish(visitor: Visitor, page: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"title": "Slow checkout", "text": "We are **looking**.", **fields}
    response = visitor.post(path(page, "incidents"), body)
    assert response.ok, response.text
    incident: dict[str, Any] = response.json()["incident"]
    return incident


def send_form(visitor: Visitor, url: str, **fields: str) -> requests.Response:
    return visitor.request("POST", url, data=fields)


def subscribe(visitor: Visitor, address: str) -> str:
    """Request a subscription, and return the link in the mail."""
    assert send_form(visitor, "/s/acme/subscribe", email=address).ok
    status_page.mail_due()
    mail = transact(lambda: [*database_root()["outbox"].values()][-1].plain)
    (link,) = re.findall(r"\S+(/subscriptions/\S+)", mail)
    return str(link)


class TestManaging:
    def test_a_page_is_created_listed_changed_and_deleted(
        self, alice: Visitor, shop_id: str
    ) -> None:
        page = create(alice, [shop_id], description="What we run", password=PASSWORD)
        assert alice.get("/api/status_pages").json() == {"status_pages": [page]}
        assert page["url"].endswith("/s/acme")
        assert (page["has_password"], page["enabled"], page["subscribers"]) == (True, True, 0)
        (group,) = page["groups"]
        assert group["dashboards"][0]["dashboard_id"] == shop_id
        changes: dict[str, Any] = {"slug": "acme-2", "password": None, "groups": []}
        changed = alice.post(path(page, "change_settings"), changes).json()["status_page"]
        assert (changed["slug"], changed["has_password"], changed["groups"]) == (
            "acme-2",
            False,
            [],
        )
        assert (changed["name"], changed["description"]) == ("Acme", "What we run")
        assert alice.post(path(page, "delete")).ok
        assert alice.get("/api/status_pages").json() == {"status_pages": []}

    def test_a_slug_exists_once(self, alice: Visitor, charlie: Visitor) -> None:
        create(alice, [])
        mine = create(charlie, [], slug="mine")
        body = {"slug": "acme", "name": "Mine"}
        for url in ("/api/status_pages", path(mine, "change_settings")):
            assert charlie.post(url, body).status_code == 409
        assert charlie.get("/api/status_pages").json()["status_pages"] == [mine]

    def test_only_ones_own_dashboards_are_shown(self, alice: Visitor, charlie: Visitor) -> None:
        stranger = charlie.get("/api/user").json()["id"]
        theirs, unknown = str(make_dashboard(stranger)), str(uuid4())
        page = create(alice, [])
        for each in (theirs, unknown):
            groups = [{"name": "x", "dashboards": [{"dashboard_id": each, "name": "x"}]}]
            response = alice.post(path(page, "change_settings"), {"groups": groups})
            assert (response.status_code, response.json()["message"]) == (
                404,
                "Dashboard not found.",
            )

    def test_invalid_settings_are_refused_by_their_field(self, alice: Visitor) -> None:
        given: list[tuple[dict[str, Any], str]] = [
            ({"slug": "ab"}, "slug"),
            ({"slug": "-ab"}, "slug"),
            ({"slug": "ab-"}, "slug"),
            ({"slug": "Acme"}, "slug"),
            ({"slug": "a/b"}, "slug"),
            ({"slug": "a.json"}, "slug"),
            ({"slug": "abc\n"}, "slug"),
            ({"slug": "a" * 41}, "slug"),
            ({"name": " "}, "name"),
            ({"name": "\u200b"}, "name"),
            ({"name": "\uffff"}, "name"),
            ({"description": "\x00"}, "description"),
            ({"description": "x" * 501}, "description"),
            ({"password": "password1"}, "password"),
            ({"groups": [{"name": "x", "dashboards": [], "id": 1}]}, "groups.0.id"),
            ({"groups": [{"name": "x", "dashboards": []}] * 11}, "groups"),
        ]
        for fields, field in given:
            body = {"slug": "acme", "name": "Acme", **fields}
            response = alice.post("/api/status_pages", body)
            assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        assert alice.get("/api/status_pages").json() == {"status_pages": []}

    def test_a_dashboard_is_shown_once(self, alice: Visitor, shop_id: str) -> None:
        page = create(alice, [])
        apps = [{"dashboard_id": shop_id, "name": name} for name in ("a", "b")]
        groups = [{"name": each["name"], "dashboards": [each]} for each in apps]
        response = alice.post(path(page, "change_settings"), {"groups": groups})
        assert (response.status_code, list(response.json()["errors"])) == (400, ["groups"])

    def test_an_account_has_a_limited_number_of_pages(self, alice: Visitor) -> None:
        for number in range(10):
            create(alice, [], slug=f"page-{number}")
        response = alice.post("/api/status_pages", {"slug": "page-10", "name": "x"})
        assert response.status_code == 400
        assert "limit of 10" in response.json()["message"]


class TestIncidents:
    def test_from_the_first_update_to_the_post_mortem(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any], shop_id: str
    ) -> None:
        incident = publish(alice, page, impact="partial_outage", dashboards=[shop_id])
        updates = path(page, "incidents", incident["id"], "updates")
        for state in ("identified", "monitoring", "resolved", "post_mortem"):
            posted = alice.post(updates, {"state": state, "text": f"It is {state}."})
            assert posted.json()["incident"]["state"] == state
            shown = browser.get("/s/acme").text
            assert f"It is {state}." in shown
            is_over = state in ("resolved", "post_mortem")
            assert ("Current incidents" in shown) is not is_over
        assert posted.json()["incident"]["resolved"]
        first = posted.json()["incident"]["updates"][-1]
        edit = f"{updates}/{first['id']}/change_settings"
        assert alice.post(edit, {"text": "We were looking."}).ok
        assert "We were looking." in browser.get("/s/acme").text
        change = path(page, "incidents", incident["id"], "change_settings")
        assert alice.post(change, {"title": "Slow", "impact": "none", "dashboards": []}).ok
        assert alice.post(path(page, "incidents", incident["id"], "delete")).ok
        assert alice.get(path(page, "incidents")).json() == {"incidents": [], "next_marker": None}
        assert "Slow" not in browser.get("/s/acme").text

    def test_one_is_drafted_from_an_outage_and_published(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        outages = alice.get(path(page, "outages")).json()["outages"]
        assert [each["end"] is None for each in outages] == [True, False, False]
        outage = {name: outages[1][name] for name in ("dashboard_id", "start")}
        draft = alice.post(path(page, "incidents", "draft"), outage).json()["incident"]
        assert (draft["published"], draft["state"]) == (None, "resolved")
        again = alice.post(path(page, "incidents", "draft"), outage).json()["incident"]
        assert again == draft
        listed = alice.get(path(page, "outages")).json()["outages"]
        assert [each["incident_id"] for each in listed] == [None, draft["id"], None]
        assert draft["title"] not in browser.get("/s/acme").text
        publishing = path(page, "incidents", draft["id"], "publish")
        assert alice.post(publishing, {"notify": False}).json()["incident"]["published"]
        assert draft["title"] in browser.get("/s/acme").text
        unknown = {**outage, "start": "2026-01-01T00:00:00Z"}
        assert alice.post(path(page, "incidents", "draft"), unknown).status_code == 404

    def test_they_are_listed_page_by_page(self, alice: Visitor, page: dict[str, Any]) -> None:
        made = [publish(alice, page, notify=False)["id"] for _ in range(3)]
        first = alice.get(f"{path(page, 'incidents')}?limit=2").json()
        assert [each["id"] for each in first["incidents"]] == made[:0:-1]
        rest = alice.get(f"{path(page, 'incidents')}?marker={first['next_marker']}").json()
        assert ([each["id"] for each in rest["incidents"]], rest["next_marker"]) == (made[:1], None)
        assert alice.get(f"{path(page, 'incidents')}?marker={uuid4()}").status_code == 400

    def test_invalid_ones_are_refused_by_their_field(
        self, alice: Visitor, page: dict[str, Any]
    ) -> None:
        given: list[tuple[dict[str, Any], str]] = [
            ({"title": "a\nb"}, "title"),
            ({"title": "x" * 121}, "title"),
            ({"text": ""}, "text"),
            ({"text": "\x1b"}, "text"),
            ({"text": "\u202e"}, "text"),
            ({"text": "x" * 4_001}, "text"),
            ({"state": "over"}, "state"),
            ({"impact": "maintenance"}, "impact"),
            ({"dashboards": [str(uuid4())]}, "dashboards"),
            ({"dashboards": ["x"]}, "dashboards.0"),
            ({"notify": "yes"}, "notify"),
        ]
        for fields, field in given:
            body = {"title": "Slow", "text": "Text", **fields}
            response = alice.post(path(page, "incidents"), body)
            assert (response.status_code, list(response.json()["errors"])) == (400, [field])
        assert alice.get(path(page, "incidents")).json()["incidents"] == []

    def test_an_id_of_another_page_does_not_exist(
        self, alice: Visitor, charlie: Visitor, page: dict[str, Any]
    ) -> None:
        incident = publish(alice, page)
        theirs = create(charlie, [], slug="theirs")
        body = {"state": "resolved", "text": "x"}
        for each in (page, theirs):
            url = path(each, "incidents", incident["id"], "updates")
            assert charlie.post(url, body).status_code == 404
        assert charlie.get(path(page, "subscribers")).status_code == 404
        assert charlie.post(path(page, "delete")).status_code == 404


class TestVisitors:
    def test_the_page_needs_no_scripts_and_loads_nothing(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        publish(alice, page)
        response = browser.get("/s/acme")
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<strong>looking</strong>" in response.text
        assert "Major outage" in response.text
        assert not re.search(r"<script|<link rel=.?stylesheet|<img|<iframe|\son\w+=", response.text)
        assert not re.search(r"\sstyle=", response.text)

    def test_json_says_the_same(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        publish(alice, page)
        response = browser.get("/s/acme.json")
        shown = response.json()
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert (shown["name"], shown["status"]) == ("Acme", "major_outage")
        (app,) = shown["groups"][0]["apps"]
        assert (app["name"], app["status"], len(app["days"])) == ("Web shop", "major_outage", 90)
        assert 0 < app["days"][-1]["downtime_seconds"] < 86_400
        assert [each["title"] for each in shown["incidents"]] == ["Slow checkout"]

    def test_the_feed_is_valid_whatever_is_written(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        publish(alice, page, title="<b>&\"']]>", text="]]> & <x> \t\n &#12; &#x1b; `y`")
        response = browser.get("/s/acme/feed.atom")
        assert response.headers["Content-Type"].startswith("application/atom+xml")
        feed = ElementTree.fromstring(response.text)
        (entry,) = feed.findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == "Investigating: <b>&\"']]>"
        assert "&lt;x&gt;" in str(entry.findtext(f"{ATOM}content"))
        for name in ("id", "updated", "published"):
            assert entry.findtext(f"{ATOM}{name}")

    def test_badges_are_images_that_others_may_show(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        (app,) = page["groups"][0]["dashboards"]
        for url, label in ((page["badge_url"], "Acme"), (app["badge_url"], "Web shop")):
            response = browser.get(url[url.index("/s/") :])
            assert response.headers["Content-Type"].startswith("image/svg+xml")
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            image = ElementTree.fromstring(response.text)
            assert image.get("aria-label") == f"{label}: major outage"
        assert browser.get("/s/acme/badge/unknown.svg").status_code == 404

    def test_history_has_the_months_since_the_page_exists(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        publish(alice, page)
        now = datetime.now(UTC)
        assert "Slow checkout" in browser.get(f"/s/acme/history/{now:%Y-%m}").text
        months = [
            "1999-01",
            "2999-01",
            "9999-12",
            "2026-13",
            "0000-00",
            "2026-1",
            f"{now:%Y-%m} ",
            "x",
        ]
        for month in months:
            assert browser.get(f"/s/acme/history/{month}").status_code == 404

    def test_names_and_texts_cannot_become_markup(
        self, alice: Visitor, browser: Visitor, shop_id: str
    ) -> None:
        evil = '"><script>alert(1)</script><svg onload=alert(1)>'
        apps = [{"dashboard_id": shop_id, "name": evil}]
        page = create(
            alice,
            [],
            name=evil,
            description=evil,
            groups=[{"name": evil, "dashboards": apps}],
        )
        publish(alice, page, title=evil, text=evil, dashboards=[shop_id])
        now = datetime.now(UTC)
        for url in ("/s/acme", f"/s/acme/history/{now:%Y-%m}"):
            text = browser.get(url).text
            Harmless(convert_charrefs=True).feed(text)
            assert "&lt;script&gt;" in text
        assert (
            ElementTree.fromstring(browser.get("/s/acme/badge.svg").text).find(".//script") is None
        )
        assert browser.get("/s/acme.json").headers["X-Content-Type-Options"] == "nosniff"

    def test_nothing_internal_is_shown(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any], shop_id: str
    ) -> None:
        owner = alice.get("/api/user").json()
        other = make_dashboard(owner["id"], name="Secret project")
        publish(alice, page, dashboards=[shop_id])
        for url in ("/s/acme", "/s/acme.json", "/s/acme/feed.atom", "/s/acme/badge.svg"):
            text = browser.get(url).text
            for secret in (
                *(shop_id, str(other), page["id"], owner["id"], "Alice", "alice@"),
                *("Secret project", "Shop<", "127.0.0.1:9", "dashboard", "bar/baz"),
            ):
                assert secret not in text, (url, secret)

    def test_what_does_not_exist_is_a_page_in_the_same_words(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        create(alice, [], slug="hidden", enabled=False)
        urls = ("/s/hidden", "/s/unknown", "/s/UPPER", "/s/a", "/s/acme/x", "/s/acme/history/1")
        answers = {(browser.get(url).status_code, browser.get(url).text) for url in urls}
        assert [status for status, _ in answers] == [404]
        assert browser.get("/s/hidden.json").status_code == 404


class Harmless(HTMLParser):
    """Fails at elements and attributes that run scripts or load something."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe", "object", "embed", "base"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert not str(value).startswith("javascript:")


class TestHeaders:
    def test_its_policy_allows_no_scripts(self, browser: Visitor, page: dict[str, Any]) -> None:
        for url in ("/s/acme", "/s/acme/badge.svg", "/s/unknown"):
            headers = browser.get(url).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"

    def test_no_host_and_no_query_gets_into_the_cache(
        self, site: Site, browser: Visitor, page: dict[str, Any]
    ) -> None:
        evil = site.visitor(
            **{
                "Host": "evil.example",
                "X-Forwarded-Host": "evil.example",
                "X-Original-URL": "/evil",
            }
        )
        for url in ("/s/acme", "/s/acme.json", "/s/acme/feed.atom", "/s/acme/badge.svg"):
            first = evil.get(f"{url}?evil=<script>&callback=evil")
            assert first.ok
            second = browser.get(url)
            assert second.text == first.text
            assert "evil" not in second.text
        assert len(public.kept._entries) == 1

    def test_a_public_page_sets_no_cookie_also_for_its_owner(
        self, alice: Visitor, page: dict[str, Any]
    ) -> None:
        response = alice.get("/s/acme")
        assert "Set-Cookie" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=10"

    def test_it_is_sent_once_while_it_does_not_change(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        first = browser.get("/s/acme")
        assert first.headers["Content-Encoding"] == "gzip"
        again = browser.get("/s/acme", headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        plain = browser.get("/s/acme", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert plain.text == first.text


class TestPassword:
    @pytest.fixture
    def page(self, alice: Visitor, shop_id: str) -> dict[str, Any]:
        return create(alice, [shop_id], password=PASSWORD, name="Secret name")

    URLS = ("/s/acme", "/s/acme.json", "/s/acme/feed.atom", "/s/acme/badge.svg")

    def test_nothing_is_shown_without_it(self, browser: Visitor, page: dict[str, Any]) -> None:
        for url in self.URLS:
            response = browser.get(url)
            assert response.status_code == 403
            assert "Secret" not in response.text
            assert "Web shop" not in response.text
            assert "public" not in response.headers.get("Cache-Control", "")
        assert send_form(browser, "/s/acme/subscribe", email="a@example.com").status_code == 403

    def test_the_browser_that_has_sent_it_sees_everything(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        opened = send_form(browser, "/s/acme/password", password=PASSWORD)
        assert (opened.status_code, opened.headers["Location"]) == (303, "/s/acme")
        for url in self.URLS:
            response = browser.get(url)
            assert response.ok
            assert response.headers["Cache-Control"] == "private, no-store"
            assert "Access-Control-Allow-Origin" not in response.headers
        for name in browser.http.cookies.keys():  # noqa: SIM118 (a jar)
            assert PASSWORD not in str(browser.http.cookies[name])

    def test_a_form_of_another_site_cannot_make_the_browser_forget_its_accounts(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        # Without cookies, as browsers send it.
        foreign = {"headers": {"Sec-Fetch-Site": "cross-site"}}
        response = browser.request(
            "POST", "/s/acme/password", data={"password": PASSWORD}, **foreign
        )
        assert response.status_code == 403
        assert "Set-Cookie" not in response.headers

    def test_its_cookie_is_for_this_page_and_this_password(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        create(alice, [], slug="other", password=PASSWORD)
        opened = send_form(browser, "/s/acme/password", password=PASSWORD)
        cookie = next(
            value
            for name, value in opened.raw.headers.items()
            if name == "Set-Cookie" and value.startswith("pydash_status_acme=")
        )
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        value = browser.http.cookies["pydash_status_acme"]
        browser.http.cookies.set("pydash_status_other", value, domain="127.0.0.1")
        assert browser.get("/s/other").status_code == 403
        alice.post(path(page, "change_settings"), {"password": "another good password"})
        assert browser.get("/s/acme").status_code == 403
        assert send_form(browser, "/s/acme/password", password=PASSWORD).status_code == 403

    def test_a_new_password_is_required_at_once(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        alice.post(path(page, "change_settings"), {"password": None})
        assert browser.get("/s/acme").ok
        alice.post(path(page, "change_settings"), {"password": PASSWORD})
        assert browser.get("/s/acme").status_code == 403

    def test_a_forged_cookie_is_refused(self, browser: Visitor, page: dict[str, Any]) -> None:
        for cookie in ("", "open", "open.x.y", "é", "x" * 3_000):
            headers = {"Cookie": f"pydash_status_acme={cookie}".encode("latin-1")}
            response = requests.get(f"{browser.url}/s/acme", headers=headers, timeout=30)
            assert response.status_code == 403

    def test_guesses_are_limited_like_those_at_sign_in(
        self, site: Site, browser: Visitor, page: dict[str, Any]
    ) -> None:
        known = site.visitor()
        assert send_form(known, "/s/acme/password", password=PASSWORD).status_code == 303
        statuses = [
            send_form(browser, "/s/acme/password", password=f"guess {number}").status_code
            for number in range(11)
        ]
        assert statuses == [403] * 9 + [429] * 2
        refused = send_form(browser, "/s/acme/password", password=PASSWORD)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        # Who has entered it before is not locked out.
        assert send_form(known, "/s/acme/password", password=PASSWORD).status_code == 303

    def test_bad_input_is_a_wrong_password(self, browser: Visitor, page: dict[str, Any]) -> None:
        for form in ({}, {"password": "x" * 50_000}, {"password": "\x00"}):
            response = browser.request("POST", "/s/acme/password", data=form)
            assert response.status_code == 403
            assert "Wrong password" in response.text


class TestSubscribing:
    def test_double_opt_in_and_one_click_unsubscribe(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        link = subscribe(browser, "bob@example.com")
        asked = browser.get(link)
        assert asked.ok
        assert asked.headers["Cache-Control"] == "no-store"
        assert alice.get(path(page, "subscribers")).json()["subscribers"] == []
        confirmed = browser.request("POST", link)
        assert "Subscribed" in confirmed.text
        (subscriber,) = alice.get(path(page, "subscribers")).json()["subscribers"]
        assert subscriber["address"] == "bob@example.com"
        publish(alice, page)
        status_page.mail_due()
        mail = transact(lambda: [*database_root()["outbox"].values()][-1])
        url = str(mail.unsubscribe_url)
        unsubscribe_link = url[url.index("/subscriptions/") :]
        # A program that looks at links does not unsubscribe anybody.
        assert browser.get(unsubscribe_link).ok
        assert len(alice.get(path(page, "subscribers")).json()["subscribers"]) == 1
        one_click = {"List-Unsubscribe": "One-Click"}
        assert send_form(browser, unsubscribe_link, **one_click).ok
        assert alice.get(path(page, "subscribers")).json()["subscribers"] == []

    def test_every_address_gets_the_same_response(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        browser.request("POST", subscribe(browser, "bob@example.com"))
        known, new = (
            send_form(browser, "/s/acme/subscribe", email=f"{name}@example.com")
            for name in ("bob", "eve")
        )
        assert known.text.replace("bob@", "eve@") == new.text
        assert known.status_code == new.status_code == 200

    def test_every_invalid_link_gets_the_same_response(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        confirm = subscribe(browser, "bob@example.com")
        token = confirm.rpartition("/")[2]
        links = [f"/subscriptions/unsubscribe/{token}"]
        for purpose in ("confirm", "unsubscribe"):
            links += [f"/subscriptions/{purpose}/{each}" for each in ("x", "x" * 500, "%00", "é")]
        answers = {
            (response.status_code, response.text)
            for link in links
            for response in (browser.get(link), browser.request("POST", link))
        }
        assert [status for status, _ in answers] == [404]

    def test_what_is_no_address_is_refused(self, browser: Visitor, page: dict[str, Any]) -> None:
        for address in (
            *("", "bob", "bob@", "a@b\r\nBcc: eve@example.com", "a@example.com,eve@example.com"),
            *("Bob <bob@example.com>", "a@example.com\x00", "x" * 300 + "@example.com"),
        ):
            assert send_form(browser, "/s/acme/subscribe", email=address).status_code == 400
        status_page.mail_due()
        assert transact(lambda: len(database_root()["outbox"])) == 0

    def test_requests_are_limited_by_mailbox_and_by_address(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        def statuses(addresses: list[str]) -> list[int]:
            return [
                send_form(browser, "/s/acme/subscribe", email=each).status_code
                for each in addresses
            ]

        assert statuses([f"bob+{number}@example.com" for number in range(4)]) == [200] * 3 + [429]
        dotted = [f"b{'.' * (number % 2)}ob+{number}@gmail.com" for number in range(4)]
        assert statuses(dotted) == [200] * 3 + [429]
        others = statuses([f"{number}@example.com" for number in range(16)])
        assert others.count(429) == 4

    def test_the_owner_removes_a_subscriber(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        browser.request("POST", subscribe(browser, "bob@example.com"))
        listed = alice.get(path(page, "subscribers")).json()["subscribers"]
        remove = path(page, "subscribers", listed[0]["id"], "delete")
        assert alice.post(remove).ok
        assert alice.post(remove).status_code == 404
        assert alice.get(path(page, "subscribers")).json()["subscribers"] == []

    def test_subscribers_are_listed_page_by_page(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        for name in "abc":
            browser.request("POST", subscribe(browser, f"{name}@example.com"))
        first = alice.get(f"{path(page, 'subscribers')}?limit=2").json()
        rest = alice.get(f"{path(page, 'subscribers')}?marker={first['next_marker']}").json()
        assert len(first["subscribers"]) == 2
        found = {each["address"] for each in [*first["subscribers"], *rest["subscribers"]]}
        assert found == {"a@example.com", "b@example.com", "c@example.com"}
        assert rest["next_marker"] is None


class TestEnumeration:
    def test_unknown_names_and_tokens_are_limited_together(
        self, browser: Visitor, page: dict[str, Any]
    ) -> None:
        urls = ["/s/unknown-{}", "/s/unknown-{}.json", "/subscriptions/confirm/{}"]
        statuses = [
            browser.get(urls[number % 3].format(number)).status_code for number in range(61)
        ]
        assert statuses == [404] * 60 + [429]
        # What exists is still shown.
        assert browser.get("/s/acme").ok


class TestCache:
    def test_a_page_is_read_once_for_many_requests_in_all_formats(
        self, browser: Visitor, page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built: list[object] = []
        real = overview

        def counted(shown: StatusPage, now: datetime) -> Overview:
            built.append(shown.slug)
            return real(shown, now)

        monkeypatch.setattr(public, "overview", counted)
        (app,) = page["groups"][0]["dashboards"]
        badge = app["badge_url"]
        urls = ("/s/acme", "/s/acme.json", "/s/acme/feed.atom", badge[badge.index("/s/") :])
        for url in 5 * urls:
            assert browser.get(url).ok
        assert built == ["acme"]

    def test_it_survives_a_database_that_is_away_for_seconds(
        self, browser: Visitor, page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert browser.get("/s/acme").ok

        def unavailable(*_: object) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(public, "transact", unavailable)
        assert browser.get("/s/acme").ok
        missing = browser.get("/s/others")
        assert missing.status_code == 503
        assert "Try again" in missing.text

    def test_it_is_bounded(self) -> None:
        cache: ShortCache[str] = ShortCache(100, len, seconds=10)
        for number in range(50):
            cache.get(number, lambda: "x" * 30)
        assert (len(cache._entries), cache._size) == (3, 90)
        cache.get(49, lambda: "never built")
        assert cache.get("large", lambda: "x" * 101) == "x" * 101
        assert "large" not in cache._entries
        cache.forget(lambda _: True)
        assert cache._size == 0

    def test_the_size_of_a_page_is_that_of_its_markup(
        self, alice: Visitor, browser: Visitor, page: dict[str, Any]
    ) -> None:
        assert browser.get("/s/acme").ok
        before = public.kept._size
        text = "<a@b.c>" * 500
        publish(alice, page, text=text)
        assert browser.get("/s/acme").ok
        assert public.kept._size - before > len(text) + len(render(text))

    def test_others_get_the_former_value_while_one_is_built(self) -> None:
        now = 0.0
        cache: ShortCache[str] = ShortCache(100, len, seconds=10, clock=lambda: now)
        cache.get("page", lambda: "first")
        now = 11.0
        during = []

        def build() -> str:
            during.append(cache.get("page", lambda: "never built"))
            return "second"

        assert cache.get("page", build) == "second"
        assert during == ["first"]

    def test_what_cannot_be_built_is_not_kept(self) -> None:
        now = 0.0
        cache: ShortCache[str] = ShortCache(100, len, seconds=10, clock=lambda: now)
        cache.get("page", lambda: "first")
        now = 11.0

        def fail() -> str:
            raise KeyError

        for _ in range(2):
            with pytest.raises(KeyError):
                cache.get("page", fail)
