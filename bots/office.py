"""What every clerk has on the desk: the settings, the records, the clock, and how a stage reports."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from config.errors import Reason
from config.settings import Settings
from records import Actor, Records, audit
from records.values import Outcome

__all__ = ["Office", "Progress", "StageReport"]

Progress = Callable[[str, int, int | None, str], None]
"""Called as (stage, done, total or None, what is being done): must return at once and never raise."""


def _silent(stage: str, done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Office:
    """Settings and records of one office, for one run of one actor.

    Attributes:
        settings: the checked contents of config/.
        records: open database and archive, with the session that events are signed with.
        now: the clock; aware datetimes in UTC.
        progress: who watches, if anybody.
        worker: names this process in leases.
    """

    settings: Settings
    records: Records
    worker: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Progress = _silent
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("oficio"))

    def acting(self, clerk: str) -> Office:
        """The same office with a clerk at the desk: events say that this bot did it."""
        return replace(self, records=self.records.acting(Actor("bot", clerk)))

    def note(self, action: str, facts: Mapping[str, Any], *, outcome: Outcome = "ok") -> None:
        """Put an event into the audit log that changes no work item."""
        with self.records.begin() as tx:
            audit.append(tx, action=action, after=facts, outcome=outcome)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.records.close()


@dataclass
class StageReport:
    """How many items a stage took, and to which state each went.

    Attributes:
        stopped: why it ended before its work was done, when a system failed after some items.
    """

    stage: str
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    stopped: Reason | None = None

    @property
    def total(self) -> int:
        """Items handled."""
        return self.outcomes.total()
