"""A bank file as a table, one line an entry, for matching."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from connectors.bank.model import BankFile, Entry, Statement

__all__ = ["COLUMNS", "to_frame"]

COLUMNS: Final[dict[str, Any]] = {
    "line_id": pl.String, "booked": pl.Date, "value_date": pl.Date, "text": pl.String, "iban": pl.String,
    "party": pl.String, "reference": pl.String, "amount": pl.Int64, "currency": pl.String,
    "account": pl.String, "end_to_end_id": pl.String, "bank_id": pl.String, "reversal": pl.Boolean,
}  # fmt: skip


def to_frame(bank_file: BankFile, *, pending: bool = False, split_batches: bool = False) -> pl.DataFrame:
    """The entries of all statements, one a row.

    Args:
        bank_file: as read.
        pending: also the entries that are not booked yet.
        split_batches: a row for each payment of a batch booking, where their amounts add up to the entry.

    Returns:
        line_id (`statement.entry`, counted from 1, `statement.entry.payment` for a part of a batch), booked,
        value_date,
        text, iban, party, reference, amount (int64 minor units, signed), currency, account, end_to_end_id, bank_id,
        reversal.
        `booked` is the value date where the file gives no booking date.
    """
    rows: list[tuple[Any, ...]] = []
    for number, statement in enumerate(bank_file.statements, 1):
        for position, entry in enumerate(statement.entries, 1):
            if entry.pending and not pending:
                continue
            line_id = f"{number}.{position}"
            if split_batches and entry.details and sum(one.amount or 0 for one in entry.details) == entry.amount:
                rows.extend(_parts(line_id, statement, entry))
            else:
                rows.append(
                    (line_id, entry.booked or entry.value_date, entry.value_date, entry.text, entry.iban, entry.name,
                     entry.reference, entry.amount, entry.currency, statement.account, entry.end_to_end_id,
                     " ".join(entry.bank_ids[:1]), entry.reversal)
                )  # fmt: skip
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _parts(line_id: str, statement: Statement, entry: Entry) -> list[tuple[Any, ...]]:
    return [
        (f"{line_id}.{part}", entry.booked or entry.value_date, entry.value_date, one.text, one.iban, one.name,
         one.reference, one.amount, one.currency or entry.currency, statement.account, one.end_to_end_id,
         " ".join(one.bank_ids[:1]), entry.reversal)
        for part, one in enumerate(entry.details, 1)
    ]  # fmt: skip
