"""Replaying the log, comparing it with the office, backup and restore."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ApplicationException, AuditBroken, ConfigError
from records import Actor, DocumentRef, Records, RetryPolicy, audit, processes, work_items
from records.backup import back_up, restore
from records.replay import Difference, compare, replay
from tests.records.conftest import SESSION, Clock
from tests.records.logs import fill, sealed

PERSON = Actor("person", "ann")


def some_work(records: Records) -> None:
    sha256 = records.archive.put(b"%PDF-1.7")
    with records.begin() as tx:
        first = work_items.create(tx, process="invoices", payload={"a": "1"}, key="k", documents=[DocumentRef(sha256)])
        work_items.move(tx, first, "read", action="invoice.read", payload={"a": "2"})
        second = work_items.create(tx, process="invoices", payload={})
        work_items.postpone(tx, second, error=ApplicationException("OF701"))


def test_the_log_alone_gives_every_state(records: Records) -> None:
    some_work(records)
    assert compare(records) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE work_items SET state = 'ready' WHERE key = 'k'", "state"),
        ("UPDATE payloads SET sha256 = 'x' WHERE version = 2", "payload"),
        ("UPDATE work_items SET attempts = 0", "attempts"),
        ("UPDATE last_events SET seq = 99", None),
    ],
)
def test_what_was_changed_behind_its_back_is_told(records: Records, statement: str, what: str | None) -> None:
    some_work(records)
    with records.begin() as tx:
        tx.connection.exec_driver_sql(statement)
    assert [one.what for one in compare(records)] == ([what] if what else [])


def test_a_missing_file_is_told(records: Records) -> None:
    some_work(records)
    (sha256,) = records.archive.names()
    records.archive.path(sha256).unlink()
    (difference,) = compare(records)
    assert (difference.about, difference.log, difference.office) == (sha256, "named", "missing")
    assert isinstance(difference, Difference)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.lists(st.integers(0, 10_000), max_size=12))
def test_any_walk_through_the_states_replays(tmp_path_factory: pytest.TempPathFactory, seed: list[int]) -> None:
    home = tmp_path_factory.mktemp("walk") / "home"
    with Records.open(home=home, session=SESSION) as records:
        with records.begin() as tx:
            item = work_items.create(tx, process="invoices", payload={})
            for number in seed:
                follow = {item.state, *processes.INVOICES.transitions.get(item.state, ())}
                follow |= processes.INVOICES.by_person.get(item.state, frozenset())
                choices = sorted(follow)
                payload = {"n": number} if number % 2 else None
                item = work_items.move(
                    tx, item, choices[number % len(choices)], action="walk", payload=payload, actor=PERSON
                )
        assert compare(records) == []
        with records.read() as tx:
            told = replay(event.body for event in audit.read(tx))
            assert told[item.id].state == work_items.get(tx, item.id).state


def test_a_backup_of_a_working_office_is_verified_and_restored(tmp_path: Path, clock: Clock) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION, now=clock) as records:
        some_work(records)
        records.log.checkpoint()
        with records.read():  # somebody is at work
            assert back_up(records, tmp_path / "backup").ok
        records.archive.put(b"later")
    assert restore(tmp_path / "backup", tmp_path / "new", SESSION).ok
    with Records.open(home=tmp_path / "new", session=SESSION, now=clock) as again:
        assert compare(again) == []
        assert again.log.checkpoint().size == 4
    with pytest.raises(ConfigError, match="OF725"):
        restore(tmp_path / "backup", tmp_path / "new", SESSION)


def test_an_old_backup_is_told_by_a_head_kept_elsewhere(tmp_path: Path, clock: Clock) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION, now=clock) as records:
        sealed(records, clock, 20, every=20)
        back_up(records, tmp_path / "backup")
        fill(records, clock, 20)
        head = records.log.checkpoint()
    with pytest.raises(AuditBroken, match="OF720"):
        restore(tmp_path / "backup", tmp_path / "new", SESSION, [head.note])
    assert not (tmp_path / "new").exists()


def test_a_harmed_backup_is_not_restored(tmp_path: Path, clock: Clock) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION, now=clock) as records:
        sealed(records, clock, 20, every=20)
        back_up(records, tmp_path / "backup")
    with Records.open(home=tmp_path / "backup", session=SESSION) as backup, backup.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM events WHERE seq = 7")
    with pytest.raises(AuditBroken, match="OF720"):
        restore(tmp_path / "backup", tmp_path / "new", SESSION)
    shutil.rmtree(tmp_path / "backup")


def test_a_retry_policy_waits_longer_each_time() -> None:
    policy = RetryPolicy()
    waits = [policy.delay(attempt, 0.999) for attempt in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[-1] <= policy.longest
    assert policy.delay(1, 0.0) == policy.first / 2
