"""One connection to one IMAP mailbox: what the intake asks of it, and nothing more.

Nothing here marks a mail as seen, and nothing is taken from the mailbox: the database claims, the mailbox never does.
Every socket has a time-out, and every failure is one of ours with the server's name in it.
Sources: RFC 3501 (IMAP4rev1), RFC 2177 (IDLE), RFC 6851 (MOVE), RFC 4315 (UIDPLUS), RFC 7628 (SASL OAuth).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import IMAP4
from typing import Any

import imapclient
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientError,
    LoginError,
    ProtocolError,
)

from config.errors import ApplicationException
from config.settings import Mailbox

__all__ = ["FetchedMail", "FolderState", "MailSession", "open_mailbox"]

_BATCH_BYTES = 16_000_000
_BATCH_MAILS = 100
_FAILURES = (IMAPClientError, IMAP4.error, ProtocolError, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class FolderState:
    """A selected folder: `uidvalidity` names the generation of its UIDs (RFC 3501, 2.3.1.1)."""

    name: str
    uidvalidity: int
    count: int


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail's bytes; `whole` is False when only its header was fetched, because it is too large (`size`)."""

    uid: int
    raw: bytes
    size: int
    received: datetime
    whole: bool = True


@contextmanager
def open_mailbox(box: Mailbox, password: str) -> Iterator[MailSession]:
    """Connect, log in, and log out at the end.

    Args:
        box: host, port, how it is protected, user, how to authenticate.
        password: the password, or the access token for `auth: xoauth2`.

    Raises:
        ApplicationException: OF301 not reached, OF302 login refused, OF305 its certificate is not to be trusted.
    """
    session = MailSession(box)
    session.connect(password)
    try:
        yield session
    finally:
        session.close()


