"""What stands on pages besides the invoice: margin notes, watermarks, and the stamp of who received it."""

from __future__ import annotations

from datetime import timedelta

from demo.invoices.draft import Draft
from demo.invoices.sheet import Colour

__all__ = ["decorate"]

_PALE: Colour = (0.9, 0.9, 0.9)
_INK: Colour = (0.25, 0.3, 0.65)
_MARKS = {
    "es": ("COPIA", "DUPLICADO"), "ca": ("CÒPIA",), "en": ("COPY", "ORIGINAL"), "de": ("KOPIE", "DUPLIKAT"),
    "fr": ("DUPLICATA", "COPIE"), "it": ("COPIA",), "pt": ("2.ª VIA", "ORIGINAL"), "nl": ("KOPIE",), "pl": ("KOPIA",),
    "sv": ("KOPIA",), "da": ("KOPI",), "gl": ("COPIA",), "eu": ("KOPIA",), "cs": ("KOPIE",), "hu": ("MÁSOLAT",),
    "ro": ("COPIE",), "el": ("ΑΝΤΙΓΡΑΦΟ",),
}  # fmt: skip
_RECEIVED = {
    "ES": ("RECIBIDO", "ENTRADA"),
    "DE": ("EINGEGANGEN", "EINGANG"),
    "FR": ("REÇU LE", "ARRIVÉ LE"),
    "IT": ("RICEVUTO",),
}


def decorate(draft: Draft, *, scanned: bool) -> None:
    """Add, now and then, a watermark, a note up the margin, and on paper a stamp with a later date."""
    number = draft.invoice.number
    if draft.habit(f"watermark {number}").random() < 0.07:
        _watermark(draft)
    if draft.habit("margin note").random() < 0.12:
        _margin_note(draft)
    if scanned and draft.habit(f"stamp {number}").random() < 0.5:
        _stamp(draft)


def _watermark(draft: Draft) -> None:
    wide, high = draft.style.page
    text = draft.habit("watermark").choice(_MARKS[draft.invoice.language])
    draft.sheet.upright(wide * 0.25, high * 0.72, text, draft.style.face.bold, 84, _PALE, 50, under=True)


def _margin_note(draft: Draft) -> None:
    seller = draft.invoice.seller
    text = f"{seller.name} - {seller.street} - {seller.city} - {draft.vat(seller)}"
    if not draft.style.face.embedded:
        text = text.encode("cp1252", "ignore").decode("cp1252")
    draft.show("seller_vat_id")
    draft.sheet.upright(16, draft.style.page[1] * 0.75, text, draft.style.face.regular, 6.5, (0.4, 0.4, 0.4), 90)


def _stamp(draft: Draft) -> None:
    wide, high = draft.style.page
    rng = draft.habit(f"stamp at {draft.invoice.number}")
    day = draft.invoice.issued + timedelta(days=rng.randint(1, 6))
    x, y = wide * rng.uniform(0.35, 0.6), high * rng.uniform(0.7, 0.82)
    angle = rng.uniform(-9, 9)
    word = rng.choice(_RECEIVED.get(draft.invoice.buyer.country, ("RECEIVED",)))
    face = draft.style.face.bold
    draft.sheet.upright(x, y, word, face, 15, _INK, angle)
    draft.sheet.upright(x + 4, y + 16, f"{day:%d.%m.%Y}", face, 12, _INK, angle)
