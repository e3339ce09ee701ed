"""What the auditor says, in English and Spanish: actions of the log, and the words of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.errors import Language

__all__ = ["ACTIONS", "ReportWords", "action_words", "report_words"]

ACTIONS: Mapping[str, tuple[str, str]] = {
    "item.created": ("arrived as new work", "llegó como trabajo nuevo"),
    "item.postponed": ("was put off: a system failed", "se aplazó: falló un sistema"),
    "item.set_aside": ("was set aside after its last attempt", "se apartó tras el último intento"),
    "item.failed": ("failed: a defect", "falló: un defecto"),
    "item.accepted": ("was accepted", "fue aceptado"),
    "item.corrected": ("was corrected", "fue corregido"),
    "item.rejected": ("was rejected", "fue rechazado"),
    "invoice.received": ("arrived", "llegó"),
    "review.asked": ("was put aside for a person", "se apartó para una persona"),
    "invoice.read": ("was read", "fue leída"),
    "invoice.checked": ("was checked", "fue comprobada"),
    "invoice.released": ("was released for entry", "se liberó para su registro"),
    "invoice.questioned": ("was questioned", "fue cuestionada"),
    "invoice.duplicate": ("was recognised as a duplicate", "se reconoció como duplicada"),
    "invoice.split": ("was split: the document holds several", "se dividió: el documento contiene varias"),
    "invoice.joined": ("was joined: one invoice over several files", "se unió: una factura en varios ficheros"),
    "invoice.not_reconciled": ("found no match yet", "aún no se pudo conciliar"),
    "invoice.reconciliation_undone": ("was taken out of its reconciliation", "se deshizo su conciliación"),
    "item.retried": ("was taken up again by a person", "la retomó una persona"),
    "entry.started": ("is being entered", "se está registrando"),
    "entry.confirmed": ("was entered and read back", "fue registrada y comprobada"),
    "entry.found_there": ("was found in the system already", "ya estaba en el sistema"),
    "entry.absent": (
        "was found not to have arrived: it may be entered again",
        "no había llegado: puede registrarse de nuevo",
    ),
    "entry.uncertain": ("may or may not have arrived: it will be looked up", "no se sabe si llegó: se buscará"),
    "entry.deferred": ("was put off: the system failed", "se aplazó: falló el sistema"),
    "entry.questioned": ("was questioned while being entered", "se cuestionó al registrarla"),
    "mail.received": ("a mail was taken in", "se recogió un correo"),
    "mail.noted": ("a mail without a document was noted", "se anotó un correo sin documento"),
    "run.started": ("a run began", "empezó una ejecución"),
    "run.ended": ("a run ended", "terminó una ejecución"),
    "step.failed": ("a step stopped: a system failed", "un paso se detuvo: falló un sistema"),
    "reconciliation.made": ("a reconciliation was made", "se hizo una conciliación"),
    "document.disposed": (
        "a document was removed at the end of its time",
        "se eliminó un documento al acabar su plazo",
    ),
    "reconciliation.postponed": ("a reconciliation was postponed", "se aplazó una conciliación"),
    "reconciliation.undone": (
        "a match of a reconciliation was taken back",
        "se deshizo un emparejamiento de una conciliación",
    ),
    "reconciliation.refused": ("a reconciliation was refused", "se rechazó una conciliación"),
    "suggestion.applied": ("was applied to the reconciliation", "se aplicó a la conciliación"),
    "profile.proposed": (
        "a correction was kept as a hint of where the supplier puts its values",
        "se guardó una corrección como pista de dónde pone el proveedor sus datos",
    ),
    "profile.counts": ("the supplier's hints count now", "las pistas del proveedor cuentan desde ahora"),
    "profile.withdrawn": ("the supplier's hints count no longer", "las pistas del proveedor ya no cuentan"),
    "difference.mended": ("was found mended", "se encontró corregida"),
    "inspection.made": ("the office was inspected", "se inspeccionó la oficina"),
    "inspection.skipped": ("a source did not answer the inspection", "una fuente no respondió a la inspección"),
    "audit.late": ("a head of the log was late", "una cabecera del registro llegó tarde"),
    "privacy.erased": ("a person's values were erased", "se suprimieron los datos de una persona"),
    "audit.key_handover": ("the log was handed over to a new key", "el registro pasó a una clave nueva"),
    "clock.set_back": ("the clock was set back", "el reloj se atrasó"),
    "invoice.reconciled": ("was reconciled", "fue conciliada"),
    "intent.opened": ("was about to be entered", "iba a registrarse"),
    "intent.confirmed": ("was found entered, as meant", "se encontró registrada, como se quería"),
    "intent.absent": ("was found not to be entered", "se comprobó que no estaba registrada"),
    "intent.conflict": ("stands there with other values", "figura con otros valores"),
    "review.opened": ("was put to a person", "se consultó a una persona"),
    "review.accept": ("was accepted by a person", "la aceptó una persona"),
    "review.correct": ("was corrected by a person", "la corrigió una persona"),
    "review.reject": ("was rejected by a person", "la rechazó una persona"),
    "review.postpone": ("was put off by a person", "la aplazó una persona"),
}
"""What was done to a work item, without its subject: in English and in Spanish."""


def action_words(action: str, language: Language) -> str:
    """An action as people say it; the action itself when there are no words for it."""
    words = ACTIONS.get(action)
    return words[0 if language == "en" else 1] if words else action


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of the report and its index."""

    title: str
    scope: str
    log: str
    root: str
    verify: str
    absent: str
    rest: str
    contents: str
    event: str
    when: str
    who: str
    what: str
    item: str
    process: str
    key: str
    state: str
    events: str
    first: str
    last: str
    persons: str
    action: str
    before: str
    after: str
    outcome: str
    reason: str
    evidence: str
    page: str


_WORDS: Mapping[Language, ReportWords] = {
    "en": ReportWords(
        title="Audit report", scope="{events} events of a log of {size}, {items} work items, {first} to {last} (UTC)",
        log="Key of the log", root="Root of the tree", verify="To verify it anywhere", absent="Files not in the bundle",
        rest="Events of no work item", contents="Work items", event="event", when="when (UTC)", who="who", what="what",
        item="item", process="process", key="key", state="state", events="events", first="first", last="last",
        persons="persons", action="action", before="from", after="to", outcome="outcome", reason="reason",
        evidence="evidence", page="page {page}",
    ),
    "es": ReportWords(
        title="Informe de auditoría",
        scope="{events} eventos de un registro de {size}, {items} elementos de trabajo, del {first} al {last} (UTC)",
        log="Clave del registro", root="Raíz del árbol", verify="Para verificarlo en cualquier lugar",
        absent="Archivos que no están en el paquete", rest="Eventos sin elemento de trabajo",
        contents="Elementos de trabajo", event="evento", when="cuándo (UTC)", who="quién", what="qué", item="elemento",
        process="proceso", key="clave", state="estado", events="eventos", first="primero", last="último",
        persons="personas", action="acción", before="de", after="a", outcome="resultado", reason="motivo",
        evidence="evidencia", page="página {page}",
    ),
}  # fmt: skip


def report_words(language: Language) -> ReportWords:
    """The report's words in a language."""
    return _WORDS[language]
