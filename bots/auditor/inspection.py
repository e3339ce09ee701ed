"""The nightly inspection: do log, tables, archive, mailboxes and the legacy system tell the same story?

Each source is compared on its own; one that does not answer is told, and the others are still looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bots.office import Office
from config.errors import OficioError, Reason
from config.settings import Mailbox
from connectors.mail.mailbox import open_mailbox
from connectors.secrets import find_secret
from records import mailroom
from records.replay import compare

__all__ = ["Difference", "Source", "sources"]

LegacyRows = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two places disagree: about which item, file or mail, and how (a code with its facts)."""

    about: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Source:
    """What is compared with the log, and how; `look` may raise OficioError when it cannot be asked."""

    name: str
    look: Callable[[], Iterator[Difference]]


def sources(office: Office, legacy: LegacyRows | None = None) -> list[Source]:
    """Everything that an inspection looks at.

    Args:
        legacy: the legacy system's list; read from the system when left out.
    """
    mailboxes = [
        Source(f"mailbox {box.name}", partial(_mailbox, office, box)) for box in office.settings.mailboxes.values()
    ]
    return [
        Source("log", lambda: _log(office)),
        Source("archive", lambda: _archive(office)),
        *mailboxes,
        Source("legacy system", lambda: _legacy_system(office, legacy)),
    ]


def _log(office: Office) -> Iterator[Difference]:
    """The log, replayed, against the tables and the names in the archive."""
    for one in compare(office.records):
        if one.what.startswith("file"):
            yield Difference(one.about, Reason("OF731", facts={"file": one.about, "why": "missing"}))
        else:
            facts = {"item": one.about, "what": one.what, "log": one.log, "office": one.office}
            yield Difference(one.about, Reason("OF730", facts=facts))


def _archive(office: Office) -> Iterator[Difference]:
    """Every file of the archive against the hash that it is named by."""
    for sha256 in office.records.archive.names():
        try:
            office.records.archive.get(sha256)
        except (OficioError, OSError, ValueError) as error:
            why = error.reason.text() if isinstance(error, OficioError) else str(error)
            yield Difference(sha256, Reason("OF731", facts={"file": sha256, "why": why}))


def _mailbox(office: Office, box: Mailbox) -> Iterator[Difference]:
    """Mails below the mark of a folder that the database does not know: they were passed over."""
    password = find_secret(box.secret, office.settings.home)
    with open_mailbox(box, password.reveal()) as session:
        for folder in box.folders:
            state = session.select(folder)
            uids = session.uids_above(0)
            with office.records.read() as tx:
                mark = mailroom.mark(tx, box.name, folder)
                if mark is None or mark.uidvalidity != state.uidvalidity:
                    continue  # not visited yet, or the next visit finds every mail again by its bytes
                taken = [uid for uid in uids if uid <= mark.uid]
                known = mailroom.known_uids(tx, box.name, folder, state.uidvalidity, taken)
            for uid in sorted(set(taken) - known):
                facts = {"account": box.name, "folder": folder, "uid": str(uid)}
                yield Difference(f"{box.name}/{folder}/{state.uidvalidity}/{uid}", Reason("OF732", facts=facts))


def _legacy_system(office: Office, legacy: LegacyRows | None) -> Iterator[Difference]:
    """What was entered against the legacy system's own list."""
    from bots.reconciler.stage import entry_checks  # polars and the browser: only a nightly run pays for them

    for check in entry_checks(office, legacy):
        if not check.good:
            yield Difference(check.item.item, check.reason)
