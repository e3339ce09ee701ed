"""Invoice number, dates, references and other single values: the label, and what stands beside or below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bots.reader.folding import fold, small
from bots.reader.ids import compact
from bots.reader.labels import Hit
from bots.reader.layout import Row, box_of, continued
from bots.reader.reading import Box, Value
from bots.reader.sheet import Sheet
from bots.reader.spots import DateSpot, Spot

__all__ = ["Pick", "find_dates_of", "find_numbers_of", "find_title_numbers", "nearest", "rank", "says_of_what"]

S = TypeVar("S", bound=Spot)

_CODE = re.compile(r"#?\s?([^\W_][\w./\-\u2013\\*+]*|\d[\w./\-]*)", re.UNICODE)
_PREFIX = re.compile(r"^[A-Z]{1,4}$")
_BROKEN = re.compile(r"[^\W_][\w./]*[\-/]")
_NOT_A_CODE = re.compile(r"^(?:\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+[.,]\d{2}|\d{1,2}%|https?:.*|.*@.*)$")


@dataclass(slots=True)
class Pick:
    """A candidate for a text field: canonical value, what is printed, where, and how well its place supports it."""

    value: str
    text: str
    row: Row
    first: int
    last: int
    score: float
    label: Hit | None

    @property
    def box(self) -> Box:
        return box_of(self.row.words[self.first : self.last])

    def as_value(self, others: Sequence[Value] = ()) -> Value:
        """The candidate as a value of a reading."""
        words = self.row.words[self.first : self.last]
        return Value(self.value, self.text, words[0].page, self.box, others=tuple(others))


def nearest(sheet: Sheet, hit: Hit, spots: Mapping[int, list[S]], reach: float = 42.0) -> Iterator[tuple[S, float]]:
    """Typed things that a label may name: right of it up to the next label, or below it in its column."""
    hits = sheet.hits.get(hit.row.index, ())
    following = [other.first for other in hits if other.first >= hit.last and other.kind_of_label]
    limit = min(following, default=10**6)
    beside = [spot for spot in spots.get(hit.row.index, ()) if spot.last >= hit.last and spot.first >= hit.last - 1]
    count = 0
    for spot in beside:
        if spot.first < limit and (spot.first >= hit.last or spot.x1 > hit.x1):
            strange = _strange(hit.row, hit.last, spot.first)
            further = 0.35 * _goes_on(hit.row, hit.last, spot.first)
            yield spot, 1.0 - 0.1 * count - 0.08 * min(strange, 6) - min((spot.x0 - hit.x1) / 900, 0.25) - further
            count += 1
    if count:
        return
    for depth, row in enumerate(sheet.layout.below(hit.row, reach)):
        for spot in spots.get(row.index, ()):
            if _in_column(hit, spot.x0, spot.x1):
                if _has_another_label(sheet, hit, spot):
                    return
                yield spot, 0.9 - 0.06 * depth - min(abs(spot.x0 - hit.x0) / 400, 0.2)
                return
        if any(_in_column(hit, row.x0[i], row.x1[i]) for i in range(len(row.words))) and depth > 1:
            return


def _has_another_label(sheet: Sheet, hit: Hit, spot: Spot) -> bool:
    """Whether a label of its own stands before a thing, in its phrase, which says something else than this one."""
    before = [one for one in sheet.hits.get(spot.row.index, ()) if spot.phrase.start <= one.first < spot.first]
    return any(one.means("label") and not set(one.meanings) & set(hit.meanings) for one in before)


def _strange(row: Row, begin: int, end: int) -> int:
    texts = (row.words[index].text for index in range(begin, end))
    return sum(any(char.isalpha() for char in text) and not small(fold(text.strip(".:"))) for text in texts)


def _goes_on(row: Row, begin: int, end: int) -> bool:
    """Whether words that we do not know stand before the label's colon: `Invoice date corrected:` is another date."""
    return any(
        row.words[index].text.rstrip().endswith(":") and _strange(row, begin, index + 1) for index in range(begin, end)
    )


