"""A work item's whole life in sentences, from the audit log alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.errors import Language, OficioError, Reason
from records import Event, Records, audit

__all__ = ["Chapter", "story", "tell"]

_ACTIONS: Mapping[str, tuple[str, str]] = {
    "item.created": ("arrived as new work", "llegó como trabajo nuevo"),
    "item.postponed": ("was put off: a system failed", "se aplazó: falló un sistema"),
    "item.set_aside": ("was set aside after its last attempt", "se apartó tras el último intento"),
    "item.failed": ("failed: a defect", "falló: un defecto"),
    "item.accepted": ("was accepted", "fue aceptado"),
    "item.corrected": ("was corrected", "fue corregido"),
    "item.rejected": ("was rejected", "fue rechazado"),
    "invoice.read": ("was read", "fue leída"),
    "invoice.checked": ("was checked", "fue comprobada"),
    "invoice.released": ("was released for entry", "se liberó para su registro"),
    "invoice.questioned": ("was questioned", "fue cuestionada"),
    "invoice.duplicate": ("was recognised as a duplicate", "se reconoció como duplicada"),
    "invoice.split": ("was split: the document holds several", "se dividió: el documento contiene varias"),
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
    "run.started": ("a run began", "empezó una ejecución"),
    "run.ended": ("a run ended", "terminó una ejecución"),
    "step.failed": ("a step stopped: a system failed", "un paso se detuvo: falló un sistema"),
    "reconciliation.made": ("a reconciliation was made", "se hizo una conciliación"),
    "document.disposed": (
        "a document was removed at the end of its time",
        "se eliminó un documento al acabar su plazo",
    ),
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


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event of a life.

    Attributes:
        seq: the event's number in the log.
        who: `bot reader`, `person ann`.
        what: one sentence without its subject.
        details: changed values, reasons, places, evidence: a line each.
    """

    seq: int
    at: datetime
    who: str
    what: str
    details: tuple[str, ...]


def story(records: Records, item_id: str, language: Language = "en") -> list[Chapter]:
    """Everything that happened to one work item, oldest first.

    Raises:
        OficioError: OF707, the log knows no such item.
    """
    records.log.sequence()
    with records.read() as tx:
        events = audit.of_item(tx, item_id)
    if not events:
        raise OficioError("OF707", what="work item", name=item_id)
    return tell(events, language)


def tell(events: Sequence[Event], language: Language = "en") -> list[Chapter]:
    """The events as chapters."""
    return [_chapter(event, language) for event in events]


def _chapter(event: Event, language: Language) -> Chapter:
    body = event.body
    words = _ACTIONS.get(event.action)
    what = words[0 if language == "en" else 1] if words else event.action
    item = body.get("item", {})
    if item.get("from") != item.get("to") and "to" in item:
        what += f" ({item.get('from', '·')} → {item['to']})"
    who = body["actor"]
    return Chapter(event.seq, event.at, f"{who['kind']} {who['id']}", what, tuple(_details(body, language)))


def _details(body: Mapping[str, Any], language: Language) -> list[str]:
    lines = []
    if "reason" in body:
        lines.append(f"{body['reason']['code']}: {Reason.from_json(body['reason']).text(language)}")
    if "where" in body:
        lines.append(" · ".join(part for part in body["where"].values() if part))
    lines += [f"{name}: {_short(before)} → {_short(after)}" for name, before, after in _differences(body)]
    if comment := body.get("approval", {}).get("comment"):
        lines.append(f"“{comment}”")
    lines += [f"{one['kind']}: {one['sha256'][:16]}" for one in body.get("evidence", ())]
    lines += [f"{one['role']}: {one['sha256'][:16]}" for one in body.get("doc", ())]
    return lines


def _differences(body: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    before, after = body.get("before", {}), body.get("after", {})
    names = [*before, *(name for name in after if name not in before)]
    return [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _short(value: Any) -> str:
    text = "·" if value is None else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
