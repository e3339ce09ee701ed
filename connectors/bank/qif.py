"""QIF (Quicken Interchange Format): records of one-letter fields ended by `^`, in sections headed `!Type:`.

It names no currency, its dates follow the exporter's locale and its amounts too: both are inferred over the whole file
and reported where they could be otherwise. Source: Quicken's Interchange Format description (Intuit, 1990s to 2006).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from config.errors import Reason
from connectors.bank.model import BankFile, Draft
from connectors.bank.values import decode, fold, iso_date, plain_amount
from connectors.sheets.money import infer_decimal_mark

__all__ = ["read_qif"]

_CASH: Final = frozenset({"bank", "cash", "ccard", "oth a", "oth l"})
_DATE: Final = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*(['/.\-])\s*(\d{4}|\d{1,2})\s*")


@dataclass(slots=True)
class _Record:
    """One record: the first value of each letter, and the line it starts on."""

    section: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)


def read_qif(data: bytes, *, name: str = "") -> BankFile:
    """Read a QIF file; securities (`!Type:Invst`), categories and lists are counted, not read as entries."""
    text, _ = decode(data)
    records = [record for record in _records(text) if record.fields]
    cash = [record for record in records if record.section in _CASH]
    month_first, ambiguous = _month_first([record.fields.get("D", "") for record in cash])
    amounts = [record.fields.get("T", record.fields.get("U", "")) for record in cash]
    mark, unsure = infer_decimal_mark(pl.Series(amounts, dtype=pl.String))
    if unsure:
        mark = "."  # Quicken's own
    remarks = []
    if ambiguous:
        remarks.append(Reason("OF674", name, {"taken": "month-day-year" if month_first else "day-month-year"}))
    if unsure:
        remarks.append(Reason("OF673", name, {"taken": "."}))
    securities = sum(record.section == "invst" for record in records)
    if securities:
        remarks.append(Reason("OF696", name, {"count": str(securities)}))
    drafts = _drafts(records, month_first, mark or ".")
    if not drafts:
        remarks.append(Reason("OF665", name, {"why": "it holds no statement"}))
    return BankFile("qif", tuple(draft.done() for draft in drafts), tuple(remarks))


def _records(text: str) -> Iterator[_Record]:
    section = ""
    record = _Record("", 1)
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        line = raw.strip("\ufeff\0\x1a").rstrip()
        if line.startswith("!"):
            yield record
            head, _, kind = line[1:].partition(":")
            if head.strip().lower() == "type":
                section = kind.strip().lower()
            elif head.strip().lower() == "account":
                section = "account"
            record = _Record(section, number)
        elif line.startswith("^"):
            yield record
            record = _Record(section, number + 1)
        elif line and not line.startswith("#"):
            record.fields.setdefault(line[0], line[1:].strip())
    yield record


def _drafts(records: list[_Record], month_first: bool, mark: str) -> list[Draft]:
    """One statement for each section of entries; an `!Account` before it names it."""
    drafts: list[Draft] = []
    account, last = "", ""
    for record in records:
        if record.section == "account":
            account, last = record.fields.get("N", ""), ""
            continue
        key = f"{account}\0{record.section}"
        if record.section in _CASH:
            if key != last:
                drafts.append(Draft(account=account))
            _book(drafts[-1], record, month_first, mark)
        last = key
    return drafts


def _book(draft: Draft, record: _Record, month_first: bool, mark: str) -> None:
    fields = record.fields
    text = fields.get("T", fields.get("U", ""))
    amount = _amount(text, mark)
    if amount is None:
        draft.note("OF686", f"line {record.line}", value=text[:60], field="T (amount)")
        return
    booked = _date(fields.get("D", ""), month_first)
    if booked is None:
        draft.note("OF690", f"line {record.line}", value=fields.get("D", ""))
    number = fields.get("N", "")
    draft.book(
        amount,
        line=record.line,
        booked=booked,
        reference=number,
        name=fields.get("P", ""),
        text=fold(f"{fields.get('P', '')} {fields.get('M', '')}"),
        code=fields.get("L", ""),
    )


def _amount(text: str, mark: str) -> Decimal | None:
    bare = text.replace(" ", "").replace("," if mark == "." else ".", "")
    return plain_amount(bare.replace(",", "."))


def _month_first(texts: list[str]) -> tuple[bool, bool]:
    """Whether dates are month/day/year, and whether they could be the other way; month first when nothing tells."""
    pairs = [(int(found[1]), int(found[2])) for text in texts if (found := _DATE.fullmatch(text))]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first or month_first:
        return not day_first, day_first and month_first
    return True, any(first != second for first, second in pairs)


def _date(text: str, month_first: bool) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return iso_date(text)
    first, second, year = int(found[1]), int(found[2]), int(found[4])
    if len(found[4]) < 3:  # Quicken writes '06 for 2006 and /99 for 1999
        year += 2000 if found[3] == "'" or year < 80 else 1900
    month, day = (first, second) if month_first else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None
