"""Verifying what came since a head, and one item by its inclusion: the same wrongs, found without reading all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.errors import ApplicationException, AuditBroken, OficioError
from records import Records
from records.log import SignedCheckpoint
from records.schema import events
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
        row = tx.connection.execute(select(events).where(events.c.seq == seq)).one()
        data = bytes(row.bytes).replace(b'"n":"', b'"n":"9')
        assert data != row.bytes
        tx.connection.execute(update(events).where(events.c.seq == seq).values(bytes=data))
    return str(row.item)


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
        ("UPDATE events SET item = 'x' WHERE seq = 800", "edited", 800),
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
            items = list(tx.connection.execute(select(events.c.item).distinct()).scalars())
        for other in items:
            verification = records.log.verify_item(other, [head.note for head in heads])
            assert verification.ok is (other != item)
        (finding,) = records.log.verify_item(item).findings
    assert (finding.kind, finding.seq) == ("edited", 515)
    assert len(items) == 50


def test_an_event_missing_among_an_items_is_found(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, _ = log
    with records:
        with records.begin() as tx:
            item = tx.connection.execute(select(events.c.item).where(events.c.seq == 515)).scalar_one()
            tx.connection.exec_driver_sql("DELETE FROM events WHERE seq = 515")
        assert records.log.verify_item(item).findings[0].kind == "edited"


def test_without_tiles_it_is_said(log: tuple[Records, list[SignedCheckpoint]]) -> None:
    records, _ = log
    with records:
        with records.read() as tx:
            item = tx.connection.execute(select(events.c.item).where(events.c.seq == 515)).scalar_one()
        for path in sorted((records.home / "log").rglob("*"), reverse=True):
            if path.is_file():
                path.unlink()
        with pytest.raises(ApplicationException, match="OF705"):
            records.log.verify_item(item)
