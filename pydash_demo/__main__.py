"""Serve the bookshop: `BOOKSHOP_TOKEN=… python -m pydash_demo --port 5001 --data-dir var/demo`."""

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from waitress.server import create_server

HOST = "127.0.0.1"


def serve(port: int, data_dir: Path, token: str) -> None:
    """Serve the shop and send traffic to it until SIGTERM or SIGINT.

    :param port: a port on the loopback interface; 0 for any free port.
    :param data_dir: the directory of the monitoring database; created if it does not exist.
    :param token: the security token of the monitoring.
    """
    # Flask-MonitoringDashboard opens its database on import, so this order matters.
    from pydash_demo.shop import create_shop

    data_dir.mkdir(parents=True, exist_ok=True)
    shop = create_shop(data_dir.resolve(), token)
    from flask_monitoringdashboard.core.cache import init_cache

    from pydash_demo.history import write_history
    from pydash_demo.traffic import start_traffic

    write_history(datetime.now(UTC))
    # The averages that tell slow requests, without which the first of each page would be one.
    init_cache()
    server = create_server(
        shop,
        host=HOST,
        port=port,
        threads=8,
        trusted_proxy=HOST,
        trusted_proxy_headers={"x-forwarded-for"},
        clear_untrusted_proxy_headers=True,
    )
    start_traffic(f"http://{HOST}:{server.effective_port}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        server.run()
    finally:
        server.close()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m pydash_demo", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--data-dir", type=Path, default=Path("var/demo"))
    arguments = parser.parse_args()
    # Not an argument, because every user of the machine can read those.
    serve(arguments.port, arguments.data_dir, os.environ["BOOKSHOP_TOKEN"])


if __name__ == "__main__":
    main()
