"""The process that counts for all others."""

import asyncio
import json
import os
import signal
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

_PRUNE_SECONDS = 60.0
_BEAT_SECONDS = 1.0


def serve(path: Path, beat: Callable[[], None] = lambda: None) -> None:
    """Count in the foreground until SIGTERM or SIGINT.

    :param path: of the Unix socket. What is left there of a process that was killed is replaced.
    :param beat: called each second.
    """
    os.umask(0o077)
    path.unlink(missing_ok=True)
    asyncio.run(_Server().serve(path, beat))
    path.unlink(missing_ok=True)


class _Server:
    def __init__(self) -> None:
        # The times of the events of each key, and for how long each counts.
        self._events: dict[str, tuple[deque[float], float]] = {}
        self._admitted: Counter[tuple[str, str]] = Counter()
        self._running: Counter[tuple[str, ...]] = Counter()
        self._changed = asyncio.Condition()

    async def serve(self, path: Path, beat: Callable[[], None]) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        pruned = time.monotonic()
        server = await asyncio.start_unix_server(self._respond, path)
        while not stop.is_set():
            beat()
            if time.monotonic() > pruned + _PRUNE_SECONDS:
                pruned = time.monotonic()
                for key, (times, seconds) in list(self._events.items()):
                    if times[-1] < pruned - seconds:
                        del self._events[key]
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _BEAT_SECONDS)
        server.close()

    async def _respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What is not a request, or ends in between, gets no response.
        with suppress(OSError, ValueError, KeyError, TypeError):
            request = json.loads(await reader.readline())
            if "hit" in request:
                wait = self._hit(request["hit"], request["maximum"], request["seconds"])
                _send(writer, wait=wait)
                await writer.drain()
            else:
                await self._keep_slot(request, reader, writer)
        writer.close()

    def _hit(self, key: str, maximum: int, seconds: float) -> float:
        now = time.monotonic()
        times, _ = self._events.get(key, (deque(), 0))
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= maximum:
            return times[0] + seconds - now
        times.append(now)
        self._events[key] = times, seconds
        return 0.0

    async def _keep_slot(
        self, request: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        name, account = request["slot"], request["account"]
        if self._admitted[name, account] >= request["admitted"]:
            _send(writer, admitted=False)
            return
        self._admitted[name, account] += 1
        _send(writer, admitted=True)
        end = asyncio.ensure_future(reader.read())
        run = asyncio.ensure_future(self._run(name, account, request["running"], request["total"]))
        try:
            await asyncio.wait({end, run}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                _send(writer, granted=True)
                await end
        finally:
            self._admitted[name, account] -= 1
            if run.done():
                self._running[name, account] -= 1
                self._running[name,] -= 1
                async with self._changed:
                    self._changed.notify_all()
            run.cancel()
            # Drops those without any.
            self._admitted += Counter()
            self._running += Counter()

    async def _run(self, name: str, account: str, running: int, total: int) -> None:
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._running[name, account] < running and self._running[name,] < total
            )
            self._running[name, account] += 1
            self._running[name,] += 1


def _send(writer: asyncio.StreamWriter, **response: float | bool) -> None:
    writer.write(json.dumps(response).encode() + b"\n")
