"""Verifying what came since a head, and one item by its inclusion: the same wrongs, found without reading all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.errors import ApplicationException, AuditBroken, OficioError
from records import Records, audit
from records.canonical import parse
from records.event_rows import item_of
from records.log import SignedCheckpoint
from records.schema import events, last_events
from tests.records.conftest import SESSION, Clock
from tests.records.logs import fill, sealed


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> tuple[Records, list[SignedCheckpoint]]:
    """1,000 events with four checkpoints, and ten more that are not signed yet."""
    records = Records.open(home=tmp_path / "home", session=SESSION, now=clock)
    heads = sealed(records, clock, 1000)
    fill(records, clock, 10)
    return records, heads


def edit(records: Records, seq: int) -> str:
    """Change an event; the item that it is of."""
    with records.begin() as tx:
        kept = bytes(tx.connection.execute(select(events.c.bytes).where(events.c.seq == seq)).scalar_one())
        data = kept.replace(b'"n":"', b'"n":"9')
        assert data != kept
        tx.connection.execute(update(events).where(events.c.seq == seq).values(bytes=data))
    return str(item_of(parse(kept)))


def item_at(records: Records, seq: int) -> str:
    """The item that an event is of."""
    with records.read() as tx:
        return str(item_of(dict(audit.read(tx, seq, 1)[0].body)))


@pytest.mark.parametrize("at", [0, 1, 3])
def test_what_came_since_a_head_verifies(log: tuple[Records, list[SignedCheckpoint]], at: int) -> None:
    records, heads = log
    with records:
        verification = records.log.verify_since(heads[at].note)
        whole = records.log.verify()
    assert verification.ok
    assert (verification.size, verification.root) == (whole.size, whole.root)
    assert (verification.checkpoints, verification.covered) == (3 - at, 1000)


def test_a_change_after_the_head_is_found_and_one_before_it_is_not_looked_for(
    log: tuple[Records, list[SignedCheckpoint]],
) -> None:
    records, heads = log
    with records:
        edit(records, 300)
        assert records.log.verify_since(heads[1].note).ok
        (finding,) = records.log.verify_since(heads[0].note).findings
        assert (finding.kind, finding.seq) == ("edited", 250)
        records.close()


@pytest.mark.parametrize(
    ("statement", "kind", "seq"),
    [
        ("DELETE FROM events WHERE seq = 700", "missing", 700),
        ("DELETE FROM events WHERE seq >= 900", "cut", 900),
        ("UPDATE last_events SET seq = seq - 10 WHERE seq = 1009", "edited", 1009),
        ("DELETE FROM last_events WHERE seq = 1009", "edited", 1009),
    ],
)
def test_the_first_wrong_event_since_a_head_is_named(
    log: tuple[Records, list[SignedCheckpoint]], statement: str, kind: str, seq: int
) -> None:
    records, heads = log
    with records:
        with records.begin() as tx:
            tx.connection.exec_driver_sql(statement)
        first = records.log.verify_since(heads[1].note).findings[0]
    assert (first.kind, first.seq) == (kind, seq)


def test_a_head_of_another_size_or_none_is_refused(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, heads = log
    with records:
        with records.begin() as tx:
            tx.connection.exec_driver_sql("DELETE FROM checkpoints WHERE size = 500")
        with pytest.raises(OficioError, match="OF733"):
            records.log.verify_since(heads[1].note)
        with pytest.raises(AuditBroken, match="OF720"):
            records.log.verify_since("no head")


def test_a_head_whose_tree_is_another_is_told(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, heads = log
    with records:
        with records.begin() as tx:
            tx.connection.exec_driver_sql(
                "UPDATE checkpoints SET frontier = zeroblob(length(frontier)) WHERE size = 500"
            )
        assert records.log.verify_since(heads[1].note).findings[0].kind == "edited"


def test_one_item_verifies_without_the_others(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, heads = log
    with records:
        item = edit(records, 515)
        with records.read() as tx:
            items = list(tx.connection.execute(select(last_events.c.item)).scalars())
        for other in items:
            verification = records.log.verify_item(other, [head.note for head in heads])
            assert verification.ok is (other != item)
        (finding,) = records.log.verify_item(item).findings
    assert (finding.kind, finding.seq) == ("edited", 515)
    assert len(items) == 50


def test_an_event_missing_among_an_items_is_found(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, _ = log
    with records:
        item = item_at(records, 515)
        with records.begin() as tx:
            tx.connection.exec_driver_sql("DELETE FROM events WHERE seq = 515")
        assert records.log.verify_item(item).findings[0].kind == "edited"


def test_the_last_event_of_an_item_is_missed_too(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, _ = log
    with records:
        item = item_at(records, 1009)
        with records.begin() as tx:
            tx.connection.exec_driver_sql("DELETE FROM events WHERE seq = 1009")
        (finding,) = records.log.verify_item(item).findings
    assert (finding.kind, finding.seq) == ("missing", 1009)


@pytest.mark.parametrize("wrong", ["seq - 1", "seq + 1000"])
def test_a_wrong_last_event_is_found_by_verifying_all(log: tuple[Records, list[SignedCheckpoint]], wrong: str) -> None:
    records, _ = log
    with records:
        with records.begin() as tx:
            tx.connection.exec_driver_sql(f"UPDATE last_events SET seq = {wrong} WHERE seq = 247")
        (finding,) = records.log.verify().findings
    assert (finding.kind, finding.seq) == ("edited", 247)


def test_without_tiles_it_is_said(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, _ = log
    with records:
        item = item_at(records, 515)
        for path in sorted((records.home / "log").rglob("*"), reverse=True):
            if path.is_file():
                path.unlink()
        with pytest.raises(ApplicationException, match="OF705"):
            records.log.verify_item(item)
