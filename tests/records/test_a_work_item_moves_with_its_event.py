"""Work items: created once, claimed by one, moved only as declared, every change with its event."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from config.errors import ApplicationException, OficioError, Reason
from records import Actor, DocumentRef, Records, RetryPolicy, WorkItem, audit, work_items
from tests.records.conftest import Clock

SHA = "ab" * 32


def make(records: Records, number: int = 1, due: date | None = None, amount: int | None = None) -> WorkItem:
    with records.begin() as tx:
        return work_items.create(
            tx, process="invoices", payload={"number": str(number)}, key=f"k{number}", due=due, amount=amount,
            currency="EUR", documents=[DocumentRef(SHA)], tags={"number": str(number)},
        )  # fmt: skip


def claim_one(records: Records, worker: str = "w1", state: str = "received") -> WorkItem:
    with records.begin() as tx:
        (item,) = work_items.claim(tx, "invoices", states=[state], worker=worker, limit=1)
        return item


def _move_and_fail(records: Records, item: WorkItem) -> None:
    with records.begin() as tx:
        work_items.move(tx, item, "read", action="invoice.read")
        raise ZeroDivisionError


def test_a_change_and_its_event_are_one(records: Records) -> None:
    make(records)
    item = claim_one(records)
    with pytest.raises(ZeroDivisionError):
        _move_and_fail(records, item)
    with records.read() as tx:
        assert work_items.get(tx, item.id).state == "received"
        assert [event.action for event in audit.of_item(tx, item.id)] == ["item.created"]
    with records.begin() as tx:
        moved = work_items.move(tx, item, "read", action="invoice.read", payload={"total": "1.00"}, after={"a": "b"})
    with records.read() as tx:
        created, read = audit.of_item(tx, item.id)
        assert (moved.state, moved.payload, moved.lease) == ("read", {"total": "1.00"}, None)
        assert read.body["item"]["from"] == "received"
        assert read.body["prev_item_seq"] == created.seq
        assert [version for version, *_ in work_items.payload_versions(tx, item.id)] == [1, 2]


def test_the_same_key_is_refused(records: Records) -> None:
    first = make(records)
    with pytest.raises(OficioError, match="OF706") as caught, records.begin() as tx:
        work_items.create(tx, process="invoices", payload={}, key="k1")
    assert caught.value.item == first.id


def test_two_workers_never_get_the_same_item(records: Records, clock: Clock) -> None:
    make(records)
    item = claim_one(records, "w1")
    with records.begin() as tx:
        assert work_items.claim(tx, "invoices", states=["received"], worker="w2") == []
        work_items.check(tx, item)
    clock.forward(timedelta(minutes=6))
    with pytest.raises(OficioError, match="OF702"), records.read() as tx:
        work_items.check(tx, item)
    assert claim_one(records, "w2").id == item.id
    with pytest.raises(OficioError, match="OF702"), records.begin() as tx:
        work_items.move(tx, item, "read", action="invoice.read")
    with pytest.raises(OficioError, match="OF702"), records.begin() as tx:
        work_items.renew(tx, item, timedelta(minutes=5))
    with pytest.raises(OficioError, match="OF702"), records.read() as tx:
        work_items.check(tx, item)


def test_who_has_only_read_an_item_cannot_move_one_that_is_held(records: Records) -> None:
    item = make(records)
    claim_one(records)
    with records.begin() as tx:
        read = work_items.get(tx, item.id)
    assert read.held_by == "w1"
    with pytest.raises(OficioError, match="OF702"), records.begin() as tx:
        work_items.move(tx, read, "read", action="invoice.read")


def test_the_most_urgent_come_first(records: Records) -> None:
    make(records, 1, amount=10)
    make(records, 2, amount=-5000)
    make(records, 3, due=date(2026, 5, 1), amount=1)
    make(records, 4, due=date(2026, 4, 1), amount=1)
    with records.begin() as tx:
        items = work_items.claim(tx, "invoices", states=["received"], worker="w")
    assert [item.key for item in items] == ["k4", "k3", "k2", "k1"]


@pytest.mark.parametrize(("to", "code"), [("entered", "OF703"), ("nowhere", "OF703")])
def test_undeclared_changes_are_refused(records: Records, to: str, code: str) -> None:
    item = make(records)
    with pytest.raises(OficioError, match=code), records.begin() as tx:
        work_items.move(tx, item, to, action="x")


def test_only_a_person_takes_an_item_out_of_review(records: Records) -> None:
    item = make(records)
    with records.begin() as tx:
        item = work_items.move(tx, item, "review", action="x", reason=Reason("OF701"))
    with pytest.raises(OficioError, match="OF709"), records.begin() as tx:
        work_items.move(tx, item, "ready", action="x")
    with records.begin() as tx:
        assert work_items.move(tx, item, "ready", action="x", actor=Actor("person", "ann")).state == "ready"


def test_a_failing_system_postpones_and_in_the_end_sets_aside(records: Records, clock: Clock) -> None:
    make(records)
    policy = RetryPolicy(attempts=3, first=timedelta(seconds=10))
    for attempt in (1, 2):
        item = claim_one(records)
        with records.begin() as tx:
            item = work_items.postpone(tx, item, error=ApplicationException("OF701", why="down"), policy=policy)
        assert (item.state, item.attempts) == ("received", attempt)
        assert timedelta(0) < item.available_at - clock() <= timedelta(seconds=10 * 2 ** (attempt - 1))
        clock.forward(timedelta(seconds=20))
    item = claim_one(records)
    with records.begin() as tx:
        item = work_items.postpone(tx, item, error=ApplicationException("OF701", why="down"), policy=policy)
    assert (item.state, item.attempts, item.reason) == ("failed", 3, Reason("OF701", facts={"why": "down"}))


def test_items_are_found_by_state_key_tag_and_document(records: Records) -> None:
    make(records, 1)
    second = make(records, 2)
    with records.read() as tx:
        assert [one.id for one in work_items.find(tx, "invoices", tags={"number": "2"})] == [second.id]
        assert [one.id for one in work_items.find(tx, key="k2")] == [second.id]
        assert len(work_items.find(tx, "invoices", states=["received"], document=SHA)) == 2
        assert work_items.counts(tx, "invoices") == {"received": 2}


def test_a_float_never_gets_in(records: Records) -> None:
    with pytest.raises(OficioError, match="OF708"), records.begin() as tx:
        work_items.create(tx, process="invoices", payload={"total": [{"a": 1.5}]})
