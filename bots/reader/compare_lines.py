"""Compare the lines of an e-invoice with the lines of its page, each with what stands in its own band of the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bots.reader.alignment import Band, bands_of
from bots.reader.printed import PrintedRow, PrintedText
from bots.reader.reading import Line, Reading, Value
from bots.reader.units import is_another_unit
from bots.reader.wording import written
from connectors.einvoice import EInvoice, EInvoiceLine

__all__ = ["NOTHING", "Difference", "line_differences", "line_holds", "other_words", "words_of"]

NOTHING = "–"
_CENT = Decimal("0.01")


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
    """Every value of a line that the page contradicts, or does not print where the line stands; and each line of the
    page that the XML leaves out."""
    bands, said = bands_of(einvoice.lines, printed), words_of(einvoice)
    of_page: defaultdict[int | None, list[Line]] = defaultdict(list)
    for told in reading.lines:
        for page in {value.page for value in _figures(told) if value is not None}:
            of_page[page].append(told)
    for number, (line, band) in enumerate(zip(einvoice.lines, bands, strict=True), start=1):
        for name, seen in _unshown(line) if band is None else _within(line, _line_at(of_page, band.row), band):
            yield Difference(f"line {number} {name}", getattr(line, name), seen)
        if band is not None:
            yield from other_words(f"line {number} text", line.texts, band.printed, said)
    if einvoice.lines:
        taken: defaultdict[int | None, list[PrintedRow]] = defaultdict(list)
        for band in bands:
            if band is not None:
                taken[band.row.page].append(band.row)
        for told in reading.lines:
            if _certain(told) and not any(_stands_in_one(taken, value) for value in _figures(told)):
                yield Difference("lines", NOTHING, _read(told.description))


def _stands_in_one(rows: Mapping[int | None, Sequence[PrintedRow]], value: Value | None) -> bool:
    return value is not None and any(_stands_in(row, value) for row in rows.get(value.page, ()))


def words_of(einvoice: EInvoice) -> frozenset[str]:
    """All words of the XML."""
    lines = (text for line in einvoice.lines for text in (line.description or "", line.quantity or "", *line.texts))
    return frozenset(word for text in (*einvoice.fields.values(), *einvoice.texts, *lines) for word in written(text))


def other_words(place: str, texts: Sequence[str], printed: PrintedText, said: frozenset[str]) -> Iterator[Difference]:
    """Each text that is printed but for a character of a word with figures."""
    for text in dict.fromkeys(texts):
        if (found := printed.wording.nearly_shows(text, said)) is not None:
            yield Difference(place, text, found)


def _unshown(line: EInvoiceLine) -> Iterator[tuple[str, str]]:
    """All that a line says: no row of the page has it."""
    for name in ("quantity", "unit_price", "line_total"):
        if Decimal(getattr(line, name) or 0):
            yield name, NOTHING
    if line.description:
        yield "description", NOTHING


def _line_at(of_page: Mapping[int | None, Sequence[Line]], row: PrintedRow) -> Line:
    """The line that the page's reading has in this row; an empty one when it has none."""
    lines = of_page.get(row.page, ())
    return next((line for line in lines if any(_stands_in(row, value) for value in _figures(line))), Line())


def _figures(line: Line) -> tuple[Value | None, ...]:
    return line.line_total, line.unit_price, line.quantity


def _stands_in(row: PrintedRow, value: Value | None) -> bool:
    if value is None or value.page != row.page or value.box is None:
        return False
    return row.top <= (value.box[1] + value.box[3]) / 2 <= row.bottom


