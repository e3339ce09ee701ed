"""Propose rules for two files nobody has described yet: which column is what, and how far that gets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from bots.reconciler.headers import guess_columns
from bots.reconciler.matching import match
from bots.reconciler.sources import Items, read_items
from bots.reconciler.words import squashed_code
from config.errors import BusinessException
from config.reconciliation_rules import Rules, Source

__all__ = ["Proposal", "propose"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rules as YAML, and what they match of the two files.

    Attributes:
        settled: left rows that the proposed rules settle, of `left` in all; the same of the right side.
    """

    rules: Rules
    text: str
    settled: int
    left: int
    settled_right: int
    right: int


def propose(left: Path, right: Path) -> Proposal:
    """Infer both mappings, try them, and write them down.

    Raises:
        DocumentRefused: a file cannot be read.
        BusinessException: OF600, no column of amounts can be told.
    """
    ours, theirs = read_items(left, Source()), read_items(right, Source())
    columns = {"left": _mapping(ours, theirs), "right": _mapping(theirs, ours)}
    data: dict[str, Any] = {
        "name": f"{left.stem}-against-{right.stem}".lower().replace(" ", "-"),
        "title": f"{left.stem} against {right.stem}",
        "left": {"label": left.stem, **_source(columns["left"])},
        "right": {"label": right.stem, "sign": "auto", **_source(columns["right"])},
        "tolerance": {"minor": 5, "days": 400},
    }
    rules = Rules.model_validate(data)
    made = match(read_items(left, rules.left).frame, read_items(right, rules.right).frame, rules)
    data["right"]["sign"] = made.sign
    settled = [int((side["status"] == "matched").sum()) for side in (made.left, made.right)]
    head = (
        f"# Proposed from {left.name} and {right.name}: settles {settled[0]:,} of {made.left.height:,} left and "
        f"{settled[1]:,} of {made.right.height:,} right rows.\n"
        "# Check the columns, then save it in config/reconciliations/.\n"
    )
    text = head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return Proposal(rules, text, settled[0], made.left.height, settled[1], made.right.height)


def _source(columns: dict[str, str]) -> dict[str, Any]:
    return {"columns": columns} if columns else {}


def _mapping(side: Items, other: Items) -> dict[str, str]:
    """What the names and contents tell, and the reference by what the other side repeats."""
    if not side.columns:  # a bank file says itself what is what
        return {}
    columns = guess_columns(side.table)
    if "reference" not in columns:
        found = _repeated(side, other, columns)
        if found:
            columns["reference"] = found
    if not {"amount", "amount_minor", "credit", "debit"} & set(columns):
        raise BusinessException(
            "OF600", side.name, why=f"no column of amounts; there are: {', '.join(side.table.columns)}"
        )
    return columns


def _repeated(side: Items, other: Items, taken: dict[str, str]) -> str | None:
    """The free column whose values the other side's references and texts repeat most; None below one in five."""
    words = other.frame.select(
        key=pl.concat_str(pl.col("reference", "text").fill_null(""), separator=" ").str.extract_all(r"\S*\d\S*")
    )
    known = words.explode("key", empty_as_null=False).select(squashed_code(pl.col("key"))).to_series().unique()
    best, most = None, 0.2
    for name in side.table.columns:
        if name in taken.values():
            continue
        values = side.table.select(squashed_code(pl.col(name).cast(pl.String))).to_series().drop_nulls()
        share = int(values.is_in(known.implode()).sum()) / max(len(values), 1)
        if share > most:
            best, most = name, share
    return best
