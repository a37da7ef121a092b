"""Write a small database with the present code, and the numbers that must be read from it.

    python tests/stored_data/write.py NAME

adds the directory `NAME` next to this file: the database (`pydash.fs.xz`) and `expected.json`. Run
it once per release, with its version as the name; the tests then hold every later version to these
numbers. A database of other code is written with that code's checkout as PYTHONPATH.

The expected numbers are computed here, from the calls as plain lists, and never by the code under
test. Times are fixed. Execution times are multiples of 1/16 ms, so that their sums are exact.
"""

import argparse
import importlib
import json
import lzma
import math
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.dashboard.retention import Retention
from pydash_app.fetcher.lease import LeaseKeeper
from pydash_app.outbox import repository as outbox
from pydash_app.secrets import hash_code
from pydash_app.user import invite_repository
from pydash_app.user import repository as users
from pydash_app.user.api_token import Scope
from pydash_app.user.entity import User
from pydash_app.user.services import registration, tokens
from pydash_cube.call_batch import CallBatch
from pydash_database import database_connection, database_root, transact

SECRET_KEY = "the secret key of the stored databases"
PASSWORDS = {"Alice": "alice's old password", "Bob": "bob's old password", "Carol": "carol's one"}
APP_TOKEN = "the token of the monitored app"
FETCHER = "the name of a fetcher"
INVITATION = "the code of an invitation"
CHANNEL_SECRET = "the secret of a webhook"
SLOW = {
    "kind": "and",
    "conditions": [
        {"kind": "above", "statistic": "error_rate", "window": 300, "threshold": 5.0},
        {"kind": "no_data", "window": 1_800},
    ],
}
NOW = datetime(2018, 6, 15, 12, tzinfo=UTC)
FIRST_PING = datetime(2018, 6, 14, 22, tzinfo=UTC)
QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
# The largest share of the calls in one centroid of a digest of 100 centroids under the scale
# function k1: pi / 100 * sqrt(q (1 - q)). No stored digest was ever coarser.
_COARSEST = math.pi / 100
# The cube's limits are lowered, so that a small database has everything that a large one has:
# months with and without days, partitions, merged chunks, blocks with a page for each column.
_LIMITS = {
    "cube": {"RECENT_SIZE": 500},
    "month": {"SPLIT_SIZE": 2_000},
    "span": {"_MIN_CALLS": 100},
    "chunk": {"_ONE_PAGE": 250},
}

Key = Callable[["Call"], str]


class Call(NamedTuple):
    """One call of the monitored app."""

    endpoint: str
    execution_time: float
    time: datetime
    version: str | None
    group: str | None
    ip: str
    status: int | None


