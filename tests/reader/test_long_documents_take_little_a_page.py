"""Memory and time of a long document: little is kept of a page that was read, and no step goes over all pages again
for each of them."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.reader import layout
from bots.reader.lines import find_tables
from bots.reader.packed_lines import PackedLines
from bots.reader.page import OPEN_PAGES, Page
from bots.reader.parties import find_parties
from bots.reader.reading import Line, Value
from bots.reader.safely import read, read_safely
from bots.reader.sheet import Sheet, prepare
from bots.reader.shelves import ByRow, Desk, Form
from bots.reader.sources import find_sources
from bots.reader.splitting import understand_all
from bots.reader.texts import find_title_numbers
from bots.reader.understanding import _solve, understand
from config.errors import DocumentRefused
from connectors.sandbox import Sandbox
from connectors.words import PackedWords, Word, packed
from tests.reader.paper import Columns, Paper, pages_of

Rows = Sequence[tuple[float, Columns]]


def page(number: int, rows: Rows) -> Page:
    """A page whose words stand at these distances from its top and left."""
    words = [word for y, cells in rows for x, text in cells for word in _words(number, x, y, text)]
    return Page(number, 595, 842, packed(words))


def _words(number: int, x: float, y: float, text: str) -> Iterator[Word]:
    for part in text.split():
        yield Word(part, x, y, x + 5.0 * len(part), y + 10, number, 10.0)
        x += 5.0 * (len(part) + 1)


def letter(count: int) -> list[Page]:
    """Pages of a contract: sentences, no invoice."""
    said = "of the agreement binds the other side and its heirs"
    return [
        page(n, [(40 + 14 * row, [(50, f"{f'{n}.{row}' if row % 5 == 0 else 'Clause'} {said}")]) for row in range(50)])
        for n in range(1, count + 1)
    ]


def copies(count: int) -> list[Page]:
    """One invoice again and again: heading, lines and totals on every page."""
    head: Rows = [(50, [(50, "Northwind Tools Ltd")]), (64, [(50, "VAT No: IE6388047V")]), (90, [(380, "INVOICE")]),
                  (110, [(380, "Invoice number: INV-4711")]), (124, [(380, "Invoice date: 3 May 2024")]),
                  (220, [(50, "Description"), (300, "Quantity"), (400, "Unit price"), (500, "Amount")])]  # fmt: skip
    lines: Rows = [(236 + 14 * row, [(50, f"Bolts M{row}"), (325, "2"), (425, f"{row}.50"), (510, f"{2 * row + 1}.00")])
                   for row in range(1, 11)]  # fmt: skip
    totals: Rows = [(420, [(400, "Subtotal"), (504, "120.00")]), (434, [(400, "VAT 23%"), (509, "27.60")]),
                    (448, [(400, "Total"), (494, "EUR 147.60")])]  # fmt: skip
    return [page(n, [*head, *lines, *totals]) for n in range(1, count + 1)]


def many_parties(count: int) -> list[Page]:
    """On every page another firm with its id, and whom it bills."""
    return [
        page(n, [(50, [(50, f"Firm number{n}x Ltd")]), (64, [(50, f"Harbour Road {n}")]),
                 (78, [(50, f"VAT No: DE{100000000 + n}")]), (200, [(50, "Bill to")]), (214, [(50, "Acme GmbH")]),
                 *[(300 + 14 * row, [(50, "and so on and on")]) for row in range(20)]])
        for n in range(1, count + 1)
    ]  # fmt: skip


def delivery_notes(count: int) -> list[Page]:
    """On every page another delivery note with its number."""
    rows: Rows = [(300 + 14 * row, [(50, "and so on and on")]) for row in range(20)]
    return [
        page(n, [(50, [(50, "Delivery note")]), (64, [(50, f"Number: {4711 + n}")]), *rows])
        for n in range(1, count + 1)
    ]


def peak(work: Callable[[], object]) -> int:
    """The most memory that the work takes beyond what is held before it."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C among them."""
    count = 0

    def counted(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_of_a_page_that_was_read_hardly_anything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "OPEN_PAGES", 4)
    few, many = letter(10), letter(40)
    understand(few)  # lexicon and caches
    grown = peak(lambda: understand(many)) - peak(lambda: understand(few))
    words = peak(lambda: [list(one.words) for one in many[len(few) :]])
    assert grown < words / 2


