"""Seller and buyer: whose VAT id, whose account, whose name.  The buyer is often printed first."""

from __future__ import annotations

from dataclasses import dataclass

from bots.reader.accounts import find_accounts, find_bic
from bots.reader.blocks import block_name, heads_the_page
from bots.reader.folding import fold
from bots.reader.names import LEGAL, address_names, names_under, pieces, seller_names
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.tax_ids import best_first, find_tax_ids
from bots.reader.texts import Pick
from bots.reader.zones import Zones, find_zones

__all__ = ["Parties", "find_parties"]

_HEAD = 2
"""Rows of a letterhead that may stand between a name that opens the page and the id."""


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
    zones = find_zones(sheet)
    seller, buyer, unread = find_tax_ids(sheet, zones, own)
    ibans = find_accounts(sheet, own)
    if ibans:
        agree_with_bank(seller, ibans[0].value[:2])
    names_buyer = names_under(sheet, zones.headings("buyer"))
    if not names_buyer and buyer and (named := _name_of_block(sheet, buyer[0])) is not None:
        names_buyer = [named]
    block = _name_of_block(sheet, seller[0]) if seller else None
    foreign = [pick.value for pick in names_buyer]
    names_seller = seller_names(sheet, names_under(sheet, zones.headings("seller")), block, foreign, own)
    names_seller = [pick for pick in names_seller if not _elsewhere(pick, zones)]
    if not names_buyer:
        names_buyer = address_names(sheet, [pick.value for pick in names_seller[:2]])
    if not names_buyer and names_seller and len(seller) > 1:
        names_buyer = _second_firm(sheet, seller, names_seller)
    theirs = [pick for pick in seller if _is_the_others(sheet, pick, names_seller, names_buyer)]
    seller = [pick for pick in seller if pick not in theirs]
    buyer = best_first({pick.value: pick for pick in (*theirs, *buyer)})
    alone = len(seller) == 1 and not buyer and seller[0].label is not None
    by_name = bool(seller and names_seller) and fold(names_seller[0].value) in fold(seller[0].row.text())
    shown = by_name or (bool(seller) and _shows_seller(sheet, seller[0], zones, ibans, own, alone=alone))
    if shown and not _headed(zones, seller[0]):
        shown = not any(_ends_block_of(sheet, seller[0], name, names_seller[0]) for name in _others(names_seller))
    return Parties(seller, buyer, ibans, find_bic(sheet), names_seller, names_buyer, unread, shown)


def _is_the_others(sheet: Sheet, pick: Pick, sellers: list[Pick], buyers: list[Pick]) -> bool:
    """Whether an id that may be the seller's ends the block of the buyer's name."""
    if not sellers or not buyers or fold(sellers[0].value) == fold(buyers[0].value):
        return False
    return _ends_block_of(sheet, pick, buyers[0], sellers[0])


def _second_firm(sheet: Sheet, ids: list[Pick], names: list[Pick]) -> list[Pick]:
    """The firm whose name opens one id's block, where another id stands with the first name or in the page's foot."""
    seconds: list[Pick] = []
    first = False
    for pick in ids:
        theirs = [name for name in _others(names) if _ends_block_of(sheet, pick, name, names[0])]
        first = first or (not theirs and (_stands_with(sheet, pick, names[0]) or _in_foot(sheet, pick)))
        seconds += theirs
    return seconds[:1] if first else []


def _stands_with(sheet: Sheet, pick: Pick, name: Pick) -> bool:
    """Whether an id stands in a block with this name, or in the letterhead that it opens."""
    block = block_name(sheet, pick)
    head = name.row.index < _HEAD and 0 <= pick.row.index - name.row.index <= _HEAD
    return (block is not None and fold(name.value) in block[1]) or (head and pick.row.page == name.row.page)


def _in_foot(sheet: Sheet, pick: Pick) -> bool:
    page = sheet.layout.pages[min(pick.row.page, len(sheet.layout.pages)) - 1]
    return pick.row.top > 0.8 * page.height


def _others(names: list[Pick]) -> list[Pick]:
    """Names of firms that are not the first of these."""
    return [name for name in names[1:] if LEGAL.search(name.value) and fold(name.value) != fold(names[0].value)]


def _ends_block_of(sheet: Sheet, pick: Pick, name: Pick, other: Pick) -> bool:
    """Whether an id ends the block that this name opens, be it below a small line with the sender's address."""
    block = block_name(sheet, pick)
    if block is None or pick.row.page != name.row.page:
        return False
    inside = block[0].index <= name.row.index < pick.row.index
    beside = abs(name.row.x0[name.first] - block[0].x0[0]) < 12
    between = other.row.page == pick.row.page and name.row.index < other.row.index <= pick.row.index
    return inside and beside and not between


def _shows_seller(
    sheet: Sheet, pick: Pick, zones: Zones, ibans: list[Pick], own: OwnIdentity | None, *, alone: bool
) -> bool:
    """Whether something besides its label says that an id is the seller's: where it stands, the bank's country, or
    that the buyer is us."""
    foot = _in_foot(sheet, pick)
    inside = zones.holding(pick.row, pick.row.x0[pick.first])
    zone = _headed(zones, pick)
    bank = any(iban.value[:2] == pick.value[:2] for iban in ibans)
    if alone and not any(z.party != "seller" for z in inside):
        return True
    named = pick.label is not None and pick.label.means("label", "buyer_vat_id")
    return foot or zone or bank or heads_the_page(sheet, pick) > 0 or (bool(own and own.vat_ids) and not named)


def _headed(zones: Zones, pick: Pick) -> bool:
    """Whether an id stands under a heading of the seller's block."""
    return any(zone.party == "seller" for zone in zones.holding(pick.row, pick.row.x0[pick.first]))


def _elsewhere(pick: Pick, zones: Zones) -> bool:
    inside = zones.holding(pick.row, pick.row.x0[pick.first])
    return any(zone.party != "seller" and zone.surely(pick.row) for zone in inside)


def _name_of_block(sheet: Sheet, pick: Pick) -> Pick | None:
    """The first line of the id's block as a name, when it looks like one."""
    named = block_name(sheet, pick)
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


def agree_with_bank(sellers: list[Pick], country: str) -> None:
    for pick in sellers:
        if pick.value[:2] == country:
            pick.score += 0.15
    sellers.sort(key=lambda pick: -pick.score)
