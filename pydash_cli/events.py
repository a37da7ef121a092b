"""`pydash events`: lists, exports, imports and expires events.

A file of events has one event per line, as JSON: what `GET /api/events` returns, and the *project*
that the event belongs to.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from pydash_cli.settings import configure, connected, data_dir_option

if TYPE_CHECKING:
    from pydash_events import Event, EventFilter
    from pydash_events.base import Connection

BATCH = 1_000
"""Events that are imported at once."""
DELETED_AT_ONCE = 10_000

_FILTERS = (
    click.option("--project", help="Only of this project, such as installation."),
    click.option("--dashboard-id", help="Only of this dashboard."),
    click.option("--event-type", help="Only of this type, such as app.deploy."),
    click.option("--message-id", help="Only the events with this ID."),
    click.option("--start-timestamp", help="The earliest time (ISO 8601)."),
    click.option("--end-timestamp", help="The latest time (ISO 8601)."),
    click.option("-q", help="Conditions on traits, as JSON: those of GET /api/events."),
    data_dir_option,
)


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select events to a command."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@click.group()
def events() -> None:
    """List, export, import and expire events, of all accounts and dashboards."""


@events.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@_filtered
def list_events(limit: int, data_dir: Path | None, **conditions: str | None) -> None:
    """Print the latest events, one per line, the latest first."""
    with connected(configure(data_dir=data_dir)):
        store, wanted = _open(), _filter(conditions)
        wanted.admin_proj = _projects(store, conditions)
        sort = [("generated", "desc"), ("message_id", "desc")]
        for number, event in enumerate(store.get_events(wanted, {"sort": sort}), 1):
            traits = [f"{name}={value}" for name, _, value in (t.serialize() for t in event.traits)]
            time = event.generated.isoformat(timespec="milliseconds")
            click.echo(" ".join([time, str(event.project), event.event_type, *traits]))
            if number == limit:
                break


@events.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
@_filtered
def export_events(file: TextIO, data_dir: Path | None, **conditions: str | None) -> None:
    """Write events into FILE, or to standard output; by project, the oldest first."""
    with connected(configure(data_dir=data_dir)):
        store, wanted, count = _open(), _filter(conditions), 0
        with _progress("Exporting", _projects(store, conditions)) as projects:
            for project in projects:
                for event in store.bound_to(project).get_events(wanted):
                    print(json.dumps(_to_json(event)), file=file)
                    count += 1
    click.echo(f"Exported {count:,} events.", err=True)


@events.command("import")
@click.argument("file", type=click.File(encoding="utf-8", errors="surrogateescape"), default="-")
@data_dir_option
def import_events(file: TextIO, data_dir: Path | None) -> None:
    """Read events from FILE, or from standard input.

    Events that the store has are skipped, so repeating an import is safe. An invalid event does not
    prevent the others from being imported; the command then ends with an error.
    """
    from pydash_app.fetcher.housekeeping import move_events
    from pydash_events.checks import RECORDED
    from pydash_events.models import Event

    counts = dict.fromkeys((RECORDED, Event.DUPLICATE), 0)
    refused = 0
    with connected(configure(data_dir=data_dir)), _progress("Importing", _batches(file)) as batches:
        store = _open()
        for batch in batches:
            valid: dict[int, Event] = {}
            for number, line in batch:
                try:
                    valid[number] = _from_json(json.loads(line))
                except (ValueError, RecursionError) as error:
                    click.echo(f"Line {number}: {error}", err=True)
                    refused += 1
            for number, code in zip(valid, store.record_events(valid.values()), strict=True):
                if code in counts:
                    counts[code] += 1
                else:
                    click.echo(f"Line {number}: the event is invalid ({code}).", err=True)
                    refused += 1
            # Also where no fetcher is running.
            move_events()
    recorded, known = counts.values()
    summary = f"Imported {recorded:,} events; {known:,} were known, {refused:,} invalid."
    click.echo(summary, err=True)
    if refused:
        sys.exit(1)


@events.command("expire")
@click.option("--days", type=click.IntRange(1), help="Keep the last days; default: the retention.")
@data_dir_option
def expire_events(days: int | None, data_dir: Path | None) -> None:
    """Delete events that are older than a number of days, of all projects."""
    configuration = configure(data_dir=data_dir)
    kept = timedelta(days=days or configuration.events_retention)
    count = 0
    with connected(configuration):
        store, now = _open(), datetime.now(UTC)
        while deleted := store.clear_expired_data(kept.total_seconds(), DELETED_AT_ONCE, now):
            count += deleted
            click.echo(f"Deleted {count:,} events so far.", err=True)
    click.echo(f"Deleted {count:,} events.", err=True)


def _open() -> "Connection":
    """Return a connection to the event store, which has all events by now."""
    from pydash_app import event
    from pydash_app.fetcher.housekeeping import move_events

    store = event.store()
    if not store.get_capabilities()["events"]["query"]["simple"]:
        raise click.ClickException("The event store log:// cannot be read.")
    move_events()
    return store


def _filter(conditions: dict[str, str | None]) -> "EventFilter":
    """Return the filter of a command's options.

    :raises InvalidInput: an option is invalid.
    """
    from pydash_events import EventFilter
    from pydash_web.api import validation
    from pydash_web.controller import event_conditions
    from pydash_web.models.event import EventSearch

    given = {name: text for name, text in conditions.items() if text and name != "project"}
    search, types, traits = event_conditions.read(validation.validate(EventSearch, given), b"")
    conditions["dashboard_id"] = search.dashboard_id
    times = search.start_timestamp, search.end_timestamp
    return EventFilter(*times, types, search.message_id, traits)


def _projects(store: "Connection", conditions: dict[str, str | None]) -> list[str]:
    """Return the projects that a command's options name, by default all."""
    if conditions["dashboard_id"]:
        return [f"dashboard:{conditions['dashboard_id']}"]
    return [conditions["project"]] if conditions["project"] else store.get_projects()


def _progress(label: str, items: Iterable[Any]) -> Any:
    """Return an iterator that shows its progress if somebody is looking."""
    return click.progressbar(items, label=label, file=sys.stderr, show_pos=True)


def _batches(file: TextIO) -> Iterator[list[tuple[int, str]]]:
    """Yield lines that are not empty with their numbers, many at once."""
    batch: list[tuple[int, str]] = []
    for number, line in enumerate(file, 1):
        if line.strip():
            batch.append((number, line))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _to_json(event: "Event") -> dict[str, Any]:
    from pydash_web.models.event import EventInfo

    return {"project": event.project, **EventInfo.of(event).model_dump(mode="json")}


def _from_json(given: Any) -> "Event":
    """Return an event that `_to_json` described.

    :raises ValueError: it does not describe one.
    """
    from pydash_events.models import Event, Trait

    try:
        traits = []
        for each in given.get("traits", []):
            dtype, value = Trait.get_type_by_name(each["type"]), each["value"]
            if dtype is None:
                raise ValueError(f"{each['type']} is not a type.")
            if dtype == Trait.DATETIME_TYPE:
                value = datetime.fromisoformat(value)
            traits.append(Trait(each["name"], dtype, value))
        return Event(
            given["message_id"],
            given["event_type"],
            datetime.fromisoformat(given["generated"]),
            traits,
            given.get("raw"),
            given.get("project", ""),
        )
    except (AttributeError, TypeError) as error:
        raise ValueError("This is not an event.") from error
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing.") from error
