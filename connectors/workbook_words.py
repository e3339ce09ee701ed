"""What the accountant's workbook calls its sheets, headings and decisions, in each language."""

from __future__ import annotations

from collections.abc import Mapping

from config.errors import Language

__all__ = ["CANONICAL", "DECISIONS", "RUN", "SHEETS", "TAKEN_BACK", "UNDO", "WORDS"]

DECISIONS: Mapping[Language, tuple[str, str, str]] = {
    "en": ("accept", "reject", "later"),
    "es": ("aceptar", "rechazar", "después"),
}
CANONICAL: Mapping[str, str] = {
    word: plain for words in DECISIONS.values() for word, plain in zip(words, DECISIONS["en"], strict=True)
}
"""A decision in any language -> accept, reject or later."""

UNDO: Mapping[Language, tuple[str]] = {"en": ("undo",), "es": ("deshacer",)}
TAKEN_BACK: Mapping[str, str] = {word: "undo" for (word,) in UNDO.values()}
"""What may be said of an accepted group, in any language -> undo."""

SHEETS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Summary", "Matched", "To review", "Open left", "Open right", "Audit"),
    "es": ("Resumen", "Conciliado", "Por revisar", "Abierto izquierda", "Abierto derecha", "Auditoría"),
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {},
    "es": {
        "currency": "moneda", "total": "total", "matched": "conciliado", "open": "abierto", "control": "control",
        "residual": "resto abierto", "difference": "diferencia", "exchanged": "cambio", "group": "grupo",
        "reason": "motivo", "left": "izquierda", "right": "derecha", "score": "certeza", "decision": "decisión",
        "comment": "comentario", "must be 0.00": "debe ser 0,00", "left total": "total izquierda",
        "right total": "total derecha", "paid in": "pagado en", "status": "estado", "age": "antigüedad",
        "bucket": "tramo", "amount": "importe", "date": "fecha", "due": "vence", "party": "tercero",
        "reference": "referencia", "text": "texto", "id": "id", "code": "código", "original": "importe original",
        "rows not listed here": "filas no listadas aquí", "open by age, days": "abierto por antigüedad, días",
        "not due": "no vencido", "run": "ejecución", "made at": "hecho el", "rules": "reglas",
        "beside": "archivo anexo",
        "prepared by": "preparado por", "reviewed by": "revisado por", "date and signature": "fecha y firma",
        "taken back": "anulado",
    },
}  # fmt: skip
RUN = frozenset({"run", "ejecución"})
"""What the Audit sheet calls the run."""
