"""A bank's table without column names: which column is what, told by its values, and the amount proven by the
balance.
"""

from __future__ import annotations

import re
from itertools import permutations
from typing import Final

import polars as pl

from connectors import sheets
from connectors.bank.column_names import Columns
from connectors.bank.values import iban_in

__all__ = ["guess_columns"]

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ACCOUNT: Final = re.compile(r"[A-Z]{0,2}[0-9][0-9A-Z .-]{5,33}")


def guess_columns(sheet: sheets.Sheet) -> Columns:
    """Roles by values: the first column of dates books, a second one is the value date; of several columns of
    amounts, the pair in which each balance is the one before plus the amount; a constant number is the account, the
    rest is text."""
    kinds = {column.name: column.kind for column in sheet.report.columns}
    dates = [name for name, kind in kinds.items() if kind in ("date", "date text")]
    money = [name for name, kind in kinds.items() if kind in ("money text", "number")]
    roles: dict[str, tuple[str, ...]] = {}
    if dates:
        roles["booked"] = (dates[0],)
        roles |= {"value_date": (dates[1],)} if len(dates) > 1 else {}
    roles |= _amount(sheet, money)
    for name, kind in kinds.items():
        if kind == "text":
            role = _role_of_text(sheet, name)
            roles[role] = (*roles.get(role, ()), name)
    return Columns(roles)


def _amount(sheet: sheets.Sheet, money: list[str]) -> dict[str, tuple[str, ...]]:
    if len(money) == 1:
        return {"amount": (money[0],)}
    values = {name: sheets.money_column(sheet, name, strict=False) for name in money}
    for amount, balance in permutations(money, 2):
        steps = values[balance].diff().drop_nulls()
        if len(steps) and steps.equals(values[amount].slice(1), check_names=False):
            return {"amount": (amount,), "balance": (balance,)}
        if len(steps) and (-steps).equals(values[amount].head(len(steps)), check_names=False):
            return {"amount": (amount,), "balance": (balance,)}
    return {}  # which of them is the amount, nobody can tell


def _role_of_text(sheet: sheets.Sheet, name: str) -> str:
    texts = sheet.frame[name].cast(pl.String).drop_nulls()
    first = str(texts[0]) if len(texts) else ""
    full = len(texts) == sheet.frame.height
    if full and all(_CURRENCY.fullmatch(text) for text in texts.unique()):
        return "currency"
    if full and texts.n_unique() == 1 and len(texts) > 1 and _ACCOUNT.fullmatch(first):
        return "own_account"
    return "iban" if iban_in(first) == first.replace(" ", "") != "" else "text"