def _in_column(hit: Hit, x0: float, x1: float) -> bool:
    overlap = min(hit.x1, x1) - max(hit.x0, x0)
    return overlap > 0 or abs(hit.x0 - x0) < 5 or abs(hit.x1 - x1) < 5


def find_dates_of(sheet: Sheet, *roles: str) -> dict[str, list[Pick]]:
    """Candidates of some date fields, best first; the document is looked through once for all of them."""
    rankings = {role: _Ranking() for role in roles}
    for hit in sheet.hits_of("label", *roles):
        strength = _strength(hit)
        for role in hit.names("label"):
            if role in rankings:
                for spot, score in nearest(sheet, hit, sheet.spots.dates):
                    rankings[role].add(_date_pick(spot, score * strength, hit))
    return {role: ranking.best_first() for role, ranking in rankings.items()}


def _date_pick(spot: DateSpot, score: float, hit: Hit | None) -> Pick:
    return Pick(spot.value.isoformat(), spot.text, spot.row, spot.first, spot.last, score, hit)


def _strength(hit: Hit) -> float:
    strength = 0.72 + min(len(hit.key), 14) / 50
    if hit.prose:
        strength *= 0.55
    elif not hit.pure:
        strength *= 0.9
    return strength


class _Ranking:
    """The best candidate of each value; one that is named twice counts a little more."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[Pick, int, int]] = {}
        self._count = 0

    def add(self, pick: Pick) -> None:
        """Rank one more."""
        self._count += 1
        before = self._best.get(pick.value)
        if before is None:
            self._best[pick.value] = (pick, self._count, 0)
        elif pick.score > before[0].score:
            self._best[pick.value] = (pick, self._count, before[2] + 1)
        else:
            self._best[pick.value] = (before[0], before[1], before[2] + 1)

    def best_first(self) -> list[Pick]:
        """One candidate a value."""
        ranked = sorted(self._best.values(), key=lambda one: (-one[0].score, one[1]))
        for pick, _, again in ranked:
            for _ in range(again):
                pick.score += 0.05
        return sorted((pick for pick, _, _ in ranked), key=lambda pick: -pick.score)


def rank(picks: Iterable[Pick]) -> list[Pick]:
    """Best first, one pick a value; a value named twice counts a little more."""
    ranking = _Ranking()
    for pick in picks:
        ranking.add(pick)
    return ranking.best_first()


def find_numbers_of(sheet: Sheet, *roles: str) -> dict[str, list[Pick]]:
    """Candidates of some numbers or references (codes with a digit), best first; as `find_dates_of`."""
    rankings = {role: _Ranking() for role in roles}
    for hit in sheet.hits_of("label", *roles):
        if hit.key == "no" and (_in_heading(sheet, hit) or not says_of_what(sheet, hit)):
            continue
        strength = _strength(hit)
        for role in hit.names("label"):
            if role in rankings:
                for pick in _codes(sheet, hit):
                    pick.score *= strength
                    rankings[role].add(pick)
    return {role: ranking.best_first() for role, ranking in rankings.items()}


def says_of_what(sheet: Sheet, hit: Hit) -> bool:
    """Whether a label opens its phrase or follows a title: `Str. Victoriei nr. 103` and `for invoice 4711` do not."""
    titles = [o for o in sheet.hits.get(hit.row.index, ()) if o.means("title") and o.last <= hit.first]
    return hit.pure if not titles else not all(_of_another_paper(sheet, title) for title in titles)


def _of_another_paper(sheet: Sheet, title: Hit) -> bool:
    """`Delivery note no.` on an invoice; on a delivery note it is the paper's own."""
    return title.means("title", "not an invoice") and sheet.titled_as_invoice


