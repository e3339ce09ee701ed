"""Norma 43 of the Spanish banks (AEB/CECA, Cuaderno 43): fixed records of 80 places.

11 account, 22 entry, 23 its text (up to five), 24 its amount in another currency, 33 end of account with totals, 88 end
of file with the number of records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from config.errors import DocumentRefused, Reason
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.values import decode, fold, six_digit_date

__all__ = ["read_norma43"]

_CURRENCIES: Final = {
    "978": "EUR", "840": "USD", "826": "GBP", "756": "CHF", "392": "JPY", "752": "SEK", "578": "NOK", "208": "DKK",
    "985": "PLN", "203": "CZK", "348": "HUF", "946": "RON", "124": "CAD", "036": "AUD", "554": "NZD", "484": "MXN",
    "986": "BRL", "032": "ARS", "152": "CLP", "170": "COP", "604": "PEN", "156": "CNY", "504": "MAD", "949": "TRY",
    "724": "ESP", "414": "KWD", "784": "AED", "682": "SAR", "344": "HKD", "702": "SGD", "710": "ZAR", "356": "INR",
    "975": "BGN", "643": "RUB", "376": "ILS", "764": "THB", "410": "KRW", "788": "TND", "012": "DZD", "818": "EGP",
}  # fmt: skip
_MONEY: Final = re.compile(r"\d{14}")


@dataclass(slots=True)
class _Reader:
    where: str
    statements: list[Statement] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    draft: Draft | None = None
    entry: dict[str, Any] | None = None
    amount: Decimal = Decimal(0)

    def take(self, number: int, record: str) -> None:
        kind = record[:2]
        if kind == "11":
            self.close()
            self._open(number, record)
        elif kind == "22":
            self._flush()
            self._entry(number, record)
        elif kind == "23" and self.entry is not None:
            self.entry["texts"] += [record[4:42].strip(), record[42:80].strip()]
        elif kind == "24":
            return
        elif kind == "33":
            self._flush()
            self._end(number, record)
            self.close()
        elif kind == "88":
            self.close()
        elif record.strip("\x1a\0 "):
            self.remarks.append(Reason("OF694", f"line {number}", {"what": "A record", "value": record[:60]}))

    def _open(self, number: int, record: str) -> None:
        draft = Draft(account=record[2:20].strip(), currency=_CURRENCIES.get(record[47:50], ""))
        draft.opening = self._balance(draft, number, record[32:33], record[33:47])
        if not draft.currency:
            draft.note("OF689", f"line {number}", field=f"currency (numeric code {record[47:50]})")
        self.draft = draft

    def _balance(self, draft: Draft, number: int, sign: str, digits: str) -> Decimal | None:
        if not _MONEY.fullmatch(digits) or sign not in ("1", "2"):
            draft.note("OF686", f"line {number}", value=f"{sign}{digits}", field="balance")
            return None
        amount = Decimal(digits).scaleb(-2)
        return -amount if sign == "1" else amount

    def _entry(self, number: int, record: str) -> None:
        if self.draft is None:
            self.remarks.append(
                Reason("OF694", f"line {number}", {"what": "An entry outside an account", "value": record[:60]})
            )
            return
        sign, digits = record[27:28], record[28:42]
        if not _MONEY.fullmatch(digits) or sign not in ("1", "2"):
            self.draft.note("OF686", f"line {number}", value=f"{sign}{digits}", field="amount")
            return
        booked = self._day(number, record[10:16])
        self.amount = Decimal(digits).scaleb(-2) * (-1 if sign == "1" else 1)
        references = [part.strip() for part in (record[52:64], record[64:80])]
        document = record[42:52].strip()
        self.entry = {
            "line": number,
            "booked": booked,
            "value_date": six_digit_date(record[16:22]),
            "reference": next((one for one in references if one.strip("0 ")), ""),
            "bank_ids": (document,) if document.strip("0 ") else (),
            "code": f"{record[22:24]}/{record[24:27]}",
            "texts": [],
        }

    def _day(self, number: int, text: str) -> date | None:
        day = six_digit_date(text)
        if day is None and self.draft is not None:
            self.draft.note("OF690", f"line {number}", value=text)
        return day

    def _flush(self) -> None:
        if self.entry is None or self.draft is None:
            return
        texts = [text for text in self.entry.pop("texts") if text]
        self.draft.book(self.amount, text=fold(" ".join(texts)), **self.entry)
        self.entry = None

    def _end(self, number: int, record: str) -> None:
        draft = self.draft
        if draft is None:
            return
        draft.closing = self._balance(draft, number, record[58:59], record[59:73])
        for control, count_at, sum_at in (("debit", 20, 25), ("credit", 39, 44)):
            count, total = record[count_at : count_at + 5], record[sum_at : sum_at + 14]
            if _MONEY.fullmatch(total):
                draft.declared[control] = Decimal(total).scaleb(-2)
            found = sum((entry.amount < 0) is (control == "debit") for entry in draft.entries)
            if re.fullmatch(r"[0-9]{5}", count) and int(count) != found:
                draft.note("OF691", draft.account, control=f"number of {control}s", declared=int(count), found=found)

    def close(self) -> None:
        self._flush()
        if self.draft is not None:
            self.statements.append(self.draft.done())
            self.draft = None


def read_norma43(data: bytes, *, name: str = "") -> BankFile:
    """Read a Norma 43 file.

    Raises:
        DocumentRefused: OF665 there is no account record (11) in it.
    """
    text, _ = decode(data)
    reader = _Reader(name)
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line.strip():
            reader.take(number, line.ljust(80))
    reader.close()
    if not reader.statements:
        raise DocumentRefused("OF665", name, why="no account record (11)")
    return BankFile("norma43", tuple(reader.statements), tuple(reader.remarks))