class MailSession:
    """A logged-in connection with one folder selected at a time; used by one thread.

    Every method may raise ApplicationException OF303 (the connection broke or the server answered with an error).
    """

    def __init__(self, box: Mailbox):
        self.box = box
        self.where = f"{box.user}@{box.host}:{box.port}"
        self.folder: FolderState | None = None
        self._client: Any = None
        self._idling = False

    def connect(self, password: str) -> None:
        """Connect and log in; see `open_mailbox`."""
        try:
            self._client = self._dial()
        except ssl.SSLError as error:
            raise ApplicationException("OF305", self.where, why=_words(error)) from error
        except _FAILURES as error:
            raise ApplicationException("OF301", self.where, why=_words(error)) from error
        try:
            if self.box.auth == "xoauth2":
                self._client.oauth2_login(self.box.user, password)
            else:
                self._client.login(self.box.user, password)
        except LoginError as error:
            self.close()
            raise ApplicationException("OF302", self.where, why=_words(error)) from error
        except _FAILURES as error:
            self.close()
            raise ApplicationException("OF301", self.where, why=_words(error)) from error

    def _dial(self) -> Any:
        box = self.box
        client = imapclient.IMAPClient(
            box.host,
            port=box.port,
            ssl=box.tls == "tls",
            ssl_context=ssl.create_default_context() if box.tls == "tls" else None,
            timeout=imapclient.SocketTimeout(connect=min(10.0, box.timeout_seconds), read=box.timeout_seconds),
        )
        client._imap.debug = 0  # imapclient sets 5, and imaplib then writes every literal out: 4 times slower
        client.normalise_times = False
        if box.tls == "starttls":
            self._encrypt(client)
        return client

    def _encrypt(self, client: Any) -> None:
        try:
            client.starttls(ssl.create_default_context())
        except BaseException:
            client.shutdown()
            raise

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server says it can do, upper case."""
        with self._errors():
            return frozenset(name.decode("ascii", "replace").upper() for name in self._client.capabilities())

    def select(self, folder: str) -> FolderState:
        """Open a folder; OF304 when there is none of that name or it may not be read."""
        try:
            found = self._client.select_folder(folder)
        except (IMAP4.abort, OSError) as error:
            raise self._broken(error) from error
        except _FAILURES as error:
            raise ApplicationException("OF304", self.where, folder=folder, why=_words(error)) from error
        self.folder = FolderState(folder, int(found.get(b"UIDVALIDITY", 0)), int(found.get(b"EXISTS", 0)))
        return self.folder

    def uids_above(self, mark: int) -> list[int]:
        """UIDs greater than `mark`, ascending."""
        with self._errors():
            found = self._client.search(["UID", f"{mark + 1}:*"])
        return sorted(uid for uid in found if uid > mark)  # `n:*` names the last mail even when it is below n

    def present(self, uids: Iterable[int]) -> set[int]:
        """Which of these UIDs are still in the folder."""
        wanted = sorted(uids)
        found: set[int] = set()
        with self._errors():
            for start in range(0, len(wanted), 500):
                found.update(self._client.search(["UID", ",".join(map(str, wanted[start : start + 500]))]))
        return found.intersection(wanted)

    def fetch(self, uids: Sequence[int], largest: int) -> Iterator[list[FetchedMail]]:
        """The mails of these UIDs, in batches of at most about 16 MB and 100 mails, nothing marked as seen.

        A mail that is gone is left out. Of a mail larger than `largest` bytes only the header comes.
        """
        for start in range(0, len(uids), 1_000):
            some = list(uids[start : start + 1_000])
            with self._errors():
                sizes = {
                    uid: int(row[b"RFC822.SIZE"]) for uid, row in self._client.fetch(some, ["RFC822.SIZE"]).items()
                }
            for batch in _batches([(uid, sizes[uid]) for uid in some if uid in sizes], largest):
                yield self._fetch_batch(batch, sizes, whole=sizes[batch[0]] <= largest)

    def _fetch_batch(self, uids: list[int], sizes: dict[int, int], whole: bool) -> list[FetchedMail]:
        what = "BODY[]" if whole else "BODY[HEADER]"
        with self._errors():
            rows = self._client.fetch(uids, [what.replace("BODY", "BODY.PEEK"), "INTERNALDATE"])
        mails = []
        for uid in uids:
            row = rows.get(uid, {})
            raw = row.get(what.encode())
            if raw is not None:
                mails.append(FetchedMail(uid, raw, sizes[uid], _moment(row.get(b"INTERNALDATE")), whole))
        return mails

    def add_keyword(self, uids: Sequence[int], keyword: str) -> None:
        """Set a keyword on mails (RFC 3501, 2.3.2); those already gone are passed over."""
        with self._errors():
            self._client.add_flags(list(uids), [keyword], silent=True)

    def with_keyword(self, uids: Sequence[int], keyword: str) -> set[int]:
        """Which of these mails have the keyword; servers may refuse to keep one without an error."""
        wanted = keyword.encode().lower()
        with self._errors():
            rows = self._client.get_flags(list(uids))
        return {uid for uid, flags in rows.items() if wanted in {flag.lower() for flag in flags}}

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move mails to another folder, which is made when it is not there; those already gone are passed over."""
        with self._errors():
            if not self._client.folder_exists(target):
                with suppress(IMAPClientError):  # another worker may have made it in this moment
                    self._client.create_folder(target)
            if self._client.has_capability("MOVE"):
                self._client.move(list(uids), target)
                return
            self._client.copy(list(uids), target)
            self._client.delete_messages(list(uids), silent=True)
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(list(uids))  # a plain EXPUNGE would take what a person has marked, too

    def append(self, folder: str, raw: bytes) -> None:
        """Put a mail into a folder, which is made when it is not there."""
        with self._errors():
            if not self._client.folder_exists(folder):
                with suppress(IMAPClientError):  # another worker may have made it in this moment
                    self._client.create_folder(folder)
            self._client.append(folder, raw)

    def idle(self) -> bool:
        """Ask the server to tell of changes in the selected folder; False when it cannot (poll then)."""
        if not self._idling:
            try:
                with self._errors():
                    self._client.idle()
            except CapabilityError:
                return False
            self._idling = True
        return True

    def woken(self, seconds: float) -> bool:
        """Wait at most so long for news; must follow `idle`."""
        with self._errors():
            return bool(self._client.idle_check(timeout=seconds))

    def idle_done(self) -> None:
        """End `idle`; other methods may be used again."""
        if self._idling:
            self._idling = False
            with self._errors():
                self._client.idle_done()

    def fileno(self) -> int:
        """The socket's descriptor, so that several sessions can be waited for together."""
        return int(self._client.socket().fileno())

    def noop(self) -> None:
        """Ask whether the connection lives."""
        with self._errors():
            self._client.noop()

    def close(self) -> None:
        """Log out, or drop the connection when that fails; never raises for a broken one."""
        client, self._client = self._client, None
        if client is None:
            return
        self.folder = None
        try:
            if self._idling:
                client.idle_done()  # a server that idles does not hear LOGOUT
            client.logout()
        except (*_FAILURES, AttributeError):
            with suppress(*_FAILURES):
                client.shutdown()
        self._idling = False

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except CapabilityError:
            raise
        except _FAILURES as error:
            raise self._broken(error) from error

    def _broken(self, error: BaseException) -> ApplicationException:
        return ApplicationException("OF303", self.where, why=_words(error))


def _batches(sized: Sequence[tuple[int, int]], largest: int) -> Iterator[list[int]]:
    """UIDs in order, so many at a time that a batch stays small in memory; a too large mail is a batch of its own."""
    batch: list[int] = []
    room = _BATCH_BYTES
    for uid, size in sized:
        if batch and (len(batch) >= _BATCH_MAILS or size > room or size > largest):
            yield batch
            batch, room = [], _BATCH_BYTES
        batch.append(uid)
        room -= size
        if size > largest:
            yield batch
            batch, room = [], _BATCH_BYTES
    if batch:
        yield batch


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromtimestamp(0, UTC)


def _words(error: BaseException) -> str:
    """An error in one line; a login error never holds the password, the server's answer may be long."""
    text = str(error) or type(error).__name__
    return " ".join(text.split())[:200]
