"""The sums below the lines, in seven arrangements."""

from __future__ import annotations

from decimal import Decimal

from demo.invoices.draft import Draft
from demo.invoices.sheet import GREY

__all__ = ["draw_totals"]

_Row = tuple[str, str, bool]


def _rows(draft: Draft) -> list[_Row]:
    """Label, amount and whether it is set in bold, in the order of the sum."""
    invoice = draft.invoice
    rows: list[_Row] = []
    lines = sum((item.total for item in invoice.items), Decimal(0))
    if invoice.discount and invoice.discount_rate:
        rows += [_row(draft, "net", lines, "")] if draft.habit("lines sum").random() < 0.3 else []
        draft.label("doc_discount", rate="")
        rows.append(
            (draft.label("doc_discount", rate=draft.rate(invoice.discount_rate)), draft.money(-invoice.discount), False)
        )
    if invoice.charge:
        rows.append((draft.label("charge"), draft.money(invoice.charge), False))
    if not invoice.gross_prices:
        rows.append((draft.label("net"), draft.money(invoice.net), False))
        draft.show("net_total")
    rows += _tax_rows(draft)
    if invoice.withheld:
        label = draft.label("withholding", rate=draft.rate(invoice.withheld_rate))
        rows.append((label, draft.money(-invoice.withheld), False))
    if invoice.rounding:
        rows.append((draft.label("rounding"), draft.money(invoice.rounding), False))
    gross = (draft.label("gross"), draft.money(invoice.printed_gross), True)
    if invoice.gross_prices:
        rows.insert(0, gross)
        rows.append((draft.label("net"), draft.money(invoice.net), False))
        draft.show("net_total")
    else:
        rows.append(gross)
    return rows + _after(draft)  # fmt: skip


def _row(draft: Draft, key: str, amount: Decimal, suffix: str) -> _Row:
    return (draft.label(key) + suffix, draft.money(amount), False)


def _tax_rows(draft: Draft) -> list[_Row]:
    invoice = draft.invoice
    if invoice.case in ("reverse charge", "intra-community", "exempt") and draft.habit("zero tax").random() < 0.4:
        return []
    draft.show("tax_total")
    rows = [(draft.label("tax", rate=draft.rate(row.rate)), draft.money(row.amount), False) for row in invoice.taxes]
    if len(rows) > 1 and draft.habit("tax total").random() < 0.5:
        rows.append((draft.label("tax_total"), draft.money(invoice.tax), False))
    return rows


def _after(draft: Draft) -> list[_Row]:
    invoice = draft.invoice
    rows: list[_Row] = []
    if invoice.prepaid is not None:
        sign = -1 if draft.habit("prepaid sign").random() < 0.7 else 1
        rows.append((draft.label("prepaid"), draft.money(sign * invoice.prepaid), False))
    if invoice.old_balance is not None:
        rows.append((draft.label("old_balance"), draft.money(invoice.old_balance), False))
    if rows or draft.habit("amount due").random() < 0.1:
        rows.append((draft.label("amount_due"), draft.money(invoice.amount_due), True))
        draft.show("amount_due")
    if invoice.second is not None:
        currency, amount = invoice.second
        rows.append((draft.label("second_total", currency=currency), draft.money(amount, currency=currency), False))
    return rows


def draw_totals(draft: Draft, y: float) -> float:
    """Draw the sums, on a new page when they do not fit; returns the y below."""
    rows = _rows(draft)
    step = draft.style.leading * 1.25
    kind = draft.style.at.totals
    need = step * (len(rows) + 2) + (step * (len(draft.invoice.taxes) + 2) if kind == "tax table" else 0)
    if y + need > draft.bottom:
        y = draft.turn()
    match kind:
        case "strip":
            return _strip(draft, rows, y, step)
        case "tax table":
            return _list(draft, rows, _tax_table(draft, y, step), step, draft.right - 210, draft.right)
        case "left":
            return _list(draft, rows, y, step, draft.left, draft.left + 250)
    return _list(draft, rows, y, step, draft.right - 230, draft.right)


def _list(draft: Draft, rows: list[_Row], y: float, step: float, x0: float, x1: float) -> float:
    kind, accent = draft.style.at.totals, draft.style.accent
    if kind == "boxed":
        draft.sheet.box(x0 - 6, y, x1, y + step * (len(rows) + 0.4))
    for label, amount, bold in rows:
        y += step
        if bold and kind == "band":
            draft.sheet.fill(x0 - 6, y - step * 0.75, x1, y + step * 0.3, accent)
        elif bold and kind in ("right", "left"):
            draft.sheet.line(x0, y - step * 0.78, x1, y - step * 0.78)
        colour = (1.0, 1.0, 1.0) if bold and kind == "band" else (0.0, 0.0, 0.0)
        scale = 1.12 if bold and draft.style.size < 9.5 else 1.0
        wide = draft.write(x0, y, draft.colon(label), bold=bold or draft.style.bold_labels, scale=scale, colour=colour)
        money = draft.write(x1 - 4, y, amount, bold=bold, scale=scale, align="right", colour=colour)
        if kind == "leaders":
            dots = "." * int(max(0.0, x1 - 10 - money - x0 - wide) / max(draft.wide("."), 1))
            draft.write(x0 + wide + 3, y, dots, colour=GREY)
    return y + step * 1.4


def _strip(draft: Draft, rows: list[_Row], y: float, step: float) -> float:
    """Heads above amounts over the whole width, four to a row."""
    for at in range(0, len(rows), 4):
        row = rows[at : at + 4]
        wide = (draft.right - draft.left) / len(row)
        draft.sheet.fill(draft.left, y, draft.right, y + step, (0.9, 0.9, 0.9))
        draft.sheet.box(draft.left, y, draft.right, y + step * 2.2)
        for index, (label, amount, bold) in enumerate(row):
            x = draft.left + index * wide
            draft.write(x + wide - 6, y + step * 0.75, label, scale=0.88, align="right", bold=True)
            draft.write(x + wide - 6, y + step * 1.8, amount, bold=bold, align="right")
            if index:
                draft.sheet.line(x, y, x, y + step * 2.2, weight=0.4)
        y += step * 2.5
    return y + step


def _tax_table(draft: Draft, y: float, step: float) -> float:
    """Base, rate and amount of each tax, then the sums follow."""
    if not draft.invoice.taxes or draft.invoice.gross_prices:
        return y
    x = [draft.left, draft.left + 100, draft.left + 170, draft.left + 250]
    draft.sheet.line(x[0], y + step * 1.25, x[3], y + step * 1.25)
    for column, key in enumerate(("tax_base", "tax_rate", "tax_amount")):
        draft.write(x[column + 1] - 4, y + step, draft.label(key), bold=True, scale=0.9, align="right")
    y += step * 1.2
    for row in draft.invoice.taxes:
        y += step
        cells = (draft.number(row.base), f"{draft.rate(row.rate)}%", draft.number(row.amount))
        for column, cell in enumerate(cells):
            draft.write(x[column + 1] - 4, y, cell, align="right")
    return y + step * 0.4
