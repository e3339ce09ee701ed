"""The desk at which two sides lie while they are matched: which rows are still open, and what has been decided.

Rows are numbered from 0 on each side. A row is taken at most once; `Desk.take` is the only way to take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bots.reconciler.words import squashed_code
from config.errors import BusinessException
from config.reconciliation_rules import Rules

__all__ = ["COLUMNS", "Bools", "Desk", "Group", "Ints", "Side", "canonical"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

COLUMNS: dict[str, Any] = {
    "id": pl.String, "party_id": pl.String, "party": pl.String, "reference": pl.String, "text": pl.String,
    "iban": pl.String, "date": pl.Date, "due": pl.Date, "amount": pl.Int64, "currency": pl.String,
}  # fmt: skip
"""Columns of an item; all but id and amount may be null."""


def canonical(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """The frame with all COLUMNS in their types; missing ones are null, other columns are left out.

    Raises:
        BusinessException: OF601 an id or an amount is missing, OF602 an id is given twice.
    """
    have = set(frame.columns)
    for needed in ("id", "amount"):
        if needed not in have or frame[needed].null_count():
            raise BusinessException("OF601", side, column=needed)
    wanted = [(pl.col(name) if name in have else pl.lit(None)).cast(kind).alias(name) for name, kind in COLUMNS.items()]
    items = frame.select(wanted).with_columns(pl.col("currency").fill_null("").str.to_uppercase())
    if items["id"].n_unique() != items.height:
        twice = items.filter(pl.col("id").is_duplicated())["id"][0]
        raise BusinessException("OF602", side, id=twice)
    return items


@dataclass
class Side:
    """One side's rows as arrays: amount (minor units), currency (code shared by both sides), day (days since 1970)."""

    items: pl.DataFrame
    amount: Ints
    currency: Ints
    day: Ints
    taken: Bools

    @classmethod
    def of(cls, items: pl.DataFrame, currencies: Sequence[str]) -> Side:
        """The arrays of canonical items; a missing date counts as day 0."""
        codes = pl.DataFrame({"currency": pl.Series(currencies, dtype=pl.String), "code": np.arange(len(currencies))})
        return cls(
            items=items.with_row_index("row"),
            amount=items["amount"].to_numpy().astype(np.int64),
            currency=items.select("currency")
            .join(codes, on="currency", how="left", maintain_order="left")["code"]
            .to_numpy(),
            day=items["date"].to_physical().fill_null(0).to_numpy().astype(np.int64),
            taken=np.zeros(items.height, dtype=np.bool_),
        )

    def open_items(self) -> pl.DataFrame:
        """The rows that nobody has taken, with their `row`."""
        return self.items.filter(~self.taken)

    def open_rows(self) -> Ints:
        """Numbers of the rows that nobody has taken."""
        return np.flatnonzero(~self.taken).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, or perhaps do.

    Attributes:
        code: of the catalogue: why.
        left, right: row numbers.
        residual: minor units of the left side that stay open (a partial payment).
        difference: minor units written off (fee, discount, rounding): left total - right total - residual.
        reference: what named them, if anything did.
        score: 0 to 1, how sure; suggestions are ranked by it.
    """

    code: str
    left: tuple[int, ...]
    right: tuple[int, ...]
    residual: int = 0
    difference: int = 0
    reference: str = ""
    score: float = 1.0


@dataclass
class Desk:
    """Both sides, the rules, and the decisions so far; `usual_days`: how long after an item nearly all pay."""

    left: Side
    right: Side
    rules: Rules
    currencies: list[str]
    sign: int = 1
    pairs: list[tuple[str, Ints, Ints]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    suggestions: list[Group] = field(default_factory=list)
    learned: dict[str, Any] = field(default_factory=dict)
    usual_days: int = 0

    @classmethod
    def lay_out(cls, left: pl.DataFrame, right: pl.DataFrame, rules: Rules) -> Desk:
        """Two frames of items on a fresh desk."""
        left, right = canonical(left, "left"), canonical(right, "right")
        currencies = sorted(set(left["currency"].unique()) | set(right["currency"].unique()))
        left = left.with_columns(ref=squashed_code(pl.col("reference")))
        right = right.with_columns(ref=squashed_code(pl.col("reference")))
        sides = Side.of(left, currencies), Side.of(right, currencies)
        return cls(*sides, rules, currencies, usual_days=rules.window.after)

    def turn(self, sign: int) -> None:
        """Multiply the right amounts with a sign (before anything is taken)."""
        if sign == -1:
            self.sign = -1
            self.right.amount = -self.right.amount
            self.right.items = self.right.items.with_columns(amount=-pl.col("amount"))

    def take_pairs(self, code: str, left: Ints, right: Ints) -> None:
        """Accept many pairs at once; no row may be taken or come twice."""
        if self.left.taken[left].any() or self.right.taken[right].any():
            raise AssertionError("a row is taken twice")
        self.left.taken[left] = True
        self.right.taken[right] = True
        if int(self.left.taken.sum()) + int(self.right.taken.sum()) != self._count() + 2 * len(left):
            raise AssertionError("a row comes twice in one batch")
        self.pairs.append((code, left, right))

    def _count(self) -> int:
        in_pairs = sum(2 * len(left) for _, left, _ in self.pairs)
        return in_pairs + sum(len(group.left) + len(group.right) for group in self.groups)

    def take(self, group: Group) -> None:
        """Accept one group; none of its rows may be taken."""
        if not self.is_open(group):
            raise AssertionError("a row is taken twice")
        for row in group.left:
            self.left.taken[row] = True
        for row in group.right:
            self.right.taken[row] = True
        self.groups.append(group)

    def ask_above(self, limit: int | None) -> None:
        """Turn accepted groups whose difference or residual is above a limit (minor units) into suggestions."""
        if limit is None:
            return
        accepted, self.groups = self.groups, []
        for group in accepted:
            if max(abs(group.residual), abs(group.difference)) <= limit:
                self.groups.append(group)
                continue
            self.left.taken[list(group.left)] = False
            self.right.taken[list(group.right)] = False
            self.suggest(replace(group, code="OF625", score=0.95))

    def is_open(self, group: Group) -> bool:
        """Whether none of the group's rows is taken."""
        left, right = self.left.taken, self.right.taken
        return not any(left[row] for row in group.left) and not any(right[row] for row in group.right)

    def days(self, item: int, line: int) -> int:
        """Days from an item to a line; 0 when one of them has no date."""
        ours, theirs = int(self.left.day[item]), int(self.right.day[line])
        return theirs - ours if ours and theirs else 0

    def suggest(self, group: Group) -> None:
        """Keep a group for a person to decide."""
        self.suggestions.append(group)
