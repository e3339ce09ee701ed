"""What the legacy system makes of a posted form: Spanish numbers and dates, tax computed on "Actualizar" only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

__all__ = ["TAX_CODES", "Refused", "blank", "computed", "parse_amount", "parse_date", "posted", "shown"]

TAX_CODES = {"N21": Decimal(21), "N10": Decimal(10), "N04": Decimal(4), "N00": Decimal(0), "D19": Decimal(19),
             "D07": Decimal(7), "F20": Decimal(20), "F10": Decimal("5.5")}  # fmt: skip
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
LINE_FIELDS = ("concept", "base", "code", "tax")


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """The form says no; the message is shown in red above it."""


def blank() -> dict[str, Any]:
    """An empty invoice."""
    return {
        "supplier": "", "number": "", "date": "", "due": "", "currency": "EUR", "reference": "", "withheld": "",
        "lines": [_line()], "totals": None,
    }  # fmt: skip


def _line() -> dict[str, str]:
    return {"concept": "", "base": "", "code": "N21", "tax": ""}


def posted(form: Mapping[str, str], draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft as the browser posted it: texts as typed."""
    fresh = dict(draft) | {name: form.get(name, draft[name]).strip() for name in
                           ("supplier", "number", "date", "due", "currency", "reference", "withheld")}  # fmt: skip
    count = min(len(draft["lines"]), 99)
    fresh["lines"] = [{name: form.get(f"l{n}_{name}", "").strip() for name in LINE_FIELDS} for n in range(1, count + 1)]
    return fresh


def add_line(draft: dict[str, Any]) -> None:
    """One more empty row."""
    draft["lines"].append(_line())
    draft["totals"] = None


def computed(draft: Mapping[str, Any]) -> dict[str, Any]:
    """The draft with each line's tax and the totals. A typed tax within 5 cents of the computed one is kept.

    Raises:
        Refused: an amount is none.
    """
    net, tax, lines = Decimal(0), Decimal(0), []
    for line in draft["lines"]:
        if not line["base"]:
            lines.append(line)
            continue
        base = parse_amount(line["base"])
        own = (base * TAX_CODES.get(line["code"], Decimal(0)) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        typed = parse_amount(line["tax"]) if line["tax"] else own
        kept = typed if abs(typed - own) <= Decimal("0.05") else own
        net, tax = net + base, tax + kept
        lines.append({**line, "base": shown(base), "tax": shown(kept)})
    withheld = parse_amount(draft["withheld"]) if draft["withheld"] else Decimal(0)
    totals = {"net": shown(net), "tax": shown(tax), "total": shown(net + tax - withheld)}
    return {**draft, "lines": lines, "totals": totals}


def check(draft: Mapping[str, Any], suppliers: Mapping[str, str]) -> None:
    """Whether it can be saved.

    Raises:
        Refused: what is missing.
    """
    if draft["supplier"] not in suppliers:
        raise Refused("Falta el proveedor")
    if not draft["number"]:
        raise Refused("Falta el número de factura")
    parse_date(draft["date"])
    if draft["due"]:
        parse_date(draft["due"])
    if draft["totals"] is None:
        raise Refused("Pulse Actualizar antes de grabar")


def parse_amount(text: str) -> Decimal:
    """`1.234,56` as a number."""
    if not re.fullmatch(r"-?\d{1,3}(\.\d{3})*(,\d{1,2})?|-?\d+(,\d{1,2})?", text):
        raise Refused(f"Importe no válido: {text}")
    return Decimal(text.replace(".", "").replace(",", "."))


def parse_date(text: str) -> date:
    """`31/12/2026` as a date."""
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    try:
        day, month, year = map(int, found.groups()) if found else (0, 0, 0)
        return date(year, month, day)
    except ValueError:
        raise Refused(f"Fecha no válida: {text}") from None


def shown(amount: Decimal) -> str:
    """A number as `1.234,56`."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
