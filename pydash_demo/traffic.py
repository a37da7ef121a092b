"""Sends a few real requests per second to the bookshop, in a thread."""

import random
import threading
import time
from datetime import UTC, datetime

import requests

from pydash_demo.behaviour import draw_page, draw_visitor, load

MAX_REQUESTS_PER_SECOND = 2.0
# Even at night, someone who has just started the demo should see changes.
MIN_REQUESTS_PER_SECOND = 0.5


def start_traffic(base_url: str) -> None:
    """Send requests for as long as the process lives.

    :param base_url: the URL of the shop, without a trailing slash.
    """
    # A daemon thread, so that a pending request does not prevent the process from exiting.
    threading.Thread(target=_send_requests, args=(base_url,), name="traffic", daemon=True).start()


def _send_requests(base_url: str) -> None:
    rng = random.Random()
    with requests.Session() as session:
        session.trust_env = False
        while True:
            rate = MAX_REQUESTS_PER_SECOND * load(datetime.now(UTC))
            time.sleep(rng.expovariate(max(MIN_REQUESTS_PER_SECOND, rate)))
            customer, address = draw_visitor(rng)
            headers = {"X-Customer": customer, "X-Forwarded-For": address}
            session.get(base_url + draw_page(rng).path, headers=headers, timeout=30)
