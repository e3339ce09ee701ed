"""Bank statements as tables (csv in any dialect, workbooks): which column is what, told by its name and its values.

A file with several accounts or currencies becomes one statement for each: sums never cross a currency.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from config.errors import DocumentRefused
from config.money import from_minor
from connectors import sheets
from connectors.bank.column_names import Columns, find_columns, is_debit
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.values import fold, iban_in

__all__ = ["read_table"]


def read_table(data: bytes, *, name: str = "") -> BankFile:
    """Read a bank's table.

    Raises:
        DocumentRefused: OF659 it has no date or no amount column; and the refusals of `connectors.sheets.read`.
    """
    sheet = sheets.read(data, name=name)
    columns = find_columns(sheet.frame.columns)
    missing = [] if columns.one("booked") or columns.one("value_date") else ["date"]
    if not (columns.one("amount") or (columns.one("credit") and columns.one("debit"))):
        missing.append("amount")
    if missing:
        raise DocumentRefused("OF659", name, missing=", ".join(missing), known=", ".join(sheet.frame.columns)[:300])
    return BankFile(
        "csv" if sheet.report.format == "csv" else sheet.report.format,
        _statements(sheet, columns),
        sheet.report.remarks,
    )


def _statements(sheet: sheets.Sheet, columns: Columns) -> tuple[Statement, ...]:
    frame = sheet.frame
    text = pl.Series([""], dtype=pl.String).new_from_index(0, frame.height)
    currency_name, account_name = columns.one("currency"), columns.one("own_account")
    currency = _text(sheet, currency_name).str.to_uppercase() if currency_name else text
    account = _text(sheet, account_name).str.replace_all(" ", "") if account_name else text
    keys = pl.DataFrame({"account": account, "currency": currency, "row": pl.arange(0, frame.height, eager=True)})
    amounts, wrong = _amounts(sheet, columns, currency)
    lines = _Lines(sheet, columns, amounts, wrong)
    groups = keys.group_by("account", "currency", maintain_order=True).agg("row")
    return tuple(lines.statement(str(a), str(c), list(rows)) for a, c, rows in groups.iter_rows())


def _text(sheet: sheets.Sheet, name: str) -> pl.Series:
    return sheets.text_column(sheet, name).fill_null("").str.strip_chars()


def _amounts(sheet: sheets.Sheet, columns: Columns, currency: pl.Series) -> tuple[pl.Series, frozenset[int]]:
    """Signed minor units a row, null where there is none; and the rows that hold something else than an amount."""
    credit, debit, amount = columns.one("credit"), columns.one("debit"), columns.one("amount")
    if amount is not None:
        values, wrong = _money(sheet, amount, currency)
        sign = columns.one("indicator")
        if sign is not None:
            words = _text(sheet, sign)
            minus = pl.Series([is_debit(word) for word in words], dtype=pl.Boolean)
            values = (-values.abs()).zip_with(minus, values)
        return values, frozenset(wrong)
    paid_in, wrong_in = _money(sheet, str(credit), currency)
    paid_out, wrong_out = _money(sheet, str(debit), currency)
    neither = paid_in.is_null() & paid_out.is_null()
    out = paid_out.fill_null(0)
    # Some banks print debits with a minus in their own column, most without.
    net = paid_in.fill_null(0) - (out.abs() if (out <= 0).all() else out)
    return net.zip_with(~neither, pl.Series([None], dtype=pl.Int64)), frozenset(wrong_in) | frozenset(wrong_out)


def _money(sheet: sheets.Sheet, name: str, currency: pl.Series) -> tuple[pl.Series, Sequence[int]]:
    known = sheet.report.column(name)
    parsed = sheets.parse_money(
        sheet.frame[name], currency=currency, decimal_mark=known.decimal_mark if known and not known.ambiguous else None
    )
    return parsed.values, parsed.unreadable


class _Lines:
    """The rows of a table as entries."""

    def __init__(self, sheet: sheets.Sheet, columns: Columns, amounts: pl.Series, wrong: frozenset[int]) -> None:
        self._sheet = sheet
        self._amounts = amounts.to_list()
        self._wrong = wrong
        height = sheet.frame.height
        none: list[str] = [""] * height
        booked, valued = columns.one("booked"), columns.one("value_date")
        self._valued = sheets.date_column(sheet, valued, strict=False).to_list() if valued else [None] * height
        self._booked = sheets.date_column(sheet, booked, strict=False).to_list() if booked else self._valued
        self._date_texts = _text(sheet, booked or str(valued)).to_list()
        self._texts = [_text(sheet, name).to_list() for name in columns.all("text")]
        self._references = [_text(sheet, name).to_list() for name in columns.all("reference")]
        self._parties = [_text(sheet, name).to_list() for name in columns.all("party")]
        self._ibans = [_text(sheet, name).to_list() for name in columns.all("iban")]
        e2e = columns.one("end_to_end_id")
        self._e2e = _text(sheet, e2e).to_list() if e2e else none
        balance = columns.one("balance")
        currency = columns.one("currency")
        codes = _text(sheet, currency) if currency else pl.Series(none, dtype=pl.String)
        self._balances: list[int | None] = (
            _money(sheet, balance, codes.str.to_uppercase())[0].to_list() if balance else [None] * height
        )

    def statement(self, account: str, currency: str, rows: list[int]) -> Statement:
        draft = Draft(account=account, currency=currency)
        booked: list[int] = []
        for row in rows:
            if self._amounts[row] is None:
                if row in self._wrong:
                    draft.note(
                        "OF686", self._sheet.place(row), value=str(self._sheet.frame.row(row))[:80], field="amount"
                    )
                continue
            self._book(draft, row)
            booked.append(row)
        self._balance(draft, booked, currency)
        if not draft.account:
            own = {found for ibans in self._ibans for row in booked if (found := iban_in(ibans[row]))}
            draft.account = own.pop() if len(own) == 1 and len(booked) > 1 else ""
        return draft.done()

    def _book(self, draft: Draft, row: int) -> None:
        if self._booked[row] is None and self._valued[row] is None:
            draft.note("OF690", self._sheet.place(row), value=self._date_texts[row])
        ibans = [iban_in(one[row]) or one[row].replace(" ", "") for one in self._ibans]
        draft.book(
            from_minor(int(self._amounts[row] or 0), draft.currency),
            line=int(self._sheet.rows[row]),
            booked=self._booked[row],
            value_date=self._valued[row],
            reference=_first(self._references, row),
            end_to_end_id=self._e2e[row],
            name=_first(self._parties, row),
            iban=next((iban for iban in ibans if iban), ""),
            text=fold(" ".join(text[row] for text in self._texts)),
        )

    def _balance(self, draft: Draft, rows: list[int], currency: str) -> None:
        """Opening and closing from the running balance, whichever way the lines run; named where it does not follow."""
        balances = [self._balances[row] for row in rows]
        amounts = [int(self._amounts[row] or 0) for row in rows]
        if not rows or balances[0] is None or balances[-1] is None:
            return
        down = _breaks(balances, amounts)
        up = _breaks(balances[::-1], amounts[::-1])
        newest_first = len(up) < len(down) or (len(up) == len(down) and self._newest_first(rows))
        if newest_first:
            rows, balances, amounts = rows[::-1], balances[::-1], amounts[::-1]
        first, last = balances[0], balances[-1]
        if first is None or last is None:
            return
        draft.opening = from_minor(first - amounts[0], currency)
        draft.closing = from_minor(last, currency)
        broken = up if newest_first else down
        if broken:
            places = self._sheet.places([rows[index] for index in broken])
            draft.note("OF699", draft.account, rows=places)

    def _newest_first(self, rows: list[int]) -> bool:
        first, last = self._booked[rows[0]], self._booked[rows[-1]]
        return first is not None and last is not None and first > last


def _first(columns: list[list[str]], row: int) -> str:
    return next((column[row] for column in columns if column[row]), "")


def _breaks(balances: Sequence[int | None], amounts: Sequence[int]) -> list[int]:
    """Positions whose balance is not the one before plus their amount."""
    broken = []
    for index in range(1, len(balances)):
        before, here = balances[index - 1], balances[index]
        if before is not None and here is not None and before + amounts[index] != here:
            broken.append(index)
    return broken
