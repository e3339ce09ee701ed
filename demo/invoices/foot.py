"""Below the sums: legal notes and payment; at the foot of each page: bank, VAT id, small print, page number."""

from __future__ import annotations

from demo.invoices.draft import Draft
from demo.invoices.sheet import GREY

__all__ = ["draw_feet", "draw_notes", "foot_height"]


def foot_height(draft: Draft) -> float:
    """Height kept free for the foot of every page."""
    return {"columns": 62.0, "centred": 44.0, "payment box": 34.0, "sentence": 34.0, "none": 18.0}[draft.style.at.foot]


def _notes(draft: Draft) -> list[str]:
    invoice, said = draft.invoice, draft.said
    notes: list[str] = []
    legal = {"reverse charge": said.reverse_charge, "intra-community": said.intra, "exempt": said.exempt}
    if invoice.case in legal:
        notes.append(draft.habit("legal note").choice(legal[invoice.case]))
    if invoice.corrects:
        notes.append(draft.label("corrects", number=invoice.corrects))
        draft.show("corrected_invoice")
    if invoice.document == "invoice" and invoice.days and "due_date" not in draft.printed:
        if draft.habit("due or terms").random() < 0.5:
            notes.append(draft.habit("due sentence").choice(said.due_sentence).format(date=draft.day(invoice.due)))
            draft.show("due_date")
        else:
            notes.append(draft.habit("terms").choice(said.terms).format(days=invoice.days))
            draft.show("payment_terms")
    if draft.habit("thanks shown").random() < 0.5:
        notes.append(draft.habit("thanks").choice(said.thanks))
    return notes


def draw_notes(draft: Draft, y: float) -> float:
    """Notes and, for some layouts, the payment box; returns the y below."""
    style = draft.style
    notes = [line for note in _notes(draft) for line in draft.wrap(note, draft.right - draft.left)]
    boxed = style.at.foot == "payment box"
    if y + style.leading * (len(notes) + (6 if boxed else 1)) > draft.bottom:
        y = draft.turn()
    for line in notes:
        y += style.leading * 1.15
        draft.write(draft.left, y, line)
    if boxed:
        y += style.leading * 1.5
        rows = _bank(draft)
        tab = max(draft.wide(draft.colon(label)) for label, _ in rows) + 14
        draft.sheet.box(draft.left, y, draft.left + tab + 200, y + style.leading * (len(rows) + 0.7), style.accent)
        for label, value in rows:
            y += style.leading
            draft.write(draft.left + 6, y, draft.colon(label))
            draft.write(draft.left + tab, y, value)
    elif style.at.foot == "sentence":
        y += style.leading * 0.6
        text = ", ".join(f"{draft.colon(label)} {value}" for label, value in _bank(draft))
        for line in draft.wrap(text, draft.right - draft.left):
            y += style.leading
            draft.write(draft.left, y, line)
    return y


def _bank(draft: Draft) -> list[tuple[str, str]]:
    seller = draft.invoice.seller
    draft.show("iban")
    rows = [(draft.label("iban"), draft.iban(seller.iban))]
    if draft.habit("bic shown").random() < 0.7:
        rows.append((draft.label("bic"), seller.bic))
        draft.show("bic")
    if seller.bank and draft.habit("bank shown").random() < 0.5:
        rows.insert(0, (draft.label("bank"), seller.bank))
    return rows


def draw_feet(draft: Draft) -> None:
    """The foot of every page; the seller's VAT id is put here when nothing above has shown it."""
    invoice, style = draft.invoice, draft.style
    seller = invoice.seller
    vat = ""
    if "seller_vat_id" not in draft.printed or style.vat_in == "both":
        vat = f"{draft.colon(draft.label('vat_id'))} {draft.vat(seller)}"
        draft.show("seller_vat_id")
    numbers = {"n1": "1284", "n2": "117", "n3": f"{sum(map(ord, seller.name)) * 37 % 900000}"}
    city = seller.city.lstrip("0123456789- ").strip()
    small = draft.habit("small print").choice(draft.said.small_print).format(city=city, **numbers)
    if invoice.days and style.at.foot in ("columns", "centred") and invoice.document == "invoice":
        bank = [f"{draft.colon(label)} {value}" for label, value in _bank(draft)]
    else:
        bank = []
    for page in range(draft.sheet.page + 1):
        _foot(draft, page, vat, bank, small)
        if draft.sheet.page or draft.habit("page number").random() < 0.3:
            text = draft.label("page", n=str(page + 1), m=str(draft.sheet.page + 1))
            draft.write(draft.right, style.page[1] - 16, text, scale=0.8, align="right", page=page)


def _foot(draft: Draft, page: int, vat: str, bank: list[str], small: str) -> None:
    style, seller = draft.style, draft.invoice.seller
    y = style.page[1] - 28 - foot_height(draft) + 22
    room = draft.right - draft.left
    if style.at.foot == "columns":
        if page == 0:
            draft.sheet.line(draft.left, y - 4, draft.right, y - 4, GREY, 0.5)
        columns = (
            [seller.name, seller.street, seller.city],
            [f"{draft.label('phone')} {seller.phone}", seller.email, vat],
            bank,
        )
        for index, lines in enumerate(columns):
            for row, line in enumerate(lines):
                draft.write(draft.left + index * room / 3, y + 9 + row * 9.5, line, scale=0.72, colour=GREY, page=page)
        return
    lines = draft.wrap(small, room, scale=0.75)[:2] if style.at.foot != "none" else []
    head = "  ·  ".join(part for part in ([seller.name, vat, *bank] if bank else [vat]) if part)
    for row, line in enumerate([*draft.wrap(head, room, scale=0.75), *lines] if head else lines):
        draft.write(style.page[0] / 2, y + row * 9.5, line, scale=0.75, align="centre", colour=GREY, page=page)
