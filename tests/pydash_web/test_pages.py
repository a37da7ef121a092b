"""The routes besides the API's own: the front end, the API's document, the metrics."""

import gzip
import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import create_environ, run_wsgi_app

from pydash_app.configuration import Configuration
from pydash_web import react_server
from pydash_web.api import OPERATIONS, openapi
from tests.pydash_web.support.running_site import Site, Visitor, make_user

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built front end."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>PyDash</title>")
    (static / "sw.js").write_text("// service worker")
    script = "console.log('PyDash')\n"
    (static / "assets" / "app-1a2b.js").write_text(script)
    (static / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(script.encode()))
    (tmp_path / "secret").write_text("not for you")
    monkeypatch.setattr(react_server, "STATIC", static)
    return static


@pytest.mark.usefixtures("built")
class TestFrontEnd:
    @pytest.mark.parametrize("path", ["/", "/login", "/dashboards/1/endpoints/a%2Fb", "/apiary"])
    def test_every_path_is_the_page(self, browser: Visitor, path: str) -> None:
        response = browser.get(path)
        assert response.status_code == 200
        assert "<title>PyDash</title>" in response.text
        assert response.headers["Cache-Control"] == "no-cache"

    def test_content_hashed_files_are_cached_permanently(self, browser: Visitor) -> None:
        response = browser.get("/assets/app-1a2b.js")
        assert response.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in response.headers["Cache-Control"]
        assert browser.get("/sw.js").headers["Cache-Control"] == "no-cache"

    def test_a_compressed_copy_is_sent_if_accepted(self, browser: Visitor) -> None:
        for accepted, encoding in (("gzip", "gzip"), ("identity", None), ("gzip;q=0", None)):
            headers = {"Accept-Encoding": accepted}
            response = browser.get("/assets/app-1a2b.js", headers=headers)
            assert response.headers.get("Content-Encoding") == encoding
            assert response.headers["Content-Type"].startswith("text/javascript")
            assert response.headers["Vary"] == "Accept-Encoding"
            assert response.text == "console.log('PyDash')\n"

    def test_it_is_sent_once_only(self, browser: Visitor) -> None:
        first = browser.get("/")
        headers = {"If-None-Match": first.headers["ETag"]}
        assert browser.get("/", headers=headers).status_code == 304

    def test_a_missing_asset_is_not_the_page(self, browser: Visitor) -> None:
        assert browser.get("/assets/app-old.js").status_code == 404

    @pytest.mark.parametrize(
        "path",
        ["/../secret", "/..%2fsecret", "/assets/..%2f..%2fsecret", "/%2e%2e/secret",
         "/..%5csecret", "//etc/passwd", "/assets/%00", "/" + "a" * 5000],
    )  # fmt: skip
    def test_nothing_else_is_served(self, site: Site, path: str) -> None:
        import http.client

        connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=30)
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        assert response.status in (200, 404)
        assert "not for you" not in text
        assert "root:" not in text

    def test_it_is_read_only(self, browser: Visitor) -> None:
        response = browser.post("/login", {})
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]


