"""Compare the lines of an e-invoice with the lines of its page, each with what stands in its own band of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bots.reader.printed import PrintedText
from bots.reader.reading import Box, Line, Reading, Value
from connectors.einvoice import EInvoice, EInvoiceLine

__all__ = ["NOTHING", "Difference", "line_differences", "line_holds"]

NOTHING = "–"
_CENT = Decimal("0.01")
_REACH = 60.0
"""Points above the first line of a page and below its last in which a line's own text stands."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that the XML and the page do not agree on.

    Attributes:
        field: a name of FIELDS, `type`, or a place such as `line 2 unit_price` or `tax 1 base`.
        xml: what the XML says.
        page: what the page's reading says, "–" when it has nothing for this field.
    """

    field: str
    xml: str
    page: str


def line_differences(einvoice: EInvoice, reading: Reading, printed: PrintedText) -> Iterator[Difference]:
    """Every value of a line that the page contradicts, or does not print at all.

    Where the page's reading has the same lines, a value must stand in its line's band: between the figures of the line
    before and those of the line after.  Elsewhere it must stand somewhere on the page.
    """
    bands = _bands(einvoice.lines, reading.lines, printed)
    for number, line in enumerate(einvoice.lines, start=1):
        if bands is None:
            found = _anywhere(line, printed)
        else:
            found = _within(line, reading.lines[number - 1], bands[number - 1])
        for name, seen in found:
            yield Difference(f"line {number} {name}", getattr(line, name), seen)


def _anywhere(line: EInvoiceLine, printed: PrintedText) -> Iterator[tuple[str, str]]:
    for name in ("quantity", "unit_price", "line_total"):
        if not _shown(getattr(line, name), printed) and (name == "line_total" or not _multiplies(line, printed)):
            yield name, NOTHING
    if line.description and not printed.shows(line.description):
        yield "description", NOTHING


def _within(line: EInvoiceLine, seen: Line, band: PrintedText) -> Iterator[tuple[str, str]]:
    computed = _multiplies(line, band)
    other = bool(line.quantity) and _certain(seen) and not _same(str(line.quantity), _read(seen.quantity))
    absent = not _shown(line.quantity, band) and not (seen.quantity is None and computed)
    if other or absent:
        yield "quantity", _read(seen.quantity)
    if not _shown(line.unit_price, band) and not computed:  # a price after discount, or of one piece, is not printed
        yield "unit_price", _read(seen.unit_price)
    if not _shown(line.line_total, band):
        yield "line_total", _read(seen.line_total)
    if seen.tax_rate is not None and line.tax_rate and not _same(seen.tax_rate.value, line.tax_rate):
        yield "tax_rate", seen.tax_rate.value
    if line.description and not band.shows(line.description):
        yield "description", _read(seen.description)


def _certain(seen: Line) -> bool:
    """Whether the page's own line multiplies out."""
    figures = (seen.quantity, seen.unit_price, seen.line_total)
    if None in figures:
        return False
    quantity, price, total = (value.value if value is not None else None for value in figures)
    return line_holds(EInvoiceLine(quantity=quantity, unit_price=price, line_total=total)) is True


def _read(value: Value | None) -> str:
    return value.value if value is not None else NOTHING


def _shown(text: str | None, printed: PrintedText) -> bool:
    return text is None or not Decimal(text) or printed.has_number(Decimal(text))


def _same(first: str, second: str) -> bool:
    return abs(Decimal(first)) == abs(Decimal(second))


def _multiplies(line: EInvoiceLine, printed: PrintedText) -> bool:
    """Whether quantity times price makes a line total that is printed: one of both may be computed, not printed."""
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return False
    quantity, price = Decimal(line.quantity), Decimal(line.unit_price)
    shown = printed.has_number(quantity) or printed.has_number(price) or abs(quantity) == 1
    return shown and printed.has_number(Decimal(line.line_total)) and line_holds(line) is True


def _bands(lines: Sequence[EInvoiceLine], seen: Sequence[Line], printed: PrintedText) -> list[PrintedText] | None:
    """The band of each line, None when the page's lines are not these: all totals but one must be the same."""
    if not lines or len(lines) != len(seen):
        return None
    places = [_place(line) for line in seen]
    equal = [
        line.line_total is None or (page.line_total is not None and _same(line.line_total, page.line_total.value))
        for line, page in zip(lines, seen, strict=True)
    ]
    if equal.count(False) > 1:
        return None
    known = [place for place in places if place is not None]
    return [_band(known, at, printed) for at in range(len(known))] if len(known) == len(places) else None


def _place(line: Line) -> tuple[int, Box] | None:
    """Page and box of a line's figures."""
    for value in (line.line_total, line.unit_price, line.quantity):
        if value is not None and value.page is not None and value.box is not None:
            return value.page, value.box
    return None


def _band(places: Sequence[tuple[int, Box]], at: int, printed: PrintedText) -> PrintedText:
    page, box = places[at]
    before = places[at - 1] if at else None
    after = places[at + 1] if at + 1 < len(places) else None
    top = before[1][3] if before is not None and before[0] == page else box[1] - _REACH
    if after is not None and after[0] == page:
        return printed.band(page, top, after[1][1])
    band = printed.band(page, top, box[3] + _REACH)
    return band + printed.band(after[0], after[1][1] - _REACH, after[1][1]) if after is not None else band


def line_holds(line: EInvoiceLine) -> bool | None:
    """Whether quantity times price, less the discount, makes the line's total; None when one of them is missing.

    The price may have been rounded in its last place: the total may be out by half of that, times the quantity.
    """
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return None
    quantity, price = Decimal(line.quantity), Decimal(line.unit_price)
    made = quantity * price - Decimal(line.discount or 0)
    places = len(line.unit_price.partition(".")[2])
    slack = _CENT + abs(quantity) * Decimal(5).scaleb(-places - 1)
    return abs(abs(made) - abs(Decimal(line.line_total))) <= slack
