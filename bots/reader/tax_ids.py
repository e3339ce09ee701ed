"""Tax ids on the page, with and without their country, and whose they are."""

from __future__ import annotations

from collections import defaultdict

from bots.reader.blocks import heads_the_page
from bots.reader.ids import compact, national_vat_id, tax_id_holds, vat_id_holds
from bots.reader.labels import Hit
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick
from bots.reader.zones import Zones

__all__ = ["best_first", "find_tax_ids"]

_TEMPLATE = 0.3
"""How much less an id with wrong check digits is worth beside one with right ones."""


def find_tax_ids(sheet: Sheet, zones: Zones, own: OwnIdentity | None) -> tuple[list[Pick], list[Pick], bool]:
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
    _right_before_wrong(sheet, picks)
    for value in _in_buyers_block(buyers, zones):
        if len(picks) > 1:
            picks.pop(value, None)
    return best_first(picks), best_first(buyers), unread


def _first_of_block(picks: dict[str, Pick], zones: Zones) -> None:
    """A seller has one id: a second one under the same heading is the block of somebody else that follows."""
    of_page: defaultdict[int, list[Pick]] = defaultdict(list)
    for pick in picks.values():
        of_page[pick.row.page].append(pick)
    for zone in zones.all:
        if zone.party == "seller":
            inside = [pick for pick in of_page.get(zone.page, ()) if zone.holds(pick.row, pick.row.x0[pick.first])]
            for pick in sorted(inside, key=lambda p: p.row.index)[1:]:
                pick.score -= 0.35


def _right_before_wrong(sheet: Sheet, picks: dict[str, Pick]) -> None:
    """Of two ids of a sender the one with right check digits is his; the other is a template's not filled in."""
    wrong = [pick for pick in picks.values() if tax_id_holds(pick.value, sheet.language) is False]
    right = [pick for pick in picks.values() if vat_id_holds(pick.value) and heads_the_page(sheet, pick) > 0]
    if right and wrong and max(p.score for p in right) > max(p.score for p in wrong) - _TEMPLATE:
        for pick in wrong:
            pick.score -= _TEMPLATE


def _in_buyers_block(buyers: dict[str, Pick], zones: Zones) -> list[str]:
    """Ids that stand in the buyer's block: wherever else they are printed, they are the buyer's."""
    return [
        value
        for value, pick in buyers.items()
        if any(zone.party == "buyer" for zone in zones.holding(pick.row, pick.row.x0[pick.first]))
    ]


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
    zones: Zones,
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
    inside = zones.holding(pick.row, pick.row.x0[pick.first])
    for zone in inside:
        worth = 1.0 if zone.surely(pick.row) else 0.4
        score += worth * (0.35 if zone.party == "seller" else -0.6)
    if pick.row.top > 0.8 * page.height:
        score += 0.25
    if vat_id_holds(pick.value):
        score += 0.04
    if not any(zone.party != "seller" for zone in inside):
        score += 0.2 * heads_the_page(sheet, pick)
    if pick.row.page > 1:
        score -= 0.1
    if pick.value in mine or pick.value[2:] in mine:
        score -= 2.0
    score -= 0.001 * pick.row.index
    pick.score = score
    target = buyers if score < 0.25 else sellers
    if pick.value not in target or target[pick.value].score < score:
        target[pick.value] = pick


def best_first(picks: dict[str, Pick]) -> list[Pick]:
    """Ids by what they are worth."""
    return sorted(picks.values(), key=lambda pick: -pick.score)
