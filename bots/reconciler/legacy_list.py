"""The legacy system's list, whatever its columns are called, as rows that can be compared with what was entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from bots.reconciler.entries import Listed
from bots.reconciler.headers import guess_columns
from connectors import sheets

__all__ = ["listed_rows"]


def listed_rows(rows: Sequence[Mapping[str, str]], keys: frozenset[str]) -> list[Listed]:
    """Rows of a list (column name -> text) with their number, supplier, amount and, if they show one, our key.

    Args:
        keys: the keys that were written into the system; any cell may hold one.
    """
    if not rows:
        return []
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = {name: [str(row.get(name) or "").strip() for row in rows] for name in names}
    table = pl.DataFrame({name: pl.Series(values, dtype=pl.String).replace("", None) for name, values in cells.items()})
    columns = guess_columns(table)
    nothing = [""] * len(rows)

    def column(name: str) -> list[str]:
        return cells.get(columns.get(name, ""), nothing)

    currencies = [code.upper() for code in column("currency")]
    amounts = _amounts(table, columns.get("amount"), currencies)
    records = column("id") if len(set(column("id"))) == len(rows) else [str(at) for at in range(1, len(rows) + 1)]
    found = []
    for at, record in enumerate(records):
        shown = (cells[name][at] for name in names)
        key = next((text for text in shown if text in keys), "")
        found.append(Listed(record, key, column("reference")[at], column("party")[at], amounts[at], currencies[at]))
    return found


def _amounts(table: pl.DataFrame, name: str | None, currencies: list[str]) -> list[int | None]:
    if name is None:
        return [None] * table.height
    currency = pl.Series([code or "EUR" for code in currencies])
    parsed = sheets.parse_money(table[name], currency=currency)
    unclear = set(parsed.unreadable) | set(parsed.finer)
    return [None if at in unclear else value for at, value in enumerate(parsed.values.to_list())]
