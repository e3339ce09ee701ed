"""Everything that is known about a document before its fields are decided: layout, labels, typed things, language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from bots.reader.folding import folded
from bots.reader.labels import Hit, LongHits, find_hits, languages_of
from bots.reader.languages import lexicon, lexicon_of
from bots.reader.layout import Layout, Row, laid_out
from bots.reader.page import Page
from bots.reader.spots import Spots, find_spots
from connectors.scratch import InMemory, Slip

__all__ = ["Sheet", "prepare"]

_SAMPLE = 160
_TOO_LITTLE = 6.0
_PART = 4_000
"""Rows whose folded texts are looked through at a time."""


@dataclass(slots=True)
class Sheet:
    """One document, prepared.

    Attributes:
        language: of most of its labels, "" when none was found.
        hits: labels by row index.
        spots: typed things by row index.
    """

    layout: Layout
    language: str
    hits: dict[int, list[Hit]] | LongHits
    spots: Spots
    _folded: Sequence[Slip | InMemory] | None = None
    _titled: bool | None = None
    _twice: dict[str, bool] = field(default_factory=dict)

    def hits_of(self, kind: str, *names: str) -> Iterator[Hit]:
        """All labels with a meaning of this kind and one of these names."""
        if isinstance(self.hits, LongHits):
            found = (self.hits[index] for index in self.hits.rows_of(kind, *names))
            return (hit for row in found for hit in row if hit.means(kind, *names))
        return (hit for row in self.hits.values() for hit in row if hit.means(kind, *names))

    @property
    def titled_as_invoice(self) -> bool:
        """Whether a title says something else than that this is no invoice; looked for once."""
        if self._titled is None:
            titles = (hit for hit in self.hits_of("title") if not hit.prose)
            self._titled = any(not hit.means("title", "not an invoice") for hit in titles)
        return self._titled

    def printed_twice(self, text: str) -> bool:
        """Whether a folded text stands in more than one row; each text is looked for once, in the folded rows."""
        if text not in self._twice:
            self._twice[text] = self._stands_twice(text.replace("\n", " "))
        return self._twice[text]

    def _stands_twice(self, wanted: str) -> bool:
        if self._folded is None:
            self._folded = list(_folded_parts(self.layout))
        rows = 0
        for part in self._folded:
            text = part.read().decode("utf-8", "surrogatepass")
            at = text.find(wanted)
            while at >= 0:
                rows += 1
                if rows > 1:
                    return True
                end = text.find("\n", at)
                at = text.find(wanted, end) if end >= 0 else -1
        return False


def _folded_parts(layout: Layout) -> Iterator[Slip | InMemory]:
    """The folded rows, one a line, some thousand together."""
    rows = (folded(text).replace("\n", " ") for text in layout.texts())
    while part := list(islice(rows, _PART)):
        yield layout.kept("\n".join(part).encode("utf-8", "surrogatepass"))


def prepare(pages: Sequence[Page]) -> Sheet:
    """Lay out the pages, find labels and language, and read everything typed in that language's habits."""
    layout = Layout(pages)
    coming = laid_out(layout)
    sample: list[list[Row]] = []
    while len(layout.rows) < _SAMPLE and (rows := next(coming, None)) is not None:
        sample.append(rows)
    language, spoken = _languages(layout)
    words = lexicon_of(spoken) if spoken else lexicon()
    hits = layout.by_row(LongHits)

    def labelled() -> Iterator[Row]:
        """All rows; the labels of a page are found while its rows have their words."""
        for rows in chain(sample, coming):
            hits.update(find_hits(rows, words))
            yield from rows

    habits = words.languages.get(language)
    mark, order = (habits.decimal, habits.dates) if habits else (",", "dmy")
    spots = find_spots(layout, labelled(), dict(words.months), mark, order)
    return Sheet(layout, language, hits, spots)


def _languages(layout: Layout) -> tuple[str, frozenset[str]]:
    """The document's language by the labels of its first rows, and all that it seems to speak."""
    first = layout.rows[:_SAMPLE]
    ranking = languages_of(hit for row in find_hits(first, lexicon()).values() for hit in row)
    if not ranking or ranking[0][1] < _TOO_LITTLE:
        return "", frozenset()
    best = ranking[0][1]
    near = {name for name, score in ranking if score >= (0.1 if name == "en" else 0.45) * best}
    return ranking[0][0], frozenset({ranking[0][0]} | near)
