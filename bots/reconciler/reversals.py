"""A line and the line that takes it back: both leave the table before anything is matched to them."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from bots.reconciler.desk import Desk, Group, Side
from bots.reconciler.words import squash, words_of

__all__ = ["take_reversals"]

_DAYS = 31
_WORDS = (
    "DEVOL",
    "RETURN",
    "REVERS",
    "RETROC",
    "RUCKGABE",
    "RUCKLAST",
    "STORNO",
    "REJECT",
    "REFUND",
    "ANUL",
    "ABGELEHNT",
)
_SHORTEST = 4


def take_reversals(desk: Desk) -> None:
    """Take, on either side, lines that undo an earlier line of the same party within a month."""
    for first, second in _reversed(desk.right):
        desk.take(Group("OF611", (), (first, second)))
    for first, second in _reversed(desk.left):
        desk.take(Group("OF611", (first, second), ()))


def _reversed(side: Side) -> list[tuple[int, int]]:
    """(line, its reversal) pairs: opposite amounts, same currency and party, a text that names the other's."""
    items = side.items.lazy().filter(pl.Series(~side.taken))
    minus = items.filter(pl.col("amount") < 0).with_columns(amount=-pl.col("amount"))
    plus = items.filter(pl.col("amount") > 0).join(minus, on=["amount", "currency"], how="semi")
    minus = minus.join(plus, on=["amount", "currency"], how="semi")
    columns = ("row", "amount", "currency", "party", "iban", "text", "ref")
    plus_rows, minus_rows = (
        rows.select(*columns, day=pl.col("date").to_physical().fill_null(0))
        .with_columns(pl.col("party", "iban", "text", "ref").fill_null(""))
        .sort("day", "row")
        .collect()
        for rows in (plus, minus)
    )
    by_amount: dict[tuple[int, str], list[dict[str, str]]] = defaultdict(list)
    for row in plus_rows.iter_rows(named=True):
        by_amount[row["amount"], row["currency"]].append(row)
    found: list[tuple[int, int]] = []
    used: set[int] = set()
    for back in minus_rows.iter_rows(named=True):
        rivals = [
            line
            for line in by_amount[back["amount"], back["currency"]]
            if 0 <= back["day"] - int(line["day"]) <= _DAYS and int(line["row"]) not in used and _undoes(back, line)
        ]
        if rivals:
            line = max(rivals, key=lambda line: (_shared(back, line), int(line["day"]), int(line["row"])))
            used.add(int(line["row"]))
            found.append((int(line["row"]), int(back["row"])))
    return found


def _undoes(back: dict[str, str], line: dict[str, str]) -> bool:
    """Whether one line names the other: the same reference, or a text that contains the other's."""
    if back["iban"] and line["iban"] and back["iban"] != line["iban"]:
        return False
    if back["ref"] and back["ref"] == line["ref"]:
        return _same_party(back, line)
    ours, theirs = squash(line["text"]), squash(back["text"])
    if len(ours) >= _SHORTEST and ours in theirs:
        return True
    shared = {word for word in words_of(line["text"]) if any(c.isdigit() for c in word) and len(word) >= _SHORTEST}
    says_so = any(word in theirs for word in _WORDS)
    return says_so and _same_party(back, line) and bool(shared & set(words_of(back["text"])))


def _shared(back: dict[str, str], line: dict[str, str]) -> int:
    """How much of the line's text the other repeats."""
    text = squash(line["text"])
    return len(text) if text in squash(back["text"]) else 0


def _same_party(back: dict[str, str], line: dict[str, str]) -> bool:
    a, b = squash(back["party"]), squash(line["party"])
    return not a or not b or a[:6] == b[:6]
