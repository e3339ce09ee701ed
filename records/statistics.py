"""How the work goes: age, throughput, straight-through rate, exceptions by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, select

from records import processes, schema
from records.clock import from_micros, to_micros
from records.transaction import Transaction

__all__ = ["Statistics", "statistics"]

_items, _tasks = schema.work_items, schema.review_tasks


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of one process.

    Attributes:
        states: items in each state.
        oldest: when the oldest unfinished item was created; None when there is none.
        overdue: unfinished items past their due date.
        finished: items that reached a final state since the moment asked for.
        straight_through: the share of those that no person touched, 0 to 1 as a decimal string; "" without any.
        median_age: of those, from creation to the end.
        exceptions: items in review, failed, rejected or postponed, by the code of their reason.
    """

    process: str
    states: Mapping[str, int]
    oldest: datetime | None
    overdue: int
    finished: int
    straight_through: str
    median_age: timedelta | None
    exceptions: Mapping[str, int]


def statistics(tx: Transaction, process: str, since: datetime) -> Statistics:
    """The figures of a process; throughput and straight-through count what was finished since a moment."""
    final = processes.get(process).final
    mine = _items.c.process == process
    states: Counter[str] = Counter()
    oldest = None
    query = select(_items.c.state, func.count(), func.min(_items.c.created_at)).where(mine).group_by(_items.c.state)
    for state, count, first in tx.connection.execute(query):
        states[state] = count
        if state not in final:
            oldest = min(first, oldest) if oldest is not None else first
    unfinished = (mine, _items.c.state.not_in(final))
    today = tx.now.date().isoformat()
    overdue = tx.connection.execute(select(func.count()).where(*unfinished, _items.c.due < today)).scalar_one()
    exceptions: Counter[str] = Counter()
    reasons = select(_items.c.reason, func.count()).where(*unfinished, _items.c.reason.is_not(None))
    for reason, count in tx.connection.execute(reasons.group_by(_items.c.reason)):
        exceptions[orjson.loads(reason)["code"]] += count
    done = (mine, _items.c.state.in_(final), _items.c.updated_at >= to_micros(since))
    ages = sorted(tx.connection.execute(select(_items.c.updated_at - _items.c.created_at).where(*done)).scalars())
    touched = select(func.count()).where(*done, _items.c.id.in_(select(_tasks.c.item_id)))
    by_person = tx.connection.execute(touched).scalar_one()
    return Statistics(
        process=process,
        states=dict(sorted(states.items())),
        oldest=from_micros(oldest) if oldest is not None else None,
        overdue=overdue,
        finished=len(ages),
        straight_through=f"{(len(ages) - by_person) / len(ages):.3f}" if ages else "",
        median_age=timedelta(microseconds=ages[len(ages) // 2]) if ages else None,
        exceptions=dict(sorted(exceptions.items())),
    )
