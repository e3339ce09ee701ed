"""Dropped files: taken when complete, by one worker only, and never lost or overwritten."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.errors import ApplicationException
from connectors.folders import DropFolder


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    return DropFolder(tmp_path / "inbox", settle=2)


def drop(folder: DropFolder, name: str, data: bytes = b"x") -> Path:
    path = folder.root / name
    path.write_bytes(data)
    return path


def test_a_file_is_ready_when_it_has_not_changed_for_a_while(folder: DropFolder) -> None:
    path = drop(folder, "a.pdf")
    (dropped,) = folder.scan()
    assert not folder.ready(dropped, dropped.changed + 1.9)
    assert folder.ready(dropped, dropped.changed + 2.0)
    path.write_bytes(b"longer")
    os.utime(path, ns=(dropped.stamp[0], dropped.stamp[0]))
    (again,) = folder.scan()
    assert not folder.ready(again, again.changed + 0.1)


def test_a_clock_that_runs_ahead_is_met_by_looking_twice(folder: DropFolder) -> None:
    drop(folder, "a.pdf")
    (dropped,) = folder.scan()
    behind = dropped.changed - 1_000
    assert not folder.ready(dropped, behind)
    assert folder.ready(dropped, behind + 2)


def test_a_companion_says_that_a_file_is_complete(folder: DropFolder) -> None:
    drop(folder, "a.pdf")
    drop(folder, "a.pdf.done")
    drop(folder, "b.pdf")
    drop(folder, "b.done")
    drop(folder, "c.pdf")
    ready = [d for d in folder.scan() if folder.ready(d, d.changed)]
    assert sorted(d.path.name for d in ready) == ["a.pdf", "b.pdf"]
    assert all(folder.claim(d) for d in ready)
    assert sorted(p.name for p in folder.root.iterdir() if p.is_file()) == ["c.pdf"]


def test_unfinished_downloads_and_litter_are_left(folder: DropFolder) -> None:
    for name in (".hidden", "~$a.docx", "a.pdf.part", "b.CRDOWNLOAD", "c.tmp", "Thumbs.db"):
        drop(folder, name)
    (folder.root / "sub").mkdir()
    assert folder.scan() == []


def test_of_many_workers_one_takes_a_file(folder: DropFolder) -> None:
    for number in range(40):
        drop(folder, f"{number}.pdf")
    dropped = folder.scan()
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(folder.claim, dropped * 4))
    assert sorted(c.name for c in claims if c) == sorted(d.path.name for d in dropped)
    assert len(folder.unfinished()) == 40


def test_a_file_changed_after_the_scan_is_not_taken(folder: DropFolder) -> None:
    path = drop(folder, "a.pdf")
    (dropped,) = folder.scan()
    path.write_bytes(b"more")
    assert folder.claim(dropped) is None


def test_a_name_that_is_taken_at_the_end_is_not_overwritten(folder: DropFolder) -> None:
    for data in (b"first", b"second", b"third"):
        drop(folder, "a.pdf", data)
        claimed = folder.claim(folder.scan()[0])
        assert claimed is not None
        folder.finish(claimed, "Failed", {"code": "OF320"})
        folder.finish(claimed, "Failed", {"code": "OF320"})
    ended = [p for p in (folder.root / "Failed").iterdir() if p.suffix == ".pdf"]
    assert sorted(p.read_bytes() for p in ended) == [b"first", b"second", b"third"]
    for path in ended:
        assert json.loads(path.with_name(path.name + ".reason.json").read_text())["code"] == "OF320"
    assert folder.unfinished() == []


def test_links_and_pipes_are_not_followed(folder: DropFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder.root / "link.pdf").symlink_to(tmp_path / "secret")
    os.mkfifo(folder.root / "pipe.pdf")
    for dropped in folder.scan():
        assert not dropped.regular
        claimed = folder.claim(dropped)
        assert claimed is not None
        assert folder.read(claimed, 100) is None


def test_a_file_that_is_too_large_is_not_read(folder: DropFolder) -> None:
    drop(folder, "a.pdf", b"x" * 101)
    claimed = folder.claim(folder.scan()[0])
    assert claimed is not None
    assert folder.read(claimed, 100) is None
    assert folder.read(claimed, 101) == b"x" * 101


def test_a_folder_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ApplicationException, match="OF340"):
        DropFolder(tmp_path / "file" / "inbox")
