"""Several invoices in one file: where one ends and the next begins, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bots.reader.ids import compact
from bots.reader.page import OwnIdentity, Page
from bots.reader.reading import Proof, Reading
from bots.reader.sheet import Sheet, prepare
from bots.reader.shelves import seldom_collected
from bots.reader.texts import find_numbers_of, find_title_numbers
from bots.reader.understanding import understand
from config.errors import Reason

__all__ = ["parts_of", "understand_all"]

_HEAD = 0.55
"""Part of the page's height in which a new invoice prints its number."""
_STRONG = 0.75


def understand_all(pages: Sequence[Page], own: OwnIdentity | None = None) -> list[Reading]:
    """Read a file's pages: a reading for each invoice in it.

    A file is taken apart where a page prints another number of its own at its head.  Each part must prove itself: when
    one does not, the split may be wrong, and a person looks at all of them (OF245).
    """
    with seldom_collected(len(pages)):
        return _in_parts(pages, own)


def _in_parts(pages: Sequence[Page], own: OwnIdentity | None) -> list[Reading]:
    parts = parts_of(pages)
    if len(parts) == 1:
        return [understand(pages, own)]
    readings = [_marked(understand(part, own), len(parts)) for part in parts]
    if all(reading.confident for reading in readings):
        return readings
    return [_doubted(reading, len(parts)) for reading in readings]


def parts_of(pages: Sequence[Page]) -> list[Sequence[Page]]:
    """The pages of each invoice, in order; one part when nothing says that there are several."""
    if len(pages) < 2:
        return [pages]
    numbers = [_number_of(page) for page in pages]
    begins = [0]
    current = numbers[0]
    for index in range(1, len(pages)):
        number = numbers[index]
        if number and current and number != current:
            begins.append(index)
        current = number or current
    return [pages[begin:end] for begin, end in zip(begins, [*begins[1:], len(pages)], strict=True)]


def _number_of(page: Page) -> str:
    """The document's number that the head of this page prints, "" when it prints none for certain."""
    if len(page.words) < 8:
        return ""
    words = [word for word in page.words if word.y0 < _HEAD * page.height]
    sheet = prepare([replace(page, words=words)])
    picks = list(_candidates(sheet))
    sheet.layout.forget()
    if not picks:
        return ""
    best = max(picks)
    rivals = {value for score, value in picks if score > best[0] - 0.1}
    return best[1] if len(rivals) == 1 else ""


def _candidates(sheet: Sheet) -> Iterator[tuple[float, str]]:
    titled = any(sheet.hits_of("title", "invoice", "credit note"))
    for pick in (*find_numbers_of(sheet, "invoice_number")["invoice_number"], *find_title_numbers(sheet)):
        if titled and pick.score >= _STRONG and len(compact(pick.value)) > 2:
            yield pick.score, compact(pick.value)


def _marked(reading: Reading, count: int) -> Reading:
    says = f"one of {count} invoices in the file, told apart by their numbers"
    return replace(reading, proofs={**reading.proofs, "split": Proof("split", True, says, ("invoice_number",))})


def _doubted(reading: Reading, count: int) -> Reading:
    first, last = reading.pages
    facts = {"count": str(count), "first": str(first), "last": str(last)}
    return replace(reading, doubts=(*reading.doubts, Reason("OF245", facts=facts)))
