"""Bank statements as tables (csv in any dialect, workbooks): which column is what, told by its name and its values.

A file with several accounts or currencies becomes one statement for each: sums never cross a currency.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from config.errors import DocumentRefused
from config.money import from_minor
from connectors import sheets
from connectors.bank.column_names import Columns, find_columns
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.table_lines import Lines, read_lines
from connectors.bank.unnamed_columns import guess_columns
from connectors.bank.values import iban_in

__all__ = ["read_table"]

_CODE: Final = re.compile(r"\b([A-Z]{3})\b|(\u20ac|\u00a3|\$)")
_SIGNS: Final = {"\u20ac": "EUR", "\u00a3": "GBP", "$": "USD"}
_CURRENCIES: Final = frozenset(
    ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "CAD", "AUD",
     "NZD", "MXN", "BRL", "ARS", "CLP", "COP", "INR", "CNY", "HKD", "SGD", "ZAR", "KWD", "AED", "SAR",
     "ILS", "KRW", "THB",
     "RUB", "UAH", "ISK")
)  # fmt: skip


def read_table(data: bytes, *, name: str = "") -> BankFile:
    """Read a bank's table.

    Raises:
        DocumentRefused: OF659 it has no date or no amount column; and the refusals of `connectors.sheets.read`.
    """
    sheet = sheets.read(data, name=name)
    columns = find_columns(sheet.frame.columns) if sheet.report.header_row else guess_columns(sheet)
    missing = [] if columns.one("booked") or columns.one("value_date") else ["date"]
    if not (columns.one("amount") or (columns.one("credit") and columns.one("debit"))):
        missing.append("amount")
    if missing:
        raise DocumentRefused("OF659", name, missing=", ".join(missing), known=", ".join(sheet.frame.columns)[:300])
    return BankFile(sheet.report.format, _statements(sheet, columns), sheet.report.remarks)


def _statements(sheet: sheets.Sheet, columns: Columns) -> tuple[Statement, ...]:
    currency, account = _currencies(sheet, columns), _accounts(sheet, columns)
    lines = read_lines(sheet, columns, currency)
    keys = pl.DataFrame({"account": account, "currency": currency, "row": pl.arange(0, sheet.frame.height, eager=True)})
    groups = keys.group_by("account", "currency", maintain_order=True).agg("row")
    return tuple(_statement(sheet, lines, str(a), str(c), list(rows)) for a, c, rows in groups.iter_rows())


def _currencies(sheet: sheets.Sheet, columns: Columns) -> pl.Series:
    """The currency of each row: of its column, else of the amount column's name (`Betrag (EUR)`), else ""."""
    name = columns.one("currency")
    if name is not None:
        return sheets.text_column(sheet, name).fill_null("").str.strip_chars().str.to_uppercase()
    heads = [columns.one(role) or "" for role in ("amount", "credit", "debit", "balance")]
    found = {_SIGNS.get(sign, code) for head in heads for code, sign in _CODE.findall(head)} & (_CURRENCIES | {""})
    found.discard("")
    code = found.pop() if len(found) == 1 else ""
    return pl.Series([code], dtype=pl.String).new_from_index(0, sheet.frame.height)


def _accounts(sheet: sheets.Sheet, columns: Columns) -> pl.Series:
    """The statement's own account of each row: a column named so counts only when it is filled and repeats, since some
    banks name the other party's account the same; else the one IBAN above the table."""
    name = columns.one("own_account")
    if name is not None:
        values = sheets.text_column(sheet, name).fill_null("").str.replace_all(" ", "")
        distinct = values.n_unique()
        if (values != "").all() and (distinct == 1 or distinct * 3 <= len(values)):
            return values
        columns.by_role["iban"] = (*columns.all("iban"), name)
    above = {found for text in sheet.report.preamble if (found := iban_in(text))}
    account = above.pop() if len(above) == 1 else ""
    return pl.Series([account], dtype=pl.String).new_from_index(0, sheet.frame.height)


def _statement(sheet: sheets.Sheet, lines: Lines, account: str, currency: str, rows: list[int]) -> Statement:
    draft = Draft(account=account, currency=currency)
    booked = [row for row in rows if lines.book(draft, row)]
    settled = [row for row in booked if not lines.pending[row]]
    _balance(sheet, lines, draft, settled)
    if not draft.account:
        repeated = [found for ibans in lines.ibans if len(found := {iban_in(ibans[row]) for row in booked}) == 1]
        draft.account = repeated[0].pop() if repeated and len(booked) > 1 else ""
    return draft.done()


def _balance(sheet: sheets.Sheet, lines: Lines, draft: Draft, rows: list[int]) -> None:
    """Opening and closing from the running balance, whichever way the lines run; named where it does not follow."""
    balances = [lines.balances[row] for row in rows]
    amounts = [int(lines.amounts[row] or 0) for row in rows]
    if not rows or balances[0] is None or balances[-1] is None:
        return
    down = _breaks(balances, amounts)
    up = _breaks(balances[::-1], amounts[::-1])
    newest_first = len(up) < len(down) or (
        len(up) == len(down) and _falls(lines.booked[rows[0]], lines.booked[rows[-1]])
    )
    if newest_first:
        rows, balances, amounts = rows[::-1], balances[::-1], amounts[::-1]
    first, last = balances[0], balances[-1]
    if first is None or last is None:
        return
    draft.opening = from_minor(first - amounts[0], draft.currency)
    draft.closing = from_minor(last, draft.currency)
    broken = up if newest_first else down
    if broken:
        draft.note("OF699", draft.account, rows=sheet.places([rows[index] for index in broken]))


def _falls(first: object, last: object) -> bool:
    return first is not None and last is not None and str(first) > str(last)  # ISO days sort as text


def _breaks(balances: Sequence[int | None], amounts: Sequence[int]) -> list[int]:
    """Positions whose balance is not the one before plus their amount."""
    broken = []
    for index in range(1, len(balances)):
        before, here = balances[index - 1], balances[index]
        if before is not None and here is not None and before + amounts[index] != here:
            broken.append(index)
    return broken
