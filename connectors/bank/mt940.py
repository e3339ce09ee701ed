"""SWIFT MT940 (customer statement) and MT942 (interim report), with the dialects that banks print.

Source: SWIFT Standards, category 9, MT940 and MT942 field specifications; the deviations met in the wild: no message
blocks, several :86: for one :61:, amounts without a comma, bank headers between messages, :NS: details.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from config.errors import DocumentRefused
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.mt940_details import Details, read_details
from connectors.bank.values import comma_amount, decode, fold, six_digit_date

__all__ = ["read_mt940"]

_TAG: Final = re.compile(r":(20|21|25P?|28C?|13D?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):(.*)", re.DOTALL)
_END: Final = re.compile(r"-\}?.{0,12}|\{5:.*|\x03|\x01")
_BALANCE: Final = re.compile(r"([CD])\s*(\d{6})\s*([A-Z]{3})?\s*(\d[\d,.]*)")
_LINE: Final = re.compile(
    r"(?P<value>\d{6})\s*(?P<entry>\d{4})?\s*(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?\s*(?P<amount>\d{1,18}(?:[,.]\d{0,6})?)"
    r"(?P<type>[A-Z][A-Z0-9 ]{3})?(?P<rest>.*)",
    re.DOTALL,
)
_NO_REFERENCE: Final = frozenset({"NONREF", "NOREF", "NOTPROVIDED", "KREF+", "EREF+", "MREF+", "PREF+", ""})


@dataclass(slots=True)
class _Field:
    """One field: its tag, its content with line ends, and the line it starts on."""

    tag: str
    text: str
    line: int


def read_mt940(data: bytes, *, name: str = "") -> BankFile:
    """Read a file of MT940 or MT942 messages.

    Raises:
        DocumentRefused: OF665 there is no field of a statement in it.
    """
    text, _ = decode(data)
    statements = tuple(_Message(fields).statement() for fields in _messages(text))
    if not statements:
        raise DocumentRefused("OF665", name, why="no field of an MT940 or MT942 message")
    return BankFile("mt940", statements)


def _fields(text: str) -> Iterator[_Field]:
    """The fields in order; `{4` where a message's text block starts, `-` where a message ends."""
    current: _Field | None = None
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        line = raw.strip("\x00\x01\x03")
        if line.startswith("{") and (block := line.rfind("{4:")) >= 0:
            if current:
                yield current
            current = None
            yield _Field("{4", "", number)
            line = line[block + 3 :]
        found = _TAG.match(line)
        if found:
            if current:
                yield current
            current = _Field(found[1], found[2], number)
        elif _END.fullmatch(line):
            if current:
                yield current
            current = None
            yield _Field("-", "", number)
        elif current:
            current.text += "\n" + line
    if current:
        yield current


def _messages(text: str) -> Iterator[list[_Field]]:
    """Fields of one statement each: a message ends at the next text block or :20:, or where a new account or opening
    balance follows a closing one or a trailer. (An entry behind the trailer belongs to nothing else.)"""
    message: list[_Field] = []
    closed = False
    for field in _fields(text):
        if field.tag in ("{4", "20") or (closed and field.tag in ("25", "25P", "60F", "60M")):
            if message:
                yield message
            message, closed = [], False
        closed = closed or field.tag == "-" or field.tag.startswith("62")
        if field.tag not in ("{4", "-"):
            message.append(field)
    if message:
        yield message


