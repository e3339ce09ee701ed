"""The embedded mailbox behaves as the intake expects of an IMAP server, and lasts over restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from demo.mailbox import RunningMailbox, deliver, start_mailbox

MAIL = (
    b"From: a@example.org\r\nDate: Mon, 02 Mar 2026 09:30:00 +0100\r\nSubject: t\r\n"
    b"Message-ID: <%d@example.org>\r\n\r\nBody\r\n"
)


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[RunningMailbox]:
    with start_mailbox(tmp_path / "mail", {"anna": "geheim"}) as running:
        yield running


def login(mailbox: RunningMailbox) -> IMAPClient:
    client = IMAPClient(mailbox.host, mailbox.port, ssl=False, timeout=10)
    client.login("anna", "geheim")
    client.select_folder("INBOX")
    return client


def test_a_mail_is_fetched_as_the_very_bytes_that_were_delivered(mailbox: RunningMailbox) -> None:
    for number in range(3):
        mailbox.deliver("anna", MAIL % number)
    with login(mailbox) as client:
        uids = client.search(["UID", "1:*"])
        fetched = client.fetch(uids, ["BODY.PEEK[]", "RFC822.SIZE", "FLAGS"])
    assert uids == [1, 2, 3]
    assert [fetched[uid][b"BODY[]"] for uid in uids] == [MAIL % number for number in range(3)]
    assert fetched[1][b"RFC822.SIZE"] == len(MAIL % 0)
    assert b"\\Seen" not in fetched[1][b"FLAGS"]


def test_a_keyword_and_a_move_stay_over_a_restart(tmp_path: Path) -> None:
    root = tmp_path / "mail"
    with start_mailbox(root, {"anna": "geheim"}) as running:
        deliver(root, "anna", MAIL % 1)
        deliver(root, "anna", MAIL % 2)
        with login(running) as client:
            validity = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
            client.add_flags([1], ["Oficio"])
            client.create_folder("Done")
            client.move([2], "Done")
    with start_mailbox(root, {"anna": "geheim"}) as running, login(running) as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] == validity
        assert client.search() == [1]
        assert b"Oficio" in client.get_flags([1])[1]
        client.select_folder("Done")
        assert client.fetch(client.search(), ["BODY.PEEK[]"])[1][b"BODY[]"] == MAIL % 2


def test_idle_tells_of_a_new_mail(mailbox: RunningMailbox) -> None:
    with login(mailbox) as client:
        client.idle()
        mailbox.deliver("anna", MAIL % 7)
        told = client.idle_check(timeout=20)
        client.idle_done()
    assert (1, b"EXISTS") in told


def test_a_mail_delivered_once_is_not_delivered_again(mailbox: RunningMailbox) -> None:
    for _ in range(2):
        deliver(mailbox.root, "anna", MAIL % 1, once=True)
    deliver(mailbox.root, "anna", MAIL % 1)
    with login(mailbox) as client:
        assert len(client.search()) == 2


def test_a_wrong_password_is_refused(mailbox: RunningMailbox) -> None:
    client = IMAPClient(mailbox.host, mailbox.port, ssl=False, timeout=10)
    with pytest.raises(Exception, match=r"(?i)auth"):
        client.login("anna", "wrong")
    client.shutdown()
