"""The account to pay to: IBANs that are not ours, and the bank's BIC."""

from __future__ import annotations

import re

from bots.reader.ids import compact, iban_holds
from bots.reader.page import OwnIdentity
from bots.reader.sheet import Sheet
from bots.reader.texts import Pick

__all__ = ["find_accounts", "find_bic"]


def find_accounts(sheet: Sheet, own: OwnIdentity | None) -> list[Pick]:
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
    return sorted(picks.values(), key=lambda pick: -pick.score)


def find_bic(sheet: Sheet) -> Pick | None:
    for hit in sheet.hits_of("label", "bic"):
        row = hit.row
        for index in range(hit.last, min(hit.last + 3, len(row.words))):
            value = compact(row.words[index].text)
            if re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", value):
                return Pick(value, row.words[index].text, row, index, index + 1, 1.0, hit)
    return None
