"""Find where a table starts: the row of its column names, among titles, bands of merged heads and notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

__all__ = ["Cell", "Header", "find_header", "is_total", "looks_like_value", "plain"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a preview: its text, and whether the sheet holds it as text or as a value (number, date, truth)."""

    text: str
    kind: Literal["text", "value"] = "text"


Row = Sequence[Cell | None]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the names stand: index into the preview's rows, None for a table without names; how sure, as a score."""

    index: int | None
    score: float


_WORDS: Final = frozenset((Path(__file__).parent / "words.txt").read_text("utf-8").split())
"""Words that name columns of ledgers and statements, in ten languages, without accents."""
_TOTALS: Final = re.compile(
    r"^(?:grand |sub[- ]?|net |running |sous[- ]|eind|zwischen|end)?"
    r"(?:totals?|totales?|totali|totaal|totaux|summe|summa|sums?|somma|somme?|suma|gesamt(?:summe|betrag)?|razem|celkem|toplam)\b"
)
_VALUE: Final = re.compile(
    r"^[(+\-−]?\s*(?:[€$£¥]|[A-Z]{3}\s)?\s*[\d.,'’\s]+\s*(?:[€$£¥%]|[A-Z]{3}|CR|DR)?\s*[)\-]?$|"
    r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?$|^(?:true|false)$"
)


def plain(text: str) -> str:
    """Lower case without accents, blanks folded: how names and words are compared."""
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return " ".join("".join(sign for sign in bare if not unicodedata.combining(sign)).casefold().split())


def looks_like_value(text: str) -> bool:
    """Whether a text is a number, an amount or a date rather than a name."""
    bare = text.strip()
    return bool(_VALUE.match(bare)) and (bare in ("true", "false") or any(sign.isdigit() for sign in bare))


def is_total(text: str) -> bool:
    """Whether a text heads a totals row, in the languages of Europe."""
    return bool(_TOTALS.match(plain(text)))


def find_header(rows: Sequence[Row]) -> Header:
    """The row of column names in the first rows of a sheet.

    A row of names is filled as widely as the rows under it, holds text that is neither number nor date, and stands over
    columns of values; words of the trade (date, amount, Betrag, fecha) count for it.  The lowest row of a stack of
    bands wins, since it is the one that names each column.
    """
    best = Header(None, 0.0)
    for index, row in enumerate(rows):
        score = _score(rows, index, row)
        if score > best.score + 1e-9:
            best = Header(index, score)
    return best


def _score(rows: Sequence[Row], index: int, row: Row) -> float:
    filled = [position for position, cell in enumerate(row) if cell is not None and cell.text]
    names = [cell for cell in row if cell is not None and cell.text]
    if not names or any(cell.kind == "value" or looks_like_value(cell.text) for cell in names):
        return 0.0
    if any(_is_data(other, len(names)) for other in rows[:index]):
        return 0.0
    below = [other for other in rows[index + 1 : index + 21] if any(cell is not None and cell.text for cell in other)]
    if not below:
        return 0.0
    words = sum(_is_word(cell.text) for cell in names)
    distinct = len({plain(cell.text) for cell in names}) / len(names)
    wide = len(filled) / max(1, max(sum(cell is not None for cell in other) for other in [row, *below]))
    valued = sum(_over_values(below, position) for position in filled)
    if not valued and not words:
        return 0.0
    length = sum(len(cell.text) > 60 for cell in names) / len(names)
    return (2 * wide + valued / len(filled) + 1.5 * words / len(filled) + distinct - length) * min(1.0, len(filled) / 2)


def _is_data(row: Row, width: int) -> bool:
    """Whether a row is a line of the table, so that names cannot stand under it."""
    cells = [cell for cell in row if cell is not None and cell.text]
    values = sum(cell.kind == "value" or looks_like_value(cell.text) for cell in cells)
    return len(cells) * 5 >= width * 4 and values * 2 >= len(cells)


def _is_word(text: str) -> bool:
    parts = re.split(r"[^a-z]+", plain(text))
    return any(part in _WORDS for part in parts)


def _over_values(below: Sequence[Row], position: int) -> bool:
    cells = [cell for other in below if position < len(other) and (cell := other[position]) is not None and cell.text]
    values = sum(cell.kind == "value" or looks_like_value(cell.text) for cell in cells)
    return bool(cells) and values * 2 >= len(cells)
