"""One transaction of the office: the changes and the events that tell of them, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from records.clock import to_micros, to_text
from records.values import Actor, Session

__all__ = ["Draft", "Transaction"]


@dataclass(slots=True)
class Draft:
    """An event without its place in the log: `seq`, `id`, `prev_item_seq` come at the commit."""

    item: str | None
    body: dict[str, Any]


@dataclass
class Transaction:
    """A connection inside a transaction, who acts in it, and the events it will append.

    Attributes:
        now: the moment of this transaction: every row and event of it carries the same.
        writable: False for `Records.read()`.
    """

    connection: Connection
    session: Session
    now: datetime
    writable: bool
    drafts: list[Draft] = field(default_factory=list)

    @cached_property
    def micros(self) -> int:
        """`now` as the tables keep it."""
        return to_micros(self.now)

    @cached_property
    def stamp(self) -> str:
        """`now` as the log keeps it."""
        return to_text(self.now)

    def actor(self, actor: Actor | None) -> Actor:
        """The given actor, else the session's."""
        return actor or self.session.actor

    def add(self, draft: Draft) -> None:
        """Remember an event for the commit; RuntimeError in a transaction that only reads."""
        if not self.writable:
            raise RuntimeError("this transaction only reads")
        self.drafts.append(draft)
