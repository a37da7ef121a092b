"""One remote dashboard, whatever its version."""

import time
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule, RemoteDetails
from flask_monitoring_dashboard_client.detection import detect, speak
from flask_monitoring_dashboard_client.errors import ExporterMissing, NotADashboard, WrongToken
from flask_monitoring_dashboard_client.exporter_dialect import MAX_LIMIT
from flask_monitoring_dashboard_client.routes import Dialect, Routes
from pydash_http import (
    FetchPolicy,
    GuardedSession,
    Limits,
    Resolver,
    Url,
    resolve,
)

# Details and rules have some ten kB. Whoever sends more may want it to be parsed: of JSON, each
# byte can take thirty of memory, and several can be tried out at once.
PROBE_BYTES = 256 * 1024


class RemoteDashboard:
    """Reads one monitored app. Not to be shared by threads; to be closed after use.

    Nothing is sent before the first method is called.

    :param url: where the monitoring is, as `RemoteDetails.url` gives it; for `probe`, whatever the
        user typed: the address of the app or of any page of its monitoring.
    :param token: its security token.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :param connect_timeout: seconds to look up a name, and to connect to each of its addresses.
    :param read_timeout: seconds without a single byte.
    :param total_timeout: seconds for one request, or for all requests of a probe together.
    :param max_bytes: the size of an answer, decompressed; of those to a probe, `PROBE_BYTES`.
    :param dialect: how it talks, as `RemoteDetails.dialect` gives it; found out if it is None.
    :param resolver: looks up a host's addresses; another one is for tests.
    :raises AddressRefused: if the URL is none.
    :raises WrongToken: if the token is none, being empty or having control characters.
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
        resolver: Resolver = resolve,
    ) -> None:
        self._policy = FetchPolicy.parse(allow) if isinstance(allow, str) else allow
        self._limits = Limits(connect_timeout, read_timeout, total_timeout, max_bytes)
        self._resolver = resolver
        self._session = GuardedSession(self._policy, self._limits, resolver)
        self._token, self._name = token.strip(), dialect
        if not self._token or not self._token.isprintable():
            raise WrongToken
        self._settle(Url.parse(url))

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
        self._session.close()

    def probe(self) -> RemoteDetails:
        """Find out where the monitoring is and how it talks, and check the token.

        :raises RemoteError: with what is wrong, see its subclasses.
        """
        limits = replace(self._limits, max_bytes=min(PROBE_BYTES, self._limits.max_bytes))
        deadline = time.monotonic() + limits.total_timeout
        with GuardedSession(self._policy, limits, self._resolver, deadline) as session:
            details = detect(session, self._base, self._token)
        self._name = details.dialect
        self._settle(Url.parse(details.url))
        return details

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints that the app has.

        :raises RemoteError: see its subclasses.
        """
        return self._dialect(self._name or self.probe().dialect).monitor_rules()

    def fetch_page(self, cursor: dict[str, Any] | None = None, limit: int = MAX_LIMIT) -> CallPage:
        """Return the calls that come after a cursor.

        The answer depends on the remote side and the cursor alone. Who stores the calls and the
        new cursor together, and goes on from the stored one, has every call exactly once.

        :param cursor: the one of the page before, None to begin with the first call.
        :param limit: how many calls a page is to hold, at most 50,000. The dialects before the
            exporter cannot be asked for a number of calls and only come near it.
        :raises RemoteError: see its subclasses.
        """
        limit = max(1, min(limit, MAX_LIMIT))
        name = cursor["dialect"] if cursor else self._name or self.probe().dialect
        try:
            return self._dialect(name).fetch_page(cursor, limit)
        except (ExporterMissing, NotADashboard):
            # The app may have been upgraded to a version that talks otherwise.
            found = self.probe().dialect
            if found == name:
                raise
            return self._dialect(found).fetch_page(cursor, limit)

    def _settle(self, address: Url) -> None:
        self._base = replace(address, path=address.path.rstrip("/"), query="")
        self._dialects: dict[str, Dialect] = {}

    def _dialect(self, name: str) -> Dialect:
        if name not in self._dialects:
            self._dialects[name] = speak(name, Routes(self._session, self._base, self._token))
        return self._dialects[name]
