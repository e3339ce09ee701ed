"""The upper part of the first page: letterhead, addresses, title, and the block of number, dates and references."""

from __future__ import annotations

from demo.invoices.draft import Draft
from demo.invoices.model import Party
from demo.invoices.sheet import GREY, Align

__all__ = ["draw_addresses", "draw_letterhead", "draw_title_and_meta", "title"]


def title(draft: Draft) -> str:
    """Which word the document calls itself by."""
    return draft.label(draft.invoice.document)


def _contact(draft: Draft) -> list[str]:
    seller = draft.invoice.seller
    lines = [seller.street, seller.city]
    if draft.habit("phone shown").random() < 0.7:
        lines.append(f"{draft.label('phone')} {seller.phone}")
    if draft.habit("mail shown").random() < 0.6:
        lines.append(draft.habit("mail or web").choice((seller.email, seller.web)))
    if draft.style.vat_in in ("head", "both") or draft.style.at.foot == "none":
        lines.append(f"{draft.colon(draft.label('vat_id'))} {draft.vat(seller)}")
        draft.show("seller_vat_id")
    return lines


def draw_letterhead(draft: Draft) -> float:
    """The seller's name and contact; returns the y below it."""
    seller, style = draft.invoice.seller, draft.style
    y = style.margin + style.size
    match style.at.head:
        case "band":
            draft.sheet.fill(0, 0, style.page[0], 74, style.accent)
            draft.write(draft.left, 40, seller.name, bold=True, scale=1.8, colour=(1, 1, 1))
            draft.write(draft.left, 58, "  ·  ".join(_contact(draft)[:2]), scale=0.9, colour=(1, 1, 1))
            if style.vat_in in ("head", "both") or style.at.foot == "none":
                draft.show("seller_vat_id")
                text = f"{draft.colon(draft.label('vat_id'))} {draft.vat(seller)}"
                draft.write(draft.right, 58, text, scale=0.9, align="right", colour=(1, 1, 1))
            return 96
        case "centre":
            middle = style.page[0] / 2
            draft.write(middle, y + 6, seller.name, bold=True, scale=1.7, align="centre", colour=style.accent)
            lines = _contact(draft)
            draft.write(middle, y + 20, " - ".join(lines[:2]), scale=0.9, align="centre")
            draft.write(middle, y + 32, "   ".join(lines[2:]), scale=0.9, align="centre")
            draft.sheet.line(draft.left, y + 42, draft.right, y + 42, style.accent, 1.2)
            return y + 56
        case "plain":
            draft.write(draft.left, y, seller.name, bold=True, scale=1.15)
            for index, line in enumerate(_contact(draft), 1):
                draft.write(draft.left, y + index * style.leading, line)
            return y + 6.5 * style.leading
    return _block(draft, seller, y)


def _block(draft: Draft, seller: Party, y: float) -> float:
    """Name and contact at one side, a mark at the other or beside the name."""
    style = draft.style
    right = style.at.head in ("right", "logo right")
    x = draft.right if right else draft.left
    if style.at.head.startswith("logo"):
        _logo(draft, x - 44 if right else x, style.margin - 6)
        x = x - 54 if right else x + 54
    side: Align = "right" if right else "left"
    draft.write(x, y + 4, seller.name, bold=True, scale=1.6, align=side, colour=style.accent)
    y += 6
    for line in _contact(draft):
        y += style.leading * 0.96
        draft.write(x, y, line, scale=0.92, align=side, colour=GREY if style.at.head == "right" else (0, 0, 0))
    return y + style.leading * 1.5


def _logo(draft: Draft, x: float, y: float) -> None:
    """A drawn mark: some logos are letters, which land in the text layer."""
    accent, sheet = draft.style.accent, draft.sheet
    kind = draft.habit("logo").randrange(4)
    if kind == 0:
        sheet.fill(x, y, x + 44, y + 44, accent)
        initials = "".join(word[0] for word in draft.invoice.seller.name.split()[:2])
        draft.write(x + 22, y + 30, initials.upper(), bold=True, scale=2.4, align="centre", colour=(1, 1, 1))
    elif kind == 1:
        for step in range(4):
            sheet.fill(x + step * 11, y + 44 - (step + 1) * 11, x + step * 11 + 9, y + 44, accent)
    elif kind == 2:
        sheet.box(x, y, x + 44, y + 44, accent, 3)
        sheet.line(x, y + 44, x + 44, y, accent, 3)
    else:
        for step in range(5):
            sheet.line(x + step * 9, y, x + 44, y + 44 - step * 9, accent, 2)


def _address(draft: Draft, party: Party, *, vat: bool) -> list[str]:
    lines = [party.name, party.street, party.city]
    if party.country != draft.invoice.seller.country or draft.habit("country shown").random() < 0.2:
        lines.append(_COUNTRY_NAMES.get(party.country, party.country))
    if vat:
        lines.append(f"{draft.colon(draft.label('vat_id'))} {draft.vat(party)}")
    return lines


