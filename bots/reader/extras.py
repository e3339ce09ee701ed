"""What a document says besides its totals and names: terms of payment, service period, addresses, why no tax is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bots.reader.labels import Hit
from bots.reader.layout import Phrase, Row
from bots.reader.reading import Tax, Value
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick

__all__ = ["address_under", "explained", "payment_terms", "service_dates"]

_TOWN = re.compile(
    r"(?<![\w.])(?:[A-Z]{1,3}[- ])?(?:\d{4,5}|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3})(?:\s[A-Z]{2})?\s+[^\W\d]{2}"
    r"|\b[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2}\b"
)
"""A postal code with a town, or a British one."""
_NO_ADDRESS = re.compile(r"@|www\.|https?:|:")
_ADDRESS_ROWS = 5
_SURE = 0.35
_CATEGORIES = {"reverse_charge": "AE", "exempt": "E"}


def payment_terms(sheet: Sheet) -> list[Pick]:
    """What stands beside or under a label for terms of payment, best first."""
    picks = []
    for hit in sheet.hits_of("label", "payment_terms"):
        found = _beside(sheet, hit) or (_under(sheet, hit) if hit.pure and not hit.prose else None)
        if found is not None:
            row, first, last = found
            text = row.text(first, last).strip(" :.-")
            if _worded(text):
                picks.append(Pick(text, text, row, first, last, 0.4 if hit.prose else 0.8, hit))
    return sorted(picks, key=lambda pick: -pick.score)


def _worded(text: str) -> bool:
    """Whether it can be terms: a word with a figure (`30 days`), or several words."""
    words = [word for word in text.split() if any(char.isalpha() for char in word)]
    return len(words) > 1 or (bool(words) and any(char.isdigit() for char in text))


def _beside(sheet: Sheet, hit: Hit) -> tuple[Row, int, int] | None:
    """The rest of the label's phrase, or the next phrase of its row, up to the next label."""
    row = hit.row
    begins = {phrase.start for phrase in row.phrases}
    following = [
        other.first
        for other in sheet.hits.get(row.index, ())
        if other.first >= hit.last
        and other.means("label")  # "30 days net" is no label, "Due: 3 May" is
        and (other.first in begins or row.words[other.last - 1].text.endswith(":"))
    ]
    limit = min(following, default=len(row.words))
    own = next((p for p in row.phrases if p.start < hit.last <= p.end), None)
    if own is not None and hit.last < min(own.end, limit):
        return row, hit.last, min(own.end, limit)
    after = next((p for p in row.phrases if hit.last <= p.start < limit), None)
    return (row, after.start, min(after.end, limit)) if after is not None else None


def _under(sheet: Sheet, hit: Hit) -> tuple[Row, int, int] | None:
    for row in sheet.layout.below(hit.row, 2 * hit.row.height):
        for phrase in row.phrases:
            if phrase.x0 < hit.x1 and phrase.x1 > hit.x0 and not _labelled(sheet, row, phrase):
                return row, phrase.start, phrase.end
    return None


def _labelled(sheet: Sheet, row: Row, phrase: Phrase) -> bool:
    return any(hit.means("label") and hit.first == phrase.start for hit in sheet.hits.get(row.index, ()))


def service_dates(sheet: Sheet, single: Sequence[Pick]) -> tuple[list[Pick], list[Pick]]:
    """First and last day of the supply: of a period, or the one day of a delivery (both the same).

    Args:
        single: candidates of the day of a delivery.
    """
    for hit in sheet.hits_of("label", "service_period"):
        for row in (hit.row, *sheet.layout.below(hit.row, 2 * hit.row.height)):
            after = hit.last if row is hit.row else 0
            spots = [s for s in sheet.spots.dates.get(row.index, ()) if s.first >= after and s.x1 > hit.x0 - 5]
            if len(spots) > 1 and spots[0].value <= spots[1].value:
                picks = [Pick(s.value.isoformat(), s.text, row, s.first, s.last, 0.8, hit) for s in spots[:2]]
                return picks[:1], picks[1:]
    sure = [pick for pick in single if pick.score > _SURE]
    return sure, sure


def address_under(sheet: Sheet, name: Pick | None) -> Value | None:
    """Street and town under a name, in its column, as `Street 1, 12345 Town`; None without a town."""
    if name is None:
        return None
    parts: list[tuple[Row, Phrase]] = []
    for row, phrase in _column(sheet, name):
        if _NO_ADDRESS.search(phrase.text) or _labelled(sheet, row, phrase):
            return None
        if not any(hit.means("party") and hit.first == phrase.start for hit in sheet.hits.get(row.index, ())):
            parts.append((row, phrase))
        if _TOWN.search(phrase.text) and (len(parts) > 1 or "," in phrase.text):  # a town without a street is half
            return _address(parts)
    return None


def _column(sheet: Sheet, name: Pick) -> Iterator[tuple[Row, Phrase]]:
    """Phrases that begin (or end, or are centred) where the name does, row by row, without a gap."""
    own = next((p for p in name.row.phrases if p.start <= name.first < p.end), None)
    x0, x1 = name.row.x0[name.first], name.row.x1[name.last - 1]
    before = name.row
    for row in sheet.layout.below(name.row, 90.0):
        if row.top - before.bottom > 1.6 * row.height:
            return
        phrase = next((p for p in row.phrases if _aligned(p, x0, x1)), None)
        if phrase is None or own is None:
            continue
        yield row, phrase
        before = row


def _aligned(phrase: Phrase, x0: float, x1: float) -> bool:
    middle = abs((phrase.x0 + phrase.x1) - (x0 + x1)) / 2
    return abs(phrase.x0 - x0) < 4 or abs(phrase.x1 - x1) < 4 or middle < 4


def _address(parts: Sequence[tuple[Row, Phrase]]) -> Value | None:
    if len(parts) > _ADDRESS_ROWS:
        return None
    row, phrase = parts[0]
    words = [word for r, p in parts for word in r.words[p.start : p.end]]
    box = (min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words))
    text = ", ".join(p.text.strip(" ,") for _, p in parts)
    return Value(text, phrase.text, row.page, box)


def explained(taxes: Sequence[Tax], sheet: Sheet) -> tuple[Tax, ...]:
    """The tax rows; those without tax with the sentence of the page that says why."""
    why = next(((name, hit) for name in _CATEGORIES for hit in sheet.hits_of("phrase", name)), None)
    if why is None:
        return tuple(taxes)
    name, hit = why
    return tuple(
        replace(tax, category=_CATEGORIES[name], exemption=hit.row.text()) if tax.category == "E" else tax
        for tax in taxes
    )
