"""One reconciliation of two files, from reading them to the files it leaves behind."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from bots.reconciler.exports import write_all
from bots.reconciler.matching import Matching, Step, match
from bots.reconciler.sources import Items, beside, read_items
from config.reconciliation_rules import Rules

__all__ = ["Run", "reconcile_files"]


@dataclass(frozen=True)
class Run:
    """A reconciliation that was made: the matching, the inputs, what was written, and how long it took."""

    matching: Matching
    left: Items
    right: Items
    paths: Mapping[str, Path]
    seconds: float


def _unwatched(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def reconcile_files(
    rules: Rules,
    left: Path,
    right: Path,
    out: Path,
    *,
    now: datetime,
    carried: Path | None = None,
    watch: Step = _unwatched,
) -> Run:
    """Read both files, match them, and write everything below `out`.

    Args:
        carried: the folder of the last period's reconciliation: what it left open comes before the new rows.
        now: when, for the Audit sheet.
    """
    start = time.perf_counter()
    ours, theirs = read_items(left, rules.left), read_items(right, rules.right)
    rules, parties, used = beside(rules, left)
    frames = _after(carried, ours.frame, theirs.frame) if carried else (ours.frame, theirs.frame)
    matching = match(*frames, rules, parties=parties, watch=watch)
    audit = _audit(matching, ours, theirs, now, used)
    facts: dict[str, Any] = {
        "run": dict(audit)["run"],
        "inputs": [{"side": side, "name": i.name, "sha256": i.sha256, "rows": i.frame.height,
                    "remarks": [remark.to_json() for remark in i.remarks]}
                   for side, i in (("left", ours), ("right", theirs))],
        "beside": used,
        "made_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip
    paths = write_all(matching, out, audit=audit, facts=facts)
    return Run(matching, ours, theirs, paths, time.perf_counter() - start)


def _after(carried: Path, left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the last period left open, then the new rows; a row that is in both counts once, with what is still open."""
    frames = []
    for side, fresh in (("left", left), ("right", right)):
        old = pl.read_parquet(carried / f"carried-{side}.parquet").select(fresh.columns)
        frames.append(pl.concat([old, fresh.join(old, on="id", how="anti")]))
    return frames[0], frames[1]


def _audit(matching: Matching, left: Items, right: Items, now: datetime, used: list[str]) -> list[tuple[str, str]]:
    rules = matching.rules
    lines = [
        ("run", run_name(left, right, rules)),
        ("made at", now.isoformat(timespec="seconds")),
        ("oficio", version("oficio")),
        ("polars", pl.__version__),
        ("rules", f"{rules.name} sha256 {rules.digest()}"),
    ]
    for label, items in ((rules.left.label or "left", left), (rules.right.label or "right", right)):
        lines += [
            (f"{label}: file", items.name),
            (f"{label}: sha256", items.sha256),
            (f"{label}: rows", f"{items.frame.height:,}"),
            (f"{label}: columns", ", ".join(f"{ours} = {theirs}" for ours, theirs in items.columns.items())),
            *((f"{label}: remark", remark.text(rules.workbook.language)) for remark in items.remarks),
        ]
    lines += [("beside", name) for name in used]
    lines += [(f"learned: {name}", str(value)) for name, value in matching.learned.items()]
    return [*lines, ("", ""), ("prepared by", ""), ("reviewed by", ""), ("date and signature", "")]


def run_name(left: Items, right: Items, rules: Rules) -> str:
    """What names this run: the same inputs and rules give the same name."""
    return hashlib.sha256(f"{left.sha256} {right.sha256} {rules.digest()}".encode()).hexdigest()[:16]
