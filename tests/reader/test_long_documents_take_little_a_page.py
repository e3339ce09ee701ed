"""Memory and time of a long document: little is kept of a page that was read, and no step goes over all pages again
for each of them."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.reader import layout
from bots.reader.lines import find_tables
from bots.reader.page import OPEN_PAGES, Page
from bots.reader.parties import find_parties
from bots.reader.sheet import prepare
from bots.reader.sources import find_sources
from bots.reader.splitting import understand_all
from bots.reader.understanding import _solve, understand
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
    ],
)
def test_twice_the_pages_take_twice_the_steps(
    document: Callable[[int], list[Page]], step: Callable[[object], object], monkeypatch: pytest.MonkeyPatch
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
