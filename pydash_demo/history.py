"""Generates thirty days of past requests in the monitoring database of the bookshop."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask_monitoringdashboard.database import Endpoint, Request, engine
from flask_monitoringdashboard.database.exception_occurrence import save_exception_occurence_to_db
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.orm import Session

from pydash_demo.behaviour import (
    LATEST_VERSION,
    NEW_VERSION,
    OLD_VERSION,
    PAGES,
    draw_page,
    draw_visitor,
    load,
)
from pydash_demo.diagnosis import write_diagnosis
from pydash_demo.shop import handler

DAYS = 30
REQUESTS = 50_000
# How long the latest version has been running.
LATEST_DAYS = 3


def write_history(now: datetime, seed: int = 2018) -> None:
    """Write the history in one transaction, unless the database already has requests.

    :param now: the end of the history (UTC).
    :param seed: the same seed and time give the same history.
    """
    with engine.begin() as connection:
        if connection.scalar(select(func.count()).select_from(Request)):
            return
        ids = {name: id_ for id_, name in connection.execute(select(Endpoint.id, Endpoint.name))}
        rng = random.Random(seed)
        requests = list(past_requests(now, ids, rng))
        rows = [{name: each[name] for name in each if name != "name"} for each in requests]
        connection.execute(insert(Request), rows)
        write_exceptions(connection, random.Random(seed))
        write_diagnosis(connection, requests, now, rng)
        connection.execute(
            update(Endpoint).values(
                time_added=now - timedelta(days=DAYS), version_added=OLD_VERSION, last_requested=now
            )
        )


def past_requests(
    now: datetime, endpoint_ids: dict[str, int], rng: random.Random
) -> Iterator[dict[str, Any]]:
    """Draw the rows of the history with the names of their pages, oldest first.

    There are daily and weekly cycles.

    The new version was released halfway through, and the latest one a few days ago.
    """
    released, latest = now - timedelta(days=DAYS / 2), now - timedelta(days=LATEST_DAYS)
    for number, moment in enumerate(past_times(now, rng), 1):
        page = draw_page(rng)
        customer, address = draw_visitor(rng)
        version = OLD_VERSION if moment < released else NEW_VERSION
        if moment >= latest:
            version = LATEST_VERSION
        status = page.status_code(rng, version)
        is_failing = (now - moment) / timedelta(hours=1) < page.failing_hours
        yield {
            "id": number,
            "name": page.endpoint,
            "endpoint_id": endpoint_ids[page.endpoint],
            "duration": page.execution_time(rng, version),
            "time_requested": moment.replace(tzinfo=None),
            "version_requested": version,
            "group_by": customer or "None",
            "ip": address,
            "status_code": status if status != 500 or is_failing else 200,
        }


def past_times(now: datetime, rng: random.Random) -> list[datetime]:
    """Draw the times of the requests, in proportion to the load of each hour."""
    start = now - timedelta(days=DAYS)
    hours = [start + timedelta(hours=n) for n in range(24 * DAYS)]
    chosen = rng.choices(hours, weights=[load(hour) for hour in hours], k=REQUESTS)
    return sorted(hour + timedelta(microseconds=rng.randrange(3_600_000_000)) for hour in chosen)


def write_exceptions(connection: Connection, rng: random.Random) -> None:
    """Raise what made the requests of the history fail, and store it as FMD does."""
    failed = (
        select(Request.id, Request.version_requested, Endpoint.name)
        .join(Endpoint, Request.endpoint_id == Endpoint.id)
        .where(Request.status_code == 500)
        .order_by(Request.id)
    )
    handlers = {page.endpoint: handler(page, rng) for page in PAGES}
    with Session(connection, join_transaction_mode="rollback_only") as session:
        for request_id, version, name in connection.execute(failed).all():
            try:
                handlers[name](500, version)
            except Exception as error:  # noqa: BLE001 (whatever the shop raises)
                # Without the frame of this function.
                trace = error.__traceback__ and error.__traceback__.tb_next
                save_exception_occurence_to_db(
                    request_id, session, error, type(error), trace, is_user_captured=False
                )
        session.flush()
