"""A lower rung than last time is told; the same or a higher one is not."""

from __future__ import annotations

from pathlib import Path

from bots.data_entry.drift import compare, remember


def test_a_lower_rung_is_drift() -> None:
    assert compare({"a": 0, "b": 1}, {"a": 1, "b": 1, "c": 2, "d": 0}) == {"a": (0, 1)}


def test_it_is_told_once(tmp_path: Path) -> None:
    assert remember(tmp_path, "erp", {"a": 0}) == {}
    assert remember(tmp_path, "erp", {"a": 1}) == {"a": (0, 1)}
    assert remember(tmp_path, "erp", {"a": 1}) == {}
    assert remember(tmp_path, "erp", {"a": 0}) == {}
