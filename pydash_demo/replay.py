"""Serves a sample archive as a monitored app, with the routes of the exporter."""

import hmac
import json
import re
import zipfile
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from waitress.server import create_server

HOST = "127.0.0.1"
FORMAT = 1
MAX_LIMIT = 50_000
# The largest file in an archive (bytes), so that a malicious one does not fill the memory.
MAX_FILE = 64 * 1024**2
MAX_FILES = 10_000
_PAGE = re.compile(r"data-\d{4,5}\.json")
_PLAIN = ("id", "duration", "time_requested", "status_code")
_CODED = ("endpoint", "version_requested", "group_by", "ip")


class InvalidArchiveError(Exception):
    """The file is not an archive. The message explains why."""


class Archive:
    """An archive that is open.

    :param path: of the ZIP file.
    :raises InvalidArchiveError: it is not an archive.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = zipfile.ZipFile(path)
            if len(self._file.infolist()) > MAX_FILES:
                raise InvalidArchiveError(f"{path} has more than {MAX_FILES:,} files.")
            manifest = self.read("manifest.json")
            if manifest["format"] != FORMAT:
                raise InvalidArchiveError(f"{path} has format {manifest['format']}, not {FORMAT}.")
            self.calls = int(manifest["calls"])
            self._firsts = [int(page["first_id"]) for page in manifest["pages"]]
            self._names = [str(page["name"]) for page in manifest["pages"]]
            if not all(map(_PAGE.fullmatch, self._names)):
                raise InvalidArchiveError(f"{path} has pages with unknown names.")
            self.details = self.read("details.json")
            self.rules = self.read("rules.json")
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise InvalidArchiveError(f"{path} is not a sample archive: {error}") from None

    def read(self, name: str) -> Any:
        """Return the content of a file.

        :raises InvalidArchiveError: it is too large or damaged.
        """
        try:
            with self._file.open(name) as file:
                content = file.read(MAX_FILE + 1)
        except (KeyError, zipfile.BadZipFile) as error:
            raise InvalidArchiveError(f"{name} is missing or damaged: {error}") from None
        if len(content) > MAX_FILE:
            raise InvalidArchiveError(f"{name} is too large.")
        return json.loads(content)

    def page(self, after_id: int, limit: int) -> dict[str, Any]:
        """Return the calls after an ID as a page of the exporter."""
        columns: dict[str, list[Any]] = {name: [] for name in (*_PLAIN, *_CODED)}
        number = max(bisect_right(self._firsts, after_id + 1) - 1, 0)
        while number < len(self._names) and len(columns["id"]) < limit:
            data = self.read(self._names[number])["data"]
            ids = data["id"]
            start = bisect_right(ids, after_id)
            chosen = slice(start, start + limit - len(columns["id"]))
            for name in _PLAIN:
                columns[name] += data[name][chosen]
            for name in _CODED:
                values = data[name]["values"]
                columns[name] += [values[code] for code in data[name]["codes"][chosen]]
            number += 1
        last = columns["id"][-1] if columns["id"] else None
        coded = {name: _coded(columns[name]) for name in _CODED}
        return {
            "data": {**columns, **coded},
            "has_null_groups": True,
            "has_more": last is not None and last < self.calls,
            "last_id": self.calls,
            "database_id": self.details["database-id"],
            "next_after_id": last,
        }


def create_app(archive: Archive, token: str) -> Flask:
    """Create the app.

    :param token: every request must have it, as with the exporter.
    """
    app = Flask("replay", static_folder=None)

    @app.before_request
    def authorize() -> Response | None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        given = request.headers.get("X-PyDash-Token") or (bearer if scheme == "Bearer" else "")
        if hmac.compare_digest(given.encode("latin-1", "replace"), token.encode()):
            return None
        response = jsonify(message="The security token is incorrect.")
        response.status_code = 401
        response.headers["WWW-Authenticate"] = 'Bearer realm="pydash-exporter"'
        return response

    @app.get("/dashboard/get_json_details")
    def get_json_details() -> Response:
        return jsonify(archive.details)

    @app.get("/dashboard/get_json_monitor_rules")
    def get_json_monitor_rules() -> Response:
        return jsonify(archive.rules)

    @app.get("/dashboard/get_json_data")
    def get_json_data() -> Response:
        after_id = request.args.get("after_id", 0, int)
        limit = request.args.get("limit", MAX_LIMIT, int)
        if request.args.get("format") != "columns" or not 1 <= limit <= MAX_LIMIT or after_id < 0:
            abort(400)
        return jsonify(archive.page(after_id, limit))

    return app


def serve(archive: Archive, port: int, token: str, announce: Callable[[], None]) -> None:
    """Serve an archive until Ctrl-C.

    :param port: a port on the loopback interface.
    :param announce: called as soon as it listens.
    :raises OSError: the port is in use.
    """
    # A single thread, because a ZIP file has one position.
    server = create_server(create_app(archive, token), host=HOST, port=port, threads=1)
    announce()
    try:
        server.run()
    finally:
        server.close()


def _coded(texts: list[Any]) -> dict[str, list[Any]]:
    codes: dict[Any, int] = {}
    positions = [codes.setdefault(text, len(codes)) for text in texts]
    return {"values": list(codes), "codes": positions}
