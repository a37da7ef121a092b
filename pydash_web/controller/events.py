"""Finds events, and records those that scripts report."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request

from pydash_app import event as event_log
from pydash_app.dashboard import dashboards_of_user
from pydash_app.dashboard.services import quota
from pydash_app.errors import Conflict, InvalidInput, NotFound
from pydash_app.event import reporting
from pydash_database import transact
from pydash_events import Event, EventFilter, InvalidMarker, Page, Trait
from pydash_events.base import Pagination
from pydash_web.api import validation
from pydash_web.controller import event_conditions
from pydash_web.controller.lookup import own_dashboard
from pydash_web.controller.spreadsheets import cell
from pydash_web.http import session
from pydash_web.models.event import (
    MAX_EVENTS,
    Capabilities,
    EventInfo,
    Events,
    EventSearch,
    EventTypes,
    NewEvent,
    NewEvents,
    OfDashboard,
    RecordedEvent,
    RecordedEvents,
    TraitInfo,
    Traits,
    TraitType,
    TraitTypes,
    cursor_of,
)

CSV_FIELDS = ("message_id", "event_type", "generated", "sequence")
RETRY_MILLISECONDS = 2_000
MAX_STREAMED = 1_000
MAX_DIGITS = 19


def events(query: EventSearch) -> Response:
    """List events that match a filter; the header `Link` has the URL of the next page.

    :raises InvalidInput: a condition or the marker is invalid.
    :raises NotFound: the user has no such dashboard.
    """
    body = request.get_data() if request.mimetype == "application/json" else b""
    search, types, conditions = event_conditions.read(query, body)
    event_filter = EventFilter(
        search.start_timestamp,
        search.end_timestamp,
        types,
        search.message_id,
        conditions,
        _projects(search.dashboard_id),
    )
    pagination: Pagination = {"limit": search.limit, "sort": search.sort}
    if search.cursor:
        pagination["after"] = search.cursor
    elif search.marker:
        pagination["marker"] = search.marker
    try:
        page = event_log.store().get_events(event_filter, pagination)
    except InvalidMarker as error:
        raise validation.invalid({"marker": [str(error)]}) from error
    media_types = ["application/json", "text/csv"]
    accepted = request.accept_mimetypes.best_match(media_types, media_types[0])
    if (search.format or accepted.rpartition("/")[2]) == "csv":
        response = Response(_csv(page), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename="events.csv")
    else:
        infos = Events([EventInfo.of(each) for each in page])
        response = Response(infos.model_dump_json(), mimetype="application/json")
    response.vary.add("Accept")
    if isinstance(page, Page) and page.position is not None:
        kept = [
            item for item in request.args.items(multi=True) if item[0] not in ("cursor", "marker")
        ]
        following = urlencode([*kept, ("cursor", cursor_of(page.position))])
        root = current_app.config["PYDASH"].public_url.rstrip("/")
        response.headers["Link"] = f'<{root}{request.path}?{following}>; rel="next"'
    return response


def event(message_id: str, query: OfDashboard) -> EventInfo:
    """Return an event.

    :raises NotFound: none of the visible events has this id.
    :raises Conflict: several have it, in several dashboards.
    """
    wanted = EventFilter(message_id=message_id, admin_proj=_projects(query.dashboard_id))
    found = list(event_log.store().get_events(wanted, {"limit": 2}))
    if not found:
        raise NotFound("Event not found.")
    if len(found) > 1:
        raise Conflict("Events of several dashboards have this ID. Add dashboard_id.")
    return EventInfo.of(found[0])


def event_types(query: OfDashboard) -> EventTypes:
    """List the types of the visible events."""
    stores = map(event_log.store, _projects(query.dashboard_id))
    return EventTypes(sorted({name for each in stores for name in each.get_event_types()}))


def trait_types(event_type: str, query: OfDashboard) -> TraitTypes:
    """List the traits of a type of events."""
    stores = map(event_log.store, _projects(query.dashboard_id))
    found = {item for each in stores for item in each.get_trait_types(event_type).items()}
    return TraitTypes(
        [TraitType(name=name, type=Trait.get_name_by_type(dtype)) for name, dtype in sorted(found)]
    )


def traits(event_type: str, trait_name: str, query: OfDashboard) -> Traits:
    """List the distinct values of a trait of a type of events, at most 1,000.

    They are those of the latest events.
    """
    wanted = EventFilter(
        event_type=event_type,
        traits_filter=[{"key": trait_name, "op": "exists"}],
        admin_proj=_projects(query.dashboard_id),
    )
    latest: Pagination = {"limit": MAX_EVENTS, "sort": [("generated", "desc")]}
    found = {
        (trait.dtype, trait.value)
        for each in event_log.store().get_events(wanted, latest)
        for trait in each.traits
        if trait.name == trait_name
    }
    return Traits([TraitInfo.of(Trait(trait_name, *each)) for each in sorted(found, key=repr)])


def report(body: NewEvents) -> RecordedEvents:
    """Record up to 1,000 events, such as deploys.

    :raises InvalidInput: none of them was recorded, or they exceed a limit.
    :raises NotFound: the user has no such dashboard.
    """
    outcomes: dict[int, RecordedEvent] = {}
    reported: dict[str | None, dict[int, Event]] = {}
    for position, given in enumerate(body.root):
        if isinstance(given, NewEvent):
            reported.setdefault(given.dashboard_id, {})[position] = given.to_event()
        else:
            outcomes[position] = _invalid(given)
    number = sum(map(len, reported.values()))
    size = len(request.get_data()) * number // len(body.root)

    def admit() -> dict[str | None, event_log.Subject]:
        user = session.current_user()
        subjects = {
            key: event_log.of_user(user)
            if key is None
            else event_log.of_dashboard(own_dashboard(key))
            for key in reported
        }
        if number:
            quota.check_events(user.id, size)
            reporting.count(user.id, number, size, datetime.now(UTC))
        return subjects

    for key, subject in transact(admit).items():
        new = reported[key]
        if key is not None:
            for each in new.values():
                names = {trait.name for trait in each.traits}
                for name in subject.traits.keys() - names:
                    each.append_trait(Trait(name, Trait.TEXT_TYPE, subject.traits[name]))
        results = reporting.report(subject, list(new.values()))
        for (position, each), result in zip(new.items(), results, strict=True):
            outcomes[position] = RecordedEvent(
                message_id=each.message_id, problem=result.problem, message=result.reason
            )
    return RecordedEvents(events=[outcomes[position] for position in sorted(outcomes)])


def stream() -> Response:
    """Send the events after the one named by `Last-Event-ID`, as server-sent events.

    The response ends with what there is, and the browser connects again after two seconds, so that
    no thread of the server ever waits for events. Without that header, it begins with the present.

    :raises InvalidInput: `Last-Event-ID` is not the sequence of an event.
    """
    last = request.headers.get("Last-Event-ID", "")
    if last and not (last.isascii() and last.isdigit() and len(last) < MAX_DIGITS):
        raise validation.invalid({"Last-Event-ID": ["Must be the sequence of an event."]})
    projects, store = _projects(None), event_log.store()
    if last:
        wanted = EventFilter(admin_proj=projects, after_sequence=int(last))
        order = [("sequence", "asc")]
        found = list(store.get_events(wanted, {"limit": MAX_STREAMED, "sort": order}))
        messages = [
            f"id: {each.sequence}\ndata: {EventInfo.of(each).model_dump_json()}\n\n"
            for each in found
        ]
    else:
        order = [("sequence", "desc")]
        latest = list(
            store.get_events(EventFilter(admin_proj=projects), {"limit": 1, "sort": order})
        )
        messages = [f"id: {latest[0].sequence if latest else 0}\ndata: null\n\n"]
    text = f"retry: {RETRY_MILLISECONDS}\n\n{''.join(messages)}"
    response = Response(text, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def capabilities() -> Capabilities:
    """Return what the event store can do."""
    store = event_log.store()
    return Capabilities(
        api=_flat(store.get_capabilities()), storage=_flat(store.get_storage_capabilities())
    )


def _projects(dashboard_id: str | None) -> list[str]:
    """Return the projects that are visible to the user, or that of one dashboard.

    :raises NotFound: the user has no such dashboard.
    """
    if dashboard_id is not None:
        return [event_log.of_dashboard(own_dashboard(dashboard_id)).project]
    user = session.current_user()
    return event_log.visible_projects(user, dashboards_of_user(user.id))


def _invalid(given: dict[str, Any]) -> RecordedEvent:
    message_id = given.get("message_id")
    try:
        validation.validate(NewEvent, given)
    except InvalidInput as error:
        reason = error.message
    return RecordedEvent(
        message_id=message_id if isinstance(message_id, str) else None,
        problem=Event.UNKNOWN_PROBLEM,
        message=reason,
    )


def _csv(page: Iterable[Event]) -> str:
    rows = [EventInfo.of(each).model_dump(mode="json") for each in page]
    names = sorted({trait["name"] for row in rows for trait in row["traits"]})
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*CSV_FIELDS, *map(cell, names), "raw"])
    for row in rows:
        values = {trait["name"]: trait["value"] for trait in row["traits"]}
        raw = "" if row["raw"] is None else json.dumps(row["raw"])
        cells = [row[name] for name in CSV_FIELDS] + [values.get(name) for name in names] + [raw]
        writer.writerow([cell(each) if isinstance(each, str) else each for each in cells])
    return text.getvalue()


def _flat(capabilities: Mapping[str, Any], prefix: str = "") -> dict[str, bool]:
    flat: dict[str, bool] = {}
    for name, value in capabilities.items():
        key = f"{prefix}{name}"
        flat |= _flat(value, f"{key}:") if isinstance(value, Mapping) else {key: value}
    return flat
