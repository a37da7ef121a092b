"""Serves status pages to visitors: HTML that needs no scripts, JSON, an Atom feed and badges.

A page is read at most once in ten seconds, and then rendered at most once in each format. What is
rendered depends on the page alone: neither on the host and the query of a request nor on who sends
it.
"""

import gzip
import hashlib
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial, wraps
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
from werkzeug.routing import BaseConverter

from pydash_app.errors import Forbidden, InvalidInput, NotFound, PyDashError, TooManyRequests
from pydash_app.outbox import inbox
from pydash_app.status_page import repository, subscribing
from pydash_app.status_page.overview import (
    Overview,
    ShownIncident,
    history,
    overview,
)
from pydash_app.user.passwords import MAX_LENGTH, verify_password
from pydash_app.user.services.validation import checked_mail
from pydash_cube.cache import Cache
from pydash_database import DatabaseUnavailable, transact
from pydash_web import status_page_formats as formats
from pydash_web.api.errors import STATUSES
from pydash_web.http import devices, limits, session
from pydash_web.http.short_cache import ShortCache
from pydash_web.models.status_page import SLUG

SECONDS = 10
CAPACITY = 16 * 1024**2
# For how long a browser need not enter the password again.
UNLOCKED = timedelta(days=7)
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(hashlib.sha256(formats.STYLE.encode()).digest()).decode()}'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


class Slug(BaseConverter):
    """The slug of a page, as owners may choose it."""

    regex = SLUG


@dataclass(frozen=True)
class Snapshot:
    """What is read of a page, for all its formats.

    :ivar password_hash: None if everyone may see it.
    :ivar oldest: when its history begins.
    """

    page_id: UUID
    password_hash: str | None
    oldest: datetime
    overview: Overview

    @property
    def size(self) -> int:
        """Roughly the memory that it takes (bytes)."""
        apps = sum(len(group.apps) for group in self.overview.groups)
        incidents = [*self.overview.incidents, *self.overview.past]
        texts = sum(
            sys.getsizeof(update.text) + sys.getsizeof(update.html) + 500
            for each in incidents
            for update in each.updates
        )
        return 2_000 + 20_000 * apps + texts


@dataclass(frozen=True)
class Rendered:
    """A format of a page.

    :ivar compressed: the body with gzip.
    """

    body: bytes
    compressed: bytes
    media_type: str
    tag: str


kept: ShortCache[Snapshot] = ShortCache(CAPACITY, lambda snapshot: snapshot.size, SECONDS)
# By slug, format and the time of the snapshot, so that they are never outdated.
rendered: Cache[Rendered] = Cache(CAPACITY, lambda one: len(one.body) + len(one.compressed) + 1_000)

Write = Callable[[Snapshot], str]
View = Callable[..., Response]
Result = TypeVar("Result")


def install(app: Flask) -> None:
    """Add the routes."""
    app.url_map.converters["slug"] = Slug
    formats.install(app)
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
        kept.forget(lambda key: key == slug)
        return response

    after_this_request(drop)


# -- What visitors see ------------------------------------------------------------------------


def show_page(slug: str) -> Response:
    """Return a status page."""
    return _serve(slug, "text/html", lambda found: formats.page(found.overview))


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


def _write_history(found: Snapshot, start: datetime) -> str:
    months = f"{found.oldest:%Y-%m}", f"{found.overview.updated:%Y-%m}"
    if not months[0] <= f"{start:%Y-%m}" <= months[1]:
        raise NotFound
    # Only now, because the last month that a date can have is followed by none.
    following = (start + timedelta(days=31)).replace(day=1)

    def read() -> list[ShownIncident]:
        page = repository.find(found.page_id)
        return history(page, start, following) if page else []

    before, after = f"{start - timedelta(days=1):%Y-%m}", f"{following:%Y-%m}"
    return formats.render(
        "history.html",
        slug=found.overview.slug,
        name=found.overview.name,
        month=f"{start:%B %Y}",
        incidents=transact(read),
        before=before if before >= months[0] else None,
        after=after if after <= months[1] else None,
    )


def show_json(slug: str) -> Response:
    """Return what a status page shows as JSON."""
    return _serve(slug, "application/json", lambda found: formats.json(found.overview))


def show_feed(slug: str) -> Response:
    """Return an Atom feed with the updates of incidents."""
    return _serve(slug, "application/atom+xml", lambda found: formats.feed(found.overview))


def show_badge(slug: str, key: str | None = None) -> Response:
    """Return an image with the status of a page, or of one of its apps.

    :param key: that of the app; None for all of them.
    :raises NotFound: the page has no such app.
    """
    return _serve(slug, "image/svg+xml", lambda found: formats.badge(found.overview, key), key)


def _serve(slug: str, media_type: str, write: Write, part: str | None = None) -> Response:
    found = _find(slug)
    if not _is_unlocked(slug, found):
        if media_type == "text/html":
            return _message("password.html", 403, slug=slug)
        raise _Locked

    def build() -> Rendered:
        body = write(found).encode()
        tag = hashlib.blake2b(body, digest_size=16).hexdigest()
        return Rendered(body, gzip.compress(body, 6), media_type, tag)

    one = rendered.get((slug, found.overview.updated, media_type, part), build)
    response = Response(one.body, mimetype=one.media_type)
    if request.accept_encodings.quality("gzip") and len(one.compressed) < len(one.body):
        response.set_data(one.compressed)
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
    response.set_etag(one.tag, weak=True)
    response.make_conditional(request)
    return response


def _find(slug: str) -> Snapshot:
    """Return a page as it was at most some seconds ago.

    :raises NotFound: there is no such page; such requests are limited.
    """

    def read() -> Snapshot:
        page = repository.find_by_slug(slug)
        if page is None or not page.enabled:
            raise NotFound
        seen = overview(page, datetime.now(UTC))
        return Snapshot(page.id, page.password_hash, page.oldest, seen)

    return limits.following(lambda: kept.get(slug, lambda: transact(read)))


# -- What visitors send -----------------------------------------------------------------------


class _Locked(Forbidden):
    """A page requires its password, which only people can enter."""

    message = "This status page requires a password. Open it in a browser."


def unlock(slug: str) -> Response:
    """Check the password of a page, and remember in a cookie that it was right."""
    found = _find(slug)
    password, whose = request.form.get("password", ""), f"status page {found.page_id}"
    if found.password_hash is not None:
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A form of another site, with which the browser sends no cookies: the response would
            # replace the one by which accounts recognize it.
            return _message("password.html", 403, slug=slug)
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
    found = _find(slug)
    if not _is_unlocked(slug, found):
        return _message("password.html", 403, slug=slug)
    try:
        address = checked_mail(request.form.get("email", ""))
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    limits.count(limits.MAIL, "subscribe", inbox(address))

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
    return limits.following(lambda: transact(read))


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
    response = Response(formats.render(template, **values), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _is_unlocked(slug: str, page: Snapshot) -> bool:
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
