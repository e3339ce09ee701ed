"""Three-way match: what was ordered, what was delivered and what was invoiced, line by line of each order.

Quantities are compared with the deliveries, prices with the order, each within the rules' percentage; an invoice
without an order or a delivery is never passed.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import polars as pl

from config.errors import Language, Reason
from config.reconciliation_rules import Rules

__all__ = ["KEYS", "match_three_ways"]

KEYS = ("order", "article")
"""An order line is named by these on all three papers; a paper may have several rows of one line (part deliveries)."""
_GOOD, _QUANTITY, _PRICE, _MISSING, _SHORT = "OF634", "OF635", "OF636", "OF637", "OF638"


def match_three_ways(
    orders: pl.DataFrame, deliveries: pl.DataFrame, invoices: pl.DataFrame, rules: Rules, language: Language = "en"
) -> pl.DataFrame:
    """Compare the three papers.

    Args:
        orders, invoices: order, article, quantity (decimal text), unit_price (decimal text).
        deliveries: order, article, quantity.

    Returns:
        One row an order line that any paper names: order, article, ordered, delivered, invoiced, price, invoiced_price
        (decimal text, null where the paper does not have it), code (OF634 good; OF635 to OF638), reason, status:
        matched (may be paid), review, or open (not invoiced yet). All names are in exactly one row.
    """
    names = list(KEYS)
    papers = {"ordered": orders, "delivered": deliveries, "invoiced": invoices}
    lines: dict[tuple[str, ...], dict[str, list[tuple[Decimal, Decimal | None]]]] = {}
    for paper, rows in papers.items():
        priced = "unit_price" in rows.columns and paper != "delivered"
        for row in rows.iter_rows(named=True):
            key = tuple(str(row[name] or "").strip() for name in names)
            price = _decimal(row["unit_price"]) if priced else None
            lines.setdefault(key, {}).setdefault(paper, []).append((_decimal(row["quantity"]) or Decimal(0), price))
    compared = [_compare(key, found, rules, language) for key, found in sorted(lines.items())]
    columns = (*names, "ordered", "delivered", "invoiced", "price", "invoiced_price", "code", "reason", "status")
    return pl.DataFrame(compared, schema=dict.fromkeys(columns, pl.String), orient="row")


def _compare(
    key: tuple[str, ...], found: dict[str, list[tuple[Decimal, Decimal | None]]], rules: Rules, language: Language
) -> tuple[str | None, ...]:
    quantity = {paper: sum((amount for amount, _ in rows), Decimal(0)) for paper, rows in found.items()}
    ordered_at = [price for _, price in found.get("ordered", []) if price is not None]
    charged = [price for _, price in found.get("invoiced", []) if price is not None]
    agreed, highest = (ordered_at[0] if ordered_at else None), (max(charged) if charged else None)
    reason = _verdict(" ".join(key), quantity, agreed, highest, rules)
    status = "matched" if reason.code == _GOOD else "review" if "invoiced" in quantity else "open"
    figures = (_text(quantity.get(paper)) for paper in ("ordered", "delivered", "invoiced"))
    return (*key, *figures, _text(agreed), _text(highest), reason.code, reason.text(language), status)


def _verdict(
    name: str, quantity: dict[str, Decimal], agreed: Decimal | None, charged: Decimal | None, rules: Rules
) -> Reason:
    missing = [paper for paper in ("ordered", "delivered", "invoiced") if paper not in quantity]
    if missing:
        papers = {"ordered": "the order", "delivered": "the delivery note", "invoiced": "the invoice"}
        return Reason(_MISSING, facts={"reference": name, "missing": ", ".join(papers[paper] for paper in missing)})
    if not _within(quantity["invoiced"], quantity["delivered"], rules.quantity_percent):
        facts = {"got": _text(quantity["invoiced"]) or "", "expected": _text(quantity["delivered"]) or ""}
        return Reason(_QUANTITY, facts={"reference": name, **facts})
    if agreed is None or charged is None or not _within(charged, agreed, rules.price_percent):
        return Reason(_PRICE, facts={"reference": name, "got": _text(charged) or "?", "expected": _text(agreed) or "?"})
    if not _within(quantity["delivered"], quantity["ordered"], rules.quantity_percent):
        facts = {"got": _text(quantity["delivered"]) or "", "expected": _text(quantity["ordered"]) or ""}
        return Reason(_SHORT, facts={"reference": name, **facts})
    return Reason(_GOOD, facts={"reference": name})


def _within(got: Decimal, limit: Decimal, percent: Decimal) -> bool:
    """Not above the limit by more than the percentage: less than agreed is never to our cost."""
    return got <= limit + abs(limit) * percent / 100


def _decimal(text: object) -> Decimal | None:
    try:
        number = Decimal(str(text).strip()) if text is not None else None
    except InvalidOperation:
        return None
    return number if number is None or number.is_finite() else None


def _text(number: Decimal | None) -> str | None:
    return f"{number:f}" if number is not None else None
