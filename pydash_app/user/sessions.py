"""The sessions of a user, one for each browser."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from persistent import Persistent

MAX_IDLE = timedelta(days=14)
MAX_AGE = timedelta(days=90)
MAX_SESSIONS = 20
# The precision of `last_seen`, so that not every request writes to the database.
SEEN_PRECISION = timedelta(minutes=1)
_MAX_USER_AGENT = 256


@dataclass(frozen=True)
class Session:
    """A signed-in browser; times are UTC."""

    id: str
    created: datetime
    last_seen: datetime
    user_agent: str

    def is_over(self, now: datetime) -> bool:
        """Return whether it has expired, because it was idle for too long or is too old."""
        return now >= min(self.last_seen + MAX_IDLE, self.created + MAX_AGE)

    def is_to_be_recorded(self, now: datetime) -> bool:
        """Return whether its use is to be recorded again."""
        return abs(now - self.last_seen) >= SEEN_PRECISION


class Sessions(Persistent):
    """The sessions of a user, in a separate persistent object, because it is written often.

    >>> sessions = Sessions()
    >>> session = sessions.begin("Firefox")
    >>> sessions.use(session.id) == session
    True
    >>> sessions.end(session.id)
    True
    >>> sessions.use(session.id) is None
    True
    """

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def begin(self, user_agent: str, now: datetime | None = None) -> Session:
        """Begin a session with a new random ID, which replaces the most idle one at the limit."""
        now = now or datetime.now(UTC)
        session = Session(secrets.token_urlsafe(32), now, now, user_agent[:_MAX_USER_AGENT])
        # Including those that seem to have expired, because the clock may be wrong.
        kept = self._most_recent_first()[: MAX_SESSIONS - 1]
        self._sessions = {each.id: each for each in (*kept, session)}
        return session

    def find(self, session_id: str, now: datetime | None = None) -> Session | None:
        """Return a session that is not over; None if there is none."""
        session = self._sessions.get(session_id)
        return None if session is None or session.is_over(now or datetime.now(UTC)) else session

    def use(self, session_id: str, now: datetime | None = None) -> Session | None:
        """Return a session that is not over, and record that it was seen; None if there is none."""
        now = now or datetime.now(UTC)
        session = self.find(session_id, now)
        if session is not None and session.is_to_be_recorded(now):
            session = replace(session, last_seen=now)
            self._sessions = {**self._sessions, session_id: session}
        return session

    def active(self, now: datetime | None = None) -> list[Session]:
        """Return the sessions that have not expired, most recently seen first."""
        now = now or datetime.now(UTC)
        return [session for session in self._most_recent_first() if not session.is_over(now)]

    def end(self, session_id: str) -> bool:
        """End a session. Return whether it existed."""
        if session_id not in self._sessions:
            return False
        self._sessions = {
            kept: session for kept, session in self._sessions.items() if kept != session_id
        }
        return True

    def end_all(self, keep: str | None = None) -> None:
        """End all sessions except the one to keep."""
        self._sessions = {kept: session for kept, session in self._sessions.items() if kept == keep}

    def _most_recent_first(self) -> list[Session]:
        return sorted(self._sessions.values(), key=lambda each: each.last_seen, reverse=True)
