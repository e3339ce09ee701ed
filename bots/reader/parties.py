"""Seller and buyer: whose VAT id, whose account, whose name.  The buyer is often printed first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.reader.folding import fold
from bots.reader.ids import compact, iban_holds, national_vat_id, vat_id_holds
from bots.reader.labels import Hit
from bots.reader.layout import Phrase, Row
from bots.reader.names import LEGAL, address_names, names_under, pieces, seller_names
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick

__all__ = ["Parties", "find_parties"]


@dataclass(slots=True)
class Parties:
    """What was found, best first."""

    seller_vat: list[Pick]
    buyer_vat: list[Pick]
    ibans: list[Pick]
    bic: Pick | None
    seller_name: list[Pick]
    buyer_name: list[Pick]
    unread_vat_label: bool
    shown_seller: bool


def find_parties(sheet: Sheet, own: OwnIdentity | None) -> Parties:
    """Tell seller and buyer apart by labels, headings of their blocks, the page's foot, the bank and who we are."""
    zones = _zones(sheet)
    seller, buyer, unread = _vat_ids(sheet, zones, own)
    ibans = _ibans(sheet, own)
    if ibans:
        _agree_with_bank(seller, ibans[0].value[:2])
    names_buyer = names_under(sheet, _headings(sheet, "buyer"))
    if not names_buyer and buyer and (named := _name_of_block(sheet, buyer[0])) is not None:
        names_buyer = [named]
    block = _name_of_block(sheet, seller[0]) if seller else None
    foreign = [pick.value for pick in names_buyer]
    names_seller = seller_names(sheet, names_under(sheet, _headings(sheet, "seller")), block, foreign, own)
    names_seller = [pick for pick in names_seller if not _elsewhere(pick, zones)]
    if not names_buyer:
        names_buyer = address_names(sheet, [pick.value for pick in names_seller[:2]])
    alone = len(seller) == 1 and not buyer and seller[0].label is not None
    by_name = bool(seller and names_seller) and fold(names_seller[0].value) in fold(seller[0].row.text())
    shown = by_name or (bool(seller) and _shows_seller(sheet, seller[0], zones, ibans, own, alone=alone))
    return Parties(seller, buyer, ibans, _bic(sheet), names_seller, names_buyer, unread, shown)


def _shows_seller(
    sheet: Sheet, pick: Pick, zones: list[_Zone], ibans: list[Pick], own: OwnIdentity | None, *, alone: bool
) -> bool:
    """Whether something besides its label says that an id is the seller's: where it stands, the bank's country, or
    that the buyer is us."""
    page = sheet.layout.pages[min(pick.row.page, len(sheet.layout.pages)) - 1]
    foot = pick.row.top > 0.8 * page.height
    zone = any(z.party == "seller" and z.holds(pick.row, pick.row.x0[pick.first]) for z in zones)
    bank = any(iban.value[:2] == pick.value[:2] for iban in ibans)
    if alone and not any(z.party != "seller" and z.holds(pick.row, pick.row.x0[pick.first]) for z in zones):
        return True
    named = pick.label is not None and pick.label.means("label", "buyer_vat_id")
    return foot or zone or bank or _heads_the_page(sheet, pick) > 0 or (bool(own and own.vat_ids) and not named)


@dataclass(slots=True)
class _Zone:
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


def _headings(sheet: Sheet, party: str) -> list[Hit]:
    """Headings of one party's blocks: alone in their phrase or before a colon, and whole words."""
    return [
        hit
        for hit in sheet.hits_of("party", party)
        if not hit.prose
        and hit.pure
        and _opens(hit)
        and not hit.row.words[hit.last - 1].text[hit.after :].strip(" .:/)")
    ]


def _elsewhere(pick: Pick, zones: list[_Zone]) -> bool:
    return any(z.party != "seller" and z.holds(pick.row, pick.row.x0[pick.first]) and z.surely(pick.row) for z in zones)


def _name_of_block(sheet: Sheet, pick: Pick) -> Pick | None:
    """The first line of the id's block as a name, when it looks like one."""
    named = _block_name(sheet, pick)
    if named is None or named[0] is pick.row:
        return None
    row = named[0]
    phrase = next((p for p in row.phrases if fold(p.text) == named[1]), None)
    if phrase is None:
        return None
    begin, end = next(iter(pieces(phrase)))
    text = row.text(begin, end).strip(" ,")
    if not text[:1].isalpha() or len(text) > 60 or any(char in ":@" or char.isdigit() for char in text):
        return None
    return Pick(text, text, row, begin, end, 0.6 + 0.2 * bool(LEGAL.search(text)), None)


