"""The account to pay to: IBANs that are not ours, and the bank's BIC."""

from __future__ import annotations

import re

from bots.reader.ids import compact, iban_holds
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.spots import IdSpot
from bots.reader.texts import Pick

__all__ = ["find_accounts", "find_bic"]

_GROUPS = 7
"""So many groups of an IBAN may stand on its second line."""


def find_accounts(sheet: Sheet, own: OwnIdentity | None) -> list[Pick]:
    mine = {compact(value) for value in own.ibans} if own else set()
    picks: dict[str, Pick] = {}
    for row_index, spots in sheet.spots.ids.items():
        for spot in spots:
            if spot.kind != "iban" or spot.value in mine:
                continue
            value = spot.value if iban_holds(spot.value) else _gone_on(sheet, spot) or spot.value
            labelled = any(hit.means("label", "iban") for hit in sheet.hits.get(row_index, ()))
            score = (0.6 if iban_holds(value) else 0.1) + (0.4 if labelled else 0.0)
            if value not in mine and score >= 0.5 and (value not in picks or picks[value].score < score):
                picks[value] = Pick(value, spot.text, spot.row, spot.first, spot.last, score, None)
    return sorted(picks.values(), key=lambda pick: -pick.score)


def _gone_on(sheet: Sheet, spot: IdSpot) -> str:
    """An IBAN whose last groups stand at the beginning of the line below: whole, when it holds like that; else ""."""
    if spot.last != len(spot.row.words):
        return ""
    for below in sheet.layout.below(spot.row, 1.2 * spot.row.height):
        for phrase in below.phrases:
            for end in range(phrase.start + 1, min(phrase.end, phrase.start + _GROUPS) + 1):
                whole = spot.value + compact(below.text(phrase.start, end))
                if iban_holds(whole):
                    return whole
    return ""


def find_bic(sheet: Sheet) -> Pick | None:
    for hit in sheet.hits_of("label", "bic"):
        row = hit.row
        for index in range(hit.last, min(hit.last + 3, len(row.words))):
            value = compact(row.words[index].text)
            if re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", value):
                return Pick(value, row.words[index].text, row, index, index + 1, 1.0, hit)
    return None