def _codes(sheet: Sheet, hit: Hit) -> Iterator[Pick]:
    """Codes that a label may name: in its own word, beside it, and (where nothing stands close) below it."""
    row = hit.row
    tail = row.words[hit.last - 1].text[hit.after :].lstrip(" .:#-\u00b0\u00ba)")
    if tail and (code := _code(tail)):
        yield Pick(code, code, row, hit.last - 1, hit.last, 1.0, hit)
        return
    limit = _limit(sheet, hit)
    found = _first_code(sheet, row, hit.last, limit)
    gap = 0.0
    if found is not None:
        gap = row.x0[found.first] - hit.x1
        found.score = 1.0 - 0.12 * min(_strange(row, hit.last, found.first), 5) - min(max(gap, 0) / 900, 0.3)
        found.score -= 0.3 * _goes_on(row, hit.last, found.first)
        found.label = hit
        yield found
        if gap < 90:
            return
    elif limit < len(row.words) and row.x0[limit] - hit.x1 < 0.6 * row.height:
        return
    under = _code_below(sheet, hit)
    if under is not None and (found is None or abs(under.row.x0[under.first] - hit.x0) < 6):
        under.score -= 0.1 if found is not None else 0.0
        yield under


def _limit(sheet: Sheet, hit: Hit) -> int:
    """Where the next label begins; a party's word inside the label's own phrase is none ("Facture client A24")."""
    end = next((p.end for p in hit.row.phrases if p.start <= hit.first < p.end), 0)
    others = (o for o in sheet.hits.get(hit.row.index, ()) if o.first >= hit.last and o.kind_of_label)
    return min((o.first for o in others if o.means("label") or o.first >= end), default=len(hit.row.words))


def _code_below(sheet: Sheet, hit: Hit) -> Pick | None:
    """The code in the label's column just below, unless a label of its own stands before it."""
    for depth, below in enumerate(sheet.layout.below(hit.row, 34.0)):
        for phrase in below.phrases:
            if _in_column(hit, phrase.x0, phrase.x1):
                found = _first_code(sheet, below, phrase.start, phrase.end)
                if found is None or _has_label_before(sheet, found):
                    return None
                found.score = 0.92 - 0.08 * depth - min(abs(phrase.x0 - hit.x0) / 300, 0.25)
                unknown = any(below.words[i].text.endswith(":") for i in range(phrase.start, found.first))
                found.score -= 0.12 * _strange(below, phrase.start, found.first) + 0.3 * unknown
                found.label = hit
                return found
        if depth > 1:
            return None
    return None


def _has_label_before(sheet: Sheet, pick: Pick) -> bool:
    hits = [hit for hit in sheet.hits.get(pick.row.index, ()) if hit.means("label") and hit.first <= pick.first]
    return bool(hits) and pick.row.x0[pick.first] - hits[-1].x1 < 160


def _first_code(sheet: Sheet, row: Row, begin: int, end: int) -> Pick | None:
    """The first word with a digit that can be a number of a document, with short capitals that belong to it."""
    dates = sheet.spots.dates.get(row.index, ())
    for index in range(begin, min(end, begin + 6)):
        if any(spot.first <= index < spot.last for spot in dates):
            return None
        text = row.words[index].text
        if text.startswith("(") and text.endswith(")"):  # "Commercial invoice (380) no. 4711"
            continue
        text = text.strip("#:;,()[]\u2116'\"")
        if _BROKEN.fullmatch(text) and (rest := continued(sheet.layout, row, index)) is not None:
            text += rest[0].words[rest[1]].text
        if code := _code(text):
            return _with_its_parts(row, begin, index, end, code)
    return None


def _with_its_parts(row: Row, begin: int, index: int, end: int, code: str) -> Pick:
    """The code with capitals that stand before it, and what follows after a lone slash or dash."""
    first, last = index, index + 1
    before = row.words[index - 1].text if index > begin else ""
    if _PREFIX.match(before) and fold(before) not in ("no", "nr"):
        first = index - 1
        code = f"{before} {code}"
    while last < end and row.words[last].text in ("/", "-") and last + 1 < end:
        code += row.words[last].text + row.words[last + 1].text
        last += 2
    return Pick(code, row.text(first, last), row, first, last, 1.0, None)


def _code(text: str) -> str:
    text = text.strip().rstrip(".,;:)").lstrip("#(:")
    match = _CODE.fullmatch(text)
    if not match or not any(char.isdigit() for char in text) or _NOT_A_CODE.match(text) or _BROKEN.fullmatch(text):
        return ""
    return text if len(compact(text)) <= 40 else ""


