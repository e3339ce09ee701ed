"""Everything that is known about a document before its fields are decided: layout, labels, typed things, language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.reader.labels import Hit, find_hits, keep_languages, languages_of
from bots.reader.languages import lexicon
from bots.reader.layout import Layout, lay_out
from bots.reader.page import Page
from bots.reader.spots import Spots, find_spots

__all__ = ["Sheet", "prepare"]


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
    words = lexicon()
    layout = lay_out(pages)
    hits = find_hits(layout, words)
    ranking = languages_of(hit for row in hits.values() for hit in row)
    best = ranking[0][1] if ranking else 0.0
    language = ranking[0][0] if best >= 6 else ""
    if language:
        near = {name for name, score in ranking if score >= 0.45 * best}
        keep_languages(hits, frozenset({language, "en"} | near))
    habits = words.languages.get(language)
    spots = find_spots(layout, dict(words.months), habits.decimal if habits else ",", habits.dates if habits else "dmy")
    return Sheet(layout, language, hits, spots)
