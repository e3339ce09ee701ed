"""Names of seller and buyer: under headings, over tax ids and addresses, in letterhead and foot."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bots.reader.folding import fold
from bots.reader.labels import Hit
from bots.reader.layout import Phrase, Row
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick

__all__ = ["LEGAL", "address_names", "names_under", "pieces", "seller_names"]


def _words(text: str) -> list[str]:
    return text.split()


LEGAL = re.compile(
    r"(?<!\w)(?:GmbH|GMBH|mbH|AG|KG|OHG|OG|UG|e\.\s?K\.|e\.\s?V\.|GbR|S\.?L\.?U?\.?|S\.?A\.?U?\.?|S\.?A\.?S\.?U?|SARL|"
    r"S\.?A\.?R\.?L\.?|EURL|SNC|SCI|S\.?r\.?l\.?s?\.?|S\.?p\.?A\.?|S\.?n\.?c\.?|S\.?a\.?s\.?|B\.?V\.?|N\.?V\.?|VOF|SRL|"
    r"Ltd\.?|LTD\.?|Limited|LIMITED|LLC|L\.L\.C\.|Inc\.?|INC\.?|Corp\.?|Corporation|PLC|plc|LLP|DAC|Company|Lda\.?|LDA\.?|"
    r"AB|ApS|A/S|AS|Oy|Oyj|sp\.\s?z\s?o\.?\s?o\.?|sp\.\s?j\.|s\.r\.o\.|a\.s\.|v\.o\.s\.|Kft\.?|Zrt\.?|Nyrt\.?|Bt\.|"
    r"S\.?C\.|A\.?E\.?|\u0395\.?\u03a0\.?\u0395\.?|\u0391\.?\u0395\.?|a\.G\.|eG|S\.?\s?Coop\.?|C\.?B\.?|Pvt\.?|SE|BHD|Bhd|"
    r"\u05d1\u05e2[\u05f4\"]\u05de)(?!\w)"
)
_ADDRESS = re.compile(r"\d{4,6}|@|www\.|https?:|\+\d{2}|^\d|,\s?\d+|\d+\s?[a-z]?$|\d{2,}|:", re.IGNORECASE)
_POSTAL = re.compile(r"^(?:[A-Z]{1,2}[- ])?\d{4,5}\s+[^\W\d]|^\d{2}-\d{3}\s+\w|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}$")
_CAPITAL = re.compile(r"capital|kapital|registr|gericht|forfait|rcs\b", re.IGNORECASE)
_NAME_KEYS = frozenset(_words("name nom nombre nome naam namn navn nazwa nazev firma empresa company razonsocial"))
_SALUTATIONS = frozenset(_words("herr herrn frau mr mrs ms m mme monsieur madame sr sra sig dr egr gent firma"))
_ATTENTION = re.compile(r"^(?:attn?\.?|att:|z\.\s?hd\.?|a/a|t\.a\.v\.)\s*:?\s*", re.IGNORECASE)
_MARKS = " :·,|-\u2013•"
_DOTS = ("·", "|", "•", "-", "–", "●", "∙", "*", "/")


def names_under(sheet: Sheet, headings: Sequence[Hit]) -> list[Pick]:
    """For each heading, the name after it or in the block under it."""
    return [pick for hit in headings if (pick := _after(sheet, hit) or _in_block(sheet, hit)) is not None]


def _after(sheet: Sheet, hit: Hit) -> Pick | None:
    """`Supplier: Firm Ltd`, in one phrase or with a gap after the colon."""
    row = hit.row
    own = next((p for p in row.phrases if p.start < hit.last <= p.end), None)
    if own is not None and any(char.isalpha() for char in row.text(hit.last, own.end)):
        start = hit.last + (row.words[hit.last].text in (":", "/"))
        return _pick(row, start, own.end, 0.9, hit)
    after = next((p for p in row.phrases if p.start >= hit.last), None)
    if after is None or not row.words[hit.last - 1].text.endswith(":") or after.x0 - hit.x1 > 120:
        return None
    return (
        None
        if _is_label(sheet, after) or _ADDRESS.search(after.text)
        else _pick(row, after.start, after.end, 0.85, hit)
    )


def _in_block(sheet: Sheet, hit: Hit) -> Pick | None:
    first: Pick | None = None
    for row in sheet.layout.below(hit.row, 70.0):
        phrase = next((p for p in row.phrases if p.x0 < hit.x1 + 20 and p.x1 > hit.x0 - 12), None)
        if phrase is None:
            continue
        if fold(phrase.text).strip(" :.") in _NAME_KEYS:
            value = next((p for p in row.phrases if p.start >= phrase.end), None) or _phrase_below(sheet, row)
            return _pick(value.row, value.start, value.end, 0.95, hit) if value is not None else first
        if first is not None:
            return _joined(first, phrase)
        if _is_label(sheet, phrase) or phrase.text.rstrip().endswith(":") or not any(c.isalpha() for c in phrase.text):
            continue
        other = next((h for h in _hits(sheet, row) if h.means("party") and h.first == phrase.start), None)
        if other is not None and other.last == phrase.end and fold(phrase.text).strip(".") not in _SALUTATIONS:
            return None
        if other is not None and row.words[other.last - 1].text.endswith(":") and other.last < phrase.end:
            return _pick(row, other.last, phrase.end, 0.95, other)  # "Supplier details" / "Supplier: Firm Ltd"
        first = _pick(row, phrase.start, phrase.end, 0.9, hit)
    return first


def _phrase_below(sheet: Sheet, row: Row) -> Phrase | None:
    """The value of a form's field that is set one line lower."""
    below = next(sheet.layout.below(row, 14.0), None)
    return below.phrases[0] if below is not None else None