_COUNTRY_NAMES = {
    "ES": "España", "DE": "Deutschland", "FR": "France", "GB": "United Kingdom", "IE": "Ireland", "IT": "Italia",
    "PT": "Portugal", "NL": "Nederland", "BE": "Belgium", "AT": "Österreich", "CH": "Schweiz", "PL": "Poland",
    "SE": "Sweden", "DK": "Denmark", "CZ": "Česko", "HU": "Magyarország", "RO": "România", "GR": "Ελλάδα",
}  # fmt: skip


def draw_addresses(draft: Draft, y: float) -> float:
    """The buyer's address, for some layouts the seller's beside it; returns the y below."""
    invoice, style = draft.invoice, draft.style
    draft.show("buyer_name")
    abroad = invoice.case in ("reverse charge", "intra-community")
    vat = abroad or draft.habit("buyer vat").random() < 0.45
    middle = (draft.left + draft.right) / 2 + 10
    buyer = _address(draft, invoice.buyer, vat=vat)
    if vat:
        draft.show("buyer_vat_id")
    match style.at.parties:
        case "window":
            top = max(y, 122.0)
            sender = f"{invoice.seller.name} · {invoice.seller.street} · {invoice.seller.city}"
            taken = draft.write(draft.left, top, sender, scale=0.68, colour=GREY)
            bottom = _lines(draft, draft.left, top + 16, buyer)
            taken = max([taken, *(draft.wide(line, bold=True) for line in buyer)])
            draft.side = (max(middle + 10, draft.left + taken + 12), draft.right, top)
        case "right window":
            bottom = _labelled(draft, middle, y, draft.label("bill_to"), buyer)
            draft.side = (draft.left, middle - 30, y)
        case "seller above buyer":
            first = _labelled(draft, draft.left, y, draft.label("seller"), _address(draft, invoice.seller, vat=False))
            bottom = _labelled(draft, draft.left, first + 6, draft.label("bill_to"), buyer)
            draft.side = (middle + 10, draft.right, y)
        case _:
            seller = _address(draft, invoice.seller, vat=False)
            boxed = style.at.parties == "boxed pair"
            pad = 6 if boxed else 0
            first = _labelled(draft, draft.left + pad, y + pad, draft.label("seller"), seller)
            head = draft.label("bill_to") or draft.said.labels["bill_to"][1]
            second = _labelled(draft, middle + pad, y + pad, head, buyer)
            bottom = max(first, second)
            if boxed:
                draft.sheet.box(draft.left, y - 8, middle - 12, bottom)
                draft.sheet.box(middle, y - 8, draft.right, bottom)
    return bottom + style.leading


def _lines(draft: Draft, x: float, y: float, lines: list[str]) -> float:
    for index, line in enumerate(lines):
        draft.write(x, y, line, bold=index == 0 and draft.style.bold_labels)
        y += draft.style.leading
    return y


def _labelled(draft: Draft, x: float, y: float, label: str, lines: list[str]) -> float:
    if label:
        draft.write(x, y, draft.colon(label), bold=True, scale=0.9, colour=draft.style.accent)
        y += draft.style.leading
    return _lines(draft, x, y, lines)


def _number_label(draft: Draft) -> str:
    """A quotation does not call its number an invoice's."""
    return f"{title(draft).capitalize()} Nr." if draft.invoice.document == "quotation" else draft.label("number")


def _entries(draft: Draft) -> list[tuple[str, str]]:
    """Label and value of number, dates and references, most important first."""
    invoice = draft.invoice
    draft.show("invoice_number", "issue_date")
    entries = [(_number_label(draft), invoice.number), (draft.label("issued"), draft.day(invoice.issued))]
    if invoice.days and invoice.document == "invoice" and draft.habit("due shown").random() < 0.65:
        entries.append((draft.label("due"), draft.day(invoice.due)))
        draft.show("due_date")
    for key, value in (
        ("customer", invoice.customer),
        ("order", invoice.order),
        ("delivery_note", invoice.delivery_note),
    ):
        if value:
            entries.append((draft.label(key), value))
    if invoice.order:
        draft.show("order_reference")
    if invoice.delivered is not None:
        entries.append((draft.label("delivered"), draft.day(invoice.delivered)))
    if draft.habit("date first").random() < 0.3:  # not every program puts the number first
        entries[0], entries[1] = entries[1], entries[0]
    if draft.habit("number late").random() < 0.15:
        entries = entries[2:] + entries[:2]
    return entries  # fmt: skip


