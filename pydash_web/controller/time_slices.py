"""Saves, lists and deletes time slices."""

from datetime import UTC, datetime

from pydash_app import time_slice
from pydash_app.permissions import Action
from pydash_app.time_slice import Content, TimeSlice
from pydash_cube.vocabulary import CallField
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.time_slice import (
    NewTimeSlice,
    TimeSliceInfo,
    TimeSliceMessage,
    TimeSlices,
)


def get_time_slices(dashboard_id: str) -> TimeSlices:
    """List the saved time slices of a dashboard."""
    found = time_slice.listed(find_dashboard(dashboard_id))
    return TimeSlices(slices=[_info(each) for each in found])


def save_time_slice(dashboard_id: str, body: NewTimeSlice) -> TimeSliceMessage:
    """Save a time slice. Equal ranges and filters have the same key.

    :raises InvalidInput: the dashboard has the maximum number of time slices.
    """
    dashboard = find_dashboard(dashboard_id)
    given = {field.value: getattr(body, field) for field in CallField}
    filters = {name: str(text) for name, text in given.items() if text is not None}
    content = Content(body.min_time, body.max_time, filters)
    saved = time_slice.save(dashboard, content, body.name, datetime.now(UTC))
    message = "Time slice saved."
    if saved.created is None:
        message = "This is the full range, which need not be saved."
    return TimeSliceMessage(message=message, slice=_info(saved))


def get_time_slice(dashboard_id: str, time_slice_key: str) -> TimeSliceInfo:
    """Return a time slice.

    :raises NotFound: the dashboard has no time slice with this key.
    """
    return _info(_find(dashboard_id, time_slice_key, Action.READ))


def delete_time_slice(dashboard_id: str, time_slice_key: str) -> Message:
    """Delete a time slice.

    :raises InvalidInput: it is that of all requests.
    :raises NotFound: the dashboard has no time slice with this key.
    """
    time_slice.delete(_find(dashboard_id, time_slice_key, Action.WRITE))
    return Message(message="Time slice deleted.")


def _find(dashboard_id: str, key: str, action: Action) -> TimeSlice:
    return time_slice.find(find_dashboard(dashboard_id), key, session.current_user(), action)


def _info(found: TimeSlice) -> TimeSliceInfo:
    content = found.content
    return TimeSliceInfo(
        key=found.key,
        name=found.name,
        min_time=content.start,
        max_time=content.end,
        **{field.value: content.filters.get(field) for field in CallField},
        created=found.created,
    )
