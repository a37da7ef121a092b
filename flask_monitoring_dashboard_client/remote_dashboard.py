"""Reads the monitoring of an app of any version."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Any, Self, cast

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule, RemoteDetails
from flask_monitoring_dashboard_client.detection import create_dialect, detect
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    NotADashboard,
    WrongToken,
)
from flask_monitoring_dashboard_client.exporter_dialect import MAX_LIMIT, ExporterDialect
from flask_monitoring_dashboard_client.kinds import KindPage
from flask_monitoring_dashboard_client.routes import Dialect, Routes, check_headers
from pydash_http import FetchPolicy, GuardedSession, Limits, Resolver, Url, resolve

# Details and rules take a few kB. Parsing more could exhaust the memory, because each byte of JSON
# can take thirty bytes, and a user may start several probes at once.
PROBE_BYTES = 256 * 1024
# The exporter's pages take about a hundred bytes per call, and can be made smaller. The pages of
# other versions cannot, so for them the limits of the session apply.
EXPORTER_BYTES = 8 * 1024 * 1024


class RemoteDashboard:
    """Reads a monitored app. It is not thread-safe, and must be closed after use.

    No request is sent before the first method call.

    :param url: base URL of the monitoring, as in `RemoteDetails.url`. For `probe`, it can be the
        URL of the app or of any of its monitoring pages.
    :param token: its security token.
    :param allow: the addresses from which to fetch; see `FetchPolicy.parse`.
    :param connect_timeout: seconds to resolve a name, and to connect to each of its addresses.
    :param read_timeout: seconds without a single byte.
    :param total_timeout: seconds for one request, or for all requests of a probe together.
    :param max_bytes: maximum size of a response, decompressed; at most `EXPORTER_BYTES` from the
        exporter, and `PROBE_BYTES` in a probe.
    :param dialect: as in `RemoteDetails.dialect`; detected if None.
    :param headers: further headers of all requests, such as for a proxy in front of the app; sent
        to no other server. If they include `Authorization`, the token is sent as `X-PyDash-Token`.
    :param resolver: returns a host's addresses; replaced in tests.
    :raises AddressRefused: if the URL is invalid.
    :raises ValueError: if a header is invalid, see `check_headers`.
    :raises WrongToken: if the token is empty or contains control characters.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        allow: str | FetchPolicy = "global",
        connect_timeout: float = Limits.connect_timeout,
        read_timeout: float = Limits.read_timeout,
        total_timeout: float = Limits.total_timeout,
        max_bytes: int = Limits.max_bytes,
        dialect: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        resolver: Resolver = resolve,
    ) -> None:
        self._policy = FetchPolicy.parse(allow) if isinstance(allow, str) else allow
        self._limits = Limits(connect_timeout, read_timeout, total_timeout, max_bytes)
        self._resolver = resolver
        self._sessions = ExitStack()
        self._token, self._name = token.strip(), dialect
        if not self._token or not self._token.isprintable():
            raise WrongToken
        check_headers(headers)
        self._headers = headers
        self._set_base(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are still open."""
        self._sessions.close()

    def probe(self) -> RemoteDetails:
        """Detect the monitoring and its dialect, and check the token.

        :raises RemoteError: see its subclasses.
        """
        limits = replace(self._limits, max_bytes=min(PROBE_BYTES, self._limits.max_bytes))
        deadline = time.monotonic() + limits.total_timeout
        with GuardedSession(self._policy, limits, self._resolver, deadline) as session:
            details = detect(session, self._base, self._token, self._headers)
        self._name = details.dialect
        self._set_base(details.url)
        return details

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints of the app.

        :raises RemoteError: see its subclasses.
        """
        return self._dialect(self._name or self.probe().dialect).monitor_rules()

    def fetch_page(self, cursor: dict[str, Any] | None = None, limit: int = MAX_LIMIT) -> CallPage:
        """Return the calls after a cursor.

        The result depends only on the app and the cursor. A caller that stores the calls and the
        new cursor in one transaction, and continues from it, gets every call exactly once.

        :param cursor: the cursor of the previous page, None for the first page.
        :param limit: number of calls in a page, at most 50,000. Versions without the exporter
            select calls by time, so the size of their pages is approximate.
        :raises RemoteError: see its subclasses.
        """
        limit = max(1, min(limit, MAX_LIMIT))
        name = cursor["dialect"] if cursor else self._name or self.probe().dialect
        try:
            return self._dialect(name).fetch_page(cursor, limit)
        except (ExporterMissing, NotADashboard):
            # The app may have been upgraded to a version with another dialect.
            detected = self.probe().dialect
            if detected == name:
                raise
            return self._dialect(detected).fetch_page(cursor, limit)

    def fetch_kind(self, kind: str, cursor: dict[str, Any] | None = None) -> KindPage:
        """Return the rows of a kind after a cursor, each exactly once; see `fetch_page`.

        :param kind: one of `KINDS`.
        :param cursor: the cursor of the previous page, None for the first page.
        :raises NotADashboard: if the app does not export them.
        :raises RemoteError: see its subclasses.
        """
        return cast(ExporterDialect, self._dialect(ExporterDialect.name)).fetch_kind(kind, cursor)

    def _set_base(self, url: str) -> None:
        address = Url.parse(url)
        self._base = replace(address, path=address.path.rstrip("/"), query="")
        self._dialects: dict[str, Dialect] = {}

    def _dialect(self, name: str) -> Dialect:
        if name not in self._dialects:
            limits = self._limits
            if name == ExporterDialect.name:
                limits = replace(limits, max_bytes=min(EXPORTER_BYTES, limits.max_bytes))
            session = GuardedSession(self._policy, limits, self._resolver)
            self._sessions.enter_context(session)
            routes = Routes(session, self._base, self._token, self._headers)
            self._dialects[name] = create_dialect(name, routes)
        return self._dialects[name]
