"""The states of work items as people read them, in every room: the console, the reports of the auditor."""

from __future__ import annotations

from collections.abc import Mapping

from config.errors import Language

__all__ = ["STATES_ES", "state_words"]

STATES_ES: Mapping[str, str] = {
    "received": "recibida", "read": "leída", "checked": "comprobada", "ready": "lista", "entering": "registrándose",
    "uncertain": "dudosa", "entered": "registrada", "reconciled": "conciliada", "review": "en revisión",
    "duplicate": "duplicada", "rejected": "rechazada", "failed": "fallida", "found": "hallada",
    "to_mend": "por corregir", "mended": "corregida", "explained": "explicada", "open": "abierta", "done": "hecha",
    "accepted": "aceptada", "applied": "aplicada",
}  # fmt: skip


def state_words(state: str, language: Language) -> str:
    """A work item's state as people say it; a process of an office's own has the states that it was given."""
    return STATES_ES.get(state, state) if language == "es" else state.replace("_", " ")
