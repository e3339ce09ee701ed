"""Intents, leases and the mailroom: what the database itself refuses to have twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.errors import OficioError
from records import Records, WorkItem, audit, intents, leases, mailroom, work_items
from tests.records.conftest import Clock

TTL = timedelta(minutes=5)


def make(records: Records) -> WorkItem:
    with records.begin() as tx:
        return work_items.create(tx, process="invoices", payload={})


def test_a_second_intent_of_the_same_key_is_refused_until_the_first_is_known_absent(records: Records) -> None:
    item, other = make(records), make(records)
    with records.begin() as tx:
        first = intents.open(tx, item, system="demo", form="invoice", key="K", values_hash="v")
    with pytest.raises(OficioError, match="OF712"), records.begin() as tx:
        intents.open(tx, other, system="demo", form="invoice", key="K", values_hash="v")
    with records.begin() as tx:
        intents.settle(tx, first, outcome="absent")
        second = intents.open(tx, other, system="demo", form="invoice", key="K", values_hash="v")
        assert intents.settle(tx, second, outcome="confirmed").state == "confirmed"
        assert intents.settle(tx, second, outcome="confirmed").state == "confirmed"
    with pytest.raises(OficioError, match="OF712"), records.begin() as tx:
        intents.settle(tx, second, outcome="absent")
    with records.read() as tx:
        actions = [event.action for event in audit.of_item(tx, other.id)]
        assert actions == ["item.created", "intent.opened", "intent.confirmed"]
        assert intents.find(tx, system="demo", key="K", state="open") == []


def test_a_lease_has_one_holder_and_a_growing_token(records: Records, clock: Clock) -> None:
    with records.begin() as tx:
        first = leases.acquire(tx, "mailbox", "a", TTL)
        assert first is not None
        assert leases.acquire(tx, "mailbox", "b", TTL) is None
        assert leases.holder(tx, "mailbox") == "a"
        leases.check(tx, first)
    clock.forward(TTL)
    with pytest.raises(OficioError, match="OF702"), records.read() as tx:
        leases.check(tx, first)
    with records.begin() as tx:
        second = leases.acquire(tx, "mailbox", "b", TTL)
        assert second is not None
        assert second.token > first.token
    with pytest.raises(OficioError, match="OF702"), records.begin() as tx:
        leases.renew(tx, first, TTL)
    with pytest.raises(OficioError, match="OF702"), records.read() as tx:
        leases.check(tx, first)
    with records.begin() as tx:
        leases.check(tx, second)
        leases.release(tx, first)
        assert leases.holder(tx, "mailbox") == "b"
        leases.release(tx, leases.renew(tx, second, TTL))
        assert leases.holder(tx, "mailbox") is None


def test_slots_limit_how_many_use_a_system(records: Records) -> None:
    with records.begin() as tx:
        taken = [leases.acquire_slot(tx, "system:demo", 2, owner, TTL) for owner in "abc"]
    assert [one is not None for one in taken] == [True, True, False]


def test_the_same_mail_in_two_places_is_one_mail(records: Records) -> None:
    with records.begin() as tx:
        place = {"account": "a", "uidvalidity": 7, "sha256": "00" * 32, "message_id": "<1@x>", "facts": {"papers": "1"}}
        first, new = mailroom.add_mail(tx, folder="INBOX", uid=3, **place)  # type: ignore[arg-type] # one dict, many types
        again, newer = mailroom.add_mail(tx, folder="Archive", uid=9, **place)  # type: ignore[arg-type] # as above
        assert (new, newer, first == again) == (True, False, True)
        assert mailroom.known_uids(tx, "a", "INBOX", 7, [1, 2, 3]) == {3}
        assert mailroom.facts_of(tx, first) == {"papers": "1"}


def test_the_mailbox_is_owed_an_action_until_it_agrees(records: Records, clock: Clock) -> None:
    with records.begin() as tx:
        for _ in range(2):
            mailroom.request(tx, account="a", folder="INBOX", uidvalidity=7, uid=3, action="keyword", argument="Taken")
        (owed,) = mailroom.due(tx, "a")
        mailroom.mark_failed(tx, owed, "refused")
        assert mailroom.due(tx, "a") == []
    clock.forward(timedelta(hours=1))
    with records.begin() as tx:
        (owed,) = mailroom.due(tx, "a")
        mailroom.mark_done(tx, [owed.id])
        assert mailroom.due(tx, "a") == []


def test_a_mark_tells_how_far_a_folder_is_known(records: Records, clock: Clock) -> None:
    with records.begin() as tx:
        assert mailroom.mark(tx, "a", "INBOX") is None
        mailroom.set_mark(tx, "a", "INBOX", 7, 10)
        mailroom.set_mark(tx, "a", "INBOX", 7, 12)
        assert mailroom.mark(tx, "a", "INBOX") == mailroom.Mark(7, 12, clock())
