"""One transaction of the office: the changes and the events that tell of them, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from records.clock import to_micros, to_text
from records.values import Actor, Session

__all__ = ["Appender", "Transaction"]


class Appender(Protocol):
    """Takes the events of a transaction: `seq`, `id`, `prev_item_seq` are its own to give (see `sequencer`)."""

    def add(self, item: str | None, body: dict[str, Any]) -> None:
        """Take an event, of a work item by id or of none; the body is encoded at once and not looked at again.

        Raises:
            OficioError: OF708, the body does not fit the log's profile of JSON.
        """

    def store(self) -> None:
        """Write what was taken, as the last thing before the commit."""


@dataclass
class Transaction:
    """A connection inside a transaction, who acts in it, and where its events go.

    Attributes:
        now: the moment of this transaction: every row and event of it carries the same.
        log: takes its events; None for `Records.read()`.
        frame: what each event of this transaction says alike, made by `audit` with the first one.
    """

    connection: Connection
    session: Session
    now: datetime
    log: Appender | None = None
    frame: dict[str, Any] = field(default_factory=dict)

    @property
    def micros(self) -> int:
        """`now` as the tables keep it."""
        return to_micros(self.now)

    @property
    def stamp(self) -> str:
        """`now` as the log keeps it."""
        return to_text(self.now)

    def actor(self, actor: Actor | None) -> Actor:
        """The given actor, else the session's."""
        return actor or self.session.actor
