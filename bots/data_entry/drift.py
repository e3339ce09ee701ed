"""Drift: a field that is found by a lower rung of its ladder than last time, reported before the last rung breaks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["compare", "remember"]


def compare(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Locators that sank: the rung (0 is the first) of last time, or the first one, and the rung of this time."""
    return {locator: (before.get(locator, 0), rung) for locator, rung in now.items() if rung > before.get(locator, 0)}


def remember(folder: Path, system: str, now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Compare with what was kept of a system, keep what is true now, and return what sank."""
    path = folder / f"{system}.rungs.json"
    try:
        before = {str(name): int(rung) for name, rung in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError):
        before = {}
    if not now.items() <= before.items():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**before, **now}, indent=1, ensure_ascii=False), "utf-8")
        draft.replace(path)
    return compare(before, now)
