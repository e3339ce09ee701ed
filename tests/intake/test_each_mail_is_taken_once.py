"""Mails become work exactly once, whatever the mailbox does meanwhile."""

from __future__ import annotations

import importlib

import pytest

from bots.intake.stage import collect_mail, retries
from bots.office import Office, StageReport
from config.errors import ApplicationException
from config.settings import Mailbox
from connectors.mail.mailbox import open_mailbox
from records import reviews, work_items
from tests.intake.conftest import actions, mailbox, open_office, states
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import PDF, UBL, mail, pdf, zipped
from tests.intake.relay import Relay

pytestmark = pytest.mark.dovecot


def collect(office: Office, box: Mailbox, limit: int | None = None) -> StageReport:
    return collect_mail(office, box, limit=limit, password=lambda: PASSWORD, trying=retries(4, longest=0.01))


def marked(box: Mailbox, folder: str = "INBOX") -> tuple[int, int]:
    """Mails in a folder, and how many carry the keyword."""
    with open_mailbox(box, PASSWORD) as session:
        count = session.select(folder).count
        uids = session.uids_above(0)
        return count, len(session.with_keyword(uids, box.done_to)) if uids else 0


def test_a_mail_becomes_work_with_its_documents_and_facts(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    raw = mail(("Factura 7.pdf", PDF), ("extracto.docx.exe", b"MZ" + b"x" * 50, "application/octet-stream"), number="7")
    dovecot.deliver("bot", [raw])
    assert collect(office, box).outcomes == {"received": 1, "review": 1}
    with office.records.read() as tx:
        (received,) = work_items.find(tx, "invoices", states=["received"])
        (asked,) = work_items.find(tx, "invoices", states=["review"])
        (task,) = reviews.list_open(tx)
    roles = {ref.role: ref.sha256 for ref in received.documents}
    assert office.records.archive.get(roles["source"]) == PDF
    assert office.records.archive.get(roles["mail"]) == raw
    facts = received.payload["facts"]
    assert (facts["file"], facts["from"], facts["subject"]) == ("Factura 7.pdf", "cobros@papelera.example", "Factura")
    assert facts["mail"]["message_id"] == "<7@papelera.example>"
    assert asked.reason is not None
    assert (asked.reason.code, task.reasons[0].code) == ("OF320", "OF320")
    assert marked(box) == (1, 1)


def test_nothing_is_taken_twice(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in range(5)])
    assert collect(office, box, limit=2).outcomes == {"received": 2}
    assert collect(office, box, limit=2).outcomes == {"received": 2}
    assert collect(office, box).outcomes == {"received": 1}
    assert collect(office, box).outcomes == {}
    assert states(office) == {"received": 5}
    assert marked(box) == (5, 5)


def test_the_same_document_again_is_a_duplicate_that_names_the_first(
    office: Office, dovecot: Dovecot, box: Mailbox
) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF), number="1"), mail(("z.zip", zipped(b_pdf=PDF)), number="2")])
    collect(office, box)
    with office.records.read() as tx:
        (first,) = work_items.find(tx, "invoices", states=["received"])
        (again,) = work_items.find(tx, "invoices", states=["duplicate"])
    assert again.reason is not None
    assert again.reason.facts["first"] == first.id


def test_the_same_mail_in_another_folder_or_with_another_header_is_known(
    office: Office, dovecot: Dovecot, box: Mailbox
) -> None:
    raw = mail(("a.pdf", PDF))
    dovecot.deliver("bot", [raw])
    dovecot.deliver("bot", [raw], folder="Otros")
    dovecot.deliver("bot", [b"X-Migrated: yes\r\n" + raw], folder="Otros")
    assert collect(office, mailbox(dovecot, folders=["INBOX", "Otros"])).outcomes == {"received": 1, "known": 2}
    assert marked(box, "Otros") == (2, 2)


def test_a_new_uidvalidity_makes_no_new_work(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in range(5)])
    collect(office, box)
    old = dovecot.maildir("bot") / "dovecot-uidlist"
    header, *rest = old.read_text().splitlines()
    version, validity, *more = header.split(" ")
    old.write_text("\n".join([" ".join([version, f"V{int(validity[1:]) + 1}", *more]), *rest]) + "\n")
    for index in dovecot.maildir("bot").glob("dovecot.index*"):
        index.unlink()
    dovecot.deliver("bot", [mail(("new.pdf", pdf("new")), number="new")])
    assert collect(office, box).outcomes == {"known": 5, "received": 1}
    assert states(office) == {"received": 6}
    assert marked(box) == (6, 6)


