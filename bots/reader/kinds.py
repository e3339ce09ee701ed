"""What kind of paper it is, by its title; and in which currency it speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.reader.amounts import CURRENCIES, currency_of
from bots.reader.labels import Hit, rows_with
from bots.reader.languages import lexicon
from bots.reader.layout import Layout, Row
from bots.reader.reading import DocumentType
from bots.reader.sheet import Sheet
from bots.reader.spots import Amount
from bots.reader.texts import Pick

__all__ = ["find_currency", "find_title", "kind_of"]

_NUMBERED = 3
"""Words of a title such as `Second reminder`, `Primo sollecito`."""
_LABELLED = 0.5
_SPECIAL = {"credit note", "pro forma", "reminder", "statement"}
_KRONE = {"sv": "SEK", "da": "DKK", "no": "NOK", "nb": "NOK", "is": "ISK"}
_COUNTRY = {
    **dict.fromkeys("AT BE CY DE EE EL ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(), "EUR"),  # noqa: SIM905 - reads better
    "GB": "GBP", "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON", "SE": "SEK", "DK": "DKK", "CH": "CHF", "BG": "EUR",
}  # fmt: skip


@dataclass(slots=True)
class Title:
    """The document's title: the label, what it says, and how much it looks like one."""

    hit: Hit
    kind: str
    score: float


def find_title(sheet: Sheet) -> list[Title]:
    """Titles on the page by size, place and standing alone, best first."""
    found: list[Title] = []
    usual = _usual_height(sheet.layout)
    tallest = max((row.height for row in sheet.layout.rows[:200]), default=10.0)
    for hit in sheet.hits_of("title"):
        row = hit.row
        page = sheet.layout.pages[min(row.page, len(sheet.layout.pages)) - 1]
        phrase = next(p for p in row.phrases if p.start <= hit.first < p.end)
        numbered = hit.means("title", "reminder") and hit.last == phrase.end and phrase.end - phrase.start <= _NUMBERED
        if hit.prose or not (hit.pure or numbered):
            continue
        alone = phrase.end - phrase.start - (hit.last - hit.first)
        big = row.words[hit.first].y1 - row.words[hit.first].y0 > 1.2 * usual
        if not hit.means("title", "invoice", "credit note") and not _heads(row, hit, alone, big=big):
            continue
        height = row.words[hit.first].y1 - row.words[hit.first].y0
        score = (
            height / tallest + 0.3 * (alone == 0) - 0.05 * min(alone, 6) + 0.1 * row.text(hit.first, hit.last).isupper()
        )
        score += 0.25 * (1 - row.top / page.height) - 0.3 * (row.page > 1)
        if sheet.spots.amounts.get(row.index) and any(a.money for a in sheet.spots.amounts[row.index]):
            score -= 0.6
        found.extend(Title(hit, name, score - 0.02 * rank) for rank, name in enumerate(hit.names("title")))
    return sorted(found, key=lambda title: -title.score) or _in_labels(sheet)


def _usual_height(layout: Layout) -> float:
    """The middle one of the rows' heights."""
    heights = Counter(layout.heights())
    before = 0
    for height in sorted(heights):
        before += heights[height]
        if before > len(layout.rows) // 2:
            return height
    return 10.0


def _in_labels(sheet: Sheet) -> list[Title]:
    """What the labels of the number call the paper, on a page without a title: `Credit note no. 4711`."""
    found = [
        Title(hit, meaning.name, _LABELLED)
        for hit in sheet.hits_of("label", "invoice_number")
        if hit.pure and not hit.prose and (key := _title_of(hit.key))
        for meaning in lexicon().meanings[key]
        if meaning.kind == "title"
    ]
    return found if len({title.kind for title in found}) == 1 else []


def _title_of(label: str) -> str:
    """The longest title that a label's key begins with."""
    known = lexicon().meanings
    begins = (label[:end] for end in range(len(label), 0, -1))
    return next((key for key in begins if any(meaning.kind == "title" for meaning in known.get(key, ()))), "")


def _heads(row: Row, hit: Hit, extra: int, *, big: bool) -> bool:
    """`Order: 4711` is a reference; `Reminder of invoice 4711` in large type is a title."""
    after = row.words[hit.last].text if hit.last < len(row.words) else ""
    if row.words[hit.last - 1].text.endswith(":") or after == ":":
        return False
    if hit.means("title", "not an invoice") and not (big and extra <= 5):
        return extra <= 2 and not any(char.isdigit() for char in after)
    return extra <= 2 or big


def kind_of(titles: Sequence[Title], gross_negative: bool) -> DocumentType:
    """The kind of the best title; a more special one wins when it is nearly as good ("Invoice" above "Credit note")."""
    if not titles:
        return "credit note" if gross_negative else "invoice"
    best = titles[0]
    for title in titles[1:]:
        if best.kind == "invoice" and title.kind in _SPECIAL and title.score > best.score - 0.12:
            best = title
            break
    kind = best.kind
    if kind not in ("invoice", "credit note") and best.score < 0.9 and any(t.kind == "invoice" for t in titles):
        kind = "invoice"
    if kind == "invoice" and gross_negative:
        return "credit note"
    named: dict[str, DocumentType] = {
        "invoice": "invoice", "credit note": "credit note", "pro forma": "pro forma", "receipt": "receipt",
        "reminder": "reminder", "statement": "statement", "not an invoice": "not an invoice",
    }  # fmt: skip
    return named.get(kind, "invoice")


