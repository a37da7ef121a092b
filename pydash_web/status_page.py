"""Serves status pages to visitors: HTML that needs no scripts, JSON, an Atom feed and badges.

They are rendered at most once in ten seconds. What is rendered depends on the page alone: neither
on the host and the query of a request nor on who sends it.
"""

import gzip
import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from flask import (
    Flask,
    Response,
    after_this_request,
    current_app,
    request,
)
from itsdangerous import BadSignature, TimestampSigner
from markupsafe import Markup
from werkzeug.routing import BaseConverter

from pydash_app.configuration import Configuration
from pydash_app.errors import Forbidden, InvalidInput, NotFound, PyDashError, TooManyRequests
from pydash_app.outbox import mailbox
from pydash_app.status_page import managing, repository, subscribing
from pydash_app.status_page.entity import StatusPage
from pydash_app.status_page.overview import (
    AppStatus,
    Overview,
    ShownIncident,
    history,
    overview,
)
from pydash_app.user.passwords import MAX_LENGTH, verify_password
from pydash_app.user.services.validation import checked_mail
from pydash_database import DatabaseUnavailable, transact
from pydash_web.api.errors import STATUSES
from pydash_web.http import devices, limits, session
from pydash_web.http.short_cache import ShortCache
from pydash_web.models.status_page import SLUG

SECONDS = 10
CAPACITY = 16 * 1024**2
# For how long a browser need not enter the password again.
UNLOCKED = timedelta(days=7)
STYLE = (Path(__file__).parent / "templates" / "status_page" / "style.css").read_text("utf-8")
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
STATUS_NAMES = {
    "operational": "Operational",
    "degraded": "Degraded performance",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "maintenance": "Maintenance",
    "unknown": "Unknown",
}
HEADLINES = {
    "operational": "All systems operational",
    "degraded": "Some systems are degraded",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "maintenance": "Maintenance under way",
    "unknown": "Status unknown",
}
BADGE_COLORS = {
    "operational": "#1a7f37",
    "degraded": "#9a6700",
    "partial_outage": "#bc4c00",
    "major_outage": "#cf222e",
    "maintenance": "#0969da",
    "unknown": "#57606a",
}
# Below that, a day with downtime is shown as a partial outage (percent).
MAJOR_DAY = 5.0
_BAR, _GAP, _HEIGHT = 3, 1, 32
# Of a character of a badge, roughly (pixels).
_CHARACTER = 6.5


class Slug(BaseConverter):
    """The slug of a page, as owners may choose it."""

    regex = SLUG


@dataclass(frozen=True)
class Kept:
    """A rendered page.

    :ivar compressed: the body with gzip.
    :ivar password_hash: None if everyone may see it.
    """

    body: bytes
    compressed: bytes
    media_type: str
    tag: str
    page_id: UUID
    password_hash: str | None


kept: ShortCache[Kept] = ShortCache(
    CAPACITY, lambda page: len(page.body) + len(page.compressed) + 1_000, SECONDS
)

Write = Callable[[StatusPage, datetime], str]
View = Callable[..., Response]
Result = TypeVar("Result")


def install(app: Flask) -> None:
    """Add the routes."""
    app.url_map.converters["slug"] = Slug
    app.jinja_env.filters["in_words"] = managing.in_words
    app.jinja_env.globals.update(
        status_names=STATUS_NAMES, state_names=subscribing.STATE_NAMES, headlines=HEADLINES
    )
    for url, name, view in (
        ("/s/<slug:slug>", "status_page", _for_people(show_page)),
        ("/s/<slug:slug>/history/<month>", "status_page_history", _for_people(show_history)),
        ("/s/<slug:slug>.json", "status_page_json", show_json),
        ("/s/<slug:slug>/feed.atom", "status_page_feed", show_feed),
        ("/s/<slug:slug>/badge.svg", "status_page_badge", show_badge),
        ("/s/<slug:slug>/badge/<key>.svg", "status_page_app_badge", show_badge),
        ("/subscriptions/confirm/<token>", "ask_to_confirm", _for_people(ask_to_confirm)),
        (
            "/subscriptions/unsubscribe/<token>",
            "ask_to_unsubscribe",
            _for_people(ask_to_unsubscribe),
        ),
        # Any other path below, so that the front end is not served there.
        ("/s/<path:rest>", "no_status_page", _for_people(_not_found)),
    ):
        app.add_url_rule(url, name, view)
    for url, name, view in (
        ("/s/<slug:slug>/password", "unlock_status_page", unlock),
        ("/s/<slug:slug>/subscribe", "subscribe_to_status_page", subscribe),
        ("/subscriptions/confirm/<token>", "confirm_subscription", confirm),
        ("/subscriptions/unsubscribe/<token>", "unsubscribe", unsubscribe),
    ):
        app.add_url_rule(url, name, _for_people(view), methods=["POST"])


