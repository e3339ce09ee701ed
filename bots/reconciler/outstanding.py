"""What is left for a person: second payments, items booked twice, payments that name an item but do not fit it."""

from __future__ import annotations

import polars as pl

from bots.reconciler.desk import Desk, Group
from bots.reconciler.evidence import Evidence
from bots.reconciler.near import Near

__all__ = ["suggest_outstanding"]


def suggest_outstanding(desk: Desk, evidence: Evidence, near: Near) -> None:
    """Suggest why open lines and items are open, as far as the data tell."""
    for line in desk.right.open_rows().tolist():
        mentions = evidence.mentions.get(line, [])
        if near.is_repeated(line):
            reference = (mentions or evidence.hints[line])[0].gram
            desk.suggest(Group("OF630", (), (line,), reference=reference, score=0.9))
            continue
        named = tuple(sorted({m.item for m in mentions if not desk.left.taken[m.item]}))
        if named:
            desk.suggest(Group("OF632", named, (line,), reference=mentions[0].gram, score=0.4))
        elif mentions:
            desk.suggest(Group("OF630", (), (line,), reference=mentions[0].gram, score=0.6))
        elif not evidence.parties.get(line):
            _same_amount(desk, near, line)
    _booked_twice(desk, evidence)


def _same_amount(desk: Desk, near: Near, line: int) -> None:
    """The one open item of exactly the amount, for a line that does not say whom it is of."""
    key = (int(desk.right.currency[line]), int(desk.right.amount[line]))
    rivals = [item for item in near.anyone.get(key, ()) if not desk.left.taken[item]]
    if len(rivals) == 1 and near.lags.share(int(desk.right.day[line] - desk.left.day[rivals[0]])):
        desk.suggest(Group("OF633", (rivals[0],), (line,), score=0.2))


def _booked_twice(desk: Desk, evidence: Evidence) -> None:
    """Open items with the party, reference and amount of one that is settled."""
    items = (
        desk.left.items.lazy()
        .select("row", "ref", "amount", "currency")
        .with_columns(party=pl.Series(evidence.item_party), taken=pl.Series(desk.left.taken))
    )
    same = ("party", "ref", "amount", "currency")
    twice = (
        items.filter(pl.col("ref").str.len_bytes() > 0)
        .with_columns(settled=pl.col("taken").any().over(*same))
        .filter("settled", ~pl.col("taken"))
        .select("row", "ref")
        .collect()
    )
    for row, ref in twice.iter_rows():
        desk.suggest(Group("OF631", (row,), (), reference=ref, score=0.9))
