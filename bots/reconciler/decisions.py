"""What persons decided about suggestions, checked and applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from bots.reconciler.conservation import assert_conserved
from bots.reconciler.layout import review_rows
from bots.reconciler.matching import GROUPS, Matching
from config.errors import BusinessException
from connectors.returned_workbook import Returned

__all__ = ["ACCEPTED", "apply_decisions", "checked_decisions", "checked_undone"]

ACCEPTED = "OF619"
_COMPARED = ("code", "left", "right")


def checked_decisions(matching: Matching, returned: Returned, run: str) -> dict[int, str]:
    """Suggestion number -> decision, of a workbook that is of this run and was changed nowhere else.

    Raises:
        BusinessException: OF604 of another run, OF608 a locked cell was changed, OF606 one row accepted twice.
    """
    rows = review_rows(matching)
    if returned.run != run or len(returned.answers) != rows.height:
        raise BusinessException("OF604", returned.sheet, why=f"run {returned.run or '?'} instead of {run}")
    for answer, row in zip(returned.answers, rows.iter_rows(named=True), strict=True):
        shown = dict(zip(rows.columns, answer.shown.values(), strict=True))
        if answer.group != row["group"] or any((shown[name] or "") != (row[name] or "") for name in _COMPARED):
            raise BusinessException("OF608", returned.sheet, sheet=returned.sheet, cell=f"row {answer.group + 1}")
    decided = {answer.group: answer.decision for answer in returned.answers if answer.decision}
    _no_row_twice(matching, [group for group, decision in decided.items() if decision == "accept"])
    return decided


def checked_undone(matching: Matching, returned: Returned) -> list[int]:
    """Numbers of the accepted groups that a returned workbook takes back.

    Raises:
        BusinessException: OF608, the workbook shows another group under that number.
    """
    known = {
        group: (left, right) for group, left, right in matching.groups.select("group", "left", "right").iter_rows()
    }
    for undone in returned.undone:
        shown = tuple(undone.shown.values())[3:5]
        left, right = known.get(undone.group, ((), ()))
        if tuple(text or "" for text in shown) != (" ".join(left), " ".join(right)):
            raise BusinessException("OF608", returned.sheet, sheet=returned.matched, cell=undone.cell)
    return [undone.group for undone in returned.undone]


def _no_row_twice(matching: Matching, accepted: Sequence[int]) -> None:
    chosen = matching.suggestions.filter(pl.col("group").is_in(list(accepted)))
    for side in ("left", "right"):
        seen = Counter(row for members in chosen[side].to_list() for row in members)
        for row, count in seen.items():
            if count > 1:
                raise BusinessException("OF606", side, id=row)


def apply_decisions(matching: Matching, decided: Mapping[int, str]) -> Matching:
    """The matching after a person's decisions.

    An accepted suggestion becomes a group; what its sides differ by is written off. Accepting one that has only one
    side (a second payment, a double booking) takes note of it: its row stays open. Rejected ones go; the rest stay.

    Args:
        decided: suggestion number -> accept, reject or later (see `checked_decisions`).
    """
    number, both = pl.col("group"), (pl.col("left").list.len() > 0) & (pl.col("right").list.len() > 0)
    accept = [group for group, decision in decided.items() if decision == "accept"]
    gone = [group for group, decision in decided.items() if decision in ("accept", "reject")]
    last = matching.groups.select(pl.col("group").max()).item() or 0
    across = pl.col("currency") != pl.col("paid_in")
    made = matching.suggestions.filter(number.is_in(accept), both).with_columns(
        group=pl.int_range(last + 1, last + 1 + pl.len(), dtype=pl.Int64),
        code=pl.lit(ACCEPTED),
        residual=pl.lit(0, pl.Int64),
        difference=pl.when(across).then(0).otherwise(pl.col("left_total") - pl.col("right_total")),
        score=pl.lit(1.0),
    )
    rest = matching.suggestions.filter(~number.is_in(gone))
    for side in ("left", "right"):
        taken = made.select(pl.col(side).explode(empty_as_null=False))[side].to_list()
        rest = rest.filter(~pl.col(side).list.eval(pl.element().is_in(taken)).list.any())
    done = replace(
        matching,
        groups=pl.concat([matching.groups, made.select(list(GROUPS))]),
        suggestions=rest,
        left=_placed_again(matching.left, "left", made, rest),
        right=_placed_again(matching.right, "right", made, rest),
    )
    assert_conserved(done.left, done.right, done.groups, done.suggestions, done.sign)
    return done


def _placed_again(side: pl.DataFrame, name: str, made: pl.DataFrame, rest: pl.DataFrame) -> pl.DataFrame:
    fresh = made.select(number="group", id=name).explode("id", empty_as_null=False)
    hinted = rest.select(pl.col(name).explode(empty_as_null=False))[name].unique().to_list()
    status = (
        pl.when(pl.col("group").is_not_null()).then(pl.lit("matched"))
        .when(pl.col("id").is_in(hinted)).then(pl.lit("suggested")).otherwise(pl.lit("open"))
    )  # fmt: skip
    return (
        side.join(fresh, on="id", how="left", maintain_order="left")
        .with_columns(group=pl.coalesce("group", "number"))
        .with_columns(status=status)
        .drop("number")
    )