def find_title_numbers(sheet: Sheet) -> list[Pick]:
    """`INVOICE` and, beside or under it, `No. 4711` or the code itself; or a bare `No.:` at the head of the page."""
    picks: list[Pick] = []
    titles = [hit for hit in sheet.hits_of("title") if hit.pure and not hit.prose]
    titles = [hit for hit in titles if not _of_another_paper(sheet, hit)]
    for title in [hit for hit in titles if hit.row is titles[0].row][-1:]:  # "Faktura - daňový doklad 4711"
        picks.extend(_after_title(title, sheet, titles[0]))
    for title in titles[:3]:
        row = title.row
        beside = [hit for hit in sheet.hits.get(row.index, ()) if hit.key == "no" and hit.first >= title.last]
        under = [
            hit
            for below in sheet.layout.below(row, 2.2 * row.height)
            for hit in sheet.hits.get(below.index, ())
            if hit.key == "no"
            and hit.pure
            and hit.x0 < title.x1 + 60
            and hit.x1 > title.x0 - 60
            and not _in_heading(sheet, hit)
            and not _names_a_thing(below, hit)
        ]
        for hit, worth in (*((h, 0.95) for h in beside[:1]), *((h, 0.85) for h in under[:1])):
            picks.extend(_worth(_codes(sheet, hit), worth))
        if picks:
            break
    for hit in _bare_numbers(sheet):
        picks.extend(_worth(_codes(sheet, hit), 0.8))
    return rank(picks)


def _names_a_thing(row: Row, hit: Hit) -> bool:
    """`N.º cliente` is the number of something else; `N°4711 du` has its code in its own word."""
    inside = any(phrase.start < hit.last < phrase.end for phrase in row.phrases)
    coded = any(char.isdigit() for char in row.words[hit.last - 1].text)
    return inside and not coded and row.words[hit.last].text.isalpha() and not row.words[hit.last].text.isupper()


def _worth(picks: Iterable[Pick], worth: float) -> Iterator[Pick]:
    for pick in picks:
        pick.score *= worth
        yield pick


def _bare_numbers(sheet: Sheet) -> Iterator[Hit]:
    """`Number:` alone in its phrase among dates and references, before any figures."""
    for index, hits in sheet.hits.items():
        row = sheet.layout.rows[index]
        if row.page > 1 or any(amount.money for amount in sheet.spots.amounts.get(index, ())):
            return
        for hit in hits:
            phrase = next(p for p in row.phrases if p.start <= hit.first < p.end)
            colon = any(row.words[i].text.endswith(":") for i in range(hit.last - 1, min(hit.last + 1, phrase.end)))
            alone = phrase.start == hit.first and (phrase.end == hit.last or colon)
            if hit.key == "no" and alone and not _in_heading(sheet, hit) and _among_references(sheet, row):
                yield hit


def _in_heading(sheet: Sheet, hit: Hit) -> bool:
    """Whether the row heads a table of lines: `No.` is a position there, but not beside `Invoice date`."""
    hits = sheet.hits.get(hit.row.index, ())
    dated = any(other.means("label", "issue_date", "due_date") and not other.means("column") for other in hits)
    return not dated and sum(other.means("column") for other in hits) > 2


def _among_references(sheet: Sheet, row: Row) -> bool:
    """Whether dates or labelled references stand in the row or just above or below it."""
    return any(
        sheet.spots.dates.get(index)
        or any(h.means("label", "issue_date", "due_date", "order_reference") for h in sheet.hits.get(index, ()))
        for index in range(row.index - 2, row.index + 4)
    )


def _after_title(title: Hit, sheet: Sheet, first: Hit) -> Iterator[Pick]:
    """`Tax Invoice 02490`: the code close behind the title."""
    if title.means("title", "not an invoice") or title.means("label", "invoice_number"):
        return
    if not any(phrase.start == first.first for phrase in title.row.phrases):
        return
    for pick in _codes(sheet, title):
        if pick.row is title.row and pick.first <= title.last and pick.row.x0[pick.first] - title.x1 < 40:
            pick.score *= 0.85
            yield pick
