"""The console's own phrases in Spanish, by the English ones; reasons are in the catalogue (`config/catalogue`)."""

from __future__ import annotations

from config.errors import Language

__all__ = ["SPANISH", "say"]

SPANISH = {
    # states
    "received": "recibida",
    "read": "leída",
    "checked": "comprobada",
    "ready": "lista",
    "entering": "registrándose",
    "entered": "registrada",
    "reconciled": "conciliada",
    "review": "en revisión",
    "uncertain": "dudosa",
    "duplicate": "duplicada",
    "rejected": "rechazada",
    "failed": "fallida",
    "kept": "guardado",
    # stages
    "collecting mail and files": "recogiendo correo y archivos",
    "reading documents": "leyendo los documentos",
    "checking them": "comprobándolos",
    "entering in the legacy system": "registrando en el sistema",
    "reconciling with list and bank": "conciliando con lista y banco",
    "sealing the audit log": "sellando el registro",
    # headings
    "what came, and what happened to it": "qué llegó y qué pasó con ello",
    "what was made": "lo que se ha hecho",
    "look further": "para seguir mirando",
    "still running, until Ctrl+C": "sigue en marcha hasta Ctrl+C",
    "document": "documento",
    "from": "por",
    "number": "número",
    "amount": "importe",
    "what happened": "qué pasó",
    "why": "por qué",
    "item": "expediente",
    "state": "estado",
    "supplier": "proveedor",
    "task": "tarea",
    "field": "campo",
    "value": "valor",
    "step": "paso",
    "items": "expedientes",
    "outcome": "resultado",
    "time": "tiempo",
    # figures of a process
    "in each state": "en cada estado",
    "oldest unfinished": "lo más antiguo sin terminar",
    "overdue": "vencidos",
    "finished within {days} days": "terminados en {days} días",
    "straight through": "sin intervención de nadie",
    "median time to the end": "mediana hasta el final",
    "day": "día",
    # recording a system
    "Log in with the robot's account, until you see the menu.": "Entre con la cuenta del robot hasta ver el menú.",
    "Enter the sample, every field of it, and save.": "Introduzca el ejemplo, todos sus campos, y grabe.",
    "Search for it in a list, from the menu on, until its row shows.": "Búsquelo en una lista hasta ver su fila.",
    "Open it from its row, so that its page shows what was saved.": "Ábralo desde su fila, para que se vea lo grabado.",
    "Then touch nothing more, and press Enter here.": "Después no toque nada más y pulse Intro aquí.",
    "If the form has a free reference field, type this there:": "Si hay un campo de referencia libre, escriba en él:",
    "Now:": "Ahora:",
    # the demo
    "setting up the office: its mailbox, its legacy system, a Prefect server": (
        "montando la oficina: su buzón, su sistema, un servidor Prefect"
    ),
    "mail": "correo",
    "folder": "carpeta",
    "a mail without any document": "un correo sin ningún documento",
    "two persons": "dos personas",
    "reconciliation workbook": "libro de conciliación",
    "screenshots": "capturas de pantalla",
    "{count}, and every original, in {folder}": "{count}, y cada original, en {folder}",
    "audit log for the auditor": "registro para el auditor",
    "{new} invoices entered, each once: the legacy system now holds {total}.": (
        "{new} facturas registradas, cada una una sola vez: el sistema tiene ahora {total}."
    ),
    "Nothing new was entered: the legacy system still holds its {total} invoices, each once.": (
        "No se ha registrado nada nuevo: el sistema sigue con sus {total} facturas, cada una una sola vez."
    ),
    "The audit log is verified: {size} events, and a signed head over all of them.": (
        "El registro de auditoría está verificado: {size} eventos y una cabecera firmada sobre todos ellos."
    ),
    "The audit log is BROKEN: {why}": "El registro de auditoría está ROTO: {why}",
    "{step} was stopped: {code}": "{step} se ha detenido: {code}",
    "{seconds} s in all": "{seconds} s en total",
    "then:": "y después:",
    "what waits for a person, and decide it": "lo que espera a una persona, y decidirlo",
    "one document's whole life": "la vida entera de un documento",
    "check every event and signature": "comprobar cada evento y cada firma",
    "keep the legacy system and the mailbox up to play with": "dejar en marcha el sistema y el buzón para probar",
    # queue, run, review
    "no work items yet": "aún no hay expedientes",
    "Nothing waits for a person.": "Nada espera a una persona.",
    "{count} wait for a person:": "{count} esperan a una persona:",
    "{count} items wait for it, or were set aside:": "{count} expedientes lo esperan o se apartaron:",
    "why a person is asked": "por qué se pregunta a una persona",
}


def say(phrase: str, language: Language) -> str:
    """A phrase of this console in the reader's language."""
    return SPANISH.get(phrase, phrase) if language == "es" else phrase
