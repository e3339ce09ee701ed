"""What is known of mailboxes: which mails are here, up to where each folder was read, and what it must still be told.

The database claims, the mailbox never does: a mail is here when its row is, and the mailbox is changed afterwards by
outbox rows that are retried until it agrees.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from records import audit
from records.canonical import canonical, parse
from records.clock import from_micros, to_micros
from records.ids import new_id
from records.schema import mail_places, mails, marks, outbox
from records.transaction import Transaction
from records.values import DocumentRef

__all__ = [
    "Mark", "Outgoing", "add_mail", "due", "facts_of", "find_mail", "find_message", "known_uids", "mark", "mark_done",
    "mark_failed", "place_mail", "request", "set_mark",
]  # fmt: skip

_LONGEST_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which UID a folder was read, under which UIDVALIDITY, and when it was last polled."""

    uidvalidity: int
    uid: int
    polled_at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something the mailbox must still be told: add a `keyword`, or `move` a mail, with the argument."""

    id: str
    account: str
    folder: str
    uidvalidity: int
    uid: int
    action: str
    argument: str
    attempts: int


def mark(tx: Transaction, account: str, folder: str) -> Mark | None:
    """The folder's mark, or None when it was never read."""
    query = sa.select(marks).where(marks.c.account == account, marks.c.folder == folder)
    row = tx.connection.execute(query).first()
    return Mark(row.uidvalidity, row.uid, from_micros(row.polled_at)) if row else None


def set_mark(tx: Transaction, account: str, folder: str, uidvalidity: int, uid: int) -> None:
    """Write down up to where the folder was read, now."""
    values = {"uidvalidity": uidvalidity, "uid": uid, "polled_at": tx.micros}
    query = marks.update().where(marks.c.account == account, marks.c.folder == folder)
    if tx.connection.execute(query.values(values)).rowcount == 0:
        tx.connection.execute(marks.insert().values(account=account, folder=folder, **values))


def known_uids(tx: Transaction, account: str, folder: str, uidvalidity: int, uids: Collection[int]) -> set[int]:
    """Those of the UIDs whose mails are here."""
    wanted, known = sorted(uids), set[int]()
    for at in range(0, len(wanted), 500):
        query = sa.select(mail_places.c.uid).where(
            mail_places.c.account == account,
            mail_places.c.folder == folder,
            mail_places.c.uidvalidity == uidvalidity,
            mail_places.c.uid.in_(wanted[at : at + 500]),
        )
        known.update(tx.connection.execute(query).scalars())
    return known


def find_mail(tx: Transaction, account: str, sha256: str) -> str | None:
    """The id of the mail with these bytes, or None."""
    query = sa.select(mails.c.id).where(mails.c.account == account, mails.c.sha256 == sha256)
    return tx.connection.execute(query).scalar()


def find_message(tx: Transaction, account: str, message_id: str) -> list[str]:
    """The SHA-256 of the mails with that Message-ID."""
    query = sa.select(mails.c.sha256).where(mails.c.account == account, mails.c.message_id == message_id)
    return list(tx.connection.execute(query).scalars())


def add_mail(
    tx: Transaction,
    *,
    account: str,
    folder: str,
    uidvalidity: int,
    uid: int,
    sha256: str,
    message_id: str,
    facts: Mapping[str, Any],
    sealed: Mapping[str, Any] | None = None,
) -> tuple[str, bool]:
    """Write down that a mail (whose bytes are in the archive) is here, in this place.

    Args:
        facts: for table and log.
        sealed: what the log keeps besides, its personal values sealed.

    Returns:
        Its id, and whether it is new: a mail that lies in two places, or came back, is the same one.
    """
    mail_id = find_mail(tx, account, sha256)
    new = mail_id is None
    if mail_id is None:
        mail_id = new_id()
        row: dict[str, Any] = {"id": mail_id, "account": account, "sha256": sha256, "message_id": message_id}
        row |= {"facts": canonical(dict(facts)).decode(), "received_at": tx.micros}
        tx.connection.execute(mails.insert().values(row))
        place = {"account": account, "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
        event = {"mail": mail_id, "message_id": message_id, **place, **facts, **(sealed or {})}
        audit.append(tx, action="mail.received", documents=[DocumentRef(sha256, "mail")], after=event)
    place_mail(tx, mail_id, account=account, folder=folder, uidvalidity=uidvalidity, uid=uid)
    return mail_id, new


def place_mail(tx: Transaction, mail_id: str, *, account: str, folder: str, uidvalidity: int, uid: int) -> None:
    """Write down that a mail lies in this place too."""
    if uid not in known_uids(tx, account, folder, uidvalidity, [uid]):
        row = {"account": account, "folder": folder, "uidvalidity": uidvalidity, "uid": uid, "mail_id": mail_id}
        tx.connection.execute(mail_places.insert().values(row))


def facts_of(tx: Transaction, mail_id: str) -> Mapping[str, Any]:
    """What was found out about a mail when it came."""
    found = tx.connection.execute(sa.select(mails.c.facts).where(mails.c.id == mail_id)).scalar()
    return dict(parse(found)) if found else {}


def request(
    tx: Transaction, *, account: str, folder: str, uidvalidity: int, uid: int, action: str, argument: str
) -> None:
    """Ask for a change in the mailbox, once."""
    row: dict[str, Any] = {"account": account, "folder": folder, "uidvalidity": uidvalidity, "uid": uid}
    row |= {"action": action, "argument": argument}
    same = sa.select(outbox.c.id).where(*(outbox.c[name] == value for name, value in row.items()))
    if tx.connection.execute(same).first() is None:
        row |= {"id": new_id(), "attempts": 0, "available_at": tx.micros}
        tx.connection.execute(outbox.insert().values(row))


def due(tx: Transaction, account: str, *, limit: int = 200) -> list[Outgoing]:
    """What the mailbox must still be told, and may be told now."""
    query = (
        sa.select(outbox)
        .where(outbox.c.account == account, outbox.c.done_at.is_(None), outbox.c.available_at <= tx.micros)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    rows = tx.connection.execute(query)
    return [
        Outgoing(row.id, row.account, row.folder, row.uidvalidity, row.uid, row.action, row.argument, row.attempts)
        for row in rows
    ]


def mark_done(tx: Transaction, ids: Collection[str]) -> None:
    """The mailbox agrees, or the mail is no longer there."""
    query = outbox.update().where(outbox.c.id.in_(list(ids)))
    tx.connection.execute(query.values(done_at=tx.micros, error=None))


def mark_failed(tx: Transaction, outgoing: Outgoing, error: str) -> None:
    """Try again later, with back-off."""
    wait = min(timedelta(seconds=10) * 2**outgoing.attempts, _LONGEST_WAIT)
    values = {"attempts": outgoing.attempts + 1, "available_at": to_micros(tx.now + wait), "error": error}
    tx.connection.execute(outbox.update().where(outbox.c.id == outgoing.id).values(values))