def forget(slug: str) -> None:
    """Render a page anew after the current request, which changes it."""

    def drop(response: Response) -> Response:
        kept.forget(lambda key: isinstance(key, tuple) and key[0] == slug)
        return response

    after_this_request(drop)


# -- What visitors see ------------------------------------------------------------------------


def show_page(slug: str) -> Response:
    """Return a status page."""
    return _serve(slug, "text/html", _write_page)


def show_history(slug: str, month: str) -> Response:
    """Return the incidents of a month.

    :param month: such as `2026-11`.
    :raises NotFound: it is no month of the page.
    """
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise NotFound from None
    if month != f"{start:%Y-%m}":
        raise NotFound
    return _serve(slug, "text/html", partial(_write_history, start=start), month)


def show_json(slug: str) -> Response:
    """Return what a status page shows as JSON."""
    return _serve(slug, "application/json", _write_json)


def show_feed(slug: str) -> Response:
    """Return an Atom feed with the updates of incidents."""
    return _serve(slug, "application/atom+xml", _write_feed)


def show_badge(slug: str, key: str | None = None) -> Response:
    """Return an image with the status of a page, or of one of its apps.

    :param key: that of the app; None for all of them.
    :raises NotFound: the page has no such app.
    """
    return _serve(slug, "image/svg+xml", partial(_write_badge, key=key), key)


def _serve(slug: str, media_type: str, write: Write, *parts: str | None) -> Response:
    found = _find(slug, media_type, write, *parts)
    if not _is_unlocked(slug, found):
        if media_type == "text/html":
            return _message("password.html", 403, slug=slug)
        raise _Locked
    response = Response(found.body, mimetype=found.media_type)
    if request.accept_encodings.quality("gzip") and len(found.compressed) < len(found.body):
        response.set_data(found.compressed)
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    if found.password_hash is None:
        # Caches may keep it as long as PyDash does. A browser asks whether it has changed.
        response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={SECONDS}"
        if media_type != "text/html":
            # Others may embed it.
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    # Weak, because the response may be compressed.
    response.set_etag(found.tag, weak=True)
    response.make_conditional(request)
    return response


def _find(slug: str, media_type: str, write: Write, *parts: str | None) -> Kept:
    """Return a page that is rendered, or render it.

    :raises NotFound: there is no such page; such requests are limited.
    """

    def read() -> tuple[str, UUID, str | None]:
        page = repository.find_by_slug(slug)
        if page is None or not page.enabled:
            raise NotFound
        return write(page, datetime.now(UTC)), page.id, page.password_hash

    def build() -> Kept:
        text, page_id, password_hash = transact(read)
        body = text.encode()
        tag = hashlib.blake2b(body, digest_size=16).hexdigest()
        return Kept(body, gzip.compress(body, 6), media_type, tag, page_id, password_hash)

    try:
        return kept.get((slug, media_type, *parts), build)
    except NotFound:
        limits.count(limits.MISSING, "missing", None)
        raise


def _write_page(page: StatusPage, now: datetime) -> str:
    seen = overview(page, now)
    return _render(
        "page.html",
        slug=page.slug,
        page=seen,
        bars={app.key: bars(app) for group in seen.groups for app in group.apps},
        month=f"{now:%Y-%m}",
    )


def _write_history(page: StatusPage, now: datetime, start: datetime) -> str:
    following = (start + timedelta(days=31)).replace(day=1)
    months = f"{page.oldest:%Y-%m}", f"{now:%Y-%m}"
    if not months[0] <= f"{start:%Y-%m}" <= months[1]:
        raise NotFound
    before, after = f"{start - timedelta(days=1):%Y-%m}", f"{following:%Y-%m}"
    return _render(
        "history.html",
        slug=page.slug,
        name=page.name,
        month=f"{start:%B %Y}",
        incidents=history(page, start, following),
        before=before if before >= months[0] else None,
        after=after if after <= months[1] else None,
    )


def _write_json(page: StatusPage, now: datetime) -> str:
    return current_app.json.dumps(as_json(overview(page, now)))


