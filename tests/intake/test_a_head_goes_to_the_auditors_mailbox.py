"""Each head is put into the auditor's mailbox once, and verifies what is there."""

from __future__ import annotations

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import yaml

from bots.auditor import kept_heads, seal
from bots.office import Office
from config.settings import Mailbox
from connectors.mail.mailbox import open_mailbox
from connectors.secrets import Secret, keep_secret
from records import audit
from tests.intake.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.dovecot


@pytest.fixture
def audited(office: Office, box: Mailbox, tmp_path: Path) -> Office:
    """An office whose auditor has a mailbox."""
    rules = {"mail": {"mailbox": box.model_dump(mode="json"), "folder": "Heads"}}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "audit.yaml").write_text(yaml.safe_dump(rules))
    keep_secret(box.secret, Secret(PASSWORD), office.settings.home)
    return replace(office, settings=replace(office.settings, directory=tmp_path / "config"))


def note(office: Office) -> None:
    with office.records.begin() as tx:
        audit.append(tx, action="x")


def test_each_head_is_mailed_once_and_verifies_the_log(
    audited: Office, box: Mailbox, dovecot: Dovecot, tmp_path: Path
) -> None:
    for _ in range(2):
        note(audited)
        assert seal(audited).outcomes == {"sealed": 1, "mailed": 1}
        seal(audited)
    with open_mailbox(box, PASSWORD) as session:
        session.select("Heads")
        (mails,) = session.fetch(session.uids_above(0), largest=1 << 20)
    for mail in mails:
        message = email.message_from_bytes(mail.raw, _class=EmailMessage, policy=default)
        (attached,) = message.iter_attachments()
        (tmp_path / str(attached.get_filename())).write_bytes(attached.get_content())
    heads = kept_heads(tmp_path)
    assert len(heads) == len(mails) == 2
    assert audited.records.log.verify(heads).ok
    with audited.records.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM checkpoints")
        tx.connection.exec_driver_sql("DELETE FROM events WHERE seq > 0")
    assert audited.records.log.verify(heads).findings[0].kind == "rolled back"


def test_a_mailbox_that_does_not_answer_is_told_and_the_head_is_late(audited: Office, dovecot: Dovecot) -> None:
    dovecot.stop()
    note(audited)
    assert seal(audited).outcomes == {"sealed": 1, "mail failed": 1}
    dovecot.start()
    assert seal(audited).outcomes == {"sealed": 1, "mailed": 1}
