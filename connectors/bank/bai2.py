"""BAI2 cash management files (Bank Administration Institute, version 2, 1986 to 2005; the field tables of BTRS keep
them).

Records are `code,fields/`; 88 continues the record before it. 01 file, 02 group, 03 account, 16 transaction,
49, 98 and 99 trailers with control totals. Amounts are integers with the currency's implied decimal places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from config.errors import DocumentRefused, Reason
from config.money import exponent
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.values import decode, fold, six_digit_date

__all__ = ["read_bai2"]

_RECORD: Final = re.compile(r"\s*(01|02|03|16|49|88|98|99),?")
_GLUED: Final = re.compile(r"/[ \t]+(?=(?:01|02|03|16|49|88|98|99),)")
_AMOUNT: Final = re.compile(r"[+-]?\d{1,18}")
_TEXT_RECORDS: Final = frozenset({"16", "88"})


@dataclass(slots=True)
class _Record:
    """A logical record: its code, the lines of its fields (the record and its 88s), and where it starts."""

    code: str
    parts: list[str]
    line: int

    def fields(self) -> list[str]:
        """All fields; a continuation starts a new field unless the line before ended in the middle of one."""
        return [one for part in self.parts for one in part.split(",")]


@dataclass(slots=True)
class _Account:
    draft: Draft
    records: int = 1
    control: int = 0


@dataclass(slots=True)
class _Reader:
    """State of one pass: the group's date and currency, the account that is open, what was finished."""

    where: str
    statements: list[Statement] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    group_day: date | None = None
    group_currency: str = ""
    account: _Account | None = None

    def take(self, record: _Record) -> None:
        if record.code == "02":
            self._close()
            fields = record.fields()
            self.group_day = six_digit_date(_at(fields, 3))
            self.group_currency = _at(fields, 5).upper()
        elif record.code == "03":
            self._close()
            self._open(record)
        elif record.code == "16":
            if self.account is None:
                facts = {"what": "a transaction outside an account", "value": ",".join(record.parts)[:60]}
                self.remarks.append(Reason("OF694", f"line {record.line}", facts))
            else:
                self._transaction(self.account, record)
        elif record.code == "49":
            if self.account is not None:
                self._trailer(self.account, record)
            self._close()
        elif record.code in ("98", "99"):
            self._close()

    def _close(self) -> None:
        if self.account is not None:
            self.statements.append(self.account.draft.done())
            self.account = None

    def _open(self, record: _Record) -> None:
        fields = record.fields()
        currency = _at(fields, 1).upper() or self.group_currency or "USD"  # the standard's default
        draft = Draft(account=_at(fields, 0).strip(), currency=currency)
        self.account = _Account(draft, records=len(record.parts))
        for code, amount in _summaries(fields[2:]):
            if amount is None:
                continue
            self.account.control += amount
            value = _scaled(amount, currency)
            if code == "010":
                draft.opening = value
            elif code == "015":
                draft.closing = value

    def _transaction(self, account: _Account, record: _Record) -> None:
        draft = account.draft
        account.records += len(record.parts)
        fields = record.parts[0].split(",")
        extra = list(record.parts[1:])
        while extra and _at(fields, 2) in ("V", "S", "D") and len(fields) <= _funds(fields, 2):
            fields += extra.pop(0).split(",")  # the funds type runs on into the continuation
        code, text = _at(fields, 0).strip(), _at(fields, 1).strip()
        if not text:
            amount: int | None = 0
        else:
            amount = int(text) if _AMOUNT.fullmatch(text) else None
        sign = _direction(code)
        if amount is None or not sign:
            draft.note("OF686", f"line {record.line}", value=",".join(fields)[:60], field="transaction type or amount")
            return
        account.control += amount
        funds = _funds(fields, 2)
        valued = six_digit_date(_at(fields, 3)) if _at(fields, 2) == "V" else None
        bank_id, reference = _at(fields, funds).strip(), _at(fields, funds + 1).strip()
        notes = [",".join(fields[funds + 2 :]), *extra]
        draft.book(
            sign * _scaled(amount, draft.currency),
            line=record.line,
            booked=self.group_day or valued,
            value_date=valued,
            reference=reference,
            text=fold(" ".join(note.strip() for note in notes)),
            bank_ids=(bank_id,) if bank_id else (),
            code=code,
        )

    def _trailer(self, account: _Account, record: _Record) -> None:
        """Control total: the sum of all amounts of the account's records; and the number of those records."""
        account.records += 1
        fields = record.fields()
        declared, records = _at(fields, 0).strip(), _at(fields, 1).strip()
        draft = account.draft
        if _AMOUNT.fullmatch(declared) and int(declared) != account.control:
            draft.note("OF691", draft.account, control="total", declared=declared, found=account.control)
        if records.isdecimal() and len(records) < 10 and int(records) != account.records:
            draft.note("OF691", draft.account, control="records", declared=records, found=account.records)

    def finish(self) -> None:
        if self.account is not None:
            self.remarks.append(Reason("OF694", self.where, {"what": "An account without its trailer", "value": "49"}))
        self._close()


