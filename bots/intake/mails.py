"""A visit to a mailbox: new mails into the archive, then the database, then a word to the mailbox.

The order is the promise. A mail is in the archive before the database knows it, and in the database before the mailbox
is touched; killed anywhere in between, the next visit finds what is left to do and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bots.intake.filing import Arrival, FiledPaper, archive_papers, file_papers
from bots.intake.outbox import pay
from bots.intake.papers import Paper, Sorted, sort_mail
from bots.intake.sender import known_names, seal_sender, sender_facts, sender_warnings
from bots.intake.turns import Turn, lost
from bots.office import Office, StageReport
from config import crashpoints
from config.errors import ApplicationException, OficioError, Reason
from config.settings import Mailbox
from connectors.mail import Contents, Limits, MailHeader, read_header, unpack
from connectors.mail.mailbox import FetchedMail, FolderState, MailSession
from records import DocumentRef, Transaction, audit, mailroom
from records.values import Where

__all__ = ["Visit"]

_WRITERS = 4
"""Threads that write to the archive: waiting for the disk is most of it."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A mail that is in the archive with all its papers, and what is known of it."""

    mail: FetchedMail
    sha256: str
    header: MailHeader
    sorted: Sorted
    papers: tuple[FiledPaper, ...]
    warnings: tuple[Reason, ...]
    defective: bool = False


