"""Bank statements as tables (csv in any dialect, workbooks): which column is what, told by its name and its values.

A file with several accounts or currencies becomes one statement for each: sums never cross a currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from config.errors import DocumentRefused
from config.money import from_minor
from connectors import sheets
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.values import fold, iban_in
from connectors.sheets.header import plain

__all__ = ["Columns", "find_columns", "read_table"]

# In order: the first role whose pattern fits a column's name takes it. Patterns see names without accents, in lower case.
_ROLES: Final[tuple[tuple[str, str], ...]] = (
    ("value_date", r"value ?date|valuta ?datum|^valuta$|wertstellung|wert|fecha ?(?:de ?)?valor|f\.? ?valor|date ?(?:de ?)?valeur|"
                   r"data ?valuta|data ?valor|rentedatum|interest date|valueringsdag"),
    ("booked", r"^date$|^day$|book(?:ing|ed)?.?(?:date|day)|post(?:ing|ed)?.?(?:date|day)|transaction.?date|^datum|buchungs(?:tag|datum)|"
               r"buchung$|fecha|f\.? ?(?:operacion|contable)|date ?(?:d.)?(?:operation|comptab)|^data|data ?(?:operazione|contabile|movimento)|"
               r"boek(?:ings)?datum|transactie ?datum|bokforingsdag|dato|kuupaev|date.?(?:started|completed)|completed date|^date\b"),
    ("balance", r"balance|saldo|solde|kontostand|stand\b"),
    ("fee", r"^fees?$|^gebuhr|^comision$"),
    ("currency", r"^(?:currency|ccy|curr\.?|wahrung|waehrung|devise|divisa|moneda|valuta|munt|valuta ?kod)$|currency ?code|"
                 r"(?:account|transaction|konto) ?(?:currency|wahrung)|^monnaie$|^moeda$|^waluta$"),
    ("indicator", r"^(?:soll/haben|s/h|af ?bij|af/bij|dr ?/? ?cr|cr ?/? ?dr|d/c|c/d|debit ?/ ?credit|credit ?/ ?debit|signo|sens|"
                  r"credit ?debit ?(?:indicator|code)?|type of (?:entry|transaction))$"),
    ("credit", r"^(?:credit|cr|haben|abonos?|haber|ingresos?|credit amount|money in|paid in|amount in|gutschrift|avere|"
               r"entrate|accrediti?|bij|credito|deposits?|recettes|encaissement|zugang|amount credit)(?: ?\(?[a-z€$£]{0,3}\)?)?$"),
    ("debit", r"^(?:debit|dr|soll|cargos?|debe|gastos?|debit amount|money out|paid out|amount out|lastschrift|dare|"
              r"uscite|addebiti?|af|debito|withdrawals?|depenses|decaissement|abgang|amount debit)(?: ?\(?[a-z€$£]{0,3}\)?)?$"),
    ("amount", r"^(?:amount|amt|betrag|umsatz|importe|montant|importo|bedrag|belopp|belob|beloep|valor|value|kwota|castka|sum|montante|"
               r"transaction ?amount|net ?amount)\b(?!.*(?:currency|foreign|original|fee))|^(?:betrag|importe|amount|montant|bedrag)"),
    ("own_account", r"^(?:account|account ?(?:number|no\.?|iban)?|konto(?:nummer)?|cuenta|ccc|iban konto|compte|conto|rekening|"
                    r"auftragskonto|own ?account|rekeningnummer|iban ?/ ?bban|my account)$"),
    ("iban", r"iban|counter(?:party)? ?account|(?:beneficiary|payee|partner|recipient).?account|tegenrekening|gegenkonto|bank ?account|"
             r"kontonummer ?(?:des)?|cuenta ?(?:destino|origen|beneficiar)|compte ?(?:beneficiaire|tiers)"),
    ("party", r"counter ?party|partner|payee|payer|beneficiar|begunstigt|zahlungspflicht|auftraggeber|empfanger|name|ordenante|"
              r"tiers|debtor|creditor|sender|recipient|contraparte|beneficiaire|controparte|naam|merchant"),
    ("end_to_end_id", r"end.?to.?end|e2e|kundenreferenz"),
    ("reference", r"^ref\b|reference|referenc|referenz|referencia|riferimento|kenmerk|^numero|document|documento|cheque|check ?(?:no|num)|"
                  r"transaction ?id|^id$|mandat|invoice"),
    ("text", r"descri|detail|memo|narrative|text|label|libelle|verwendungszweck|zweck|concept|concepto|observ|purpose|mededeling|"
             r"omschrijving|causale|message|remittance|remark|particular|informacion|movimiento|comment|note|communication|category|type"),
)  # fmt: skip
_SINGLE: Final = frozenset(
    {"value_date", "booked", "balance", "currency", "indicator", "credit", "debit", "amount", "own_account"}
)
_DEBIT_SIGNS: Final = frozenset(
    {"d", "dr", "db", "debit", "dbit", "soll", "s", "af", "debe", "cargo", "-", "out", "debet", "dare", "adeudo"}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Role -> names of columns; `text`, `party`, `reference` may have several."""

    by_role: dict[str, tuple[str, ...]]

    def one(self, role: str) -> str | None:
        """The column of a role, None when there is none."""
        names = self.by_role.get(role)
        return names[0] if names else None

    def all(self, role: str) -> tuple[str, ...]:
        """All columns of a role."""
        return self.by_role.get(role, ())


def find_columns(names: Iterable[str]) -> Columns:
    """Which column of a bank's table is what, by the words banks use in ten languages."""
    roles: dict[str, list[str]] = {}
    for name in names:
        words = re.sub(r"[_\s]+", " ", plain(name)).strip()
        for role, pattern in _ROLES:
            if re.search(pattern, words) and not (role in _SINGLE and role in roles):
                roles.setdefault(role, []).append(name)
                break
    return Columns({role: tuple(found) for role, found in roles.items()})


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
            minus = pl.Series([plain(word) in _DEBIT_SIGNS for word in words], dtype=pl.Boolean)
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
        sheet.frame[name], currency=currency, decimal_mark=known.decimal_mark if known else None
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
