"""Match the lines of two sides, most certain evidence first; every row ends in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from bots.reconciler.conservation import assert_conserved, control
from bots.reconciler.desk import Desk, Group, Side
from bots.reconciler.evidence import gather
from bots.reconciler.exact import likely_sign, take_exact
from bots.reconciler.mentions import Mentions
from bots.reconciler.near import Lags, Near
from bots.reconciler.outstanding import suggest_outstanding
from bots.reconciler.rates import known_rates
from bots.reconciler.reversals import take_reversals
from bots.reconciler.sums import Sums
from config.reconciliation_rules import Rules

__all__ = ["GROUPS", "Matching", "Step", "match"]

GROUPS: dict[str, Any] = {
    "group": pl.Int64, "code": pl.String, "left": pl.List(pl.String), "right": pl.List(pl.String),
    "left_total": pl.Int64, "right_total": pl.Int64, "residual": pl.Int64, "difference": pl.Int64,
    "currency": pl.String, "paid_in": pl.String, "reference": pl.String, "days": pl.Int64, "score": pl.Float64,
}  # fmt: skip
"""Columns of accepted groups and of suggestions; amounts in minor units of `currency` (right_total: of `paid_in`)."""

Step = Callable[[str, int, int], None]
"""Called as (step, rows settled so far, rows in all)."""
_MOST_SUGGESTIONS = 5


def _unwatched(step: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Matching:
    """Accepted groups, suggestions, and both sides with the place of every row.

    Attributes:
        groups: accepted, columns GROUPS; `residual` stays open on the left side, `difference` is written off.
        suggestions: for a person, best first; a row may be in several.
        left, right: all items (the left amounts with the rules' sign), with `status` (matched, suggested, open) and
            `group` (null unless matched).
        sign: what the right amounts were multiplied with before they were compared.
        learned: what was inferred on the way (exchange rates, sign), as text.
    """

    groups: pl.DataFrame
    suggestions: pl.DataFrame
    left: pl.DataFrame
    right: pl.DataFrame
    rules: Rules
    sign: int
    learned: Mapping[str, Any]

    @property
    def control(self) -> pl.DataFrame:
        """Totals by currency and side; the column `off` is zero in every row (see `conservation.control`)."""
        return control(self.left, self.right, self.groups, self.sign)

    def counts(self) -> Counter[str]:
        """Accepted groups by code."""
        return Counter(dict(self.groups["code"].value_counts().iter_rows()))


def match(
    left: pl.DataFrame,
    right: pl.DataFrame,
    rules: Rules,
    *,
    parties: pl.DataFrame | None = None,
    watch: Step = _unwatched,
) -> Matching:
    """Pair every line of the right side with the items of the left side that it settles.

    Args:
        left: open items, one a row: id, amount (int64 minor units), and what there is of currency, date, due, party_id,
            party, reference, text, iban.
        right: lines of the other side, the same columns.
        rules: tolerances and the rest; see `config/reconciliations/`.
        parties: what is known of parties: party_id, iban (strings).
        watch: who is told how far it is.

    Returns:
        Every input row is in exactly one of matched, suggested, open; asserted.

    Raises:
        BusinessException: OF601 an id or amount is missing, OF602 an id comes twice.
    """
    if rules.left.sign == -1:
        left = left.with_columns(amount=-pl.col("amount"))
    desk = Desk.lay_out(left, right, rules)
    total = desk.left.items.height + desk.right.items.height

    def tell(step: str) -> None:
        watch(step, int(desk.left.taken.sum()) + int(desk.right.taken.sum()), total)

    if rules.right.sign == "auto":
        desk.turn(likely_sign(desk))
    elif rules.right.sign == -1:
        desk.turn(-1)
    take_reversals(desk)
    tell("reversals")
    grams = take_exact(desk)
    tell("reference and amount")
    evidence = gather(desk, grams, parties)
    tell("parties and mentions")
    mentions = Mentions(desk, evidence, known_rates(desk, evidence))
    mentions.take_all()
    mentions.take_hinted()
    tell("named items")
    near = Near(desk, evidence, mentions, Lags(desk))
    near.take_all()
    tell("party and amount")
    Sums(desk, evidence).take_all([line for line in desk.right.open_rows().tolist() if not near.is_repeated(line)])
    mentions.take_doubtful()
    tell("sums")
    desk.ask_above(rules.sign_off)
    suggest_outstanding(desk, evidence, near)
    return _conclude(desk)


def _conclude(desk: Desk) -> Matching:
    """The desk's decisions as tables, checked."""
    suggested = _ranked(desk)
    groups = _numbered(pl.concat([*_pair_tables(desk), _group_table(desk, desk.groups)]))
    matching = Matching(
        groups=groups,
        suggestions=_numbered(_group_table(desk, suggested)),
        left=_placed(desk, "left", suggested),
        right=_placed(desk, "right", suggested),
        rules=desk.rules,
        sign=desk.sign,
        learned={**desk.learned, "sign": str(desk.sign)},
    )
    assert_conserved(matching.left, matching.right, matching.groups, matching.suggestions, matching.sign)
    return matching


def _numbered(groups: pl.DataFrame) -> pl.DataFrame:
    return groups.with_columns(group=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(list(GROUPS))


def _ranked(desk: Desk) -> list[Group]:
    """Suggestions whose rows are all still open, at most a few a line, best first."""
    seen: Counter[int] = Counter()
    kept: dict[tuple[tuple[int, ...], tuple[int, ...]], Group] = {}
    for group in sorted(desk.suggestions, key=lambda group: (-group.score, group.right, group.left)):
        if desk.is_open(group) and all(seen[line] < _MOST_SUGGESTIONS for line in group.right):
            seen.update(group.right)
            kept.setdefault((group.left, group.right), group)
    return list(kept.values())


def _pair_tables(desk: Desk) -> list[pl.DataFrame]:
    return [_pair_table(desk, code, left, right) for code, left, right in desk.pairs if len(left)]


def _pair_table(desk: Desk, code: str, left: Any, right: Any) -> pl.DataFrame:
    ours, theirs = desk.left.items[left], desk.right.items[right]
    return pl.DataFrame(
        {
            "code": pl.repeat(code, len(left), eager=True),
            "left": ours.select(pl.concat_list("id"))["id"],
            "right": theirs.select(pl.concat_list("id"))["id"],
            "left_total": desk.left.amount[left],
            "right_total": desk.right.amount[right],
            "residual": pl.repeat(0, len(left), dtype=pl.Int64, eager=True),
            "difference": pl.repeat(0, len(left), dtype=pl.Int64, eager=True),
            "currency": ours["currency"],
            "paid_in": theirs["currency"],
            "reference": ours["reference"],
            "days": (theirs["date"] - ours["date"]).dt.total_days(),
            "score": pl.repeat(1.0, len(left), eager=True),
        }
    )


def _group_table(desk: Desk, groups: list[Group]) -> pl.DataFrame:
    ours = _members(desk.left, [group.left for group in groups], desk.currencies, "left")
    theirs = _members(desk.right, [group.right for group in groups], desk.currencies, "right")
    none = pl.lit([], pl.List(pl.String))
    return (
        pl.LazyFrame(
            {
                "at": np.arange(len(groups)),
                "code": [group.code for group in groups],
                "residual": [group.residual for group in groups],
                "difference": [group.difference for group in groups],
                "named": [group.reference for group in groups],
                "score": [group.score for group in groups],
            },
            schema_overrides={"residual": pl.Int64, "difference": pl.Int64, "named": pl.String, "code": pl.String},
        )
        .join(ours, on="at", how="left", maintain_order="left")
        .join(theirs, on="at", how="left", maintain_order="left")
        .with_columns(
            pl.col("left", "right").fill_null(none),
            pl.col("left_total", "right_total").fill_null(0),
            currency=pl.coalesce("left_currency", "right_currency"),
            paid_in=pl.coalesce("right_currency", "left_currency"),
            reference=pl.coalesce("left_reference", pl.col("named").replace("", None)),
            days=(pl.col("right_date") - pl.col("left_date")).dt.total_days(),
        )
        .select(name for name in GROUPS if name != "group")
        .cast({"score": pl.Float64})
        .collect()
    )


def _members(side: Side, rows: list[tuple[int, ...]], currencies: list[str], name: str) -> pl.LazyFrame:
    """What each group has on one side: at, ids, total, and the first row's currency, reference and date."""
    flat = np.fromiter((row for members in rows for row in members), dtype=np.int64)
    at = np.repeat(np.arange(len(rows)), [len(members) for members in rows])
    some = side.items.select("id", "reference", "date")[flat]
    members = some.lazy().with_columns(
        at=pl.Series(at, dtype=pl.Int64),
        amount=pl.Series(side.amount[flat]),
        code=pl.Series(side.currency[flat]),
    )
    codes = (
        pl.LazyFrame({"currency": pl.Series(currencies, dtype=pl.String)})
        .with_row_index("code")
        .cast({"code": pl.Int64})
    )
    return (
        members.join(codes, on="code", how="left", maintain_order="left")
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("id").alias(name),
            pl.col("amount").sum().alias(f"{name}_total"),
            *(pl.col(column).first().alias(f"{name}_{column}") for column in ("currency", "reference", "date")),
        )
    )


def _placed(desk: Desk, name: str, suggested: list[Group]) -> pl.DataFrame:
    """A side's items with their original sign, their status and the number of their group."""
    side, sign = (desk.left, 1) if name == "left" else (desk.right, desk.sign)
    group = np.zeros(side.items.height, dtype=np.int64)
    last = 0
    for _, left, right in desk.pairs:
        rows = left if name == "left" else right
        group[rows] = np.arange(last + 1, last + 1 + len(rows))
        last += len(rows)
    for number, decided in enumerate(desk.groups, last + 1):
        group[list(getattr(decided, name))] = number
    hinted = np.zeros(side.items.height, dtype=np.bool_)
    for guess in suggested:
        hinted[list(getattr(guess, name))] = True
    status = pl.when(pl.col("group") > 0).then(pl.lit("matched")).when("hinted").then(pl.lit("suggested"))
    return (
        side.items.drop("row", "ref")
        .with_columns(amount=pl.col("amount") * sign, group=pl.Series(group), hinted=pl.Series(hinted))
        .with_columns(status=status.otherwise(pl.lit("open")), group=pl.col("group").replace(0, None))
        .select(pl.exclude("group", "status", "hinted"), "status", "group")
    )


def reopened(matching: Matching, group: int) -> Matching:
    """The matching without one accepted group, whose rows are open again; KeyError when there is none."""
    if matching.groups.filter(pl.col("group") == group).is_empty():
        raise KeyError(group)
    mine = pl.col("group") == group
    freed = [
        side.with_columns(
            status=pl.when(mine.fill_null(value=False)).then(pl.lit("open")).otherwise("status"),
            group=pl.when(mine).then(None).otherwise("group"),
        )
        for side in (matching.left, matching.right)
    ]
    undone = replace(matching, groups=matching.groups.filter(~mine), left=freed[0], right=freed[1])
    assert_conserved(undone.left, undone.right, undone.groups, undone.suggestions, undone.sign)
    return undone
