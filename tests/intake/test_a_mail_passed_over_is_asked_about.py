"""The nightly inspection finds a mail below the mark that the database does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.auditor import inspect
from bots.office import Office
from config.settings import Mailbox
from connectors.mail.mailbox import open_mailbox
from connectors.secrets import Secret, keep_secret
from records import mailroom, reviews
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import PDF, mail

pytestmark = pytest.mark.dovecot


def test_a_mail_that_was_passed_over_is_asked_about(office: Office, dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF), number=str(number)) for number in (1, 2, 3)])
    keep_secret(box.secret, Secret(PASSWORD), office.settings.home)
    with open_mailbox(box, PASSWORD) as session:
        state = session.select("INBOX")
        taken, passed, _ = session.uids_above(0)
    with office.records.begin() as tx:
        sha256 = office.records.archive.put(b"the first")
        mailroom.add_mail(
            tx, account=box.name, folder="INBOX", uidvalidity=state.uidvalidity, uid=taken, sha256=sha256,
            message_id="<1@x>", facts={},
        )  # fmt: skip
        mailroom.set_mark(tx, box.name, "INBOX", state.uidvalidity, passed)
    watched = replace(office, settings=replace(office.settings, mailboxes={box.name: box}))
    assert inspect(watched, []).outcomes == {"asked": 1}
    with office.records.read() as tx:
        (task,) = reviews.list_open(tx, process="differences")
    assert task.reasons[0].code == "OF732"
    assert f"UID {passed}" in task.reasons[0].text()
