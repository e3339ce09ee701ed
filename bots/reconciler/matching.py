"""Match the lines of two sides, most certain evidence first; every row ends in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
    tell("named items")
    near = Near(desk, evidence, mentions, Lags(desk))
    near.take_all()
    tell("party and amount")
    Sums(desk, evidence).take_all([line for line in desk.right.open_rows().tolist() if not near.is_repeated(line)])
    tell("sums")
    suggest_outstanding(desk, evidence, near)
    return _conclude(desk)


def _conclude(desk: Desk) -> Matching:
    """The desk's decisions as tables, checked."""
    groups = pl.concat([*_pair_tables(desk), _group_table(desk, desk.groups)])
    groups = groups.with_columns(group=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(list(GROUPS))
    suggestions = _group_table(desk, _ranked(desk))
    suggestions = suggestions.with_columns(group=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(list(GROUPS))
    matching = Matching(
        groups=groups,
        suggestions=suggestions,
        left=_placed(desk.left, "left", 1, groups, suggestions),
        right=_placed(desk.right, "right", desk.sign, groups, suggestions),
        rules=desk.rules,
        sign=desk.sign,
        learned={**desk.learned, "sign": str(desk.sign)},
    )
    assert_conserved(matching.left, matching.right, matching.groups, matching.suggestions, matching.sign)
    return matching


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
    left_ids, right_ids = desk.left.items["id"].to_list(), desk.right.items["id"].to_list()
    refs = desk.left.items["reference"].to_list()
    rows = []
    for group in groups:
        i, j = list(group.left), list(group.right)
        ours = desk.currencies[desk.left.currency[i[0]]] if i else desk.currencies[desk.right.currency[j[0]]]
        rows.append(
            {
                "code": group.code,
                "left": [left_ids[row] for row in i],
                "right": [right_ids[row] for row in j],
                "left_total": int(desk.left.amount[i].sum()) if i else 0,
                "right_total": int(desk.right.amount[j].sum()) if j else 0,
                "residual": group.residual,
                "difference": group.difference,
                "currency": ours,
                "paid_in": desk.currencies[desk.right.currency[j[0]]] if j else ours,
                "reference": (refs[i[0]] if i else None) or group.reference or None,
                "days": int(desk.right.day[j[0]] - desk.left.day[i[0]]) if i and j else None,
                "score": group.score,
            }
        )
    return pl.DataFrame(rows, schema={name: kind for name, kind in GROUPS.items() if name != "group"})


def _placed(side: Side, name: str, sign: int, groups: pl.DataFrame, suggestions: pl.DataFrame) -> pl.DataFrame:
    """A side's items with their original sign, their status and their group."""
    of = groups.lazy().select("group", id=name).explode("id", empty_as_null=False)
    maybe = (
        suggestions.lazy()
        .select(id=name)
        .explode("id", empty_as_null=False)
        .unique()
        .with_columns(hint=pl.lit(value=True))
    )
    status = (
        pl.when(pl.col("group").is_not_null())
        .then(pl.lit("matched"))
        .when("hint")
        .then(pl.lit("suggested"))
        .otherwise(pl.lit("open"))
    )
    return (
        side.items.lazy()
        .drop("row", "ref")
        .with_columns(amount=pl.col("amount") * sign)
        .join(of, on="id", how="left", maintain_order="left")
        .join(maybe, on="id", how="left", maintain_order="left")
        .with_columns(status=status)
        .drop("hint")
        .collect()
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
