"""Who sent a mail stands in the log sealed: people of the office read it, until the sender is erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.auditor.reporting import export_bundle
from bots.auditor.story import story
from bots.intake.stage import collect_mail, retries
from bots.office import Office
from config.settings import Mailbox
from records import audit, work_items
from records.privacy import erase
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import mail, pdf

pytestmark = pytest.mark.dovecot

ANA, BOB = "Ana Núñez <ana@autonoma.example>", "Bob <bob@papelera.example>"


def details(office: Office, item: str) -> str:
    return "\n".join(line for chapter in story(office.records, item, "en") for line in chapter.details)


def test_a_sender_is_read_until_erased_and_the_log_verifies(
    office: Office, dovecot: Dovecot, box: Mailbox, tmp_path: Path
) -> None:
    dovecot.deliver("bot", [
        mail(("1.pdf", pdf("1")), sender=ANA, subject="De Ana", number="1"),
        mail(("2.pdf", pdf("2")), sender=BOB, subject="De Bob", number="2"),
        mail(sender=ANA, subject="Ana sin papeles", number="3"),
    ])  # fmt: skip
    collect_mail(office, box, password=lambda: PASSWORD, trying=retries(4, longest=0.01))
    head = office.records.log.checkpoint()
    with office.records.read() as tx:
        log = b"\n".join(event.bytes for event in audit.read(tx))
        items = {item.payload["facts"]["from"]: item.id for item in work_items.find(tx, "invoices")}
    assert not [word for word in (b"Ana", b"ana@", b"bob@", b"De Bob") if word in log]
    ana, bob = items["ana@autonoma.example"], items["bob@papelera.example"]
    assert "Ana Núñez" in details(office, ana)
    assert "De Bob" in details(office, bob)

    assert erase(office.records, "Ana@autonoma.example", ground="GDPR art. 17(1)(b)").known
    assert office.records.log.verify([head.note]).ok
    assert "[erased]" in details(office, ana)
    assert "Ana Núñez" not in details(office, ana)
    assert "De Bob" in details(office, bob)
    export_bundle(office.records, tmp_path / "bundle")
    report = (tmp_path / "bundle" / "report.html").read_text("utf-8")
    assert "sender: [erased]" in report
    assert "sender: [sealed]" in report
    assert "Bob" not in report
