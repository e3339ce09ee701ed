"""The sample record that a person enters while recording: its fields, and how a text is a field's value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

__all__ = ["DATES", "Field", "Way", "fields_of", "number", "ways", "words"]

DATES = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%y", "%d.%m.%y",
         "%m/%d/%y", "%d%m%Y", "%Y%m%d", "%d%m%y", "%d %m %Y", "%m-%d-%Y")  # fmt: skip
Kind = Literal["text", "date", "amount", "number"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the sample: of the record itself, or of a line of one of its lists (`line` from 1)."""

    name: str
    value: str
    list: str = ""
    line: int = 0

    @property
    def path(self) -> str:
        """As in a table's column: `taxes.1.base`."""
        return f"{self.list}.{self.line}.{self.name}" if self.list else self.name

    @property
    def template(self) -> str:
        """As steps name it."""
        return f"{{line.{self.name}}}" if self.list else f"{{{self.name}}}"


@dataclass(frozen=True, slots=True)
class Way:
    """How a text is a value: as it is, or as a date or number written in a system's way.

    Attributes:
        pattern: of a date, for strptime.
        decimal, thousands: marks that the text shows, "" for none.
        places: digits after the decimal mark.
        exact: the text says just as much as the value: `21` for 21, not `21,00`.
    """

    kind: Kind
    pattern: str = ""
    decimal: str = ""
    thousands: str = ""
    places: int = 0
    exact: bool = True


def fields_of(record: Mapping[str, Any]) -> list[Field]:
    """All values that are not empty, lists line by line."""
    found: list[Field] = []
    for name, value in record.items():
        if isinstance(value, list):
            for line, entry in enumerate(value, 1):
                found += [Field(str(key), text, name, line) for key, one in entry.items() if (text := _text(one))]
        elif text := _text(value):
            found.append(Field(str(name), text))
    return found


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def number(text: str) -> Decimal | None:
    """A canonical number, None for anything else."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def ways(value: str, text: str) -> list[Way]:
    """All ways in which a text that was typed or shown is a value; none when it is not."""
    text = " ".join(text.split())
    if not text:
        return []
    found = [Way("text")] if text == value else []
    found += _as_date(value, text)
    if (wanted := number(value)) is not None:
        found += _as_number(value, wanted, text)
    return found


def _as_date(value: str, text: str) -> Iterator[Way]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value) or not re.search(r"\d", text):
        return
    for pattern in DATES:
        try:
            if datetime.strptime(text, pattern).date() == date.fromisoformat(value):  # noqa: DTZ007 - a date has no zone
                yield Way("date", pattern=pattern)
        except ValueError:
            continue


def _as_number(value: str, wanted: Decimal, text: str) -> Iterator[Way]:
    bare = re.sub(r"\s*(?:[€$£%]|[A-Z]{3})$|^(?:[€$£]|[A-Z]{3})\s*", "", text)
    for decimal, thousands in ((".", ",' "), (",", ".' ")):
        marks = "".join(f"\\{mark}" for mark in thousands)
        shape = rf"-?(\d+|\d{{1,3}}([{marks}])\d{{3}}(\2\d{{3}})*)(\{decimal}(\d+))?"
        found = re.fullmatch(shape, bare)
        if found is None:
            continue
        plain = re.sub(rf"[{marks}]", "", bare).replace(decimal, ".")
        if Decimal(plain) != wanted:
            continue
        places, mark = len(found[5] or ""), found[2] or ""
        exact = places == len(value.partition(".")[2]) and bare == text
        if found[4]:
            yield Way("amount", "", decimal, mark, places, exact)
            if places == len(value.partition(".")[2]):
                yield Way("number", "", decimal, mark, places, exact)
        else:
            yield Way("number", "", "", mark, 0, exact)


def words(fields: list[Field]) -> set[str]:
    """Every value in every way that it may be written: what pages are to tell of what they show."""
    found: set[str] = set()
    for field in fields:
        found.add(field.value)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", field.value):
            found |= {date.fromisoformat(field.value).strftime(pattern) for pattern in DATES}
        if (value := number(field.value)) is not None:
            found |= {f"{value:.{places}f}" for places in range(5) if round(value, places) == value}
            found.add(f"{value.normalize():f}")
    return found