def _zones(sheet: Sheet) -> list[_Zone]:
    zones: list[_Zone] = []
    for hit in sheet.hits_of("party"):
        if hit.prose or not hit.pure or not _opens(hit):
            continue
        party = hit.names("party")[0]
        width = sheet.layout.pages[0].width
        right = min((phrase.x0 for phrase in hit.row.phrases if phrase.x0 > hit.x1 + 20), default=hit.x0 + 0.45 * width)
        zones.append(_zone(sheet, hit, party, right))
    return zones


def _zone(sheet: Sheet, hit: Hit, party: str, right: float) -> _Zone:
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
    return _Zone(party, hit.row.page, hit.x0 - 25, right, hit.row.top - 1, bottom, sure or bottom)


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


def _vat_ids(sheet: Sheet, zones: list[_Zone], own: OwnIdentity | None) -> tuple[list[Pick], list[Pick], bool]:
    mine = {compact(value) for value in own.vat_ids} if own else set()
    picks: dict[str, Pick] = {}
    buyers: dict[str, Pick] = {}
    unread = False
    taken: set[tuple[int, int]] = set()
    for row_index, spots in sheet.spots.ids.items():
        for spot in spots:
            if spot.kind != "vat":
                continue
            label = _label_left(sheet, row_index, spot.first)
            taken.add((row_index, spot.first))
            if label is None and ("-" in spot.text or not vat_id_holds(spot.value)):
                continue  # without its name it must at least look and count like one
            pick = Pick(spot.value, spot.text, spot.row, spot.first, spot.last, 0.0, label)
            _place(sheet, pick, label, zones, mine, picks, buyers)
    for hit in sheet.hits_of("label", "vat_id", "buyer_vat_id"):
        after, seen = _after_label(sheet, hit, taken)
        if after is not None:
            _place(sheet, after, hit, zones, mine, picks, buyers)
        elif not seen and not hit.prose and not hit.means("label", "tax_total") and not hit.means("column"):
            unread = True
    _first_of_block(picks, zones)
    for value in _in_buyers_block(buyers, zones):
        if len(picks) > 1:
            picks.pop(value, None)
    return _best(picks), _best(buyers), unread


def _first_of_block(picks: dict[str, Pick], zones: list[_Zone]) -> None:
    """A seller has one id: a second one under the same heading is the block of somebody else that follows."""
    for zone in zones:
        if zone.party == "seller":
            inside = [pick for pick in picks.values() if zone.holds(pick.row, pick.row.x0[pick.first])]
            for pick in sorted(inside, key=lambda p: p.row.index)[1:]:
                pick.score -= 0.35


def _in_buyers_block(buyers: dict[str, Pick], zones: list[_Zone]) -> list[str]:
    """Ids that stand in the buyer's block: wherever else they are printed, they are the buyer's."""
    return [
        value
        for value, pick in buyers.items()
        if any(z.party == "buyer" and z.holds(pick.row, pick.row.x0[pick.first]) for z in zones)
    ]


def _best(picks: dict[str, Pick]) -> list[Pick]:
    return sorted(picks.values(), key=lambda pick: -pick.score)


def _label_left(sheet: Sheet, row_index: int, first: int) -> Hit | None:
    """The tax label before an id: on its row, or at the end of the row above or over it."""
    for hit in reversed(sheet.hits.get(row_index, [])):
        if hit.first <= first and hit.means("label", "vat_id", "buyer_vat_id", "tax_number"):
            return hit
        if hit.last <= first and hit.means("label", "iban", "bic", "order_reference", "invoice_number"):
            return None
    row = sheet.layout.rows[row_index]
    for above in (row_index - 1, row_index - 2):
        if above >= 0 and sheet.layout.rows[above].page == row.page and row.top - sheet.layout.rows[above].bottom < 20:
            for hit in sheet.hits.get(above, ()):
                if hit.means("label", "vat_id", "buyer_vat_id") and hit.x0 - 8 <= row.x0[first] <= hit.x1 + 30:
                    return hit
    return None