def _joined(first: Pick, phrase: Phrase) -> Pick:
    """A salutation goes with the name under it."""
    if fold(first.value).strip(".") not in _SALUTATIONS:
        return first
    text = f"{first.value} {phrase.text.strip(_MARKS)}"
    return Pick(text, text, first.row, first.first, first.last, first.score, first.label)


def _is_label(sheet: Sheet, phrase: Phrase) -> bool:
    for hit in _hits(sheet, phrase.row):
        if hit.first == phrase.start and (hit.means("label") or hit.key == "no"):
            after = phrase.row.words[hit.last - 1].text.endswith(":") or ":" in phrase.text[:40]
            if hit.last == phrase.end or after or any(char.isdigit() for char in phrase.text):
                return True
    return False


def _hits(sheet: Sheet, row: Row) -> Sequence[Hit]:
    return sheet.hits.get(row.index, ())


def _pick(row: Row, first: int, last: int, score: float, hit: Hit | None) -> Pick | None:
    text = _ATTENTION.sub("", row.text(first, last).strip(_MARKS))
    if " " not in text and any(char.isdigit() for char in text):
        return None  # a code
    return Pick(text, text, row, first, last, score, hit) if any(char.isalpha() for char in text) else None


def seller_names(
    sheet: Sheet, headed: Sequence[Pick], block: Pick | None, foreign: Sequence[str], own: OwnIdentity | None
) -> list[Pick]:
    """Candidates of the seller's name, best first.

    Args:
        headed: names under the seller's headings.
        block: the first line of the block that ends with the seller's tax id.
        foreign: names that are the buyer's.
    """
    found = [*headed, *([block] if block is not None else []), *_free(sheet)]
    mine = {fold(name) for name in own.names} if own else set()
    others = {fold(name) for name in foreign}
    rows = [fold(row.text()) for row in sheet.layout.until(3)]
    counts = Counter({name: sum(name in text for text in rows) for name in {fold(pick.value) for pick in found}})
    for pick in found:
        name = fold(pick.value)
        pick.score += 0.1 * min(counts[name] - 1, 3) - 0.7 * (name in others) - 2.0 * (name in mine)
    return sorted((pick for pick in found if pick.score > 0.3), key=lambda pick: -pick.score)


