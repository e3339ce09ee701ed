"""What `oficio doctor --deep` shows: the differences that an inspection found, each with the person's way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bots.auditor import inspect
from config.errors import Language, Reason
from console.checkups import Finding
from console.phrases import say
from flows.desk import open_office
from records import WorkItem, work_items

__all__ = ["deep_examine"]

_WAY_OUT = {
    "review": {"en": "Decide: oficio review show {task}", "es": "Decida: oficio review show {task}"},
    "to_mend": {
        "en": "To be mended; the next inspection sees it.",
        "es": "Por corregir; lo verá la próxima inspección.",
    },
}


def deep_examine(home: Path | None, config: Path | None) -> Iterator[Finding]:
    """Compare log, tables, archive, mailboxes and the legacy system now; a line each, and one for every difference."""
    with open_office(home, config, flow="doctor") as office:
        report = inspect(office.acting("auditor"))
        with office.records.read() as tx:
            waiting = work_items.find(tx, "differences", states=list(_WAY_OUT))
        language = office.settings.language
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    missed = report.outcomes["not reached"]
    agree = say("log, tables, archive, mailboxes, system agree", language)
    yield Finding("inspection", "warning" if missed else "ok", outcomes or agree)
    for item in waiting:
        yield _difference(item, language)


def _difference(item: WorkItem, language: Language) -> Finding:
    reason = Reason.from_json(item.payload["reason"])
    way_out = _WAY_OUT[item.state][language].format(task=item.id[-8:])
    return Finding(
        str(item.payload["source"]),
        "failure",
        f"{reason.code} {reason.text(language)}",
        f"{reason.mend(language)} {way_out}",
    )