def _within(line: EInvoiceLine, seen: Line, band: Band) -> Iterator[tuple[str, str]]:
    computed = _multiplies(line, band.printed)
    follows = computed and (Decimal(line.unit_price or 0) != 0 or line.quantity == "1")  # any count of 0.00 is 0.00
    absent = not _counted(line, band.printed) and not (seen.quantity is None and follows)
    if absent or _other_quantity(line, seen):
        yield "quantity", _read(seen.quantity)
    if not _shown(line.unit_price, band.printed) and not (computed and not _other_price(line, band.row)):
        yield "unit_price", _read(seen.unit_price)
    if not _shown(line.line_total, band.printed) or (_is_free(line) and Decimal(0) not in band.row.values):
        yield "line_total", _read(seen.line_total)
    if seen.tax_rate is not None and line.tax_rate and Decimal(seen.tax_rate.value) != Decimal(line.tax_rate):
        yield "tax_rate", seen.tax_rate.value
    if seen.unit is not None and is_another_unit(line.unit, seen.unit.value):
        yield "unit", seen.unit.value
    if line.description and not band.printed.wording.shows(line.description):
        yield "description", _read(seen.description)


def _other_quantity(line: EInvoiceLine, seen: Line) -> bool:
    """Whether the page's line has another quantity, and multiplies out with it: by its own figures, or by these."""
    if line.quantity is None or seen.quantity is None or _same(line.quantity, seen.quantity.value):
        return False
    return _certain(seen) or line_holds(replace(line, quantity=seen.quantity.value)) is True


def _other_price(line: EInvoiceLine, row: PrintedRow) -> bool:
    """Whether another number of the row makes the same total, and is not this price rounded in print.

    The price of one piece, or after a discount, need not be printed; another price instead of it must not be.
    """
    price = abs(Decimal(line.unit_price or 0))
    return any(
        line_holds(replace(line, unit_price=f"{value:.{places}f}")) is True and abs(price - value) > _half(places)
        for value in row.values
        if value != price and (places := max(-int(value.as_tuple().exponent), 2))
    )


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


def _is_free(line: EInvoiceLine) -> bool:
    """Whether the line says that it costs nothing; a mere text does not."""
    return line.line_total is not None and not Decimal(line.line_total) and not Decimal(line.unit_price or 0)


def _counted(line: EInvoiceLine, printed: PrintedText) -> bool:
    """Whether the quantity is printed, and with its sign where price and total do not show that."""
    quantity, signed = Decimal(line.quantity or 0), bool(Decimal(line.unit_price or 0) * Decimal(line.line_total or 0))
    return _shown(line.quantity, printed) and (signed or quantity >= 0 or quantity in printed.numbers)


def _same(first: str, second: str) -> bool:
    return abs(Decimal(first)) == abs(Decimal(second))


def _multiplies(line: EInvoiceLine, printed: PrintedText) -> bool:
    """Whether quantity times price makes a line total that is printed: one of both may be computed, not printed.

    What is not printed was not rounded in print: the product is the total to the cent, but for a price that the XML
    itself rounds.
    """
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return False
    quantity, price, total = Decimal(line.quantity), Decimal(line.unit_price), Decimal(line.line_total)
    counted = printed.has_number(quantity) or abs(quantity) == 1
    slack = abs(quantity) * _half_of_last_place(line.unit_price) if counted else Decimal(0)
    made = quantity * price - Decimal(line.discount or 0)
    shown = (counted or (printed.has_number(price) and price != 0)) and printed.has_number(total)
    return shown and abs(abs(made) - abs(total)) < _CENT / 2 + slack


def _half_of_last_place(number: str) -> Decimal:
    return _half(len(number.partition(".")[2]))


def _half(places: int) -> Decimal:
    return Decimal(5).scaleb(-places - 1)


def line_holds(line: EInvoiceLine) -> bool | None:
    """Whether quantity times price, less the discount, makes the line's total; None when one of them is missing.

    The price may have been rounded in its last place: the total may be out by half of that, times the quantity.
    """
    if line.quantity is None or line.unit_price is None or line.line_total is None:
        return None
    quantity, price = Decimal(line.quantity), Decimal(line.unit_price)
    made = quantity * price - Decimal(line.discount or 0)
    slack = _CENT + abs(quantity) * _half_of_last_place(line.unit_price)
    return abs(abs(made) - abs(Decimal(line.line_total))) <= slack