def test_mails_are_moved_when_the_settings_say_so(office: Office, dovecot: Dovecot) -> None:
    box = mailbox(dovecot, done="move", done_to="Tramitado")
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in range(3)])
    collect(office, box)
    assert marked(box)[0] == 0
    assert marked(box, "Tramitado")[0] == 3
    with open_mailbox(box, PASSWORD) as session:
        session.select("Tramitado")
        session.move(session.uids_above(0)[:1], "INBOX")
    assert collect(office, box).outcomes == {"known": 1}
    assert marked(box, "Tramitado")[0] == 3


def test_a_mail_without_a_document_is_on_record(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver(
        "bot", [mail(subject="Hola", text="Nos vemos"), mail(subject="Su factura", text="en el enlace", number="2")]
    )
    assert collect(office, box).outcomes == {"no document": 1, "review": 1}
    assert actions(office)["mail.no_document"] == 1
    assert marked(box) == (2, 2)


def test_a_mailbox_that_fails_in_the_middle_is_tried_again_and_nothing_is_lost(
    office: Office, dovecot: Dovecot, box: Mailbox
) -> None:
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n), size=50_000)), number=str(n)) for n in range(250)])
    with Relay(dovecot.port, cut_after=9_000_000, times=2, refuse=1) as relay:
        report = collect(office, mailbox(dovecot, port=relay.port))
        assert relay.connections == 4
    assert report.outcomes == {"received": 250}
    assert states(office) == {"received": 250}
    assert marked(box) == (250, 250)


def test_a_mailbox_that_stays_down_is_an_error_of_ours(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF))])
    dovecot.stop()
    with pytest.raises(ApplicationException, match="OF301"):
        collect(office, box)
    dovecot.start()
    assert collect(office, box).outcomes == {"received": 1}


def test_a_mailbox_action_that_failed_stays_owed(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF))])
    closed = mailbox(dovecot, done="move", done_to="a\r\nb")
    with pytest.raises(ApplicationException):
        collect(office, closed)
    assert states(office) == {"received": 1}
    assert marked(box) == (1, 0)


def test_mails_that_a_person_moves_or_deletes_owe_nothing(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in range(3)])
    with open_mailbox(box, PASSWORD) as person:
        person.select("INBOX")
        person.move(person.uids_above(0)[1:2], "Personal")
    assert collect(office, box).outcomes == {"received": 2}
    dovecot.deliver("bot", [mail(("x.xml", UBL), number="x")])
    assert collect(office, box).outcomes == {"received": 1}


def test_a_folder_that_is_not_there_does_not_keep_the_others_waiting(
    office: Office, dovecot: Dovecot, box: Mailbox
) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF))])
    with pytest.raises(ApplicationException, match="OF304"):
        collect(office, mailbox(dovecot, folders=["Nada", "INBOX"]))
    assert states(office) == {"received": 1}


def test_another_intake_at_the_same_mailbox_is_left_alone(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    from bots.intake.turns import turn_at

    dovecot.deliver("bot", [mail(("a.pdf", PDF))])
    with open_office(office.settings.home) as other, turn_at(other, "mailbox:office") as turn:
        assert turn is not None
        assert collect(office, box).outcomes == {"busy": 1}
    assert collect(office, box).outcomes == {"received": 1}


@pytest.mark.parametrize("broken", ["bots.intake.mails.unpack", "bots.intake.mails.file_papers"])
def test_a_mail_that_our_own_code_stumbles_over_keeps_no_other_out(
    office: Office, dovecot: Dovecot, box: Mailbox, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    module, _, name = broken.rpartition(".")
    whole = getattr(importlib.import_module(module), name)

    def stumble(*given: object) -> object:
        if any(b"cursed" in repr(one).encode() for one in given) and "OF322" not in repr(given):
            raise ZeroDivisionError
        return whole(*given)

    monkeypatch.setattr(broken, stumble)
    dovecot.deliver("bot", [mail((f"{n}.pdf", pdf(str(n))), number=str(n)) for n in ("1", "cursed", "3")])
    assert collect(office, box).outcomes == {"received": 2, "review": 1}
    assert marked(box) == (3, 3)
