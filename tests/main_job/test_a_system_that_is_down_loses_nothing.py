"""Mailbox, legacy system, disk or browser fail: a typed error, exit code 1, and the next run ends the work."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.small_office import SmallOffice, small_office
from console.main import main
from flows import desk

pytestmark = pytest.mark.browser


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallOffice]:
    with small_office(tmp_path / "office", invoices=2) as office:
        for name, value in office.rig.environment.items():
            monkeypatch.setenv(name, value)
        yield office


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A port where nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield str(taken.getsockname()[1])


def run(capfd: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """`oficio run invoices`: its exit code; the code that stopped each step, and how many items each code stopped."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["run", "invoices", "--json"])
    out = capfd.readouterr().out
    report: dict[str, Any] = json.loads(out)
    stopped = {step["step"]: step["error"]["code"] for step in report["steps"] if step["error"]}
    return int(ended.value.code or 0), stopped | report["faults"]


def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was postponed is due again."""
    monkeypatch.setattr(desk, "_machine_clock", lambda: datetime.now(UTC) + timedelta(hours=1))


def all_is_entered_once(office: SmallOffice) -> bool:
    return Counter(row["number"] for row in office.rig.entered()) == Counter(dict.fromkeys(office.good, 1))


def test_a_mailbox_that_is_down_stops_nothing_else(
    office: SmallOffice, silent_port: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as down:
        down.setenv("OFICIO_MAILBOX_PORT", silent_port)
        assert run(capfd) == (1, {"collect": "OF301"})
        assert len(office.rig.entered()) == 1  # the one that lay in the folder
    assert run(capfd) == (0, {})
    assert all_is_entered_once(office)


def test_a_legacy_system_that_is_down_is_waited_for(
    office: SmallOffice, silent_port: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as down:
        down.setenv("OFICIO_SYSTEM_DEMO_URL", f"http://127.0.0.1:{silent_port}")
        for _ in range(3):  # however long it lasts, no item has to answer for it with one of its attempts
            assert run(capfd) == (1, {"enter": "OF510"})
    assert office.unfinished() == 2
    assert run(capfd) == (0, {})
    assert all_is_entered_once(office)


def test_a_full_disk_is_told_and_the_mail_is_taken_when_there_is_room(
    office: SmallOffice, small_disk: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    home = small_disk / "home"
    monkeypatch.setenv("OFICIO_HOME", str(home))
    home.mkdir()
    (home / "ballast").write_bytes(os.urandom(1_600_000))
    with pytest.raises(SystemExit) as ended:
        main(["run", "invoices", "--json"])
    assert ended.value.code == 1
    captured = capfd.readouterr()
    assert "OF705" in captured.out + captured.err
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    an_hour_later(monkeypatch)
    assert run(capfd) == (0, {})
    assert len(office.rig.entered()) == 1  # the mail; the watched folder is in the other home


def test_a_browser_that_is_killed_is_started_again(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "console", "run", "invoices"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as job:
        while job.poll() is None and not kill_browsers_of(job.pid):
            threading.Event().wait(0.05)
    assert job.returncode != 2
    an_hour_later(monkeypatch)
    for _ in range(3):  # on a machine that starves it, a robot may lose its lease: the next run goes on
        assert run(capfd) == (0, {})
        if not office.unfinished():
            break
    assert all_is_entered_once(office)


def kill_browsers_of(pid: int) -> int:
    """Kill the browsers among the descendants of a process; how many there were."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            text = stat.read_text("ascii", "replace")
            parents[int(text.split()[0])] = (
                text[text.index("(") + 1 : text.rindex(")")],
                int(text.rpartition(")")[2].split()[1]),
            )
    killed = 0
    for child, (name, _) in parents.items():
        above = child
        while above in parents and above != pid:
            above = parents[above][1]
        if above == pid and name.startswith(("headless_shell", "chrom")):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                killed += 1
    return killed
