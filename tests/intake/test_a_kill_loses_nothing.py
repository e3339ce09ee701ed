"""SIGKILL at each named point, then again: each mail and file once, and the mailbox agrees in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Mailbox
from connectors.mail.mailbox import open_mailbox
from records import Records, work_items
from tests.intake.conftest import actions, open_office, states
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import mail, pdf
from tests.records.postgres import Cluster, programs

ROOT = Path(__file__).parents[2]
COUNT = 105
"""More than one batch of mails."""


def start(home: Path, kind: str, where: str, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.intake.worker", str(home), kind, where]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE)


def end(process: subprocess.Popen[bytes]) -> int:
    try:
        process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode


def deliver(dovecot: Dovecot, count: int = COUNT) -> None:
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in range(count)])


def archived(records: Records, process: str = "invoices") -> int:
    """Work items whose every document is in the archive, whole."""
    with records.read() as tx:
        items = work_items.find(tx, process, limit=10_000)
    return sum(all(records.archive.get(ref.sha256) for ref in item.documents) for item in items)


@pytest.mark.dovecot
@pytest.mark.parametrize(
    ("crash", "done"),
    [
        ("fetched:60", "keyword"),
        ("archived:104", "move"),
        ("committed:60", "keyword"),
        ("committed:104", "move"),
        ("acted:1", "keyword"),
        ("acted:1", "move"),
    ],
)
def test_killed_anywhere_the_next_intake_ends_the_work(
    tmp_path: Path, dovecot: Dovecot, box: Mailbox, crash: str, done: str
) -> None:
    deliver(dovecot)
    killed = start(tmp_path, "mail", str(dovecot.port), OFICIO_CRASH_AT=f"intake.{crash}", DONE=done)
    assert end(killed) == -signal.SIGKILL
    assert end(start(tmp_path, "mail", str(dovecot.port), DONE=done)) == 0
    with open_office(tmp_path) as office:
        assert states(office) == {"received": COUNT}
        assert actions(office)["mail.received"] == COUNT
        assert archived(office.records) == COUNT
        assert office.records.log.verify().ok
    with open_mailbox(box, PASSWORD) as session:
        assert session.select("INBOX" if done == "keyword" else "Oficio").count == COUNT
        uids = session.uids_above(0)
        assert len(session.with_keyword(uids, "Oficio")) == (COUNT if done == "keyword" else 0)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database of `open_office`, here and in the processes that are started."""
    if request.param == "sqlite":
        yield
        return
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL here (apt install postgresql)")
    with Cluster(folder) as cluster:
        monkeypatch.setenv("OFICIO_TEST_DATABASE", str(cluster.new_database()))
        yield


@pytest.mark.dovecot
@pytest.mark.usefixtures("database")
def test_of_two_intakes_that_race_one_is_killed_and_each_mail_is_taken_once(
    tmp_path: Path, dovecot: Dovecot, box: Mailbox
) -> None:
    deliver(dovecot, 210)
    with open_office(tmp_path):
        pass  # the tables are there before two processes ask for them
    crash = {"OFICIO_CRASH_AT": "intake.committed:150"}  # whoever has the turn is killed
    both = [start(tmp_path, "mail", str(dovecot.port), **crash) for _ in range(2)]
    ended = [end(process) for process in both]
    assert -signal.SIGKILL in ended
    assert end(start(tmp_path, "mail", str(dovecot.port))) == 0
    with open_office(tmp_path) as office:
        assert states(office) == {"received": 210}
        assert actions(office)["mail.received"] == 210


@pytest.mark.parametrize("crash", ["claimed:1", "archived:7", "committed:13"])
def test_killed_at_a_folder_the_next_intake_ends_the_work(tmp_path: Path, crash: str) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in range(12):
        (inbox / f"{number}.pdf").write_bytes(pdf(str(number % 10)))
    (inbox / "raro.txt").write_bytes(b"hola")
    home = tmp_path / "home"
    assert end(start(home, "folder", str(inbox), OFICIO_CRASH_AT=f"folder.{crash}")) == -signal.SIGKILL
    assert end(start(home, "folder", str(inbox))) == 0
    with open_office(home) as office:
        assert states(office) == {"duplicate": 2, "received": 10, "review": 1}
        assert archived(office.records) == 13
    assert len(list((inbox / "Done").iterdir())) == 10
    assert len([path for path in (inbox / "Duplicates").iterdir() if path.suffix == ".pdf"]) == 2
    assert (inbox / "Failed" / "raro.txt.reason.json").is_file()
    assert list(inbox.rglob(".processing/*/*")) == []
