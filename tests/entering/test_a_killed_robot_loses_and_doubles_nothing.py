"""SIGKILL at each named point of the protocol, then a new robot: every invoice is there exactly once.

The long form, with faults of the server: `python -m benchmarks.crash_entering`.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bots.data_entry import enter
from bots.office import Office
from config.crashpoints import POINTS
from tests.entering.conftest import Legacy
from tests.entering.offices import CHECKOUT, add_ready, invoice_payload, states, wait_until

pytestmark = pytest.mark.browser


def robot(folder: Path, crash_at: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.entering.robot", str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, "OFICIO_CRASH_AT": crash_at},
    )


@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("entry.")])
def test_killed_at_a_point(office: Office, legacy: Legacy, tmp_path: Path, point: str) -> None:
    ids = add_ready(office, invoice_payload("F-1"), invoice_payload("F-2"))
    assert robot(tmp_path, point).wait(timeout=120) == -signal.SIGKILL
    enter(office, "demo")
    assert states(office, ids) == ["entered", "entered"]
    assert sorted(row["number"] for row in legacy.store.invoices()) == ["F-1", "F-2"]


def test_killed_while_the_save_is_on_its_way(office: Office, legacy: Legacy, tmp_path: Path) -> None:
    """The write has left, its answer has not come: nothing of the dead robot sends it again."""
    ids = add_ready(office, invoice_payload("F-1"))
    legacy.faults.slow_seconds = 1.0
    legacy.faults.plan[:] = ["slow"]
    process = robot(tmp_path, "")
    wait_until(lambda: not legacy.faults.plan)
    process.kill()
    process.wait(timeout=20)
    enter(office, "demo")
    assert states(office, ids) == ["entered"]
    assert len(legacy.store.invoices()) == 1


def test_stopped_before_the_save_and_continued_after_another_took_over(
    office: Office, legacy: Legacy, tmp_path: Path
) -> None:
    """SIGSTOP with everything typed, lease taken over by another robot, SIGCONT: the first one saves nothing."""
    ids = add_ready(office, invoice_payload("F-1"))
    process = robot(tmp_path, "")
    wait_until(lambda: states(office, ids) == ["entering"])
    with stopped(process, office):
        wait_until(lambda: enter(office, "demo").outcomes.get("entered", 0) == 1)
    assert states(office, ids) == ["entered"]
    assert len(legacy.store.invoices()) == 1


def test_stopped_before_the_save_where_nothing_fences_it(office: Office, legacy: Legacy, tmp_path: Path) -> None:
    """With `sessions: many` nobody can know that the stopped one will not save: a person decides; it does not."""
    path = office.settings.systems / "demo.yaml"
    path.write_text(path.read_text("utf-8").replace("sessions: one", "sessions: many"), "utf-8")
    ids = add_ready(office, invoice_payload("F-1"))
    process = robot(tmp_path, "")
    wait_until(lambda: states(office, ids) == ["entering"])
    with stopped(process, office):
        wait_until(lambda: enter(office, "demo").outcomes.get("review", 0) == 1)
        assert legacy.store.invoices() == []
    assert states(office, ids) == ["review"]
    assert legacy.store.invoices() == []


@pytest.mark.parametrize("sessions", ["one", "many"])
def test_stopped_while_the_save_is_on_its_way_and_continued_after_it_was_found(
    office: Office, legacy: Legacy, tmp_path: Path, sessions: str
) -> None:
    path = office.settings.systems / "demo.yaml"
    path.write_text(path.read_text("utf-8").replace("sessions: one", f"sessions: {sessions}"), "utf-8")
    ids = add_ready(office, invoice_payload("F-1"))
    legacy.faults.slow_seconds = 1.0
    legacy.faults.plan[:] = ["slow"]
    process = robot(tmp_path, "")
    wait_until(lambda: not legacy.faults.plan)
    with stopped(process, office):
        wait_until(lambda: enter(office, "demo").outcomes.get("entered", 0) == 1)
    assert states(office, ids) == ["entered"]
    assert len(legacy.store.invoices()) == 1


@contextmanager
def stopped(process: subprocess.Popen[bytes], office: Office) -> Iterator[None]:
    """The robot stands still in the block, then goes on to its end."""
    process.send_signal(signal.SIGSTOP)
    while not is_free(office):  # stopped within a transaction: on SQLite nobody else could go on
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
        assert process.wait(timeout=90) == 0


def is_free(office: Office) -> bool:
    """Whether the database takes a writer."""
    with closing(sqlite3.connect(office.settings.home / "oficio.db", timeout=0.05)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True
