"""Review tasks: what each decision does, and that the database enforces four eyes."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from config.errors import OficioError, Reason
from records import Records, ReviewTask, WorkItem, audit, reviews, work_items
from records.schema import review_tasks
from tests.records.conftest import Clock

WHY = [Reason("OF701", facts={"why": "x"})]


def ask(records: Records, needs: Literal[1, 2] = 1, role: str = "reviewer") -> tuple[WorkItem, ReviewTask]:
    with records.begin() as tx:
        item = work_items.create(tx, process="invoices", payload={"invoice": {"fields": {"net": "1.00", "n": "7"}}})
        return item, reviews.open(tx, item, reasons=WHY, proposal={"net": "1.00"}, needs=needs, role=role)


def state(records: Records, item: WorkItem) -> WorkItem:
    with records.read() as tx:
        return work_items.get(tx, item.id)


def test_accept_sends_the_item_on(records: Records) -> None:
    item, task = ask(records)
    assert state(records, item).state == "review"
    with records.begin() as tx:
        assert reviews.decide(tx, task, decision="accept", person="ann").state == "accepted"
    assert state(records, item).state == "ready"
    with records.read() as tx:
        last = audit.of_item(tx, item.id)[-1]
    assert last.body["actor"]["kind"] == "person"
    assert last.body["approval"]["persons"] == ["ann"]


def test_correct_changes_the_payload_and_sends_it_back_to_be_checked(records: Records) -> None:
    item, task = ask(records)
    changes = {"invoice.fields.net": "2.00", "invoice.fields.n": None}
    with records.begin() as tx:
        reviews.decide(tx, task, decision="correct", person="ann", changes=changes)
    now = state(records, item)
    assert (now.state, now.payload) == ("read", {"invoice": {"fields": {"net": "2.00"}}})
    with records.read() as tx:
        noted = next(event for event in audit.of_item(tx, item.id) if event.action == "review.correct")
        assert noted.body["before"] == {"invoice.fields.net": "1.00", "invoice.fields.n": "7"}
        assert len(work_items.payload_versions(tx, item.id)) == 2


def test_reject_needs_a_comment(records: Records) -> None:
    item, task = ask(records)
    with pytest.raises(OficioError, match="OF715"), records.begin() as tx:
        reviews.decide(tx, task, decision="reject", person="ann")
    with records.begin() as tx:
        reviews.decide(tx, task, decision="reject", person="ann", comment="not ours")
    now = state(records, item)
    assert (now.state, now.reason) == ("rejected", Reason("OF718", facts={"person": "ann", "comment": "not ours"}))


def test_postpone_hides_the_task_until_its_time(records: Records, clock: Clock) -> None:
    _, task = ask(records)
    with records.begin() as tx:
        reviews.decide(tx, task, decision="postpone", person="ann", until=clock() + timedelta(days=1))
        assert reviews.list_open(tx) == []
        assert len(reviews.list_open(tx, postponed=True)) == reviews.count_open(tx) == 1
    clock.forward(timedelta(days=1))
    with records.read() as tx:
        assert [one.id for one in reviews.list_open(tx)] == [task.id]


def test_two_different_persons_must_agree(records: Records) -> None:
    item, task = ask(records, needs=2)
    with records.begin() as tx:
        assert reviews.decide(tx, task, decision="accept", person="ann").state == "open"
    with pytest.raises(OficioError, match="OF710"), records.begin() as tx:
        reviews.decide(tx, task, decision="accept", person="ann")
    with records.begin() as tx:
        assert reviews.decide(tx, task, decision="accept", person="bob").approved_by == ("ann", "bob")
    assert state(records, item).state == "ready"


def test_who_corrected_does_not_approve(records: Records) -> None:
    item, task = ask(records, needs=2)
    with records.begin() as tx:
        reviews.decide(tx, task, decision="correct", person="ann", changes={"invoice.fields.net": "3.00"})
    assert state(records, item).payload["invoice"]["fields"]["net"] == "1.00"
    with pytest.raises(OficioError, match="OF710"), records.begin() as tx:
        reviews.decide(tx, task, decision="accept", person="ann")
    with records.begin() as tx:
        assert reviews.decide(tx, task, decision="accept", person="bob").state == "accepted"
    assert state(records, item).payload["invoice"]["fields"]["net"] == "3.00"


def test_a_correction_is_remembered_by_the_next_task(records: Records) -> None:
    item, task = ask(records)
    with records.begin() as tx:
        reviews.decide(tx, task, decision="correct", person="ann", changes={"invoice.fields.net": "3.00"})
        approval = reviews.open(tx, work_items.get(tx, item.id), reasons=WHY, role="approver")
    with pytest.raises(OficioError, match="OF710"), records.begin() as tx:
        reviews.decide(tx, approval, decision="accept", person="ann")


@pytest.mark.parametrize("values", [{"approved_by": "ann"}, {"approved_by": "bob", "approved_by_2": "bob"}])
def test_the_database_itself_refuses_two_hats_on_one_head(records: Records, values: dict[str, str]) -> None:
    _, task = ask(records, needs=2)
    with records.begin() as tx:
        reviews.decide(tx, task, decision="correct", person="ann", changes={"invoice.fields.net": "3.00"})
    with pytest.raises(IntegrityError), records.begin() as tx:
        tx.connection.execute(update(review_tasks).where(review_tasks.c.id == task.id).values(values))


def test_a_task_is_decided_once_and_by_who_took_it(records: Records) -> None:
    _, task = ask(records)
    with records.begin() as tx:
        assert reviews.take(tx, task, "ann")
        assert not reviews.take(tx, task, "bob")
    with pytest.raises(OficioError, match="OF711"), records.begin() as tx:
        reviews.decide(tx, task, decision="accept", person="bob")
    with records.begin() as tx:
        reviews.decide(tx, task, decision="accept", person="ann")
    with pytest.raises(OficioError, match="OF711"), records.begin() as tx:
        reviews.decide(tx, task, decision="accept", person="ann")
    with records.read() as tx:
        assert [one.decision for one in reviews.decisions(tx, task)] == ["accept"]
