"""Blocks of text that end with a tax id, and how much they look like the sender's own."""

from __future__ import annotations

from bots.reader.folding import fold
from bots.reader.layout import Phrase, Row
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick

__all__ = ["block_name", "heads_the_page"]

_NEAR = 60
"""An id stands behind its label: its block begins so much further left at most."""


def heads_the_page(sheet: Sheet, pick: Pick) -> float:
    """How much the block around the id looks like the sender's own: its first line opens the page, or is printed again
    elsewhere (in a return address, in the foot, as the account's holder), and it says how to reach him."""
    name = block_name(sheet, pick)
    if name is None:
        return 0.0
    row, text = name
    if len(text) < 4 or not any(char.isalpha() for char in text):
        return 0.0
    again = 0.4 * sheet.printed_twice(text)
    return 0.6 * (row.page == 1 and row.index < 3) + again + 0.5 * _says_how_to_reach(sheet, row, pick)


def _says_how_to_reach(sheet: Sheet, first: Row, pick: Pick) -> bool:
    """Whether the block gives an e-mail or web address: senders do that for themselves."""
    edge = pick.row.x0[pick.first]
    last = pick.row
    for row in sheet.layout.below(pick.row, 5 * pick.row.height):
        if row.top - last.bottom < 0.9 * row.height and any(abs(p.x0 - edge) < _NEAR for p in row.phrases):
            last = row
    rows = sheet.layout.rows[first.index : last.index + 1]
    phrases = (p for row in rows for p in row.phrases if p.x0 - _NEAR < edge < p.x1 + _NEAR)
    return any(mark in phrase.text.lower() for phrase in phrases for mark in ("@", "www.", "://"))


def block_name(sheet: Sheet, pick: Pick) -> tuple[Row, str] | None:
    """The first line of the block of text that ends with the id."""
    row = pick.row
    phrase = next((p for p in row.phrases if p.start <= pick.first < p.end), None)
    if phrase is None:
        return None
    edges, top = (phrase.x0, phrase.x1, (phrase.x0 + phrase.x1) / 2), row
    found = (row, fold(row.text(phrase.start, phrase.end)))
    usual = 0.0
    for index in range(row.index - 1, max(row.index - 9, -1), -1):
        above = sheet.layout.rows[index]
        gap = top.top - above.bottom
        if above.page != row.page or gap > (max(0.5 * row.height, 1.7 * usual) if usual else 1.1 * row.height):
            break
        level = next((p for p in above.phrases if _aligned(p, edges) or (p.x0 < edges[0] < p.x1 and index < 3)), None)
        if level is None:
            continue
        if any(
            hit.first == level.start and hit.kind_of_label and hit.last == level.end
            for hit in sheet.hits.get(index, ())
        ):
            break
        found, top, usual = (above, fold(above.text(level.start, level.end))), above, max(usual, gap, 0.5)
    return found


def _aligned(phrase: Phrase, edges: tuple[float, float, float]) -> bool:
    left, right, middle = edges
    return abs(phrase.x0 - left) < 7 or abs(phrase.x1 - right) < 5 or abs((phrase.x0 + phrase.x1) / 2 - middle) < 5