@pytest.mark.parametrize("document", [copies, letter, many_parties])
def test_memory_is_flat_over_pages(document: Callable[[int], list[Page]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "OPEN_PAGES", 4)
    few, many = document(20), document(80)
    understand(many)  # lexicon and caches
    grown = peak(lambda: understand(many)) - peak(lambda: understand(few))
    assert grown < 7_000 * (len(many) - len(few))  # when rows, labels and numbers stayed, up to 29,000


def test_the_lines_of_a_long_document_wait_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = copies(60)
    short = understand(pages[:9]).lines
    monkeypatch.setattr(layout, "OPEN_PAGES", 4)
    long = understand(pages).lines
    assert isinstance(long, PackedLines)
    assert (len(long), long[:90], long[89], long[-1]) == (600, short, short[-1], list(long)[-1])
    assert sum(map(len, long.parts)) < 60 * len(long)


def test_a_long_document_crosses_the_border_of_the_sandbox_as_it_was_read() -> None:
    paper = Paper()
    for number in range(OPEN_PAGES + 1):
        paper.row(50, (50, "INVOICE")).row(64, (50, "Invoice number: INV-4711")).row(78, (50, "Quantity"))
        paper.row(90, (50, "Description"), (300, "Quantity"), (400, "Unit price"), (500, "Amount"))
        paper.row(
            104, (50, f"Bolts M{number}"), (325, "2"), (425, f"{number}.50"), (510, f"{2 * number + 1}.00")
        ).turn()
    data = paper.pdf()
    with Sandbox(preload=["bots.reader.safely"]) as sandbox:
        [safely] = read_safely(data, "long.pdf", sandbox=sandbox)
    assert isinstance(safely.lines, PackedLines)
    assert [safely] == read(data, "long.pdf")


def test_the_words_of_a_long_file_wait_packed() -> None:
    paper = Paper()
    for number in range(OPEN_PAGES + 1):
        paper.row(50, (50, f"clause {number} of the agreement")).row(70, (50, "and its heirs")).turn()
    pages = find_sources(paper.pdf()).pages
    assert all(isinstance(one.words, PackedWords) for one in pages[:-1])  # the last one is empty
    assert [tuple(one.words) for one in pages] == [one.words for one in pages_of(paper.pdf())]


@pytest.mark.parametrize("document", [copies, letter, many_parties])
def test_what_is_put_away_is_read_the_same(
    document: Callable[[int], list[Page]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = document(9)
    whole = [reading.to_json() for reading in understand_all(pages)]
    monkeypatch.setattr(layout, "OPEN_PAGES", 1)
    assert [reading.to_json() for reading in understand_all(pages)] == whole


@pytest.mark.parametrize(
    ("document", "step"),
    [
        (copies, lambda sheet: _solve(sheet, find_tables(sheet), frozenset())),
        (many_parties, lambda sheet: find_parties(sheet, None)),
        (delivery_notes, lambda sheet: find_title_numbers(replace(sheet, _titled=None))),
    ],
)
def test_twice_the_pages_take_twice_the_steps(
    document: Callable[[int], list[Page]], step: Callable[[Sheet], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "OPEN_PAGES", 4)
    once, twice = (prepare(document(count)) for count in (40, 80))
    step(once)  # caches
    assert calls(lambda: step(twice)) < 2.6 * calls(lambda: step(once))


texts = st.text(min_size=1, max_size=8) | st.sampled_from(["a\nb", "\ud800", "1.234,50"])
places = st.floats(allow_nan=False)


@given(st.lists(st.builds(Word, texts, places, places, places, places, st.just(3), places, places), max_size=6))
def test_packed_words_are_the_same_words(words: list[Word]) -> None:
    kept = packed(words)
    assert list(kept) == words
    assert len(kept) == len(words)
    assert list(kept[1:]) == words[1:]
    assert [kept[index] for index in range(-len(words), 0)] == words


values = st.builds(
    Value,
    texts,
    texts | st.just(""),
    st.none() | st.integers(1, 9),
    st.none() | st.tuples(*[st.floats(allow_nan=False)] * 4),
    st.just("text"),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(st.builds(Value, texts), max_size=2).map(tuple),
)


@given(st.lists(st.builds(Line, *[st.none() | values] * 7), max_size=4), st.integers(0, 40))
def test_packed_lines_are_the_same_lines(lines: list[Line], times: int) -> None:
    lines = lines * times
    kept = PackedLines.of(iter(lines))
    assert kept == tuple(lines)
    assert (len(kept), kept[1:3], list(kept)) == (len(lines), tuple(lines[1:3]), lines)


@pytest.mark.parametrize("part", [b"", b"nonsense", zlib.compress(b"\0\0\0\2[1"), zlib.compress(bytes(20_000_000))])
def test_lines_of_a_worker_that_was_taken_over_are_refused(part: bytes) -> None:
    with pytest.raises(DocumentRefused, match="OF209"):
        list(PackedLines(1, (part,)))


class Thing:
    """Something on a row."""

    def __init__(self, row: int, name: str) -> None:
        self.row, self.name = row, name


def test_what_somebody_holds_is_found_again_as_the_same_thing() -> None:
    desk = Desk(most=1)
    things: ByRow[Thing] = ByRow(desk, Form(lambda thing: (thing.name,), lambda row, values: Thing(row, *values)), int)
    for row in range(6):
        desk.add(1)
        things.setdefault(row, []).append(Thing(row, f"thing {row}"))
    held = things[2][0]
    assert [things[row][0].name for row in (5, 0, 2, 4)] == ["thing 5", "thing 0", "thing 2", "thing 4"]
    assert things[2][0] is held
    assert list(things) == [*range(6)]
    assert things.get(6) is None
    things.setdefault(1, []).append(Thing(1, "another"))
    assert [thing.name for row in things.values() for thing in row if thing.row in (1, 2)] == [
        "thing 1", "another", "thing 2",
    ]  # fmt: skip
    assert things[2][0] is held