def draw_title_and_meta(draft: Draft, y: float) -> float:
    """The document's title and its number, dates and references; returns the y below."""
    style, entries = draft.style, _entries(draft)
    if style.at.meta in ("box right", "list left", "stacked") and draft.side is not None:
        x0, x1, top = draft.side
        draft.write(x0, top + 4, title(draft), bold=True, scale=1.7, colour=style.accent)
        return max(y, _zone(draft, entries, x0, x1, top + 4 + style.leading * 1.9)) + style.leading
    match style.at.meta:
        case "strip":
            return _strip(draft, entries, y)
        case "sentence":
            return _sentence(draft, entries, y)
        case "beside title":
            number = next(value for label, value in entries if label == _number_label(draft))
            wide = draft.write(draft.left, y + 6, title(draft), bold=True, scale=1.8, colour=style.accent)
            draft.write(draft.left + wide + 10, y + 6, number, scale=1.8)
            rest = [f"{draft.colon(label)} {value}" for label, value in entries if value != number]
            for line in _packed(draft, rest):
                y += style.leading * 1.4
                draft.write(draft.left, y + 6, line)
            return y + style.leading * 2
        case "two columns":
            return _two_columns(draft, entries, y)
    draft.write(draft.left, y + 6, title(draft), bold=True, scale=1.7, colour=style.accent)
    return _zone(draft, entries, draft.left, draft.left + 230, y + 6 + style.leading * 1.8) + style.leading


def _packed(draft: Draft, parts: list[str]) -> list[str]:
    """Parts side by side, as many in a line as fit."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}   {part}" if lines[-1] else part
        if draft.wide(longer) <= draft.right - draft.left or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _zone(draft: Draft, entries: list[tuple[str, str]], x0: float, x1: float, y: float) -> float:
    style = draft.style
    tab = max(draft.wide(draft.colon(label), bold=style.bold_labels) for label, _ in entries) + 12
    start = y
    for label, value in entries:
        if style.at.meta == "stacked":
            draft.write(x0, y, label, scale=0.8, colour=GREY)
            draft.write(x0, y + style.leading * 0.95, value, bold=True)
            y += style.leading * 2.1
            continue
        draft.write(x0, y, draft.colon(label), bold=style.bold_labels)
        if style.at.meta == "box right":
            draft.write(x1 - 4, y, value, align="right")
        else:
            draft.write(x0 + tab, y, value)
        y += style.leading
    if style.at.meta == "box right" and style.at.table in ("grid", "band", "columns only"):
        draft.sheet.box(x0 - 4, start - style.leading, x1, y - style.leading * 0.6)
    return y


def _strip(draft: Draft, entries: list[tuple[str, str]], y: float) -> float:
    """A table of one row: labels above, values below."""
    style = draft.style
    draft.write(draft.left, y + 6, title(draft), bold=True, scale=1.6, colour=style.accent)
    y += style.leading * 1.6
    for at in range(0, len(entries), 5):
        row = entries[at : at + 5]
        needs = [max(draft.wide(label, scale=0.88, bold=True), draft.wide(value)) + 12 for label, value in row]
        spare = max(0.0, draft.right - draft.left - sum(needs)) / len(row)
        x = draft.left
        draft.sheet.fill(draft.left, y, draft.right, y + style.leading * 1.3, (0.9, 0.9, 0.9))
        draft.sheet.box(draft.left, y, draft.right, y + style.leading * 2.6)
        for (label, value), need in zip(row, needs, strict=True):
            draft.write(x + 5, y + style.leading * 0.95, label, bold=True, scale=0.88)
            draft.write(x + 5, y + style.leading * 2.25, value)
            x += need + spare
            if x < draft.right - 1:
                draft.sheet.line(x, y, x, y + style.leading * 2.6)
        y += style.leading * 3.2
    return y + style.leading * 0.6


def _sentence(draft: Draft, entries: list[tuple[str, str]], y: float) -> float:
    """The way letters do: `Rechnung Nr. 123 / 01.02.2026`, references in running text below."""
    style, invoice = draft.style, draft.invoice
    draft.write(draft.right, y, f"{invoice.seller.city.split(' ', 1)[-1]}, {draft.day(invoice.issued)}", align="right")
    y += style.leading * 1.6
    number = _number_label(draft)
    draft.write(draft.left, y + 4, f"{title(draft)}  {number} {invoice.number}", bold=True, scale=1.3)
    skip = (number, draft.label("issued"))
    rest = ", ".join(f"{draft.colon(label)} {value}" for label, value in entries if label not in skip)
    for line in draft.wrap(rest, draft.right - draft.left) if rest else []:
        y += style.leading * 1.2
        draft.write(draft.left, y + 6, line)
    return y + style.leading * 2.4


def _two_columns(draft: Draft, entries: list[tuple[str, str]], y: float) -> float:
    style = draft.style
    draft.write(draft.left, y + 6, title(draft), bold=True, scale=1.7, colour=style.accent)
    y += 6 + style.leading * 1.7
    half = (draft.right - draft.left) / 2
    tab = max(draft.wide(draft.colon(label), bold=style.bold_labels) for label, _ in entries) + 10
    for index, (label, value) in enumerate(entries):
        x = draft.left + (index % 2) * half
        draft.write(x, y, draft.colon(label), bold=style.bold_labels)
        draft.write(x + tab, y, value)
        if index % 2 or index == len(entries) - 1:
            y += style.leading * 1.15
    return y + style.leading
