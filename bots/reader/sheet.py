"""Everything that is known about a document before its fields are decided: layout, labels, typed things, language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.reader.labels import Hit, find_hits, languages_of
from bots.reader.languages import lexicon, lexicon_of
from bots.reader.layout import Layout, lay_out
from bots.reader.page import Page
from bots.reader.spots import Spots, find_spots

__all__ = ["Sheet", "prepare"]

_SAMPLE = 160
_TOO_LITTLE = 6.0


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
    hits: dict[int, list[Hit]]
    spots: Spots

    def hits_of(self, kind: str, *names: str) -> list[Hit]:
        """All labels with a meaning of this kind and one of these names."""
        return [hit for row in self.hits.values() for hit in row if hit.means(kind, *names)]


def prepare(pages: Sequence[Page]) -> Sheet:
    """Lay out the pages, find labels and language, and read everything typed in that language's habits."""
    layout = lay_out(pages)
    language, spoken = _languages(layout)
    words = lexicon_of(spoken) if spoken else lexicon()
    hits = find_hits(layout.rows, words)
    habits = words.languages.get(language)
    spots = find_spots(layout, dict(words.months), habits.decimal if habits else ",", habits.dates if habits else "dmy")
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
