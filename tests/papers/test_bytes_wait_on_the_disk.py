"""What of a long document waits on the disk leaves nothing behind, and a full disk loses nothing."""

from __future__ import annotations

import os
import pickle
import resource
import tempfile
from pathlib import Path

import pytest

from connectors import scratch
from connectors.sandbox import Sandbox
from connectors.scratch import InMemory, Scratch, Slip

PARTS = [os.urandom(size) for size in (0, 1, 700_000, 1 << 20, 3_000_000)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_bytes_are_given_back_and_their_file_has_no_name(folder: Path) -> None:
    kept = Scratch()
    slips = [kept.put(part) for part in PARTS]
    assert all(isinstance(slip, Slip) for slip in slips)
    assert [slip.read() for slip in slips] == PARTS
    assert list(folder.iterdir()) == []
    assert pickle.loads(pickle.dumps(slips[2])) == InMemory(PARTS[2])


def test_a_full_disk_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Scratch()
    before = kept.put(b"before")
    full = OSError(28, "No space left on device")

    def no_room(*_: object) -> None:
        raise full

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    after = [kept.put(part) for part in PARTS]
    assert isinstance(after[-1], InMemory)
    assert [before.read(), *(slip.read() for slip in after)] == [b"before", *PARTS]


def test_without_a_folder_they_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    assert Scratch().put(b"content") == InMemory(b"content")


def waits(count: int) -> tuple[bool, int, int]:
    """In a worker: whether bytes are on the disk and come back, the blocks that they take, and what is left after."""
    first, second = Scratch(), Scratch()
    slips = [one.put(PARTS[2]) for _ in range(count) for one in (first, second)]
    right = all(isinstance(slip, Slip) and slip.read() == PARTS[2] for slip in slips)
    blocks = os.fstat(scratch._RESERVED[0].number).st_blocks
    del first, second, slips
    return right, blocks, os.fstat(scratch._RESERVED[0].number).st_blocks


def limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_FSIZE)


def test_a_worker_that_may_not_write_files_has_one_of_its_own() -> None:
    with Sandbox() as sandbox:
        for _ in range(2):
            right, blocks, after = sandbox.run(waits, 3)
            assert right
            assert blocks * 512 > 6 * len(PARTS[2]) > after * 512
        assert sandbox.run(limits) == (0, 0)
