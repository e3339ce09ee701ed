"""The IMAP port against a real Dovecot."""

from __future__ import annotations

import socket

import pytest

from config.errors import ApplicationException
from config.settings import Mailbox
from connectors.mail.mailbox import MailSession, open_mailbox
from tests.intake.conftest import mailbox
from tests.intake.dovecot import PASSWORD, Dovecot
from tests.intake.mails import PDF, mail
from tests.intake.relay import Relay

pytestmark = pytest.mark.dovecot
LARGEST = 10_000_000


def bodies(session: MailSession, uids: list[int], largest: int = LARGEST) -> list[bytes]:
    return [mail.raw for batch in session.fetch(uids, largest) for mail in batch]


def test_mails_come_byte_for_byte_and_stay_unseen(dovecot: Dovecot, box: Mailbox) -> None:
    mails = [mail(("a.pdf", PDF), number=str(n)) for n in range(250)]
    dovecot.deliver("bot", mails)
    with open_mailbox(box, PASSWORD) as session:
        state = session.select("INBOX")
        uids = session.uids_above(0)
        assert state.count == 250
        assert sorted(bodies(session, uids)) == sorted(mails)
        assert session.with_keyword(uids, "\\Seen") == set()
        assert session.uids_above(uids[-1]) == []
        assert session.uids_above(uids[-3]) == uids[-2:]


def test_of_a_mail_that_is_too_large_only_the_header_comes(dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(number="1"), mail(("a.pdf", PDF * 2_000), number="2"), mail(number="3")])
    with open_mailbox(box, PASSWORD) as session:
        session.select("INBOX")
        fetched = [m for batch in session.fetch(session.uids_above(0), 20_000) for m in batch]
    assert [m.whole for m in fetched] == [True, False, True]
    assert b"Message-ID" in fetched[1].raw
    assert PDF[:8] not in fetched[1].raw


def test_a_mail_that_is_gone_is_left_out(dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(number=str(n)) for n in range(3)])
    with open_mailbox(box, PASSWORD) as session:
        session.select("INBOX")
        uids = session.uids_above(0)
        with open_mailbox(box, PASSWORD) as other:
            other.select("INBOX")
            other.move([uids[1]], "Elsewhere")
        assert len(bodies(session, uids)) == 2
        assert session.present(uids) == {uids[0], uids[2]}


def test_keywords_and_moves_may_be_repeated(dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(number=str(n)) for n in range(3)])
    with open_mailbox(box, PASSWORD) as session:
        session.select("INBOX")
        uids = session.uids_above(0)
        for _ in range(2):
            session.add_keyword(uids, "Oficio")
            session.move(uids[:2], "Done/2026")
        assert session.with_keyword(uids, "oficio") == {uids[2]}
        assert session.select("Done/2026").count == 2


def test_tls_is_checked(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = mailbox(dovecot, tls="tls", port=dovecot.tls_port)
    with pytest.raises(ApplicationException, match="OF305"), open_mailbox(secure, PASSWORD):
        pass
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.root / "cert.pem"))
    for box in (secure, mailbox(dovecot, tls="starttls")):
        with open_mailbox(box, PASSWORD) as session:
            assert "IMAP4REV1" in session.capabilities


def test_failures_are_told_apart(dovecot: Dovecot, box: Mailbox) -> None:
    with pytest.raises(ApplicationException, match="OF302") as refused, open_mailbox(box, "wrong one"):
        pass
    assert "wrong one" not in str(refused.value)
    with open_mailbox(box, PASSWORD) as session, pytest.raises(ApplicationException, match="OF304"):
        session.select("No such folder")
    closed = mailbox(dovecot, port=1)
    with pytest.raises(ApplicationException, match="OF301"), open_mailbox(closed, PASSWORD):
        pass


def test_a_connection_that_breaks_is_said_so(dovecot: Dovecot, box: Mailbox) -> None:
    dovecot.deliver("bot", [mail(("a.pdf", PDF * 5_000))])
    with Relay(dovecot.port, cut_after=20_000, times=1) as relay:
        cut = mailbox(dovecot, port=relay.port)
        with open_mailbox(cut, PASSWORD) as session:
            session.select("INBOX")
            uids = session.uids_above(0)
            with pytest.raises(ApplicationException, match="OF303"):
                bodies(session, uids)


def test_a_server_that_says_nothing_is_given_up_on(dovecot: Dovecot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = mailbox(dovecot, port=silent.getsockname()[1], timeout_seconds=0.3)
        with pytest.raises(ApplicationException, match="OF301"), open_mailbox(box, PASSWORD):
            pass


def test_idle_wakes_when_a_mail_arrives(dovecot: Dovecot, box: Mailbox) -> None:
    with open_mailbox(box, PASSWORD) as session:
        session.select("INBOX")
        assert session.idle()
        assert not session.woken(0)
        dovecot.deliver("bot", [mail()])
        assert session.woken(10)
        session.idle_done()
        assert len(session.uids_above(0)) == 1