def find_currency(sheet: Sheet, totals: Sequence[Amount], countries: Sequence[str]) -> tuple[str, Pick | None, str]:
    """ISO code, where it stands, and how it is known: "label", "amounts", "words", "country" or "".

    A label ("Currency: USD") decides; then the signs beside the totals; then those of all amounts and of headings; at
    last the country of the seller's VAT id or bank, which is no proof.
    """
    for hit in sheet.hits_of("label", "currency"):
        if (pick := _code_after(sheet, hit)) is not None:
            return pick.value, pick, "label"
    votes: Counter[str] = Counter()
    for amount in totals:
        if code := _resolved(sheet, amount.currency):
            votes[code] += 3
        others = [a for a in sheet.spots.amounts.get(amount.row.index, ()) if a.currency and a not in totals]
        for code, index in _words_of(sheet, amount.row.index, [word.text for word in amount.row.words]):
            if not any(other.first <= index < other.last for other in others):  # "8956.82 | 8688.12 CHF"
                votes[code] += 2
    if votes:
        agreed = len(votes) == 1 and _of_columns(sheet) <= votes.keys()
        return votes.most_common(1)[0][0], None, "amounts" if agreed else "mixed"
    equivalents = _equivalents(sheet, totals)
    last = max((amount.row.index for amount in totals), default=len(sheet.layout.rows))
    for after in (False, True):
        for index, texts in enumerate(sheet.layout.word_texts()):
            if (index > last) is not after:
                continue
            for code, _ in _words_of(sheet, index, texts):
                votes[code] += 1
            for amount in sheet.spots.amounts.get(index, ()):
                if code := _resolved(sheet, amount.currency):
                    votes[code] += 2
        if votes:  # what stands after the totals (an equivalent, the capital of the firm) counts only alone
            ranked = votes.most_common(2)
            sure = not after and (len(ranked) == 1 or ranked[0][1] >= 5 * ranked[1][1])
            own = next((code for code, _ in votes.most_common() if code not in equivalents), ranked[0][0])
            return own, None, "words" if sure and own == ranked[0][0] else "mixed"
    if any(word.text == "$" for row in _headings(sheet) for word in row.words):
        return "USD", None, "country"  # or the dollar of somebody else
    for country in countries:
        if country in _COUNTRY:
            return _COUNTRY[country], None, "country"
    return "", None, ""


def _equivalents(sheet: Sheet, totals: Sequence[Amount]) -> set[str]:
    """Currencies beside amounts in the row of the totals that are none of them: `100.00 | 119.00 | 138.04 USD`."""
    beside = (amount for total in totals for amount in sheet.spots.amounts.get(total.row.index, ()))
    return {_resolved(sheet, amount.currency) for amount in beside if amount.currency and amount not in totals}


def _of_columns(sheet: Sheet) -> set[str]:
    """Currencies in headings of line tables: `Amount £` over lines whose total is in euros is a contradiction."""
    rows = _headings(sheet)
    return {code for row in rows for code, _ in _words_of(sheet, row.index, [word.text for word in row.words])}


def _headings(sheet: Sheet) -> Iterator[Row]:
    return (
        sheet.layout.rows[index]
        for index in rows_with(sheet.hits, "column")
        if sum(hit.means("column") for hit in sheet.hits[index]) > 2
        and not any(amount.money for amount in sheet.spots.amounts.get(index, ()))
    )


def _resolved(sheet: Sheet, currency: str) -> str:
    return _KRONE.get(sheet.language, "") if currency == "kr" else currency


def _code_after(sheet: Sheet, hit: Hit) -> Pick | None:
    row = hit.row
    for index in range(hit.last, min(hit.last + 4, len(row.words))):
        code = _code(row.words[index].text)
        if code:
            return Pick(code, row.words[index].text, row, index, index + 1, 1.0, hit)
    for other in sheet.hits.get(row.index, ()):
        if other.first >= hit.last and other.means("currency"):
            return Pick(
                other.names("currency")[0], row.text(other.first, other.last), row, other.first, other.last, 1.0, hit
            )
    for below in sheet.layout.below(row, 16.0):
        for index, word in enumerate(below.words):
            if _code(word.text) and below.x0[index] < hit.x1 and below.x1[index] > hit.x0:
                return Pick(_code(word.text), word.text, below, index, index + 1, 0.9, hit)
    return None


def _code(text: str) -> str:
    stripped = text.strip(" :,.;()[]")
    return stripped if stripped in CURRENCIES else currency_of(stripped) if stripped in ("€", "$", "£", "US$") else ""


def _words_of(sheet: Sheet, row: int, texts: Sequence[str]) -> list[tuple[str, int]]:
    """Currencies in a row (its index, and the texts of its words) and the words that name them."""
    found = []
    if row not in sheet.spots.amounts and row not in sheet.hits:
        return []  # "SDN BHD" is a firm, not the dinar of Bahrain
    for index, text in enumerate(texts):
        for part in text.replace("/", " ").replace("(", " ").replace(")", " ").split():
            code = part.strip(":.,;")
            if code in CURRENCIES:
                found.append((code, index))
            elif code != "$" and currency_of(code) not in ("", "kr"):
                found.append((currency_of(code), index))
    hits = (hit for hit in sheet.hits.get(row, ()) if hit.means("currency") and len(hit.key) > 2)
    return [*found, *((hit.names("currency")[0], hit.first) for hit in hits)]
