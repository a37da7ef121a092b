"""The sessions of a user: where somebody is signed in with a browser."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from persistent import Persistent

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
MOST = 20
# `last_seen` is as exact as this, so that not every request writes to the database.
SEEN_PRECISION = timedelta(minutes=1)
_LONGEST_USER_AGENT = 256


@dataclass(frozen=True)
class Session:
    """One browser that is signed in; times are UTC."""

    id: str
    created: datetime
    last_seen: datetime
    user_agent: str

    def is_over(self, now: datetime) -> bool:
        """Tell whether it was idle for too long, or lasted too long."""
        return now >= min(self.last_seen + IDLE, self.created + LONGEST)


class Sessions(Persistent):
    """The sessions of one user; a persistent object of its own, for it is written often.

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
        """Begin a session with a new random id; the one idle longest makes room if need be."""
        now = now or datetime.now(UTC)
        session = Session(secrets.token_urlsafe(32), now, now, user_agent[:_LONGEST_USER_AGENT])
        self._sessions = {kept.id: kept for kept in (*self.active(now)[: MOST - 1], session)}
        return session

    def use(self, session_id: str, now: datetime | None = None) -> Session | None:
        """Answer a session that is not over, and note that it was seen; `None` if there is none."""
        now = now or datetime.now(UTC)
        session = self._sessions.get(session_id)
        if session is None or session.is_over(now):
            return None
        if now - session.last_seen >= SEEN_PRECISION:
            session = replace(session, last_seen=now)
            self._sessions = {**self._sessions, session_id: session}
        return session

    def active(self, now: datetime | None = None) -> list[Session]:
        """List the sessions that are not over, the one seen last first."""
        now = now or datetime.now(UTC)
        active = [session for session in self._sessions.values() if not session.is_over(now)]
        return sorted(active, key=lambda session: session.last_seen, reverse=True)

    def end(self, session_id: str) -> bool:
        """End a session, and tell whether there was one to end."""
        if session_id not in self._sessions:
            return False
        self._sessions = {
            kept: session for kept, session in self._sessions.items() if kept != session_id
        }
        return True

    def end_all(self, keep: str | None = None) -> None:
        """End all sessions, but the one to keep."""
        self._sessions = {kept: session for kept, session in self._sessions.items() if kept == keep}
