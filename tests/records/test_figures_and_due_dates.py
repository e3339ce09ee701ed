"""Statistics of a process, and due dates in business days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.errors import ConfigError, Reason
from records import Actor, Records, reviews, work_items
from records.calendar import add_business_days, is_business_day, on_or_before
from records.statistics import statistics
from tests.records.conftest import Clock


def test_age_throughput_and_the_share_that_nobody_touched(records: Records, clock: Clock) -> None:
    start = clock()
    with records.begin() as tx:
        items = [work_items.create(tx, process="invoices", payload={}, due=date(2026, 1, day)) for day in (1, 2, 3, 4)]
        reviews.open(tx, items[0], reasons=[Reason("OF701")])
        work_items.move(tx, items[1], "failed", action="x", reason=Reason("OF705"))
    clock.forward(timedelta(hours=2))
    with records.begin() as tx:
        task = reviews.list_open(tx)[0]
        reviews.decide(tx, task, decision="reject", person="ann", comment="no")
        work_items.move(tx, items[2], "duplicate", action="x", actor=Actor("bot", "checker"))
    with records.read() as tx:
        figures = statistics(tx, "invoices", since=start)
    assert figures.states == {"duplicate": 1, "failed": 1, "received": 1, "rejected": 1}
    assert (figures.finished, figures.straight_through) == (2, "0.500")
    assert (figures.median_age, figures.oldest, figures.overdue) == (timedelta(hours=2), start, 2)
    assert figures.exceptions == {"OF705": 1}


def test_an_office_without_work_has_figures_too(records: Records, clock: Clock) -> None:
    with records.read() as tx:
        figures = statistics(tx, "invoices", since=clock())
    assert (figures.straight_through, figures.median_age, figures.oldest) == ("", None, None)


@pytest.mark.parametrize(
    ("start", "days", "country", "region", "expected"),
    [
        (date(2026, 1, 2), 1, "ES", None, date(2026, 1, 5)),
        (date(2026, 1, 5), 1, "ES", None, date(2026, 1, 7)),
        (date(2026, 4, 30), 1, "ES", "MD", date(2026, 5, 4)),
        (date(2026, 12, 24), 1, "DE", None, date(2026, 12, 28)),
        (date(2026, 12, 28), -1, "DE", None, date(2026, 12, 24)),
        (date(2026, 8, 15), 0, "ES", None, date(2026, 8, 17)),
    ],
)
def test_business_days(start: date, days: int, country: str, region: str | None, expected: date) -> None:
    assert add_business_days(start, days, country, region) == expected


def test_what_is_due_on_a_holiday_is_paid_before() -> None:
    assert on_or_before(date(2026, 1, 6), "ES") == date(2026, 1, 5)
    assert not is_business_day(date(2026, 1, 6), "ES")
    with pytest.raises(ConfigError, match="OF723"):
        is_business_day(date(2026, 1, 6), "XX")
