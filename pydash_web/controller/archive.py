"""Streams the sample archive of a dashboard."""

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response

from pydash_app.dashboard.services import archiving
from pydash_database import transact
from pydash_web.controller.lookup import find_dashboard


def get_archive(dashboard_id: str) -> Response:
    """Return the newest days as a ZIP file without addresses and users, for `pydash demo replay`.

    At most five complete days (UTC) and a million requests, as pages of the exporter. Addresses,
    users, and names of endpoints with digits or `@` are pseudonyms.
    """

    def begin() -> Iterator[bytes]:
        return archiving.archive(find_dashboard(dashboard_id), datetime.now(UTC))

    # As with the export, this thread begins no other transaction until it has been sent.
    response = Response(transact(begin), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename="archive.zip")
    return response
