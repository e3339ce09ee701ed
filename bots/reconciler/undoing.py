"""Groups that a person has taken back: their rows are open again, and never matched the same way again.

`undone.jsonl` beside a run's results says which.  Every later run inherits it through the folder that it carries on
from.  What an earlier run had settled comes back with its rows; a run that is made again leaves its own ones open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from bots.reconciler.decisions import apply_decisions
from bots.reconciler.matching import Matching, reopened
from config.errors import BusinessException

__all__ = [
    "Undone", "handed_on", "kept_apart", "left_open", "read_undone", "take_back", "with_reopened", "write_undone",
]  # fmt: skip

_UNDONE = "undone.jsonl"


@dataclass(frozen=True)
class Undone:
    """A group that was taken back: ids, who and why; `rows` (by side) are to be open again in the next run."""

    run: str
    left: list[str]
    right: list[str]
    code: str
    person: str
    comment: str
    at: str
    rows: dict[str, list[dict[str, Any]]]


def read_undone(folder: Path | None) -> list[Undone]:
    """What a run's folder says was taken back."""
    path = folder / _UNDONE if folder else None
    if path is None or not path.is_file():
        return []
    return [Undone(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def write_undone(folder: Path, undone: Sequence[Undone]) -> None:
    """Keep it; a group counts once."""
    known = {(tuple(one.left), tuple(one.right)): one for one in undone}
    if known:
        lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in known.values())
        (folder / _UNDONE).write_text(lines, "utf-8")


def take_back(folder: Path, group: int, into: Path, *, person: str, comment: str, now: datetime) -> Undone:
    """Take back a group that the run in `folder` accepted; the run in `into` is the last one and hands its rows on.

    Raises:
        BusinessException: OF645, there is no such group.
    """
    table = pl.read_parquet(folder / "groups.parquet").filter(pl.col("group") == group)
    if table.is_empty():
        raise BusinessException("OF645", str(folder), group=group)
    row = table.row(0, named=True)
    rows = {side: _settled(folder, side, group, int(row["residual"])) for side in ("left", "right")}
    run = str(json.loads((folder / "summary.json").read_text("utf-8"))["run"])
    made = Undone(run, row["left"], row["right"], row["code"], person, comment, now.isoformat(timespec="seconds"), rows)
    write_undone(into, [*read_undone(into), made])
    return made


def _settled(folder: Path, side: str, group: int, residual: int) -> list[dict[str, Any]]:
    """The rows of a group with what it had settled of them."""
    rows = pl.read_parquet(folder / f"settled-{side}.parquet").filter(pl.col("group") == group).drop("group")
    if side == "left" and residual:
        rows = rows.with_columns(amount=pl.col("amount") - residual)
    return list(json.loads(rows.write_json()))


def with_reopened(carried: pl.DataFrame, undone: Sequence[Undone], side: str) -> pl.DataFrame:
    """What is carried on with what was taken back; an item that is still open in part is open with both parts."""
    rows = [row for one in undone for row in one.rows[side]]
    if not rows:
        return carried
    days = [pl.col(name).str.to_date() for name, kind in carried.schema.items() if kind == pl.Date]
    texts = {name: pl.String if kind == pl.Date else kind for name, kind in carried.schema.items()}
    back = pl.DataFrame(rows, schema=texts).with_columns(days)
    rest = [pl.col(name).first() for name in carried.columns if name not in ("id", "amount")]
    both = pl.concat([carried, back]).group_by("id", maintain_order=True).agg(pl.col("amount").sum(), *rest)
    return both.select(carried.columns)


def kept_apart(matching: Matching, undone: Sequence[Undone]) -> Matching:
    """The matching without the groups that were taken back once: their rows stay open, and are not suggested again."""
    apart = {(frozenset(one.left), frozenset(one.right)) for one in undone}

    def same(table: pl.DataFrame) -> list[int]:
        ids = table.select("group", "left", "right").iter_rows() if apart else ()
        return [group for group, left, right in ids if (frozenset(left), frozenset(right)) in apart]

    for group in same(matching.groups):
        matching = reopened(matching, group)
    return apply_decisions(matching, dict.fromkeys(same(matching.suggestions), "reject"))


def handed_on(carried: Sequence[Undone], own: Sequence[Undone], run: str) -> list[Undone]:
    """What a run's folder keeps: what came with the rows that it has taken over, and what was said about itself.

    A run that is made again leaves its own groups open itself, so that their rows come back no second time.
    """
    none: dict[str, list[dict[str, Any]]] = {"left": [], "right": []}
    taken_over = [replace(one, rows=none) for one in carried]
    return [*taken_over, *(replace(one, rows=none) if one.run == run else one for one in own)]


def left_open(matching: Matching, group: int, run: str, *, person: str, now: datetime) -> Undone:
    """A group of this very run that is taken back before anything was carried on."""
    row = matching.groups.row(by_predicate=pl.col("group") == group, named=True)
    at = now.isoformat(timespec="seconds")
    return Undone(run, row["left"], row["right"], row["code"], person, "", at, {"left": [], "right": []})
