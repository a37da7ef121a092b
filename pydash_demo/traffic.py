"""Visitors of the bookshop: a thread that sends it real requests, gently."""

import random
import threading
import time
from datetime import UTC, datetime

import requests

from pydash_demo.behaviour import busyness, draw_page, draw_visitor

BUSIEST_PER_SECOND = 2.0


def start_traffic(base_url: str) -> None:
    """Let visitors come for as long as the process lives.

    :param base_url: where the shop answers, without a trailing slash.
    """
    # A daemon: who is being served when the shop closes does not keep it open.
    threading.Thread(target=_visit, args=(base_url,), name="visitors", daemon=True).start()


def _visit(base_url: str) -> None:
    rng = random.Random()
    with requests.Session() as session:
        session.trust_env = False
        while True:
            time.sleep(rng.expovariate(_visits_per_second()))
            customer, address = draw_visitor(rng)
            headers = {"X-Customer": customer, "X-Forwarded-For": address}
            session.get(base_url + draw_page(rng).path, headers=headers, timeout=30)


def _visits_per_second() -> float:
    # Never so quiet that a person who has just started the demo sees nothing move.
    return max(0.5, BUSIEST_PER_SECOND * busyness(datetime.now(UTC)))
