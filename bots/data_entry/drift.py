"""Drift: a field that is found by a lower rung of its ladder than last time, reported before the last rung breaks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["compare", "remember", "remembered"]


def compare(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Locators that sank: the rung (0 is the first) of last time, and the rung of this time."""
    return {locator: (before[locator], rung) for locator, rung in now.items() if rung > before.get(locator, rung)}


def remembered(folder: Path, system: str) -> dict[str, int]:
    """By which rung each locator of a system was found last time."""
    try:
        kept = json.loads((folder / f"{system}.rungs.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): int(rung) for name, rung in kept.items()}


def remember(folder: Path, system: str, now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Compare with what was kept of a system, keep what is true now, and return what sank."""
    path = folder / f"{system}.rungs.json"
    before = remembered(folder, system)
    if not now.items() <= before.items():
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**before, **now}, indent=1, ensure_ascii=False), "utf-8")
        draft.replace(path)
    return compare(before, now)
