"""Log lines are complete, reach console and files, and cannot be forged."""

import doctest
import logging
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import pydash_logger
from pydash_logger import logger as logger_module
from pydash_logger.logger import KEPT_DAYS, DatedFileHandler, LineFormatter, Logger


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    pydash_logger.configure("info", tmp_path / "logs")
    yield tmp_path / "logs"
    pydash_logger.configure("info")
    logging.getLogger().setLevel(level)


def lines(directory: Path) -> list[str]:
    (path,) = directory.glob("*.log")
    assert path.name == f"{datetime.now(UTC).date()}.log"
    return path.read_text().splitlines()


def test_a_line_has_time_level_name_message_and_fields(directory: Path) -> None:
    Logger("shop").info("Fetched a page", calls=500, url="http://a b")
    (line,) = lines(directory)
    time, _, rest = line.partition(" ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert rest == 'INFO shop: Fetched a page calls=500 url="http://a b"'


def test_every_level_has_its_method(directory: Path) -> None:
    log = Logger("shop")
    for method in (log.debug, log.info, log.warning, log.error):
        method("100 %s done")
    assert [line.split()[1] for line in lines(directory)] == ["INFO", "WARNING", "ERROR"]


def test_a_field_cannot_forge_a_line(directory: Path) -> None:
    evil = "x\n2026-01-01T00:00:00.000Z INFO shop: forged\x1b[31m\ud800"
    Logger("shop").info("A user signed in", name=evil)
    assert len(lines(directory)) == 1
    assert "\x1b" not in lines(directory)[0]


def test_an_error_has_its_traceback_indented(directory: Path) -> None:
    try:
        int("2026-01-01T00:00:00.000Z INFO shop: forged\nforged")
    except ValueError:
        Logger("shop").error("It failed")
    first, *traceback = lines(directory)
    assert first.endswith("ERROR shop: It failed")
    assert traceback
    assert all(line.startswith("  ") for line in traceback)


def test_it_also_logs_to_the_console(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pydash_logger.configure("info")
    Logger("shop").info("Hello")
    assert "INFO shop: Hello" in capsys.readouterr().err


def test_each_day_has_a_file_and_old_files_are_removed(tmp_path: Path) -> None:
    today = date(2026, 11, 22)
    old = [today - timedelta(days=days) for days in range(2, KEPT_DAYS + 5)]
    for day in old:
        (tmp_path / f"{day}.log").touch()
    (tmp_path / "notes.log").touch()
    handler = DatedFileHandler(tmp_path)
    handler.setFormatter(LineFormatter())
    for day in (today - timedelta(days=1), today):
        record = logging.makeLogRecord({"msg": str(day)})
        record.created = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        handler.emit(record)
    handler.close()
    names = {path.name for path in tmp_path.iterdir()}
    kept = {f"{day}.log" for day in old[: KEPT_DAYS - 2]}
    assert names == {"2026-11-21.log", "2026-11-22.log", "notes.log", *kept}
    assert "2026-11-22" in (tmp_path / "2026-11-22.log").read_text()


@pytest.mark.parametrize("wrong", [date(1970, 1, 1), date(2028, 4, 5)])
def test_a_wrong_clock_removes_one_file_at_most(tmp_path: Path, wrong: date) -> None:
    for days in range(KEPT_DAYS):
        (tmp_path / f"{date(2026, 11, 22) - timedelta(days=days)}.log").touch()
    handler = DatedFileHandler(tmp_path)
    record = logging.makeLogRecord({"msg": "wrong"})
    record.created = datetime(wrong.year, wrong.month, wrong.day, tzinfo=UTC).timestamp()
    handler.emit(record)
    handler.close()
    assert (tmp_path / f"{wrong}.log").exists()
    assert len(list(tmp_path.iterdir())) == KEPT_DAYS


def test_configuring_again_replaces_the_configuration(directory: Path, tmp_path: Path) -> None:
    pydash_logger.configure("error", tmp_path / "elsewhere")
    Logger("shop").warning("Not logged")
    Logger("shop").error("Logged")
    assert not directory.exists()
    assert len(lines(tmp_path / "elsewhere")) == 1


def test_its_example_runs() -> None:
    failures, examples = doctest.testmod(logger_module)
    assert (failures, examples > 0) == (0, True)
