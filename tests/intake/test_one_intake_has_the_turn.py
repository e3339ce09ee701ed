"""The lease on a mailbox or folder: one has the turn, a dead one's is taken over, a lost one commits nothing."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bots.intake.stage import collect_folder
from bots.intake.turns import turn_at
from bots.office import Office
from config.errors import OficioError
from config.settings import WatchedFolder
from records import leases, schema
from tests.intake.conftest import open_office, states
from tests.intake.mails import PDF

ROOT = Path(__file__).parents[2]


def test_one_at_a_time(office: Office) -> None:
    with open_office(office.settings.home) as other, turn_at(office, "folder:a") as first:
        assert first is not None
        with turn_at(other, "folder:a") as second, turn_at(other, "folder:b") as elsewhere:
            assert second is None
            assert elsewhere is not None
    with open_office(office.settings.home) as other, turn_at(other, "folder:a") as after:
        assert after is not None


def test_the_turn_of_a_process_that_is_gone_is_taken_over(office: Office) -> None:
    name = "from records.takeover import worker_name; print(worker_name('x'))"
    gone = subprocess.run([sys.executable, "-c", name], cwd=ROOT, capture_output=True, text=True, check=True)
    with open_office(office.settings.home, worker=gone.stdout.strip()) as dead, dead.records.begin() as tx:
        assert leases.acquire(tx, "folder:a", dead.worker, timedelta(hours=1))
    with turn_at(office, "folder:a") as turn:
        assert turn is not None


@pytest.mark.parametrize("worker", ["another-host:1:x", "nonsense", "host:pid:x"])
def test_the_turn_of_an_unknown_process_is_not(office: Office, worker: str) -> None:
    with open_office(office.settings.home, worker=worker) as other, turn_at(other, "folder:a") as theirs:
        assert theirs is not None
        with turn_at(office, "folder:a") as turn:
            assert turn is None


def expire(office: Office) -> None:
    with office.records.begin() as tx:
        tx.connection.execute(sa.update(schema.leases).values(until=0))


def test_who_lost_the_turn_commits_nothing(office: Office) -> None:
    with turn_at(office, "folder:a") as turn:
        assert turn is not None
        expire(office)
        with open_office(office.settings.home) as other, turn_at(other, "folder:a") as theirs:
            assert theirs is not None
            with pytest.raises(OficioError, match="OF702"):
                turn.keep()


def test_a_slow_intake_whose_turn_was_taken_leaves_the_file_to_the_other(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.pdf").write_bytes(PDF)
    folder = WatchedFolder(name="inbox", path=inbox, settle_seconds=0)
    put = type(office.records.archive).put
    raced: list[str] = []

    def slow(archive: object, data: bytes) -> str:
        if not raced:
            raced.append("once")
            expire(office)
            with open_office(office.settings.home) as other:
                raced.append(str(dict(collect_folder(other, folder).outcomes)))
        return put(office.records.archive, data)

    monkeypatch.setattr(type(office.records.archive), "put", slow)
    assert collect_folder(office, folder).outcomes == {"busy": 1}
    assert raced == ["once", "{'received': 1}"]
    assert states(office) == {"received": 1}
    assert [path.name for path in (inbox / "Done").iterdir()] == ["a.pdf"]
