"""`Watch`: news from a mailbox or a folder is taken in at once, and a look from time to time misses nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest

from bots.intake.stage import collect_mail
from bots.intake.watch import Pace, Watch
from bots.office import Office, StageReport
from config.settings import Mailbox, WatchedFolder
from tests.intake.conftest import mailbox, states
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import PDF, mail, pdf
from tests.intake.relay import Relay

SLOW = Pace(poll=600)
"""Nobody looks again within a test: what is seen was announced."""


@contextmanager
def watching(office: Office, pace: Pace = SLOW) -> Iterator[Queue[StageReport]]:
    """The reports of a watch that runs in a thread of its own; the first, empty one is there when it watches."""
    reports: Queue[StageReport] = Queue()
    with Watch(office, pace) as watch:

        def run() -> None:
            for report in watch.batches():
                reports.put(report)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            reports.get(timeout=30)
            yield reports
        finally:
            watch.stop()
            thread.join(30)
            assert not thread.is_alive()


def with_settings(office: Office, boxes: dict[str, Mailbox], folders: dict[str, WatchedFolder]) -> Office:
    return replace(office, settings=replace(office.settings, mailboxes=boxes, folders=folders))


@pytest.fixture
def inbox(tmp_path: Path) -> WatchedFolder:
    return WatchedFolder(name="inbox", path=tmp_path / "inbox", settle_seconds=0.05)


@pytest.mark.dovecot
def test_a_mail_wakes_it(office: Office, dovecot: Dovecot, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIO_SECRET_MAILBOX_OFFICE", PASSWORD)
    with watching(with_settings(office, {"office": box}, {})) as reports:
        for number in range(3):
            dovecot.deliver("bot", [mail((f"{number}.pdf", pdf(str(number))), number=str(number))])
            assert reports.get(timeout=30).outcomes == {"received": 1}
    assert states(office) == {"received": 3}


@pytest.mark.dovecot
def test_a_mailbox_that_was_down_is_taken_up_again(
    office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFICIO_SECRET_MAILBOX_OFFICE", PASSWORD)
    pace = Pace(poll=0.1, longest_wait=0.2)
    with Relay(dovecot.port) as relay:
        watched = with_settings(office, {"office": mailbox(dovecot, port=relay.port)}, {})
        with watching(watched, pace) as reports:
            relay.cut()
            while not reports.get(timeout=30).outcomes["unavailable"]:
                pass
            relay.mend()
            dovecot.deliver("bot", [mail(("a.pdf", PDF))])
            while not reports.get(timeout=30).outcomes["received"]:
                pass
    assert states(office) == {"received": 1}


def test_a_dropped_file_wakes_it(office: Office, inbox: WatchedFolder) -> None:
    with watching(with_settings(office, {}, {"inbox": inbox})) as reports:
        for number in range(3):
            (inbox.path / f"{number}.pdf").write_bytes(pdf(str(number)))
            assert reports.get(timeout=30).outcomes["received"] == 1
    assert states(office) == {"received": 3}


def test_a_look_finds_what_nothing_announced(
    office: Office, inbox: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.intake.watch._Bell.on_any_event", lambda *_: None)
    with watching(with_settings(office, {}, {"inbox": inbox}), Pace(poll=0.1)) as reports:
        (inbox.path / "a.pdf").write_bytes(PDF)
        while not reports.get(timeout=30).outcomes["received"]:
            pass
    assert states(office) == {"received": 1}


@pytest.mark.dovecot
def test_the_settings_secret_is_used(office: Office, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIO_SECRET_MAILBOX_OFFICE", PASSWORD)
    dovecot.deliver("bot", [mail(("a.pdf", PDF))])
    assert collect_mail(office, mailbox(dovecot)).outcomes == {"received": 1}