def _write_feed(page: StatusPage, now: datetime) -> str:
    seen = overview(page, now)
    updates = [
        (update, incident)
        for incident in [*seen.incidents, *seen.past]
        for update in incident.updates
    ]
    updates.sort(key=lambda each: each[0].posted, reverse=True)
    return _render("feed.xml", page=seen, updates=updates)


def _write_badge(page: StatusPage, now: datetime, key: str | None) -> str:
    seen = overview(page, now)
    label, status = seen.name, seen.status
    if key is not None:
        apps = [app for group in seen.groups for app in group.apps if app.key == key]
        if not apps:
            raise NotFound
        label, status = apps[0].name, apps[0].status
    text = STATUS_NAMES[status].lower()
    label = label if len(label) <= 40 else f"{label[:39]}…"
    left, right = (round(_CHARACTER * len(each)) + 14 for each in (label, text))
    return _render(
        "badge.svg", label=label, text=text, color=BADGE_COLORS[status], left=left, right=right
    )


@dataclass(frozen=True)
class Bars:
    """The days of an app as shapes of an SVG image.

    :ivar paths: a path for each kind of day.
    :ivar marks: the days with downtime: the position, the kind, and what happened.
    """

    width: int
    height: int
    paths: dict[str, str]
    marks: list[tuple[int, str, str]]


def bars(app: AppStatus) -> Bars:
    """Return the bars of the days of an app."""
    paths: dict[str, str] = {}
    marks = []
    for number, each in enumerate(app.days):
        x = number * (_BAR + _GAP)
        if each.percentage is None:
            kind = "unknown"
        elif not each.downtime:
            kind = "operational"
        else:
            kind = "major_outage" if each.percentage >= MAJOR_DAY else "partial_outage"
            minutes = max(1, round(each.downtime / timedelta(minutes=1)))
            marks.append((x, kind, f"{each.day.day} {each.day:%B}: {minutes:,} min of downtime"))
            continue
        paths[kind] = paths.get(kind, "") + f"M{x} 0h{_BAR}v{_HEIGHT}h-{_BAR}z"
    return Bars(len(app.days) * (_BAR + _GAP) - _GAP, _HEIGHT, paths, marks)


def as_json(seen: Overview) -> dict[str, Any]:
    """Return what a page shows as JSON."""
    return {
        "name": seen.name,
        "status": seen.status,
        "updated": _iso(seen.updated),
        "groups": [
            {
                "name": group.name,
                "status": group.status,
                "apps": [
                    {
                        "name": app.name,
                        "status": app.status,
                        "uptime_90_days": app.uptime,
                        "days": [
                            {
                                "date": day.day.isoformat(),
                                "downtime_seconds": day.downtime.total_seconds(),
                                "downtime_percentage": day.percentage,
                            }
                            for day in app.days
                        ],
                    }
                    for app in group.apps
                ],
            }
            for group in seen.groups
        ],
        "incidents": [_incident_json(each) for each in [*seen.incidents, *seen.past]],
        "maintenance": [
            {"apps": each.apps, "start": _iso(each.start), "end": _iso(each.end)}
            for each in seen.maintenance
        ],
    }


