from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bots.reader.alignment import bands_of
from bots.reader.compare_lines import line_differences
from bots.reader.page import Page
from bots.reader.printed import PrintedText
from bots.reader.reading import Line, Reading, Value
from bots.reader.wording import Wording
from connectors.einvoice import EInvoice, EInvoiceLine
from connectors.words import Word

EDGES = (50, 300, 360, 460)
ROWS = (
    ('Brass valve 1/2"', "6", "9.80", "58.80"),
    ("Seal ring 25x3", "200", "0.35", "70.00"),
    ('Brass valve 1/2"', "3", "9.01", "27.03"),
    ("Drill 8.5", "1", "5.54", "5.54"),
    ("Sample", "10", "0.00", "0.00"),
)
LINES = tuple(EInvoiceLine(description=d, quantity=q, unit_price=p, line_total=t) for d, q, p, t in ROWS)


def printed(rows: Sequence[Sequence[str]], *more: str) -> PrintedText:
    """A table as it stands on a page, and further rows under it."""
    words = []
    for at, row in enumerate([*rows, *((text,) for text in more)]):
        for x, cell in zip(EDGES, row, strict=False):
            for part in cell.split():
                words.append(Word(part, x, 100 + 14 * at, x + 5 * len(part), 110 + 14 * at, 1, 10))
                x += 5 * len(part) + 4
    return PrintedText.of([Page(1, 595, 842, words)])


def differing(lines: Sequence[EInvoiceLine], page: PrintedText) -> list[str]:
    einvoice = EInvoice("cii", "", "invoice", {}, tuple(lines))
    return [found.field for found in line_differences(einvoice, Reading(), page)]


def changed(number: int, **values: Any) -> tuple[EInvoiceLine, ...]:
    return (*LINES[: number - 1], replace(LINES[number - 1], **values), *LINES[number:])


def test_lines_are_found_without_a_reading_of_the_page() -> None:
    assert differing(LINES, printed(ROWS)) == []


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (1, "description", 'Brass valve 1/3"'),
        (3, "description", 'Brass valve 3/2"'),
        (2, "description", "Seal ring 25x4"),
        (2, "description", "Seal rin 25x3"),
        (4, "description", "Drill 8.6"),
        (4, "description", "Drill 1"),
        (2, "quantity", "201"),
        (5, "quantity", "6"),
        (2, "unit_price", "0.352"),
    ],
)
def test_what_stands_in_another_line_or_is_rounded_away_is_not_shown(number: int, name: str, value: str) -> None:
    assert differing(changed(number, **{name: value}), printed(ROWS)) == [f"line {number} {name}"]


CABLES = [
    ("Disc 125x1,0 mm", "6", "9.80", "58.80"),
    ("Cable 8 m", "2", "5.00", "10.00"),
    ("Water 20x0,5l", "1", "9.00", "9.00"),
]


@pytest.mark.parametrize(
    ("number", "description"),
    [(1, "Disc 125x1,0 m"), (1, "Disc 125x1,0 cm"), (3, "Water 20x0,5"), (3, "Water 20 x 0,5"), (2, "Cable 8 l")],
)
def test_a_unit_behind_a_figure_is_the_printed_one(number: int, description: str) -> None:
    rows = [(*row[:3], row[3]) for row in CABLES]
    page = printed([(f"{row[0]}", "m l cm mm", *row[1:]) for row in rows]).wording
    assert all(page.shows(row[0]) for row in CABLES)
    assert page.shows("Water 20x0,5 l")
    assert not page.shows(description)


def test_a_word_of_one_letter_stands_beside_its_words() -> None:
    wording = printed([("Carrer de Pallars, 5",), ("Gestor S.A. S",), ("48001 Bilbao",)]).wording
    assert wording.shows("Carrer de Pallars, 5, 48001 Bilbao")
    assert not wording.shows("Carrer de Pallars, S, 48001 Bilbao")