class _Message:
    """One message on its way to a statement."""

    def __init__(self, fields: list[_Field]) -> None:
        self._fields = fields
        self._draft = Draft()

    def statement(self) -> Statement:
        draft = self._draft
        pending: _Field | None = None
        details: list[_Field] = []
        for field in self._fields:
            if field.tag in ("86", "NS") and pending is not None:
                details.append(field)
                continue
            if pending is not None:
                self._book(pending, details)
                pending, details = None, []
            if field.tag == "61":
                pending = field
            else:
                self._take(field)
        if pending is not None:
            self._book(pending, details)
        return draft.done()

    def _take(self, field: _Field) -> None:
        draft, text = self._draft, field.text.strip()
        if field.tag in ("25", "25P"):
            self._account(text, field)
        elif field.tag in ("28", "28C"):
            draft.number = text
        elif field.tag in ("60F", "60M", "62F", "62M"):
            self._balance(field)
        elif field.tag == "34F":
            draft.kind = "report"
            draft.currency = draft.currency or (text[:3] if re.match(r"[A-Z]{3}", text) else "")
        elif field.tag in ("90C", "90D"):
            self._control(field)

    def _account(self, text: str, field: _Field) -> None:
        draft = self._draft
        if draft.account:
            draft.note("OF694", f"line {field.line}", what="a second :25:", value=fold(text)[:60])
            return
        draft.account = fold(text)
        suffix = re.fullmatch(r".*\d[ /]?([A-Z]{3})", draft.account)
        if suffix and not draft.currency:
            draft.currency = suffix[1]

    def _balance(self, field: _Field) -> None:
        found = _BALANCE.match(field.text.strip())
        amount = comma_amount(found[4]) if found else None
        if found is None or amount is None:
            self._draft.note("OF686", f"line {field.line}", value=field.text[:60], field=f"balance :{field.tag}:")
            return
        signed = -amount if found[1] == "D" else amount
        self._draft.currency = found[3] or self._draft.currency
        if field.tag.startswith("62"):
            self._draft.closing = signed
        elif self._draft.opening is None:
            self._draft.opening = signed

    def _control(self, field: _Field) -> None:
        """:90D: and :90C: of an MT942: number, currency and sum of the debits or credits."""
        found = re.match(r"(\d{1,5})([A-Z]{3})(\d[\d,.]*)", field.text.strip())
        amount = comma_amount(found[3]) if found else None
        if found and amount is not None:
            self._draft.currency = self._draft.currency or found[2]
            self._draft.declared["debit" if field.tag == "90D" else "credit"] = amount

    def _book(self, field: _Field, details: list[_Field]) -> None:
        draft = self._draft
        head, _, supplement = field.text.partition("\n")
        found = _LINE.match(head)
        if found is None:  # the amount wrapped onto the next line
            second, _, supplement = supplement.partition("\n")
            found = _LINE.match(head.rstrip() + second.strip())
        amount = comma_amount(found["amount"]) if found else None
        if found is None or amount is None:
            draft.note("OF686", f"line {field.line}", value=fold(field.text)[:60], field="entry :61:")
            return
        valued = self._day(found["value"], field)
        mark = found["mark"]
        reference, bank_id, more = _references(found["rest"])
        supplement = fold(f"{more} {supplement}")
        known = read_details([one.text for one in details], tags=[one.tag for one in details])
        draft.book(
            amount if mark in ("C", "RD", "EC") else -amount,
            line=field.line,
            booked=_entry_date(found["entry"], valued) or valued,
            value_date=valued,
            reference=reference or known.reference,
            end_to_end_id=known.end_to_end_id,
            name=known.name,
            iban=known.iban,
            text=_text(known, supplement),
            bank_ids=tuple(one for one in (bank_id, known.bank_id) if one),
            reversal=mark.startswith("R"),
            pending=mark.startswith("E"),
            code=(found["type"] or "").strip() + (f"+{known.code}" if known.code else ""),
        )

    def _day(self, text: str, field: _Field) -> date | None:
        day = six_digit_date(text)
        if day is None:
            self._draft.note("OF690", f"line {field.line}", value=text)
        elif day.day != int(text[4:]):
            self._draft.note("OF693", f"line {field.line}", value=text, taken=day)
        return day


def _references(rest: str) -> tuple[str, str, str]:
    """Customer reference, the bank's reference and what follows, of subfields 7 to 9 of :61:."""
    customer, slashes, bank = rest.partition("//")
    more = ""
    if not slashes and len(customer) > 16:  # name or account printed on behind the 16 places of the reference
        customer, more = customer[:16], customer[16:]
    customer, bank = customer.strip(), bank.strip()
    return (
        "" if customer.upper() in _NO_REFERENCE else customer,
        "" if bank.upper() in _NO_REFERENCE else bank,
        more.strip(),
    )


def _text(known: Details, supplement: str) -> str:
    if supplement and supplement not in known.text:
        return fold(f"{known.text} {supplement}")
    return known.text


def _entry_date(text: str | None, valued: date | None) -> date | None:
    """The day MMDD nearest to the value date, so that a turn of the year comes out right."""
    if not text or valued is None:
        return None
    days = [six_digit_date(f"{year % 100:02d}{text}") for year in (valued.year - 1, valued.year, valued.year + 1)]
    found = [day for day in days if day is not None and abs(day - valued) < timedelta(days=200)]
    return min(found, key=lambda day: abs(day - valued), default=None)