def _after_label(sheet: Sheet, hit: Hit, taken: set[tuple[int, int]]) -> tuple[Pick | None, bool]:
    """An id without country after its label; second: whether something that is an id stands there anyway."""
    row = hit.row
    hits = sheet.hits.get(row.index, ())
    limit = min(
        (
            o.first
            for o in hits
            if o.first >= hit.last and o.means("label") and not o.means("label", "vat_id", "tax_number")
        ),
        default=len(row.words),
    )
    if any((row.index, index) in taken for index in range(hit.first, limit)):
        return None, True
    end = hit.last
    while end < limit and (end == hit.last or row.x0[end] - row.x1[end - 1] < 1.6 * row.height) and end - hit.last < 6:
        end += 1
    text = row.words[hit.last - 1].text[hit.after :] + " " + row.text(hit.last, end)
    if hit.means("label", "tax_total") and "%" in text:
        return None, False
    found = national_vat_id(text)
    if found is not None and not _a_date_or_amount(sheet, hit, text[found.begin : found.end]):
        return Pick(
            found.value,
            text[found.begin : found.end].strip(),
            row,
            max(hit.last - 1, hit.first) if end == hit.last else hit.last,
            max(end, hit.last),
            0.0,
            hit,
        ), True
    for below in sheet.layout.below(row, 26.0):
        for phrase in below.phrases:
            if phrase.x0 < hit.x1 + 5 and phrase.x1 > hit.x0 - 5:
                if any((below.index, index) in taken for index in range(phrase.start, phrase.end)):
                    return None, True
                under = national_vat_id(phrase.text)
                if under and under.begin == 0 and not hit.means("label", "tax_total"):
                    return Pick(under.value, phrase.text, below, phrase.start, phrase.end, 0.0, hit), True
                return None, False
    return None, False


def _a_date_or_amount(sheet: Sheet, hit: Hit, text: str) -> bool:
    dates = sheet.spots.dates.get(hit.row.index, ())
    return any(spot.text in text or text in spot.text for spot in dates if spot.first >= hit.last - 1) or "," in text


def _place(
    sheet: Sheet,
    pick: Pick,
    label: Hit | None,
    zones: list[_Zone],
    mine: set[str],
    sellers: dict[str, Pick],
    buyers: dict[str, Pick],
) -> None:
    """Score an id as the seller's, or put it with the buyer's."""
    page = sheet.layout.pages[min(pick.row.page, len(sheet.layout.pages)) - 1]
    score = 0.5
    if label is not None:
        score += 0.3 if len(label.key) > 4 else 0.2
        if label.means("label", "buyer_vat_id"):
            score -= 1.0
        if label.means("label", "tax_number") and not label.means("label", "vat_id"):
            score -= 0.35
    for zone in zones:
        if zone.holds(pick.row, pick.row.x0[pick.first]):
            worth = 1.0 if zone.surely(pick.row) else 0.4
            score += worth * (0.35 if zone.party == "seller" else -0.6)
    if pick.row.top > 0.8 * page.height:
        score += 0.25
    if vat_id_holds(pick.value):
        score += 0.04
    score += 0.2 * _heads_the_page(sheet, pick)
    if pick.row.page > 1:
        score -= 0.1
    if pick.value in mine or pick.value[2:] in mine:
        score -= 2.0
    score -= 0.001 * pick.row.index
    pick.score = score
    target = buyers if score < 0.25 else sellers
    if pick.value not in target or target[pick.value].score < score:
        target[pick.value] = pick


def _heads_the_page(sheet: Sheet, pick: Pick) -> float:
    """How much the block that the id ends looks like the sender's own: its first line opens the page, or is printed
    again elsewhere (in a return address, in the foot, as the account's holder)."""
    name = _block_name(sheet, pick)
    if name is None:
        return 0.0
    row, text = name
    if len(text) < 4 or not any(char.isalpha() for char in text):
        return 0.0
    again = sum(1 for other in sheet.layout.rows if text in fold(other.text()))
    return 0.6 * (row.page == 1 and row.index < 3) + 0.4 * (again > 1)


def _block_name(sheet: Sheet, pick: Pick) -> tuple[Row, str] | None:
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


def _agree_with_bank(sellers: list[Pick], country: str) -> None:
    for pick in sellers:
        if pick.value[:2] == country:
            pick.score += 0.15
    sellers.sort(key=lambda pick: -pick.score)


def _ibans(sheet: Sheet, own: OwnIdentity | None) -> list[Pick]:
    mine = {compact(value) for value in own.ibans} if own else set()
    picks: dict[str, Pick] = {}
    for row_index, spots in sheet.spots.ids.items():
        for spot in spots:
            if spot.kind != "iban" or spot.value in mine:
                continue
            holds = iban_holds(spot.value)
            labelled = any(hit.means("label", "iban") for hit in sheet.hits.get(row_index, ()))
            score = (0.6 if holds else 0.1) + (0.4 if labelled else 0.0)
            if score >= 0.5 and (spot.value not in picks or picks[spot.value].score < score):
                picks[spot.value] = Pick(spot.value, spot.text, spot.row, spot.first, spot.last, score, None)
    return _best(picks)


def _bic(sheet: Sheet) -> Pick | None:
    for hit in sheet.hits_of("label", "bic"):
        row = hit.row
        for index in range(hit.last, min(hit.last + 3, len(row.words))):
            value = compact(row.words[index].text)
            if re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", value):
                return Pick(value, row.words[index].text, row, index, index + 1, 1.0, hit)
    return None
