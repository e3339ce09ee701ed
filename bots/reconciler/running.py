"""One reconciliation of two files, from reading them to the files it leaves behind."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from bots.reconciler.decisions import apply_decisions, checked_decisions, checked_undone
from bots.reconciler.exports import write_all
from bots.reconciler.matching import Matching, Step, match, reopened
from bots.reconciler.sources import Items, beside, read_side
from bots.reconciler.statements import without_repeats
from bots.reconciler.undoing import handed_on, kept_apart, left_open, read_undone, with_reopened, write_undone
from config.errors import BusinessException
from config.reconciliation_rules import Rules
from connectors.returned_workbook import read_returned

__all__ = ["Answers", "Run", "reconcile_files"]

Answers = Callable[[pl.DataFrame], Mapping[int, str]]
_NEEDS = {"three-way": "`oficio reconcile three-way`", "versions": "`oficio reconcile versions`"}


@dataclass(frozen=True)
class Run:
    """A reconciliation that was made: the matching, the inputs, what was written, how long it took, its name.

    `asked` are the suggestions before any decision; `decided`: number of a suggestion -> accept, reject or later.
    """

    matching: Matching
    left: Items
    right: Items
    paths: Mapping[str, Path]
    seconds: float
    name: str
    asked: pl.DataFrame
    decided: Mapping[int, str]


def _nobody_asked(_suggestions: pl.DataFrame) -> Mapping[int, str]:
    return {}


def _unwatched(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def reconcile_files(
    rules: Rules,
    left: Path | Sequence[Path],
    right: Path | Sequence[Path],
    out: Path,
    *,
    now: datetime,
    carried: Path | None = None,
    decided: Path | None = None,
    undo: Sequence[int] = (),
    person: str = "",
    answers: Answers = _nobody_asked,
    watch: Step = _unwatched,
) -> Run:
    """Read both sides, match them, and write everything below `out`.

    Args:
        left, right: a file each, or several whose rows belong together.
        carried: the folder of the last period's reconciliation: what it left open comes before the new rows.
        decided: the workbook of this very run with a person's decisions, which are checked and applied.
        undo: numbers of accepted groups that a person takes back; no later run matches them the same way.
        person: who takes them back.
        answers: told the suggestions, what persons have decided about them elsewhere.
        now: when, for the Audit sheet.

    Raises:
        BusinessException: OF607 rules of another kind; OF604, OF605, OF606, OF608 the returned workbook.
    """
    if rules.kind != "match":
        raise BusinessException("OF607", rules.name, kind=rules.kind, needs=_NEEDS[rules.kind])
    start = time.perf_counter()
    lefts, rights = ([left] if isinstance(left, Path) else left), ([right] if isinstance(right, Path) else right)
    ours, theirs = read_side(lefts, rules.left), read_side(rights, rules.right)
    rules, parties, used = beside(rules, lefts[0]) if lefts else (rules, None, [])
    frames = _after(carried, ours, theirs) if carried else (ours.frame, theirs.frame)
    matching = match(*frames, rules, parties=parties, watch=watch)
    name = run_name(ours, theirs, rules, carried)
    before, own = read_undone(carried), read_undone(out)
    matching = kept_apart(matching, [*before, *own])
    asked, noted = matching.suggestions, []
    decisions = dict(answers(asked))
    if decided:
        returned = read_returned(decided)
        decisions |= checked_decisions(matching, returned, name)
        undo = [*undo, *checked_undone(matching, returned)]
    for number in undo:
        own.append(left_open(matching, number, name, person=person, now=now))
        matching = reopened(matching, number)
        noted.append(("taken back", f"group {number}"))
    if decisions:
        matching = apply_decisions(matching, decisions)
        noted += [(f"decision on {number}", decision) for number, decision in sorted(decisions.items())]
    audit = _audit(matching, ours, theirs, now, [("run", name), *noted, *(("beside", file) for file in used)])
    facts: dict[str, Any] = {
        "run": name,
        "decisions": dict(noted),
        "inputs": [{"side": side, "name": i.name, "sha256": i.sha256, "rows": i.frame.height,
                    "remarks": [remark.to_json() for remark in i.remarks]}
                   for side, i in (("left", ours), ("right", theirs))],
        "beside": used,
        "made_at": now.isoformat(timespec="seconds"),
    }  # fmt: skip
    paths = write_all(matching, out, audit=audit, facts=facts)
    write_undone(out, handed_on(before, own, name))
    _keep_seen(carried, out, ours, theirs)
    return Run(matching, ours, theirs, paths, time.perf_counter() - start, name, asked, decisions)


def _after(carried: Path, ours: Items, theirs: Items) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the last period left open, then the rows that no period has seen."""
    left, right = (
        pl.concat([with_reopened(pl.read_parquet(carried / f"carried-{side}.parquet").select(items.frame.columns),
                                 read_undone(carried), side),
                   _unseen(carried, side, items)])
        for side, items in (("left", ours), ("right", theirs))
    )  # fmt: skip
    return left, right


def _unseen(carried: Path, side: str, items: Items) -> pl.DataFrame:
    """Rows that no period before had: by id where the files have one, else by what they say."""
    seen = pl.read_parquet(carried / f"seen-{side}.parquet")
    fresh = items.frame if "id" in items.columns else without_repeats([seen, items.frame])
    return fresh.join(seen, on="id", how="anti")


def _keep_seen(carried: Path | None, out: Path, ours: Items, theirs: Items) -> None:
    """Write all rows that this period and those before it have seen, as they stood in the files."""
    for side, items in (("left", ours), ("right", theirs)):
        rows = items.frame
        if carried:
            rows = pl.concat([pl.read_parquet(carried / f"seen-{side}.parquet"), _unseen(carried, side, items)])
        rows.write_parquet(out / f"seen-{side}.parquet")


def _audit(
    matching: Matching, left: Items, right: Items, now: datetime, facts: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    rules = matching.rules
    lines = [
        *facts,
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
    lines += [(f"learned: {name}", str(value)) for name, value in matching.learned.items()]
    return [*lines, ("", ""), ("prepared by", ""), ("reviewed by", ""), ("date and signature", "")]


def run_name(left: Items, right: Items, rules: Rules, carried: Path | None) -> str:
    """What names this run: the same inputs and rules give the same name."""
    digest = hashlib.sha256(f"{left.sha256} {right.sha256} {rules.digest()}".encode())
    for side in ("left", "right") if carried else ():
        digest.update((Path(str(carried)) / f"carried-{side}.parquet").read_bytes())
    for one in read_undone(carried):
        digest.update(repr(one.rows).encode())
    return digest.hexdigest()[:16]
