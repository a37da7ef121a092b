"""A fetcher in a separate process, for tests that stop, kill and replace it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]


class FetcherProcess:
    """A real fetcher daemon, which replaces a dead one sooner than in production.

    :param environment: its settings, `PYDASH_*`.
    :param is_hasty: whether to shorten the times of the lease.
    """

    def __init__(self, environment: dict[str, str], *, is_hasty: bool = True) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYDASH_")}
        self._environment = {**kept, **environment, "PYTHONPATH": str(ROOT)}
        self._arguments = ["--hasty"] if is_hasty else []
        self.start()

    def start(self) -> None:
        """Start the process, also again after it was killed."""
        command = [sys.executable, __file__, *self._arguments]
        self.process = subprocess.Popen(command, env=self._environment)

    def kill(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """Send SIGTERM; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


def main() -> None:
    """Run a fetcher, configured by the environment."""
    from pydash_app import fetcher
    from pydash_app.configuration import Configuration
    from pydash_app.fetcher import lease

    if "--hasty" in sys.argv:
        lease.HEARTBEAT_SECONDS, lease.EXPIRY_SECONDS = 0.2, 1.0
        lease.POLL_SECONDS = fetcher.POLL_SECONDS = 0.1
    fetcher.run(Configuration.from_environment(os.environ))


if __name__ == "__main__":
    main()