class Visit:
    """One visit to one mailbox over an open session, by the one who has the turn."""

    def __init__(
        self, office: Office, box: Mailbox, session: MailSession, turn: Turn, report: StageReport, limits: Limits
    ):
        self.office = office
        self.box = box
        self.session = session
        self.turn = turn
        self.report = report
        self.limits = limits
        self._names = known_names(office.settings)

    def collect(self, folder: str, limit: int | None) -> None:
        """Take in the new mails of a folder, at most `limit` of them, oldest first."""
        state = self.session.select(folder)
        account = self.box.name
        with self.office.records.read() as tx:
            mark = mailroom.mark(tx, account, folder)
        # Under another UIDVALIDITY all UIDs are new: every mail is looked at again and known by its bytes.
        above = mark.uid if mark is not None and mark.uidvalidity == state.uidvalidity else 0
        uids = self.session.uids_above(above)
        with self.office.records.read() as tx:
            known = mailroom.known_uids(tx, account, folder, state.uidvalidity, uids)
        new = [uid for uid in uids if uid not in known]
        last = max([above, *uids])
        if limit is not None and len(new) > limit:
            last, new = new[limit] - 1, new[:limit]
        total = self.report.total + len(new)
        for batch in self.session.fetch(new, self.limits.fetch_bytes):
            self._take(state, batch, total)
        with self.office.records.begin() as tx:
            self.turn.fence(tx)
            mailroom.set_mark(tx, account, folder, state.uidvalidity, last)

    def _take(self, state: FolderState, batch: Sequence[FetchedMail], total: int) -> None:
        for _ in batch:
            crashpoints.reach("intake.fetched")
        with ThreadPoolExecutor(_WRITERS) as writers:
            hashes = list(writers.map(self.office.records.archive.put, [mail.raw for mail in batch]))
            for _ in batch:
                crashpoints.reach("intake.archived")
            sorts = [(mail, sha256, *self._open(mail)) for mail, sha256 in zip(batch, hashes, strict=True)]
            archive = self.office.records.archive
            filed = list(writers.map(lambda one: archive_papers(archive, one[3].papers), sorts))
        opened = [
            _Opened(mail, sha256, header, found, papers, tuple(sender_warnings(header, self._names)))
            for (mail, sha256, header, found), papers in zip(sorts, filed, strict=True)
        ]
        self._commit(state, opened)
        self.office.progress(self.report.stage, self.report.total, total, self.box.name)
        self.act()

    def _commit(self, state: FolderState, opened: Sequence[_Opened]) -> None:
        """All of a batch in one transaction; one mail at a time when one of them does not fit."""
        try:
            with self.office.records.begin() as tx:
                self.turn.fence(tx)
                uids = [one.mail.uid for one in opened]
                known = mailroom.known_uids(tx, self.box.name, state.name, state.uidvalidity, uids)
                outcomes = [self._enter(tx, state, one) for one in opened if one.mail.uid not in known]
        except Exception as error:
            if isinstance(error, ApplicationException) or (isinstance(error, OficioError) and lost(error)):
                raise  # the database is at fault, or it is another intake's turn: no mail is to blame
            if len(opened) == 1 and opened[0].defective:
                raise
            for one in opened:
                self._commit(state, [one] if len(opened) > 1 else [self._defect(one, error)])
            return
        for outcome in outcomes:
            crashpoints.reach("intake.committed")
            self.report.outcomes.update(outcome)

    def _defect(self, one: _Opened, error: Exception) -> _Opened:
        """A mail that our own code stumbles over, as a question to a person: it must not keep the others out."""
        self.office.log.error("uid %s of %s: a defect", one.mail.uid, self.box.name, exc_info=error)
        why = Reason("OF322", "", {"why": type(error).__name__})
        paper = Paper(None, why)
        return _Opened(one.mail, one.sha256, read_header(b"\r\n\r\n"), Sorted((paper,)), (FiledPaper(paper),), (), True)

    def _open(self, mail: FetchedMail) -> tuple[MailHeader, Sorted]:
        try:
            header = read_header(mail.raw, self.box.trusted_authserv, self.limits)
            if mail.whole:
                contents = unpack(mail.raw, self.limits)
            else:
                facts = {"size": str(mail.size), "limit": str(self.limits.fetch_bytes)}
                contents = Contents((), Reason("OF310", "", facts))
            automatic = header.automatic
            return header, sort_mail(contents, header.subject, automatic=automatic, most=self.limits.documents)
        except Exception as error:  # the mail's boundary: a defect of ours must not keep the next mails out
            self.office.log.exception("a mail could not be opened: uid %s of %s", mail.uid, self.box.name)
            why = Reason("OF322", "", {"why": type(error).__name__})
            return read_header(b"\r\n\r\n"), Sorted((Paper(None, why),))

    def _enter(self, tx: Transaction, state: FolderState, one: _Opened) -> dict[str, int]:
        """Note a mail and make its work items; what became of it, counted."""
        account, uid = self.box.name, one.mail.uid
        place: dict[str, Any] = {"account": account, "folder": state.name, "uidvalidity": state.uidvalidity, "uid": uid}
        message_id = one.header.message_id
        came_before = self._came_before(tx, message_id, one)
        sealed = seal_sender(self.office.records, one.header)
        mail_id, new = mailroom.add_mail(
            tx, **place, sha256=one.sha256, message_id=message_id, facts=_mail_facts(one), sealed=sealed
        )
        action = "keyword" if self.box.done == "keyword" else "move"
        mailroom.request(tx, **place, action=action, argument=self.box.done_to)
        if not new or came_before:
            self._note(tx, one, "mail.again", {"mail": mail_id, **place}, Reason("OF331"))
            return {"known": 1}
        if not one.papers:
            self._note(tx, one, "mail.no_document", {"mail": mail_id, **place, **sealed}, Reason("OF332"))
            return {"no document": 1}
        return file_papers(tx, self._arrival(place, mail_id, one, sealed), one.papers)

    def _came_before(self, tx: Transaction, message_id: str, one: _Opened) -> bool:
        """Whether the same message with the very same documents is here, though a server has changed its header."""
        papers = _mail_facts(one)["papers"]
        if not message_id or not papers:
            return False
        for sha256 in mailroom.find_message(tx, self.box.name, message_id):
            mail_id = mailroom.find_mail(tx, self.box.name, sha256)
            if mail_id is not None and sha256 != one.sha256 and mailroom.facts_of(tx, mail_id).get("papers") == papers:
                return True
        return False

    def _note(self, tx: Transaction, one: _Opened, action: str, after: dict[str, Any], reason: Reason) -> None:
        where = Where("mail", f"{self.box.host}:{self.box.port}", str(after["folder"]))
        audit.append(
            tx, action=action, documents=[DocumentRef(one.sha256, "mail")], where=where, after=after, reason=reason
        )

    def _arrival(self, place: dict[str, Any], mail_id: str, one: _Opened, sealed: dict[str, Any]) -> Arrival:
        header, language = one.header, self.office.settings.language
        facts: dict[str, Any] = {
            "source": "mail",
            "subject": header.subject,
            "received": one.mail.received.isoformat(),
            "mail": {"id": mail_id, "message_id": header.message_id, **place},
            **sender_facts(header),
            "sender_warnings": [warning.text(language) for warning in one.warnings],
            "warnings": [warning.to_json() for warning in one.warnings],
        }
        return Arrival(
            source="mail",
            id=mail_id,
            sha256=one.sha256,
            role="mail",
            size=len(one.mail.raw),
            media_type="message/rfc822",
            name=header.subject or header.message_id or "mail",
            place={**place, "mail": mail_id},
            facts=facts,
            sealed=sealed,
        )

    def act(self) -> None:
        """Pay what the mailbox is owed; what it does not agree to stays owed and is tried again later."""
        pay(self.office, self.box.name, self.session)


def _mail_facts(one: _Opened) -> dict[str, Any]:
    """What the mailroom keeps about a mail: its papers by their bytes, and what was passed over and why."""
    return {
        "size": one.mail.size,
        "papers": [filed.sha256 for filed in one.papers if filed.sha256],
        "passed": [{"part": part.place, "kind": part.kind, "why": why} for part, why in one.sorted.passed],
    }
