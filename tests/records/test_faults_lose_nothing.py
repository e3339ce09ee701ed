"""Full or failing disk, locked or absent database, a clock that jumps: typed errors, nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from config.errors import ApplicationException
from records import Records, audit, engine, work_items
from tests.records.conftest import SESSION, Clock
from tests.records.logs import fill
from tests.records.postgres import Cluster


def _fill_up(records: Records) -> int:
    """Append until the disk refuses; how many events were acknowledged."""
    for acknowledged in count(0, 20):
        try:
            with records.begin() as tx:
                for number in range(20):
                    audit.append(tx, action="x", after={"n": str(number), "filler": "x" * 400})
        except ApplicationException as error:
            assert error.code == "OF705"  # noqa: PT017 - any other error goes through
            return acknowledged
    raise AssertionError


def test_a_full_disk_is_told_and_work_goes_on_after_it(small_disk: Path) -> None:
    with Records.open(home=small_disk / "home", session=SESSION) as records:
        acknowledged = _fill_up(records)
        with pytest.raises(ApplicationException, match="OF705"):
            records.archive.put(os.urandom(2_000_000))
        subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
        with records.begin() as tx:
            audit.append(tx, action="after")
        assert records.log.verify().size == acknowledged + 1
        assert records.log.verify().ok
        records.archive.get(records.archive.put(os.urandom(2_000_000)))


_CHILD = """
import sys
from pathlib import Path
from config.errors import ApplicationException
from records import Actor, Records, Session, audit
with Records.open(home=Path(sys.argv[1]), session=Session(Actor("bot", "child"))) as records:
    try:
        for number in range(200):
            with records.begin() as tx:
                audit.append(tx, action="x", after={"n": number})
            print(number, flush=True)
    except ApplicationException as error:
        print(error.code, flush=True)
"""


def test_a_disk_that_fails_to_sync_is_told(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace here")
    with Records.open(home=tmp_path / "home", session=SESSION):
        pass
    inject = "inject=fdatasync:error=EIO:when=12+"
    done = subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", inject, sys.executable, "-c", _CHILD,
         str(tmp_path / "home")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    if "ptrace" in done.stderr or not done.stdout:
        pytest.skip(f"strace cannot trace here: {done.stderr[:80]}")
    *acknowledged, last = done.stdout.split()
    assert last == "OF705"
    with Records.open(home=tmp_path / "home", session=SESSION) as records:
        verification = records.log.verify()
        assert verification.ok
        assert verification.size >= len(acknowledged) > 0


def test_a_locked_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.1)
    with (
        Records.open(home=tmp_path / "home", session=SESSION) as records,
        closing(sqlite3.connect(tmp_path / "home" / "oficio.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ApplicationException, match="OF704"), records.begin() as tx:
            audit.append(tx, action="x")
        with records.read() as tx:
            assert work_items.counts(tx) == {}
        other.execute("ROLLBACK")
        with records.begin() as tx:
            audit.append(tx, action="x")
        assert records.log.verify().size == 1


@pytest.mark.parametrize("content", [b"not a database, but long enough to look at" * 100, b""])
def test_a_database_that_is_none_is_told_or_made(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "oficio.db").write_bytes(content)
    if content:
        with pytest.raises(ApplicationException, match="OF701"):
            Records.open(home=tmp_path, session=SESSION)
    else:
        with Records.open(home=tmp_path, session=SESSION) as records:
            assert records.log.verify().ok


@pytest.mark.postgres
def test_a_database_that_went_away_is_told_and_work_goes_on_after_it(tmp_path: Path, cluster: Cluster) -> None:
    with Records.open(cluster.new_database(), home=tmp_path / "home", session=SESSION) as records:
        with records.begin() as tx:
            audit.append(tx, action="x")
        cluster.stop()
        with pytest.raises(ApplicationException, match="OF701"), records.begin() as tx:
            audit.append(tx, action="x")
        cluster.start()
        with records.begin() as tx:
            audit.append(tx, action="x")
        assert records.log.verify().size == 2


def test_a_clock_that_is_set_back_is_in_the_log_and_no_alarm(records: Records, clock: Clock) -> None:
    fill(records, clock, 20)
    clock.forward(-timedelta(days=1))
    fill(records, clock, 20)
    clock.forward(-timedelta(seconds=30))
    with records.begin() as tx:
        audit.append(tx, action="late")
    assert records.log.verify().ok
    with records.read() as tx:
        events = audit.read(tx)
    assert [event.action for event in events].count("clock.set_back") == 1
    assert events[-1].body["began"] < events[-1].body["ts"] == events[-2].body["ts"]


def test_two_transactions_in_one_thread_are_refused(tmp_path: Path) -> None:
    with (
        Records.open(home=tmp_path / "home", session=SESSION) as records,
        records.begin(),
        pytest.raises(RuntimeError, match="inside a transaction"),
    ):
        records.begin().__enter__()
