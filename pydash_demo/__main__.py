"""Serve the bookshop: `python -m pydash_demo --port 5001 --data-dir var/demo`."""

import argparse
import secrets
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from waitress.server import create_server

HOST = "127.0.0.1"


def security_token(data_dir: Path) -> str:
    """Read the shop's security token, or make one that only its owner can read.

    :param data_dir: the shop's own folder; it is made if it is not there.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "security-token"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()


def serve(port: int, data_dir: Path) -> None:
    """Serve the shop and its visitors until SIGTERM or SIGINT.

    :param port: the loopback port; 0 takes a free one.
    :param data_dir: where the monitoring database and the token are kept.
    """
    # The monitoring opens its database when it is imported, so it is told where first.
    from pydash_demo.shop import create_shop

    shop = create_shop(data_dir.resolve(), security_token(data_dir))
    from pydash_demo.history import write_history
    from pydash_demo.traffic import start_traffic

    write_history(datetime.now(UTC))
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
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m pydash_demo", description=__doc__)
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--data-dir", type=Path, default=Path("var/demo"))
    arguments = parser.parse_args()
    serve(arguments.port, arguments.data_dir)


if __name__ == "__main__":
    main()
