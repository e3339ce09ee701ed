"""Blocks of the parties: what stands under headings such as "Bill to"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bots.reader.labels import Hit
from bots.reader.layout import Row
from bots.reader.sheet import Sheet

__all__ = ["Zone", "Zones", "find_zones"]


@dataclass(slots=True)
class Zone:
    """The block under a heading such as "Bill to"."""

    party: str
    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    sure: float

    def holds(self, row: Row, x0: float) -> bool:
        """Whether a word stands in the block, be it after a small gap."""
        return row.page == self.page and self.top <= row.top <= self.bottom and self.x0 - 12 <= x0 <= self.x1

    def surely(self, row: Row) -> bool:
        """Whether no gap stands between."""
        return row.top <= self.sure


class Zones:
    """All blocks of a document, and their headings that are whole words."""

    def __init__(self, zones: Iterable[Zone], headings: Sequence[Hit]):
        self.all = tuple(zones)
        self._headings = headings
        self._of_page: defaultdict[int, list[Zone]] = defaultdict(list)
        for zone in self.all:
            self._of_page[zone.page].append(zone)

    def headings(self, party: str) -> list[Hit]:
        """Headings of one party's blocks."""
        return [hit for hit in self._headings if hit.means("party", party)]

    def holding(self, row: Row, x0: float) -> list[Zone]:
        """The blocks in which a word stands."""
        return [zone for zone in self._of_page.get(row.page, ()) if zone.holds(row, x0)]


def find_zones(sheet: Sheet) -> Zones:
    """The blocks under what a party is called, alone in its phrase or before a colon."""
    zones: list[Zone] = []
    headings: list[Hit] = []
    for hit in sheet.hits_of("party"):
        if hit.prose or not hit.pure or not _opens(hit):
            continue
        if not hit.row.words[hit.last - 1].text[hit.after :].strip(" .:/)"):
            headings.append(hit)
        party = hit.names("party")[0]
        width = sheet.layout.pages[0].width
        right = min((phrase.x0 for phrase in hit.row.phrases if phrase.x0 > hit.x1 + 20), default=hit.x0 + 0.45 * width)
        zones.append(_zone(sheet, hit, party, right))
    return Zones(zones, headings)


def _zone(sheet: Sheet, hit: Hit, party: str, right: float) -> Zone:
    """Down to the next party's heading or a wide gap; after a smaller gap it only may go on."""
    bottom, edge, rows, usual, sure = hit.row.bottom, hit.row.bottom, 0, 0.0, 0.0
    for row in sheet.layout.below(hit.row, 190.0):
        level = next((p for p in row.phrases if hit.x0 - 25 <= p.x0 <= hit.x0 + 25), None)
        words = row.words[level.start : level.end] if level is not None else row.words
        apart = min(word.y0 for word in words) - edge
        other = any(
            h.means("party") and h.pure and _opens(h) and abs(h.x0 - hit.x0) < 25 for h in sheet.hits.get(row.index, ())
        )
        if other or rows > 14 or apart > 3.0 * row.height:
            break
        if level is not None:
            limit = max(0.5 * row.height, 1.6 * usual) if rows > 2 else 1.3 * row.height
            if rows and apart > limit and not sure:
                sure = bottom
            usual = max(usual, apart) if rows else usual
            bottom = row.bottom
            rows += 1
        inside = [w.y1 for p in row.phrases if hit.x0 - 25 <= p.x0 < right for w in row.words[p.start : p.end]]
        edge = max(inside, default=edge)
    return Zone(party, hit.row.page, hit.x0 - 25, right, hit.row.top - 1, bottom, sure or bottom)


def _opens(hit: Hit) -> bool:
    """A heading stands alone in its phrase, or has a colon after it."""
    phrase = next((p for p in hit.row.phrases if p.start <= hit.first < p.end), None)
    if phrase is None or phrase.start != hit.first:
        return False
    return (
        phrase.end == hit.last
        or hit.row.words[hit.last - 1].text.endswith(":")
        or (hit.last < phrase.end and hit.row.words[hit.last].text in (":", "/"))
    )