def test_a_line_of_nothing_shows_its_nothing() -> None:
    assert (
        differing((*LINES, replace(LINES[0], quantity="1", unit_price="0.00", line_total="0.00")), printed(ROWS)) != []
    )
    free = replace(LINES[4], quantity="-10")
    assert differing((*LINES[:4], free), printed(ROWS)) == ["line 5 quantity"]


def test_a_line_of_the_page_that_the_xml_leaves_out_is_named() -> None:
    (page,) = [printed(ROWS)]
    row = page.laid_out[4]
    at = {name: Value(text, page=1, box=(0, row.top, 1, row.bottom)) for name, text in
          (("description", "Sample"), ("quantity", "10"), ("unit_price", "0.00"), ("line_total", "0.00"))}  # fmt: skip
    reading = Reading(lines=(Line(**at),))
    short, whole = (EInvoice("cii", "", "invoice", {}, lines) for lines in (LINES[:4], LINES))
    assert [(found.field, found.page) for found in line_differences(short, reading, page)] == [("lines", "Sample")]
    assert list(line_differences(whole, reading, page)) == []


def test_equal_lines_have_a_row_each() -> None:
    bands = bands_of([LINES[0], LINES[0]], printed([ROWS[0], ROWS[1], ROWS[0]]))
    assert [band.row.top for band in bands if band is not None] == [100, 128]


def test_a_line_printed_out_of_order_is_found_and_one_that_is_not_printed_differs() -> None:
    page = printed([ROWS[1], ROWS[2], ROWS[3], ROWS[4], ROWS[0]])
    assert differing(LINES, page) == []
    assert {name.partition(" ")[2].partition(" ")[0] for name in differing(LINES, printed(ROWS[:3] + ROWS[4:]))} == {
        "4"
    }


def test_a_price_after_discount_need_not_be_printed_but_another_must_not_be() -> None:
    line = EInvoiceLine(description="Seal ring", quantity="10", unit_price="3.333", line_total="33.33")
    assert differing([line], printed([("Seal ring", "10", "", "33.33")])) == []
    assert differing([line], printed([("Seal ring", "10", "3.33", "33.33")])) == []
    assert differing([line], printed([("Seal ring", "10", "3.334", "33.33")])) == ["line 1 unit_price"]


def test_a_price_that_ends_in_five_may_be_rounded_up_in_print() -> None:
    line = EInvoiceLine(description="Work gloves", quantity="1", unit_price="39.285", line_total="39.29")
    assert differing([line], printed([("Work gloves", "1", "43.65", "39.29")])) == []


def test_names_are_printed_word_by_word() -> None:
    rows = [("Navales S.L.U.",), ("Logistik e.K.",), ("Fjord A/S",), ("x 12",)]
    wording: Wording = printed(rows).wording
    assert all(wording.names(name) for name in ("Navales S.L.U.", "Navales SLU", "Logistik e.K.", "Fjord A/S"))
    assert not any(wording.names(name) for name in ("Navales S.L.", "Logistik e.K.x", "Logistik e.", "Logistik Fjord"))


def test_letters_end_where_a_word_ends() -> None:
    wording = printed([("RE-4711/25",), ("ES 12 3456",)]).wording
    assert wording.has_letters("RE4711/25")
    assert wording.has_letters("4711/25")
    assert not wording.has_letters("RE-4711")
    assert not wording.has_letters("ES12345")


def test_a_word_divided_at_its_hyphens_is_shown() -> None:
    assert printed([("4-",), ("Fahrten",), ("-Karte",)]).wording.shows("4-Fahrten-Karte")


def test_a_long_document_is_aligned_in_bounded_work() -> None:
    many = [ROWS[at % 5] for at in range(3_000)]
    lines = [LINES[at % 5] for at in range(3_000)]
    bands = bands_of(lines, printed(many))
    assert [band.row.top for band in bands if band is not None] == [100 + 14 * at for at in range(3_000)]
