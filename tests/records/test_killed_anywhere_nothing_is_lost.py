"""The short form of `benchmarks/crash_records.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crash_records import kill_at_random, power_cuts, race
from tests.records.postgres import Cluster


def test_kill_9_at_random_loses_nothing_acknowledged(tmp_path: Path) -> None:
    loss = kill_at_random(tmp_path / "home", kills=15)
    assert (loss.lost, loss.gaps, loss.broken) == (0, 0, 0)
    assert loss.acknowledged > 15


@pytest.mark.postgres
def test_immediate_stops_of_postgresql_lose_nothing_acknowledged(tmp_path: Path, cluster: Cluster) -> None:
    loss = power_cuts(tmp_path / "home", cluster, cuts=3)
    assert (loss.lost, loss.gaps, loss.broken) == (0, 0, 0)


def test_racing_stopped_and_killed_workers_do_each_item_once(tmp_path: Path, url: str) -> None:
    result = race(url, tmp_path / "home", workers=4, items=400)
    assert (result.done_once, result.done_twice, result.lost) == (400, 0, 0)