def test_it_explains_how_to_build_the_front_end(
    browser: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(react_server, "STATIC", tmp_path)
    response = browser.get("/")
    assert response.status_code == 503
    assert "make run" in response.text


class TestDocument:
    def test_the_committed_document_is_up_to_date(self) -> None:
        """If this fails, write it anew: `make openapi`."""
        assert json.loads(DOCUMENT.read_text()) == json.loads(json.dumps(openapi.document()))

    def test_it_is_served_and_has_every_route(self, browser: Visitor) -> None:
        document = browser.get("/api/openapi.json").json()
        served = {
            operation["operationId"]
            for methods in document["paths"].values()
            for operation in methods.values()
        }
        assert served == {operation.name for operation in OPERATIONS}

    def test_it_is_readable_without_scripts(self, browser: Visitor) -> None:
        page = browser.get("/api/docs").text
        assert "<script" not in page
        for operation in OPERATIONS:
            assert f'id="{operation.name}"' in page

    def test_every_reference_resolves(self) -> None:
        document = openapi.document()
        text = json.dumps(document)
        names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert names == set(document["components"]["schemas"])


class TestMetrics:
    def figures(self, visitor: Visitor) -> dict[str, float]:
        response = visitor.get("/metrics")
        assert response.status_code == 200
        families = text_string_to_metric_families(response.text)
        return {
            f"{sample.name}{sorted(sample.labels.items())}": sample.value
            for family in families
            for sample in family.samples
        }

    def test_it_counts_responses(self, browser: Visitor) -> None:
        for _ in range(3):
            browser.get("/api/user")
        labels = "[('method', 'GET'), ('route', '/api/user'), ('status', '4xx')]"
        assert self.figures(browser)[f"pydash_web_request_seconds_count{labels}"] == 3

    def test_unknown_methods_and_paths_create_no_series(self, browser: Visitor) -> None:
        before = len(self.figures(browser))
        browser.get("/api/nothing")
        after_one = len(self.figures(browser))
        for number in range(5):
            browser.get(f"/api/nothing/{number}")
            browser.request(f"BREW{number}", "/api/user")
        assert before < len(self.figures(browser)) == after_one

    def test_it_has_the_fetcher_s_figures_and_the_dashboards_lags(
        self, alice: Visitor, shop: str
    ) -> None:
        from datetime import UTC, datetime

        from pydash_app.dashboard import repository
        from pydash_app.dashboard.fetching_status import FetchProgress
        from pydash_database import transact

        def fetch() -> None:
            fetching = repository.find(shop.rpartition("/")[2]).fetching
            fetching.fetched_page(
                datetime.now(UTC), cursor={}, has_more=False, progress=FetchProgress()
            )

        transact(fetch)
        figures = self.figures(alice)
        assert figures["pydash_database_up[]"] == 1
        assert figures["pydash_fetcher_queue_length[]"] == 0
        dashboard = shop.rpartition("/")[2]
        assert 0 <= figures[f"pydash_dashboard_lag_seconds[('dashboard', '{dashboard}')]"] < 60

    def test_it_is_forbidden_for_others(self, site: Site, charlie: Visitor) -> None:
        make_user("Root", admin=True)
        admin = site.visitor()
        admin.sign_in("Root")
        through_a_proxy = {"X-Forwarded-For": "198.51.100.1"}
        assert charlie.get("/metrics", headers=through_a_proxy).status_code == 403
        assert site.visitor(**through_a_proxy).get("/metrics").status_code == 403
        assert admin.get("/metrics", headers=through_a_proxy).status_code == 200

    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("localhost", 200),
            ("127.0.0.1:5000", 200),
            ("[::1]:5000", 200),
            ("PyDash.example.com", 200),
            ("evil.example", 403),
            ("evil.example:5000", 403),
            ("127.0.0.1.evil.example", 403),
            ("localhost.evil.example", 403),
            ("198.51.100.1", 403),
        ],
    )
    def test_dns_rebinding_cannot_read_it(
        self, zeo_database: Configuration, host: str, status: int
    ) -> None:
        """DNS rebinding: the browser takes the page and PyDash for the same site."""
        settings = {"port": 0, "public_url": "https://pydash.example.com"}
        site = Site(zeo_database.model_copy(update=settings))
        try:
            assert site.visitor(Host=host).get("/metrics").status_code == status
        finally:
            site.stop()

    def test_an_invalid_host_that_another_wsgi_server_accepts_is_refused(self, site: Site) -> None:
        environ = create_environ("/metrics", headers={"Host": "[::1:::::]"})
        environ["REMOTE_ADDR"] = "127.0.0.1"
        _, status, _ = run_wsgi_app(site.app, environ)
        assert status == "403 FORBIDDEN"
