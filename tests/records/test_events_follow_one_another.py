"""Numbers, names and the event before: right whoever wrote last, and whatever became of the transaction before."""

from __future__ import annotations

import random
import time
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import pytest

from config.errors import OficioError
from records import Records, WorkItem, audit, work_items
from records.ids import AscendingIds, new_id
from records.sequencer import Places
from tests.records.conftest import SESSION


class _CutError(Exception):
    """What ends a transaction here."""


def _say(records: Records, items: list[WorkItem], *, cut: bool = False) -> None:
    with records.begin() as tx:
        for item in items:
            audit.append(tx, action="test.said", item=item, after={"n": "1"})
        if cut:
            raise _CutError


def _chains(records: Records, items: list[WorkItem]) -> list[list[int]]:
    with records.read() as tx:
        return [[event.seq for event in audit.of_item(tx, item.id)] for item in items]


def test_two_writers_cut_transactions_and_failed_commits_leave_one_chain_an_item(tmp_path: Path, url: str) -> None:
    """A writer remembers the last events of items; when somebody else wrote, or its own was undone, it asks again."""
    chance, said = random.Random(5), [0, 0, 0]
    with (
        Records.open(url, home=tmp_path / "home", session=SESSION) as one,
        Records.open(url, home=tmp_path / "home", session=SESSION) as other,
    ):
        with one.begin() as tx:
            items = [work_items.create(tx, process="invoices", payload={}) for _ in said]
        for _ in range(150):
            chosen = chance.sample(range(3), chance.randint(1, 3)) * chance.choice((1, 1, 20, 50))
            about = [items[number] for number in chosen]
            cut = chance.random() < 0.3
            try:
                _say(chance.choice((one, other)), about, cut=cut)
            except _CutError:
                continue
            for number in chosen:
                said[number] += 1
        assert [len(chain) for chain in _chains(one, items)] == [1 + count for count in said]
        assert one.log.verify().ok


@pytest.mark.parametrize("events", [1, 50, 51])
def test_a_commit_that_fails_after_the_events_were_written_is_forgotten(tmp_path: Path, events: int) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION) as records:
        with records.begin() as tx:
            item = work_items.create(tx, process="invoices", payload={})
        _say(records, [item])
        store = Places.store

        def stored_and_cut(places: Places) -> None:
            store(places)
            raise _CutError

        with patch.object(Places, "store", stored_and_cut), pytest.raises(_CutError):
            _say(records, [item] * events)
        _say(records, [item])
        assert _chains(records, [item]) == [[0, 1, 2]]
        assert records.log.verify().ok


def test_an_event_that_is_refused_leaves_no_trace_in_its_transaction(tmp_path: Path) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION) as records:
        with records.begin() as tx:
            item = work_items.create(tx, process="invoices", payload={})
        with records.begin() as tx:
            with pytest.raises(OficioError, match="OF708"):
                audit.append(tx, action="test.said", item=item, after={"ключ": "1"})
            audit.append(tx, action="test.said", item=item, after={"key": "1"})
        assert _chains(records, [item]) == [[0, 1]]
        assert records.log.verify().ok


def test_names_ascend_and_tell_the_moment() -> None:
    ids = AscendingIds()
    ids.begin()
    names = ids.names()
    many = list(islice(names, (1 << 20) + 5))  # more than the last four characters can count
    assert many == sorted(set(many))
    assert {len(name) for name in many} == {26}
    tomorrow = time.time_ns() + 86_400_000_000_000
    with patch("records.ids.time.time_ns", return_value=tomorrow):
        ids.begin()
        later = next(names)
        assert later[:10] == new_id()[:10]
    assert later > many[-1]
    with patch("records.ids.time.time_ns", return_value=1):
        ids.begin()
    assert next(names) > later
    assert next(AscendingIds().names())[10:] != next(AscendingIds().names())[10:]
