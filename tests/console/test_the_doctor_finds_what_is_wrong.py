"""`oficio doctor`: a sound office has no failure; each fault is one line with its mend, and the exit code says so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from console.main import main
from demo.rig import Rig, open_rig
from flows.desk import open_office

pytestmark = pytest.mark.browser
Lines = dict[str, dict[str, str]]
Examine = Callable[[], tuple[int, Lines]]


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    with open_rig(tmp_path / "home", suppliers={}) as rig:
        for name, value in rig.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PREFECT_API_URL", raising=False)
        (rig.home / "inbox").mkdir()
        with open_office(rig.home, flow="test") as office:
            office.note("office.opened", {})
        yield rig


@pytest.fixture
def doctor(rig: Rig, capsys: pytest.CaptureFixture[str]) -> Examine:
    def examine() -> tuple[int, Lines]:
        with pytest.raises(SystemExit) as ended:
            main(["doctor", "--json"])
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return int(ended.value.code or 0), {line["check"]: line for line in found}

    return examine


def failures(lines: Lines) -> list[str]:
    return [check for check, line in lines.items() if line["status"] == "failure"]


def test_a_sound_office_has_no_failure(doctor: Examine) -> None:
    code, lines = doctor()
    assert (code, failures(lines)) == (0, [])
    assert {"Python", "configuration", "disk", "database", "audit log", "browser", "OCR", "Prefect"} < lines.keys()
    assert "IDLE" in lines["mailbox office"]["says"]


def test_wrong_yaml_is_file_and_line(doctor: Examine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "oficio.yaml").write_text("office:\n  name: [1\n", "utf-8")
    monkeypatch.setenv("OFICIO_CONFIG", str(tmp_path / "config"))
    code, lines = doctor()
    assert (code, failures(lines)) == (1, ["configuration"])
    assert "oficio.yaml" in lines["configuration"]["says"]


@pytest.mark.parametrize(
    ("variable", "value", "check", "says"),
    [
        ("OFICIO_MAILBOX_PORT", "1", "mailbox office", "OF301"),
        ("OFICIO_SECRET_MAILBOX_OFFICE", "forgotten", "mailbox office", "OF302"),
        ("OFICIO_BROWSER", "/nowhere/chromium", "browser", "OF502"),
        ("PREFECT_API_URL", "http://127.0.0.1:1/api", "Prefect", "no answer"),
    ],
)
def test_what_cannot_be_reached_is_one_failure_with_its_mend(
    doctor: Examine, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, check: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    code, lines = doctor()
    assert (code, failures(lines)) == (1, [check])
    assert says in lines[check]["says"]
    assert lines[check]["mend"]


def test_a_folder_that_cannot_be_written_is_a_failure(doctor: Examine, rig: Rig) -> None:
    (rig.home / "inbox").rmdir()
    (rig.home / "inbox").symlink_to("/proc")  # not even root may write there
    code, lines = doctor()
    assert (code, failures(lines)) == (1, ["folder inbox"])
    assert "OF340" in lines["folder inbox"]["says"]


def test_a_database_that_is_gone_is_no_broken_log(doctor: Examine, rig: Rig) -> None:
    (rig.home / "oficio.db").write_bytes(b"no database " * 100)
    code, lines = doctor()
    assert (code, failures(lines)) == (1, ["database", "audit log", "audit anchors"])
    assert "OF701" in lines["database"]["says"]


def test_a_changed_event_is_a_broken_log_and_exit_code_4(doctor: Examine, rig: Rig) -> None:
    with open_office(rig.home, flow="test") as office:
        office.records.log.checkpoint()
    with closing(sqlite3.connect(rig.home / "oficio.db")) as database, database:
        database.execute("UPDATE events SET bytes = CAST(replace(bytes, 'opened', 'closed') AS BLOB)")
    code, lines = doctor()
    assert (code, failures(lines)) == (4, ["audit log"])
    assert "audit verify" in lines["audit log"]["mend"]


def test_a_disk_that_is_nearly_full_is_a_warning(
    doctor: Examine, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFICIO_HOME", str(small_disk / "home"))
    code, lines = doctor()
    assert code == 0
    assert lines["disk"]["status"] == "warning"