def calls(seed: int, days: Sequence[tuple[date, int]]) -> Iterator[Call]:
    """Make up calls in order of time.

    :param days: days, and how many calls there are on each.
    """
    noise = random.Random(seed)
    versions = ("0.9", "1.9", "1.10", None)
    for number, (day, count) in enumerate(days):
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for second in sorted(noise.sample(range(86_400), count)):
            endpoint = noise.choice(("index", "index", "search", "checkout", "static", "Ünï/☃"))
            yield Call(
                endpoint=endpoint,
                execution_time=round(16 * noise.lognormvariate(len(endpoint) / 2, 0.8) + 1) / 16,
                time=midnight + timedelta(seconds=second, microseconds=noise.randrange(10**6)),
                version=versions[min(number * len(versions) // len(days), 3)],
                group=noise.choice((None, "None", "alice", "bob", "Zoë")),
                ip=f"192.0.2.{noise.randrange(1, 40)}" if noise.random() < 0.9 else "2001:db8::1",
                status=noise.choice((200, 200, 200, 302, 404, 500, None)),
            )


def shop_days() -> list[tuple[date, int]]:
    """Return days and numbers of calls: a large month, small months, and calls still recent."""
    return [
        *((date(2018, 2, day), 20) for day in range(10, 20)),
        *((date(2018, 3, day), 250) for day in range(1, 13)),
        *((date(2018, 4, day), 30) for day in (1, 2, 29, 30)),
        *((date(2018, 5, day), 30) for day in range(20, 32)),
        (date(2018, 6, 14), 150),
        (date(2018, 6, 15), 150),
    ]


def archive_days() -> list[tuple[date, int]]:
    """Return days and numbers of calls that are partly older than the dashboard keeps them."""
    return [
        *((date(2018, 3, day), 250) for day in range(1, 11)),
        *((date(2018, 5, day), 80) for day in range(8, 14)),
        *((date(2018, 6, day), 80) for day in range(10, 15)),
    ]


def batches(made: Iterable[Call], size: int) -> Iterator[CallBatch]:
    """Cut calls into batches, as pages of a monitored app bring them."""
    made = list(made)
    for start in range(0, len(made), size):
        page = made[start : start + size]
        yield CallBatch.from_columns(
            endpoint=[call.endpoint for call in page],
            execution_time=[call.execution_time for call in page],
            time=[call.time for call in page],
            version=[call.version for call in page],
            group_by=[call.group for call in page],
            ip=[call.ip for call in page],
            status_code=[call.status for call in page],
        )


def figures(made: Sequence[Call]) -> dict[str, Any]:
    """Compute what must be read of some calls, at least one.

    :returns: exact figures, and for each percentile the range in which a digest must place it.
    """
    times = sorted(call.execution_time for call in made)
    return {
        "total_visits": len(made),
        "total_execution_time": sum(times),
        "unique_visitors": len({call.ip for call in made}),
        "fastest_measured_execution_time": times[0],
        "slowest_measured_execution_time": times[-1],
        "percentiles": {f"{100 * q:g}": percentile_range(times, q) for q in QUANTILES},
    }


def percentile_range(times: Sequence[float], q: float) -> tuple[float, float]:
    """Return the values between which a digest's q-quantile must lie.

    :param times: ascending.
    """
    slack = _COARSEST * math.sqrt(q * (1 - q)) * len(times) + 1
    rank = q * len(times)
    low, high = math.floor(rank - slack), math.ceil(rank + slack)
    return times[max(low, 0)], times[min(high, len(times) - 1)]


def grouped(made: Iterable[Call], key: Key) -> dict[str, list[Call]]:
    """Group calls by a text."""
    groups: defaultdict[str, list[Call]] = defaultdict(list)
    for call in made:
        groups[key(call)].append(call)
    return dict(sorted(groups.items()))


def numbers(made: Sequence[Call]) -> dict[str, Any]:
    """Compute what must be read of a dashboard's calls."""
    none = "None" if database_root()["schema_version"] <= 9 else ""
    keys: dict[str, Key] = {
        "endpoint": lambda call: call.endpoint,
        "version": lambda call: none if call.version is None else call.version,
        "group_by": lambda call: none if call.group is None else call.group,
        "month": lambda call: f"{call.time:%Y-%m}",
        "day": lambda call: f"{call.time:%Y-%m-%d}",
    }
    by_endpoint_and_day = grouped(made, lambda call: f"{call.endpoint} {call.time:%Y-%m-%d}")
    return {
        "all": figures(made),
        "visits_per_ip": dict(Counter(call.ip for call in made)),
        **{
            name: {text: figures(group) for text, group in grouped(made, key).items()}
            for name, key in keys.items()
        },
        "visits_per_endpoint_and_day": {
            text: len(group) for text, group in by_endpoint_and_day.items()
        },
        "visits_per_hour": dict(Counter(f"{call.time:%Y-%m-%dT%H}" for call in made)),
    }


def store_users() -> dict[str, Any]:
    """Store a user with everything, a plain one and one who never verified an address."""
    alice = registration.create(
        "Alice", PASSWORDS["Alice"], "alice@example.com", verified=True, admin=True
    )
    alice.change_mail("new@example.com")
    alice.play_sounds = False
    browsers = ["Firefox on Linux", "Safari on iOS"]
    sessions = [alice.sessions.begin(browser, NOW).id for browser in browsers]
    users.update(alice)
    bob = registration.create("Bob", PASSWORDS["Bob"], "bob@example.com", verified=True)
    reset_code = bob.new_reset_code()
    users.update(bob)
    carol = registration.create("Carol", PASSWORDS["Carol"], "carol@example.com")
    invite_repository.add(hash_code(INVITATION), datetime(2999, 1, 1, tzinfo=UTC))
    secrets = {
        name: tokens.issue(alice, name, scope)[1]
        for name, scope in (("deployment", Scope.READ), ("bot", Scope.WRITE))
    }
    return {
        "Alice": {
            **_account(alice),
            "sessions": dict(zip(sessions, browsers, strict=True)),
            "tokens": {
                "deployment": [secrets["deployment"], "read"],
                "bot": [secrets["bot"], "write"],
            },
        },
        "Bob": {**_account(bob), "reset_code": reset_code},
        "Carol": _account(carol),
    }


def _account(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "mail": user.mail,
        "pending_mail": user.pending_mail,
        "password": PASSWORDS[user.name],
        "verified": user.is_verified(),
        "verification_code": _new_verification_code(user),
        "admin": user.admin,
        "play_sounds": user.play_sounds,
    }


def _new_verification_code(user: User) -> str | None:
    """Replace a verification code; return the new one, of which later versions store the hash."""
    if user.verification_code_key is None:
        return None
    code: str | None = user.generate_new_verification_code()
    users.update(user)
    return code or user.verification_code_key


def store_mails() -> dict[str, Any]:
    """Store mails that wait, and what other traces mails leave, as far as this code has them."""
    pydash_app.outbox.write("carol@example.com", "Verify", "Click here.", "<p>Click here.</p>")
    mail = outbox.due(datetime.now(UTC), 1)[0]
    outbox.remove(mail)
    mail.begin_attempt(NOW)
    outbox.add(mail)
    expected: dict[str, Any] = {
        "waiting": [[mail.recipient, mail.subject, mail.plain, mail.html, mail.attempts]]
    }
    if hasattr(outbox, "move_to_sent"):
        outbox.move_to_sent(mail, NOW)
        outbox.add(mail)
        expected["sent"] = [list(mail.kind)]
    if "mail_requests" in database_root():
        requests = find_module("pydash_app.user.services.mail_requests")
        requests.add("password_reset", "bob@example.com")
        expected["requests"] = [["password_reset", "bob@example.com"]]
    return expected


def store_shop(owner: User) -> dict[str, Any]:
    """Store a dashboard that uses everything."""
    shop = Dashboard("https://shop.example.com/dashboard", APP_TOKEN, owner.id, "Shop")
    shop.monitor_downtime = True
    shop.retention = Retention(calls_days=400, fine_cells_days=500)
    shop.hide_endpoint("static")
    shop.add_endpoint(
        Endpoint("index", True, version_added="0.9", time_added=NOW, last_accessed=NOW)
    )
    shop.add_endpoint(Endpoint("unused", False))
    remote = RemoteInfo(shop.url, shop.url, "exporter", "5.1.0", default_token=True)
    shop.fetching.found_endpoints(NOW, remote)
    dashboards.add(shop)
    made = list(calls(2018, shop_days()))
    size = 70
    for number, batch in enumerate(batches(made, size)):
        shop.add_endpoint_calls(batch)
        shop.fetching.fetched_page(
            NOW + timedelta(seconds=number),
            cursor={"last": size * number},
            has_more=False,
            progress=FetchProgress(size * number + len(batch), 3, 0, 1.5),
            notice="There is a gap." if number == 7 else None,
        )
    shop.update_summary(NOW)
    record_pings(shop)
    return {
        **_settings(shop),
        "token": APP_TOKEN,
        "state": "fetched_endpoint_calls",
        "cursor": {"last": size * number},
        "progress": [len(made), 3, 0, 1.5],
        "notices": ["There is a gap."],
        "remote": [shop.url, shop.url, "exporter", "5.1.0", True],
        "last_fetch_time": (NOW + timedelta(seconds=number)).isoformat(),
        "visits_today": sum(call.time.date() == NOW.date() for call in made),
        "endpoints": {
            "index": [True, "0.9", NOW.isoformat(), NOW.isoformat()],
            "unused": [False, None, None, None],
            **{
                name: [True, None, None, None] for name in ("checkout", "search", "static", "Ünï/☃")
            },
        },
        "downtime": {
            "outages": [
                ["2018-06-14T23:30:00+00:00", "2018-06-15T00:30:00+00:00"],
                ["2018-06-15T03:00:00+00:00", "2018-06-15T03:05:00+00:00"],
            ],
            "per_day": {
                "2018-06-14": [30 * 60, 100 * 30 / 120],
                "2018-06-15": [35 * 60, 100 * 35 / 180],
            },
            "latencies": [49, 12.5],
        },
        "calls": numbers(made),
    }


def record_pings(dashboard: Dashboard) -> None:
    """Record a ping every five minutes for six hours, an unwatched hour and two outages in them."""
    for minute in range(0, 361, 5):
        if 180 < minute < 240:
            continue
        is_down = 90 <= minute < 150 or minute == 300
        latency = None if is_down else 12.5
        moment = FIRST_PING + timedelta(minutes=minute)
        dashboard.downtime.record(moment, latency, failures_until_down=1, successes_until_up=1)


def store_archive(owner: User) -> dict[str, Any]:
    """Store a dashboard whose older calls and hours were dropped, as far as this code does that."""
    archive = Dashboard("http://archive.example.com", APP_TOKEN, owner.id, "Archive")
    archive.retention = Retention(calls_days=20, fine_cells_days=60)
    dashboards.add(archive)
    made = list(calls(2019, archive_days()))
    for batch in batches(made, 160):
        archive.add_endpoint_calls(batch)
    return {**_settings(archive), "token": APP_TOKEN, "calls": numbers(made)}


def drop_expired_calls() -> dict[str, Any]:
    """Drop what the archive keeps no longer; return what remains of the single calls."""
    retention = find_module("pydash_app.dashboard.services.retention")
    if retention is None:
        return {}
    for dashboard in transact(lambda: list(dashboards.all())):
        retention.drop_expired(dashboard.id, NOW)
    first_kept = (NOW - timedelta(days=20)).date()
    kept = sum(call.time.date() >= first_kept for call in calls(2019, archive_days()))
    return {"single_calls": kept}


def store_broken(owner: User) -> dict[str, Any]:
    """Store a dashboard that never worked, and is down."""
    broken = Dashboard("http://192.0.2.1:5000", "another token", owner.id)
    broken.monitor_downtime = True
    for minute in range(0, 15, 5):
        broken.downtime.record(NOW + timedelta(minutes=minute), None)
    broken.fetching.failed(NOW, "Connection refused by 192.0.2.1, port 5000", None)
    broken.fetching.failed(NOW, "The app returned an error.", 500)
    dashboards.add(broken)
    dashboards.request_fetch(broken.id)
    return {
        **_settings(broken),
        "token": "another token",
        "state": "initialize_endpoints_failure",
        "failure": ["The app returned an error.", 500, 2],
        "down_since": NOW.isoformat(),
        "last_ping": (NOW + timedelta(minutes=10)).isoformat(),
        "endpoints": {},
    }


def store_alerting(owner: User) -> dict[str, Any]:
    """Store channels, rules, alerts, messages that wait, and maintenance, if this code has them."""
    if find_module("pydash_app.alert.machine") is None:
        return {}
    shop = next(each for each in dashboards.all() if each.name == "Shop")
    channel_ids = _store_channels(owner)
    shop.muted_until = NOW + timedelta(days=1)
    expected = {"muted_until": shop.muted_until.isoformat()}
    expected |= _store_rules(owner, shop, channel_ids)
    return expected | {"maintenance": _store_maintenance(owner, shop)}


def _store_channels(owner: User) -> list[UUID]:
    from pydash_app.channel import repository
    from pydash_app.channel.entity import Channel

    settings = {"url": "https://hooks.example.com/alerts", "secret": CHANNEL_SECRET}
    hook = Channel(owner.id, "Hook", "webhook", settings, NOW)
    hook.group_wait, hook.template = timedelta(seconds=5), "{{ title }}"
    hook.succeed(NOW)
    mail = Channel(owner.id, "Mail", "mail", {"address": owner.mail}, NOW + timedelta(seconds=1))
    mail.fail("The mail server did not accept the mail.")
    mail.enabled = False
    repository.add(hook)
    repository.add(mail)
    return [hook.id, mail.id]


def _store_rules(owner: User, shop: Dashboard, channel_ids: list[UUID]) -> dict[str, Any]:
    """Store rules, an alert that ended and one that lasts, and what is sent about them."""
    from pydash_app.alert import condition, repository, rules
    from pydash_app.alert.entity import Alert, DashboardStates
    from pydash_app.alert.evaluation import follow
    from pydash_app.alert.machine import Kind, Outcome, Reading, State, step
    from pydash_app.channel import queue
    from pydash_app.channel import repository as channels
    from pydash_app.channel.entity import Delivery, DeliveryState

    down = {"dashboard_id": shop.id, "severity": "critical", "channels": channel_ids}
    rule = rules.create(owner, condition.Down(), {**down, "name": "Shop down"})
    slow = rules.create(
        owner, condition.parse(SLOW), {"for_": 60, "keep_firing_for": 120, "enabled": False}
    )
    slow.muted_until = NOW + timedelta(days=2)
    refused = Reading(Outcome.MET, text="Connection refused.")
    states = DashboardStates()
    repository.add_states(shop.id, states)
    state, alerts = State(), []
    for minute, reading in ((0, refused), (5, Reading(Outcome.UNMET)), (10, refused)):
        now = NOW + timedelta(minutes=minute)
        taken = step(rule.timing, state, reading, now)
        if taken.episode and state.episode is None:
            alerts.append(Alert(rule, shop, taken.episode))
            repository.add_alert(alerts[-1])
        follow(alerts[-1], taken, rule.channels, now)
        state = taken.state
    alerts[-1].acknowledge("Alice", NOW + timedelta(minutes=11), "On it.")
    states.update({rule.id: state})
    repository.reschedule(shop.id, states, NOW + timedelta(minutes=12))
    began = alerts[0].to_message(Kind.FIRING)
    sent = Delivery(channel_ids[0], "alert", [began.to_json()], NOW)
    sent.due, sent.sent, sent.attempts = None, NOW, 1
    sent.end(DeliveryState.SENT, 204)
    waiting = Delivery(channel_ids[0], "alert", [began.to_json()], NOW + timedelta(minutes=5))
    waiting.attempts, waiting.error = 2, "The response is 503 Service Unavailable."
    for delivery in (sent, waiting):
        channels.add_delivery(delivery)
    queue._group(NOW + timedelta(minutes=10))
    return {
        "rules": {"Shop down": [str(rule.id), rule.created.isoformat()], "slow": str(slow.id)},
        "channels": [str(each) for each in channel_ids],
        "alerts": [str(each.id) for each in alerts],
        "deliveries": [str(sent.id), str(waiting.id)],
    }


def _store_maintenance(owner: User, shop: Dashboard) -> dict[str, Any]:
    from pydash_app import maintenance
    from pydash_app.maintenance.entity import Window
    from pydash_app.maintenance.schedule import Monthly, Once, Weekly

    hour = timedelta(hours=1)
    once = Window(owner.id, "Move", Once(NOW, NOW + hour), NOW, shop.id)
    weekly = Weekly(time(22), hour, "Europe/Berlin", frozenset({0, 5}))
    changed = Window(owner.id, "Backup", weekly, NOW)
    changed.change_schedule(Monthly(time(3), 2 * hour, "UTC", 31), NOW + timedelta(days=30))
    stopped = Window(owner.id, "Now", Once(NOW), NOW)
    stopped.stop(NOW + 3 * hour)
    for window in (once, changed, stopped):
        maintenance.add(window)
    return {window.name: str(window.id) for window in (once, changed, stopped)}


def _settings(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "id": str(dashboard.id),
        "url": dashboard.url,
        "name": dashboard.name,
        "user_id": str(dashboard.user_id),
        "monitor_downtime": dashboard.monitor_downtime,
        "retention": [dashboard.retention.calls_days, dashboard.retention.fine_cells_days],
        "hidden_endpoints": sorted(dashboard.hidden_endpoints),
    }


def lower_limits() -> None:
    """Lower the cube's limits, as far as this code has them."""
    packages = ("pydash_cube", "pydash_app.dashboard.aggregator")
    for name, limits in _LIMITS.items():
        module = next(
            filter(None, (find_module(f"{package}.{name}") for package in packages)), None
        )
        for limit, value in limits.items():
            if hasattr(module, limit):
                setattr(module, limit, value)


def find_module(name: str) -> Any:
    """Import a module, if this code has it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def write(directory: Path) -> dict[str, Any]:
    """Write the database into a directory; return the numbers that must be read from it."""
    lower_limits()
    path = directory / "pydash.fs"
    pydash_app.configure(
        Configuration.from_environment(
            {
                "PYDASH_DATA_DIR": str(directory),
                "PYDASH_DATABASE_URI": f"file://{path}",
                "PYDASH_SECRET_KEY": SECRET_KEY,
            }
        )
    )
    expected: dict[str, Any] = {"now": NOW.isoformat(), "invitation": INVITATION}
    expected["users"] = transact(store_users)
    expected["mails"] = transact(store_mails)
    assert LeaseKeeper(FETCHER).try_to_acquire()
    expected["fetcher"] = FETCHER
    owner = transact(lambda: users.find_by_name("Alice"))
    assert owner is not None
    stores = {"Shop": store_shop, "Archive": store_archive, "http://192.0.2.1:5000": store_broken}
    expected["dashboards"] = {
        name: transact(partial(store, owner)) for name, store in stores.items()
    }
    expected["dashboards"]["Archive"].update(drop_expired_calls())
    expected["alerting"] = transact(partial(store_alerting, owner))
    expected["schema"] = transact(lambda: database_root()["schema_version"])
    database_connection().db().pack()
    pydash_database.close()
    return expected


def main() -> None:
    """Write the directory that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the directory to write, for instance the version")
    target = Path(__file__).parent / parser.parse_args().name
    target.mkdir()
    with tempfile.TemporaryDirectory() as temporary:
        expected = write(Path(temporary))
        stored = (Path(temporary) / "pydash.fs").read_bytes()
    (target / "pydash.fs.xz").write_bytes(lzma.compress(stored))
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    (target / "expected.json").write_text(text + "\n", encoding="utf-8")
    print(f"{target}: {len(stored):,} bytes, schema {expected['schema']}, by {pydash_app.__file__}")


if __name__ == "__main__":
    main()