def _free(sheet: Sheet) -> Iterator[Pick]:
    """Lines that look like a firm: with a legal form anywhere, or large or first at the head of the page."""
    page = sheet.layout.pages[0]
    heights = [row.height for row in sheet.layout.until(2)]
    usual = sorted(heights)[len(heights) // 2] if heights else 10.0
    for index, whole in enumerate(sheet.layout.texts()):
        legally = LEGAL.search(whole) is not None  # else no part of the row has a legal form either
        if index >= len(heights) and not legally:
            continue
        row = sheet.layout.rows[index]
        head = row.page == 1 and row.top < 0.22 * page.height
        if not head and not legally:
            continue
        foot = row.top > 0.82 * page.height
        for phrase in row.phrases:
            for begin, end in pieces(phrase):
                text = row.text(begin, end).strip(_MARKS)
                if not 3 <= len(text) <= 60 or not text[0].isalpha() or _unlikely(sheet, phrase, text):
                    continue
                match = LEGAL.search(text)
                legal = match is not None and match.start() > 1
                if not legal and (not head or len(text) < 5 or _ADDRESS.search(text) or LEGAL.match(text)):
                    continue
                score = 0.3 + 0.25 * legal + 0.12 * head + 0.1 * foot + 0.12 * (row.page == 1 and row.index < 2)
                score += min(0.2 * (row.height / usual - 1), 0.2) if head else 0.0
                yield Pick(text, text, row, begin, end, score - 0.2 * (end - begin > 6) - 0.0005 * row.index, None)


def _unlikely(sheet: Sheet, phrase: Phrase, text: str) -> bool:
    hits = [hit for hit in _hits(sheet, phrase.row) if phrase.start <= hit.first < phrase.end]
    covered = sum(
        hit.last - hit.first for hit in hits if hit.means("title") or hit.means("label") or hit.means("column")
    )
    return bool(_CAPITAL.search(text)) or ":" in text or covered * 2 > phrase.end - phrase.start or text[0].islower()


def pieces(phrase: Phrase) -> Iterator[tuple[int, int]]:
    """`Firm GmbH · Street 1 · 12345 Town` taken apart at its dots; a comma before a legal form does not part."""
    begin = phrase.start
    words = phrase.row.words
    for index in range(phrase.start, phrase.end):
        text = words[index].text
        after = words[index + 1].text if index + 1 < phrase.end else ""
        if text in _DOTS:
            if index > begin:
                yield begin, index
            begin = index + 1
        elif text.endswith(",") and not LEGAL.match(after):
            yield begin, index + 1
            begin = index + 1
    if begin < phrase.end:
        yield begin, phrase.end


def address_names(sheet: Sheet, sellers: Sequence[str]) -> list[Pick]:
    """First lines of address blocks at the head of the first page that are not the seller's: the window of a letter."""
    page = sheet.layout.pages[0]
    known = [fold(name) for name in sellers if len(name) > 3]
    found: list[Pick] = []
    for row in sheet.layout.rows:
        if row.page > 1 or row.top > 0.42 * page.height:
            break
        for phrase in row.phrases:
            if _POSTAL.search(phrase.text) and not any(mark in phrase.text for mark in ("·", "•", "|", " - ")):
                pick = _top_of_block(sheet, row, phrase)
                if pick is not None and not any(name in fold(pick.value) or fold(pick.value) in name for name in known):
                    found.append(pick)
    return found


def _top_of_block(sheet: Sheet, row: Row, phrase: Phrase) -> Pick | None:
    """Climb from the line with the postal code to the block's first line, which must be a name and not a label."""
    top, level = row, phrase
    for index in range(row.index - 1, max(row.index - 7, -1), -1):
        above = sheet.layout.rows[index]
        if above.page != row.page or top.top - above.bottom > 0.9 * row.height:
            break
        aligned = next((p for p in above.phrases if abs(p.x0 - phrase.x0) < 4), None)
        if aligned is not None:
            heading = any(
                h.means("party") and h.first == aligned.start and h.last == aligned.end for h in _hits(sheet, above)
            )
            if heading or _is_label(sheet, aligned) or ":" in aligned.text or "·" in aligned.text:
                break
            top, level = above, aligned
    if level is phrase or _ADDRESS.search(level.text) or not level.text[:1].isalpha():
        return None
    return _pick(top, level.start, level.end, 0.5, None)