def _incident_json(incident: ShownIncident) -> dict[str, Any]:
    return {
        "title": incident.title,
        "impact": incident.impact,
        "state": incident.state,
        "apps": incident.apps,
        "began": _iso(incident.began),
        "resolved": _iso(incident.resolved),
        "updates": [
            {"state": each.state, "text": each.text, "posted": _iso(each.posted)}
            for each in incident.updates
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# -- What visitors send -----------------------------------------------------------------------


class _Locked(Forbidden):
    """A page requires its password, which only people can enter."""

    message = "This status page requires a password. Open it in a browser."


def unlock(slug: str) -> Response:
    """Check the password of a page, and remember in a cookie that it was right."""
    found = _find(slug, "text/html", _write_page)
    password, whose = request.form.get("password", ""), f"status page {found.page_id}"
    if found.password_hash is not None:
        limits.count(limits.PASSWORD, "password", whose)
        is_right = len(password) <= MAX_LENGTH and verify_password(found.password_hash, password)
        if not is_right:
            return _message("password.html", 403, slug=slug, error="Wrong password.")
        devices.remember_device(whose)
    response = Response(status=303, headers={"Location": f"{request.script_root}/s/{slug}"})
    response.headers["Cache-Control"] = "no-store"
    if found.password_hash is not None:
        value = _signer(slug, found.password_hash).sign(b"open").decode()
        session.set_cookie(response, _cookie(slug), value, UNLOCKED, httponly=True)
    return response


def subscribe(slug: str) -> Response:
    """Have a visitor asked by mail whether to subscribe to a page.

    The response is the same for every address.
    """
    found = _find(slug, "text/html", _write_page)
    if not _is_unlocked(slug, found):
        return _message("password.html", 403, slug=slug)
    try:
        address = checked_mail(request.form.get("email", ""))
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    limits.count(limits.MAIL, "subscribe", mailbox(address))

    def store() -> None:
        page = repository.find(found.page_id)
        if page is None:
            raise NotFound
        subscribing.request(page, address)

    transact(store)
    return _message(
        "message.html",
        title="Check your inbox",
        text=f"If {address} is not subscribed yet, it gets an email with a link that confirms the"
        " subscription. The link is valid for a day.",
        slug=slug,
    )


def ask_to_confirm(token: str) -> Response:
    """Ask whether to subscribe; programs that only look at links do not."""
    page, address = _subscription(subscribing.CONFIRM, token)
    return _message(
        "message.html",
        title="Confirm your subscription",
        text=f"{address} will get emails about the incidents of {page}.",
        button="Subscribe",
    )


def confirm(token: str) -> Response:
    """Confirm a subscription."""
    slug = _of_link(lambda: subscribing.confirm(token, datetime.now(UTC)).slug)
    return _message(
        "message.html",
        title="Subscribed",
        text="You will get an email about each incident. Each has a link that unsubscribes you.",
        slug=slug,
    )


def ask_to_unsubscribe(token: str) -> Response:
    """Ask whether to end a subscription."""
    page, address = _subscription(subscribing.UNSUBSCRIBE, token)
    return _message(
        "message.html",
        title="Unsubscribe",
        text=f"{address} will get no further emails about {page}.",
        button="Unsubscribe",
    )


def unsubscribe(token: str) -> Response:
    """End a subscription, also with one click in a mail program (RFC 8058)."""
    _of_link(lambda: subscribing.unsubscribe(token, datetime.now(UTC)).slug)
    return _message(
        "message.html", title="Unsubscribed", text="You will get no further emails about this page."
    )


def _subscription(purpose: str, token: str) -> tuple[str, str]:
    """Return the name of the page and the address of a link's subscription."""

    def read() -> tuple[str, str]:
        page, subscriber = subscribing.find(purpose, token, datetime.now(UTC))
        return page.name, subscriber.address

    return _of_link(read)


def _of_link(read: Callable[[], Result]) -> Result:
    """Follow a link in a transaction; those that open nothing are limited."""
    try:
        return transact(read)
    except NotFound:
        limits.count(limits.MISSING, "missing", None)
        raise


def _not_found(rest: str) -> Response:
    raise NotFound


# -- How it is sent ---------------------------------------------------------------------------


def _for_people(view: View) -> View:
    """Return a view whose errors are pages."""

    @wraps(view)
    def shown(**arguments: str) -> Response:
        try:
            return view(**arguments)
        except DatabaseUnavailable:
            return _message(
                "message.html", 503, title="Unavailable", text="Try again in some seconds."
            )
        except TooManyRequests as error:
            response = _message("message.html", 429, title="Too many requests", text=error.message)
            response.headers["Retry-After"] = str(getattr(error, "retry_after", SECONDS))
            return response
        except PyDashError as error:
            status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
            title = "Not found" if status == 404 else "That did not work"
            text = "There is no such page." if error.message == NotFound.message else error.message
            return _message("message.html", status, title=title, text=text)

    return shown


def _message(template: str, status: int = 200, **values: Any) -> Response:
    response = Response(_render(template, **values), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _render(template: str, **values: Any) -> str:
    configuration: Configuration = current_app.config["PYDASH"]
    # Without the context of a request, which has the session and the user.
    return current_app.jinja_env.get_template(f"status_page/{template}").render(
        root=configuration.public_path,
        public_url=configuration.public_url,
        style=Markup(STYLE),  # noqa: S704 (our own)
        **values,
    )


def _is_unlocked(slug: str, page: Kept) -> bool:
    if page.password_hash is None:
        return True
    sent = request.cookies.get(session.cookie_name(_cookie(slug)), "")
    try:
        _signer(slug, page.password_hash).unsign(sent, max_age=int(UNLOCKED.total_seconds()))
    except BadSignature:
        return False
    return True


def _cookie(slug: str) -> str:
    return f"pydash_status_{slug}"


def _signer(slug: str, password_hash: str) -> TimestampSigner:
    """Return what signs the cookie of a page, until its password changes."""
    return TimestampSigner(
        current_app.config["SECRET_KEY"],
        salt=f"status page {slug} {password_hash}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
