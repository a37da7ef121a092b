"""Logs messages to the console and to date-stamped `.log` files.

Import the class and use it. `configure`, called once per process, sets where messages go:

    logger = Logger(__name__)
    logger.info("Fetched a page", dashboard=dashboard.id, calls=500)

logs the line

    2026-11-22T04:00:00.123Z INFO pydash_app.fetcher: Fetched a page dashboard=9f3c… calls=500
"""

import logging
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

_FIELDS = "pydash_fields"
_OWN_HANDLER = "pydash"
KEPT_DAYS = 30
# Libraries whose messages below warnings are useless to an operator.
_VERBOSE = ("ZEO", "ZODB", "txn")


class Logger:
    """Writes messages with named fields under one name.

    :param name: the name of the logger, which is the `__name__` of the module.

    A message is a constant sentence; its fields contain the variable parts. Never log a secret.
    """

    def __init__(self, name: str = __name__) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, msg: str, **fields: object) -> None:
        """Log details that help to find a bug."""
        self._log(logging.DEBUG, msg, fields)

    def info(self, msg: str, **fields: object) -> None:
        """Log an event of normal operation."""
        self._log(logging.INFO, msg, fields)

    def warning(self, msg: str, **fields: object) -> None:
        """Log a problem that PyDash handles but an operator should look into."""
        self._log(logging.WARNING, msg, fields)

    def error(self, msg: str, **fields: object) -> None:
        """Log a failure. In an `except` block, the traceback is added."""
        self._log(logging.ERROR, msg, fields, traceback=sys.exc_info()[0] is not None)

    def _log(
        self, level: int, msg: str, fields: dict[str, object], *, traceback: bool = False
    ) -> None:
        self._logger.log(level, "%s", msg, exc_info=traceback, extra={_FIELDS: fields})


class LineFormatter(logging.Formatter):
    """Renders a record as one line: time (UTC), level, logger, message, fields.

    Messages and fields are escaped, so that no input can forge a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, _FIELDS, {})
        parts = [
            time.replace("+00:00", "Z"),
            record.levelname,
            f"{record.name}:",
            _escape(record.getMessage()),
            *(f"{name}={_render(value)}" for name, value in fields.items()),
        ]
        line = " ".join(parts)
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info).splitlines()
        return "\n".join([line, *(f"  {_escape(part)}" for part in traceback)])


class DatedFileHandler(logging.Handler):
    """Appends to `DIRECTORY/YYYY-MM-DD.log` (UTC) and keeps the newest `KEPT_DAYS` files.

    Several processes share the files, because each line is appended by a single write.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._directory = directory
        self._date: date | None = None
        self._file: IO[str] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            file = self._open(datetime.fromtimestamp(record.created, UTC).date())
            file.write(self.format(record) + "\n")
            file.flush()
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        self.acquire()
        try:
            if self._file is not None:
                self._file.close()
            self._file = self._date = None
        finally:
            self.release()
        super().close()

    def _open(self, today: date) -> IO[str]:
        """Return the file of a day. If it is not open, open it and remove old files."""
        if self._file is None or today != self._date:
            if self._file is not None:
                self._file.close()
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._directory / f"{today}.log"
            self._file = path.open("a", encoding="utf-8")
            self._date = today
            # By number, because a wrong clock must not remove all of them.
            others = set(self._directory.glob("????-??-??.log")) - {path}
            for old in sorted(others)[: -(KEPT_DAYS - 1)]:
                old.unlink(missing_ok=True)
        return self._file


def configure(level: str = "info", directory: Path | None = None) -> None:
    """Log the messages of this process to the console (stderr) and to dated files.

    Calling it again replaces the previous configuration.

    :param level: the minimum level: `debug`, `info`, `warning` or `error`.
    :param directory: the directory of the files; None for the console only.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name == _OWN_HANDLER]:
        root.removeHandler(handler)
        handler.close()
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if directory is not None:
        handlers.append(DatedFileHandler(directory))
    for handler in handlers:
        handler.name = _OWN_HANDLER
        handler.setFormatter(LineFormatter())
        root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _VERBOSE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _render(value: object) -> str:
    text = _escape(str(value))
    return f'"{text}"' if " " in text or not text else text


def _escape(text: str) -> str:
    r"""Escape characters that end the line, control a terminal or cannot be encoded.

    >>> print(_escape("a\nb"))
    a\nb
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
