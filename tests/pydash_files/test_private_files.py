"""Private files have mode 600, and appear complete or not at all."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE, S_ISDIR

import pytest

import pydash_files


def test_only_the_owner_may_read_a_file_and_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    pydash_files.create(path, "text")
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path], "no draft is left behind"


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    pydash_files.create(path, "first")
    pydash_files.create(path, "second")
    assert pydash_files.read_or_create(path, "third") == "first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["é", b"\xff\x00", ""])
def test_it_writes_text_and_bytes(tmp_path: Path, content: str | bytes) -> None:
    pydash_files.create(tmp_path / "file", content)
    expected = content.encode() if isinstance(content, str) else content
    assert (tmp_path / "file").read_bytes() == expected


def test_the_content_is_on_the_disk_before_the_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    synced = []

    def record(descriptor: int) -> None:
        synced.append((S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))

    monkeypatch.setattr(os, "fsync", record)
    pydash_files.create(path, "text")
    assert synced == [(False, False), (True, True)], "first the content, then the directory"


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError):
        pydash_files.create(tmp_path / "secret", "text")
    assert list(tmp_path.iterdir()) == []


def test_concurrent_creators_agree_on_the_text(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = set(
            pool.map(
                lambda n: pydash_files.read_or_create(tmp_path / "secret", f"{n:032}"), range(64)
            )
        )
    assert len(texts) == 1
