"""The table of lines, over as many pages as it needs, with sums carried forward."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from demo.invoices.draft import Draft
from demo.invoices.model import Item
from demo.invoices.sheet import GREY, Align

__all__ = ["draw_lines"]


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    label: str
    x0: float
    x1: float
    align: Align

    @property
    def anchor(self) -> float:
        return {"left": self.x0 + 4, "right": self.x1 - 4, "centre": (self.x0 + self.x1) / 2}[self.align]


_WIDTHS = {
    "pos": 30.0,
    "sku": 66.0,
    "quantity": 52.0,
    "unit": 42.0,
    "unit_price": 66.0,
    "discount": 46.0,
    "rate": 44.0,
    "line_total": 78.0,
}
_ORDERS = (
    ("pos", "sku", "description", "quantity", "unit", "unit_price", "discount", "rate", "line_total"),
    ("pos", "sku", "description", "quantity", "unit", "unit_price", "discount", "rate", "line_total"),
    ("pos", "quantity", "unit", "sku", "description", "unit_price", "discount", "rate", "line_total"),
    ("sku", "quantity", "unit", "description", "unit_price", "discount", "line_total", "rate"),
    ("pos", "description", "sku", "unit_price", "quantity", "unit", "discount", "rate", "line_total"),
)  # fmt: skip


def _columns(draft: Draft) -> list[_Column]:
    items = draft.invoice.items
    wanted = set(draft.style.columns) | {"description", "quantity", "unit_price", "line_total"}
    if len({item.rate for item in items}) > 1:
        wanted.add("rate")
    if any(item.discount for item in items):
        wanted.add("discount")
    keys = [key for key in draft.habit("column order").choice(_ORDERS) if key in wanted]
    labels = {key: draft.label(key) for key in keys}
    if draft.style.show_currency == "head only":
        symbol = {"EUR": "€", "GBP": "£", "USD": "$"}.get(draft.invoice.currency, draft.invoice.currency)
        labels["line_total"] += f" {symbol}" if symbol not in labels["line_total"] else ""
    taken = {key: max(_WIDTHS[key], draft.wide(labels[key], bold=True) + 9) for key in keys if key != "description"}
    room = draft.right - draft.left - sum(taken.values())
    if draft.wide(labels["description"], bold=True) > room - 8:
        labels["description"] = min(draft.said.labels["description"], key=len)
    columns, x = [], draft.left
    for key in keys:
        wide = taken.get(key, room)
        align: Align = "right" if key in _RIGHT else "left"
        if key in ("quantity", "rate", "discount") and draft.style.size < 9:
            align = "centre"
        columns.append(_Column(key, labels[key], x, x + wide, align))
        x += wide
    return columns


_RIGHT = ("quantity", "unit_price", "discount", "rate", "line_total")


class _Table:
    """State of the table while it grows down the pages."""

    def __init__(self, draft: Draft, y: float):
        self.draft = draft
        self.columns = _columns(draft)
        self.step = draft.style.leading
        self.start = y
        self.y = y
        self.carried = Decimal(0)
        self.carry = draft.invoice.case == "long" and draft.habit("carry").random() < 0.7
        self.bare = draft.style.show_currency == "head only" or draft.habit("bare lines").random() < 0.6

    def head(self) -> None:
        draft, kind = self.draft, self.draft.style.at.table
        high = self.step * 1.5
        if kind == "band":
            draft.sheet.fill(draft.left, self.y, draft.right, self.y + high, draft.style.accent)
        elif kind in ("grid", "zebra", "columns only"):
            draft.sheet.fill(draft.left, self.y, draft.right, self.y + high, (0.88, 0.9, 0.92))
        for column in self.columns:
            colour = (1.0, 1.0, 1.0) if kind == "band" else (0.0, 0.0, 0.0)
            draft.write(
                column.anchor,
                self.y + self.step * 1.05,
                column.label,
                bold=kind != "dotted",
                align=column.align,
                colour=colour,
            )
        self.start = self.y
        self.y += high
        if kind in ("rules", "plain", "dotted", "columns only"):
            draft.sheet.line(draft.left, self.y, draft.right, self.y, weight=0.9)

    def row(self, index: int, item: Item) -> None:
        """One line: the description beside its figures, or above them over the whole width."""
        draft, step = self.draft, self.step
        own = draft.style.cells_below
        column = next(column for column in self.columns if column.key == "description")
        x, room = (draft.left + 4, draft.right - draft.left - 8) if own else (column.x0 + 4, column.x1 - column.x0 - 8)
        texts = draft.wrap(item.description, room)
        detail = draft.wrap(item.detail, room, scale=0.88) if item.detail else []
        below = step * len(texts) if own else 0.0
        high = step * (len(texts) + 0.9 * len(detail) + 0.45 + own)
        self.make_room(high)
        if draft.style.at.table == "zebra" and index % 2:
            draft.sheet.fill(draft.left, self.y, draft.right, self.y + high, (0.95, 0.96, 0.97))
        base = self.y + step
        for number, line in enumerate(texts):
            draft.write(x, base + number * step, line)
        for column in self.columns:
            if column.key != "description":
                draft.write(column.anchor, base + below, self.cell(column.key, index, item), align=column.align)
        for number, line in enumerate(detail, len(texts) + own):
            draft.write(x, base + number * step * 0.97, line, scale=0.88, colour=GREY)
        self.y += high
        self.carried += item.total
        self.rule()

    def rule(self) -> None:
        """What separates two lines."""
        draft = self.draft
        if draft.style.at.table in ("grid", "rules"):
            draft.sheet.line(draft.left, self.y, draft.right, self.y, (0.6, 0.6, 0.6), 0.4)
        elif draft.style.at.table == "dotted":
            for at in range(int(draft.left), int(draft.right), 4):
                draft.sheet.line(at, self.y, at + 1, self.y, GREY, 0.5)

    def cell(self, key: str, index: int, item: Item) -> str:
        draft = self.draft
        match key:
            case "pos":
                return str(index + 1) if draft.style.rate_places else f"{(index + 1) * 10:03d}"
            case "sku":
                return item.sku
            case "quantity":
                return draft.quantity(item.quantity)
            case "unit":
                return item.unit
            case "unit_price":
                return draft.price(item.unit_price)
            case "discount":
                return f"{draft.rate(item.discount)}%" if item.discount else ""
            case "rate":
                return f"{draft.rate(item.rate)}%" if draft.style.rate_places < 2 else draft.rate(item.rate)
        return draft.number(item.total) if self.bare else draft.money(item.total)

    def make_room(self, high: float) -> None:
        draft = self.draft
        reserve = self.step * 2.5 if self.carry else 0
        if self.y + high + reserve <= draft.bottom:
            return
        if self.carry:
            self.sum_line("carried")
        self.close()
        self.y = draft.turn()
        if draft.style.repeat_head:
            self.head()
        else:
            self.start = self.y
        if self.carry:
            self.sum_line("brought")

    def sum_line(self, key: str) -> None:
        draft = self.draft
        label = draft.label(key, n=str(draft.sheet.page))
        last = self.columns[-1] if self.columns[-1].key == "line_total" else self.columns[-2]
        draft.write(draft.left + 4, self.y + self.step, label, bold=True)
        draft.write(last.anchor, self.y + self.step, draft.number(self.carried), bold=True, align=last.align)
        self.y += self.step * 1.6

    def close(self) -> None:
        draft, kind = self.draft, self.draft.style.at.table
        if kind in ("grid", "columns only"):
            draft.sheet.box(draft.left, self.start, draft.right, self.y)
            for column in self.columns[1:]:
                draft.sheet.line(column.x0, self.start, column.x0, self.y, weight=0.4)
        elif kind != "zebra":
            draft.sheet.line(draft.left, self.y, draft.right, self.y, weight=0.9)


def draw_lines(draft: Draft, y: float) -> float:
    """Draw all lines; returns the y below the table, on the page where it ends."""
    if not draft.invoice.items:
        text = draft.habit("no lines").choice(draft.said.goods)[0]
        for line in draft.wrap(text, draft.right - draft.left):
            y += draft.style.leading
            draft.write(draft.left, y, line)
        return y + draft.style.leading * 1.5
    table = _Table(draft, y)
    table.head()
    for index, item in enumerate(draft.invoice.items):
        table.row(index, item)
    if draft.style.at.table == "columns only" and draft.sheet.page == 0:  # drawn down to the foot, mostly empty
        table.y = max(table.y, min(draft.bottom - 150, table.y + 160))
    table.close()
    return table.y + draft.style.leading
