"""The lines of a bank's table: amounts with their sign, days, parties, one value for each row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from config.money import from_minor
from connectors import sheets
from connectors.bank.column_names import Columns, is_debit, is_pending
from connectors.bank.model import Draft
from connectors.bank.values import fold, iban_in

__all__ = ["Lines", "read_lines"]

Texts = list[list[str]]


@dataclass(slots=True)
class Lines:
    """Columns of values, one a row of the sheet; amounts and balances in minor units.

    `wrong` are rows that hold something else than an amount, `finer` rows whose amount is finer than a minor unit.
    """

    sheet: sheets.Sheet
    amounts: list[int | None]
    wrong: frozenset[int]
    finer: frozenset[int]
    booked: list[date | None]
    valued: list[date | None]
    balances: list[int | None]
    pending: list[bool]
    texts: Texts
    references: Texts
    parties: Texts
    payers: Texts
    payees: Texts
    ibans: Texts
    end_to_end: Texts

    def book(self, draft: Draft, row: int) -> bool:
        """Book one row; False when it has no amount, which is noted."""
        minor = self.amounts[row]
        if minor is None or row in self.wrong:
            cells = " | ".join(str(cell) for cell in self.sheet.frame.row(row) if cell is not None)
            if row in self.wrong:
                draft.note("OF686", self.sheet.place(row), value=cells[:80], field="amount")
            else:
                draft.note("OF694", self.sheet.place(row), what="A line without an amount", value=cells[:80])
            return False
        if row in self.finer:
            draft.note(
                "OF687", self.sheet.place(row), amount=from_minor(minor, draft.currency), currency=draft.currency
            )
        booked, valued = self.booked[row], self.valued[row]
        if booked is None and valued is None:
            draft.note("OF690", self.sheet.place(row), value=" | ".join(map(str, self.sheet.frame.row(row)))[:60])
        ibans = (iban_in(one[row]) or one[row].replace(" ", "") for one in self.ibans)
        draft.book(
            from_minor(minor, draft.currency),
            line=int(self.sheet.rows[row]),
            booked=booked,
            value_date=valued,
            reference=_first(self.references, row),
            end_to_end_id=_first(self.end_to_end, row),
            name=self._party(row, minor),
            iban=next((iban for iban in ibans if iban), ""),
            text=fold(" ".join(text[row] for text in self.texts)),
            pending=self.pending[row],
        )
        return True

    def _party(self, row: int, minor: int) -> str:
        """The other party: who paid us, or whom we paid."""
        first, second = (self.payers, self.payees) if minor >= 0 else (self.payees, self.payers)
        return _first(self.parties, row) or _first(first, row) or _first(second, row)


def read_lines(sheet: sheets.Sheet, columns: Columns, currency: pl.Series) -> Lines:
    """Read the columns of a bank's table; `currency` is a code for each row."""
    height = sheet.frame.height
    none: list[date | None] = [None] * height
    booked, valued, balance = columns.one("booked"), columns.one("value_date"), columns.one("balance")
    valued_days = sheets.date_column(sheet, valued, strict=False).to_list() if valued else none
    status = columns.one("status")
    amounts = _amounts(sheet, columns, currency)
    balances = _money(sheet, balance, currency).values if balance else None
    return Lines(
        sheet=sheet,
        amounts=_with_fees(sheet, columns, currency, amounts.values, balances).to_list(),
        wrong=frozenset(amounts.unreadable),
        finer=frozenset(amounts.finer),
        booked=sheets.date_column(sheet, booked, strict=False).to_list() if booked else valued_days,
        valued=valued_days,
        balances=balances.to_list() if balances is not None else [None] * height,
        pending=[is_pending(word) for word in _text(sheet, status)] if status else [False] * height,
        texts=_texts(sheet, columns, "text"),
        references=_texts(sheet, columns, "reference"),
        parties=_texts(sheet, columns, "party"),
        payers=_texts(sheet, columns, "payer"),
        payees=_texts(sheet, columns, "payee"),
        ibans=_texts(sheet, columns, "iban"),
        end_to_end=_texts(sheet, columns, "end_to_end_id"),
    )


def _text(sheet: sheets.Sheet, name: str) -> list[str]:
    return sheets.text_column(sheet, name).fill_null("").str.strip_chars().to_list()


def _texts(sheet: sheets.Sheet, columns: Columns, role: str) -> Texts:
    return [_text(sheet, name) for name in columns.all(role)]


def _first(columns: Texts, row: int) -> str:
    return next((column[row] for column in columns if column[row]), "")


def _money(sheet: sheets.Sheet, name: str, currency: pl.Series) -> sheets.Parsed:
    known = sheet.report.column(name)
    mark = known.decimal_mark if known and not known.ambiguous else None
    return sheets.parse_money(sheet.frame[name], currency=currency, decimal_mark=mark)


def _amounts(sheet: sheets.Sheet, columns: Columns, currency: pl.Series) -> sheets.Parsed:
    """Signed amounts: of one column, with a column for its sign if there is one, or of a credit and a debit column."""
    amount, sign = columns.one("amount"), columns.one("indicator")
    if amount is None:
        return _of_two_columns(sheet, columns, currency)
    parsed = _money(sheet, amount, currency)
    if sign is None:
        return parsed
    minus = pl.Series([is_debit(word) for word in _text(sheet, sign)], dtype=pl.Boolean)
    signed = (-parsed.values.abs()).zip_with(minus, parsed.values)
    return sheets.Parsed(signed, parsed.unreadable, parsed.finer)


def _of_two_columns(sheet: sheets.Sheet, columns: Columns, currency: pl.Series) -> sheets.Parsed:
    paid_in = _money(sheet, str(columns.one("credit")), currency)
    paid_out = _money(sheet, str(columns.one("debit")), currency)
    neither = paid_in.values.is_null() & paid_out.values.is_null()
    out = paid_out.values.fill_null(0)
    # Some banks print debits with a minus in their own column, most without.
    net = paid_in.values.fill_null(0) - (out.abs() if (out <= 0).all() else out)
    values = net.zip_with(~neither, pl.Series([None], dtype=pl.Int64))
    return sheets.Parsed(values, (*paid_in.unreadable, *paid_out.unreadable), (*paid_in.finer, *paid_out.finer))


def _with_fees(
    sheet: sheets.Sheet, columns: Columns, currency: pl.Series, amounts: pl.Series, balances: pl.Series | None
) -> pl.Series:
    """Amounts less a fee column, where only so the running balance follows (some banks print the fee apart)."""
    name = columns.one("fee")
    if name is None or balances is None:
        return amounts
    less = amounts - _money(sheet, name, currency).values.fill_null(0)
    return less if _follows(less, balances, currency) > _follows(amounts, balances, currency) else amounts


def _follows(amounts: pl.Series, balances: pl.Series, currency: pl.Series) -> int:
    """How many lines a running balance follows from, in the better direction."""
    frame = pl.DataFrame({"a": amounts, "b": balances, "c": currency}).filter(pl.col("b").is_not_null())
    step = pl.col("b") - pl.col("b").shift(1).over("c")
    down = frame.select((step == pl.col("a")).sum()).item()
    up = frame.select((-step == pl.col("a").shift(1).over("c")).sum()).item()
    return int(max(down, up))
