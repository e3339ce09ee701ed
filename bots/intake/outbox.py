"""What the mailbox is owed: each mail taken in is marked or moved there, tried again until the mailbox agrees.

Both may be repeated: a keyword set twice is set, and a mail moved twice is no longer where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bots.office import Office
from config import crashpoints
from config.errors import Reason
from connectors.mail.mailbox import MailSession
from records import mailroom
from records.mailroom import Outgoing

__all__ = ["pay"]

_MOST = 500


def pay(office: Office, account: str, session: MailSession) -> int:
    """Do what the mailbox is owed now; how many actions it agreed to.

    Raises:
        ApplicationException: OF303, OF304 as the session does; what was not confirmed stays owed.
    """
    with office.records.read() as tx:
        due = mailroom.due(tx, account, limit=_MOST)
    paid = 0
    for (folder, uidvalidity, _, _), group in groupby(sorted(due, key=_alike), key=_alike):
        owed = list(group)
        state = session.folder if session.folder and session.folder.name == folder else session.select(folder)
        # Under another UIDVALIDITY the UIDs mean other mails; the mail is owed anew when it is met again.
        refused = _do(session, owed) if state.uidvalidity == uidvalidity else set()
        crashpoints.reach("intake.acted")
        with office.records.begin() as tx:
            mailroom.mark_done(tx, [one.id for one in owed if one.uid not in refused])
            for one in owed:
                if one.uid in refused:
                    mailroom.mark_failed(tx, one, Reason("OF306", account, {"mark": one.argument}).text())
        paid += len(owed) - len(refused)
    return paid


def _alike(one: Outgoing) -> tuple[str, int, str, str]:
    return one.folder, one.uidvalidity, one.action, one.argument


def _do(session: MailSession, owed: Sequence[Outgoing]) -> set[int]:
    """Do actions of one kind in the selected folder; the UIDs that the mailbox still shows as not done."""
    there = sorted(session.present(one.uid for one in owed))
    if not there:
        return set()  # a person has moved or deleted them: nothing is owed any more
    argument = owed[0].argument
    if owed[0].action == "move":
        session.move(there, argument)
        return session.present(there)
    session.add_keyword(there, argument)
    return session.present(there) - session.with_keyword(there, argument)