def read_bai2(data: bytes, *, name: str = "") -> BankFile:
    """Read a BAI2 file.

    Raises:
        DocumentRefused: OF665 there is no account record in it.
    """
    text, _ = decode(data)
    reader = _Reader(name)
    for record in _records(text, reader.remarks):
        reader.take(record)
    reader.finish()
    if not reader.statements:
        raise DocumentRefused("OF665", name, why="no account record (03)")
    return BankFile("bai2", tuple(reader.statements), tuple(reader.remarks))


def _records(text: str, remarks: list[Reason]) -> Iterator[_Record]:
    """Logical records. Records that a transfer glued into one line (`.../ 16,...`) are parted where one ends and a
    record code with its comma follows."""
    current: _Record | None = None
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        for physical in _GLUED.split(line):
            found = _RECORD.match(physical)
            content = physical[found.end() :] if found else physical
            content, ended = content.rstrip(), content.rstrip().endswith("/")
            content = (
                content.removesuffix("/")
                if ended or (found and found[1] in _TEXT_RECORDS)
                else content.removesuffix(",")
            )
            if found and found[1] == "88" and current is not None:
                current.parts.append(content)
            elif found:
                if current is not None:
                    yield current
                current = _Record(found[1], [content], number)
            elif content.strip() and current is not None and current.code in _TEXT_RECORDS:
                current.parts[-1] += content  # a text field broken by a line end
            elif content.strip(" \0\x1a"):
                remarks.append(Reason("OF694", f"line {number}", {"what": "A record", "value": content[:60]}))
    if current is not None:
        yield current


def _at(fields: list[str], position: int) -> str:
    return fields[position] if position < len(fields) else ""


def _scaled(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def _direction(code: str) -> int:
    """1 credit, -1 debit, 0 unknown: uniform BAI type codes 100-399 credit, 400-699 debit, 720-759 loan credits,
    760-799
    loan debits, 920-959 the bank's own credits, 960-999 its debits."""
    if not code.isdecimal() or len(code) != 3:
        return 0
    number = int(code)
    if 100 <= number <= 399 or 720 <= number <= 759 or 920 <= number <= 959:
        return 1
    if 400 <= number <= 699 or 760 <= number <= 799 or 960 <= number <= 999:
        return -1
    return 0


def _funds(fields: list[str], at: int) -> int:
    """Position behind the funds type: Z, 0, 1, 2 or blank alone; V with date and time; S with three amounts; D with
    pairs.
    """
    kind = _at(fields, at).strip()
    if kind == "V":
        return at + 3
    if kind == "S":
        return at + 4
    if kind == "D":
        count = _at(fields, at + 1).strip()
        return at + 2 + 2 * (int(count) if count.isdecimal() and len(count) < 4 else 0)
    return at + 1


def _summaries(fields: list[str]) -> Iterator[tuple[str, int | None]]:
    """Type code and amount of each status or summary of an 03 record: code, amount, item count, funds type."""
    at = 0
    while at < len(fields):
        code = fields[at].strip()
        if not code:
            at += 1
            continue
        text = _at(fields, at + 1).strip()
        yield code, int(text) if _AMOUNT.fullmatch(text) else None
        at = _funds(fields, at + 3)
