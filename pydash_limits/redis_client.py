"""Places that the web processes of several machines share, kept in Redis."""

import time
from contextlib import ExitStack
from secrets import token_hex
from typing import Any

from pydash_limits.client import RESPONSE_SECONDS, Unavailable

# A place is free again after this time at the latest, also if its process was killed.
LEASE_SECONDS = 60
_POLL_SECONDS = 0.02

# The keys are sorted sets of places, by the time at which each expires (s).
_ADMIT = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
_RUN = """
local now = tonumber(redis.call('TIME')[1])
for place = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[place], '-inf', now)
  if redis.call('ZCARD', KEYS[place]) >= tonumber(ARGV[place + 1]) then return 0 end
end
for place = 1, 2 do
  redis.call('ZADD', KEYS[place], now + ARGV[4], ARGV[1])
  redis.call('EXPIRE', KEYS[place], ARGV[4])
end
return 1
"""


class RedisClient:
    """Gives places to those who ask for them, like `Client`.

    :param uri: `redis://` or `rediss://`.
    """

    def __init__(self, uri: str) -> None:
        import redis  # an optional dependency

        self._redis: Any = redis.Redis.from_url(
            uri, socket_timeout=RESPONSE_SECONDS, socket_connect_timeout=RESPONSE_SECONDS
        )
        self._error: type[Exception] = redis.RedisError
        self._admit, self._run = map(self._redis.register_script, (_ADMIT, _RUN))

    def acquire(
        self, name: str, account: str, *, running: int, admitted: int, total: int, seconds: float
    ) -> ExitStack | None:
        """Wait for a place; see `Client.acquire`."""
        place, everyone = token_hex(16), f"pydash/{name}"
        waiting, own = f"{everyone}/admitted/{account}", f"{everyone}/running/{account}"

        def leave() -> None:
            # Otherwise, it expires.
            try:
                for key in (waiting, own, everyone):
                    self._redis.zrem(key, place)
            except self._error:
                return

        deadline = time.monotonic() + seconds
        with ExitStack() as held:
            held.callback(leave)
            try:
                if not self._admit([waiting], [place, admitted, LEASE_SECONDS]):
                    return None
                while not self._run([own, everyone], [place, running, total, LEASE_SECONDS]):
                    if time.monotonic() > deadline:
                        return None
                    time.sleep(_POLL_SECONDS)
            except self._error as error:
                raise Unavailable(f"Redis does not respond: {error}") from error
            return held.pop_all()
