"""Each difference that an inspection finds becomes a question to a person, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bots.auditor.inspection import Difference, sources
from bots.office import Office, StageReport
from config.errors import ApplicationException, ConfigError
from records import Transaction, WorkItem, reviews, work_items
from records.canonical import digest
from records.reviews import Routes

__all__ = ["inspect"]

PROCESS = "differences"
_WAYS_OUT = Routes(accept="explained", correct="to_mend", reject="to_mend")


def inspect(office: Office, legacy: Sequence[Mapping[str, str]] | None = None) -> StageReport:
    """Compare log, tables, archive, mailboxes and the legacy system, and ask a person about each difference.

    A difference that is known already is not asked about again, unless it was mended and has come back; one that a
    person left to be mended and that is gone becomes `mended`.

    Args:
        legacy: the legacy system's list; read from the system when left out.
    """
    report, looked_at = StageReport("inspect"), []
    for number, source in enumerate(wanted := sources(office, legacy), start=1):
        office.progress(report.stage, number, len(wanted), source.name)
        try:
            found = list(source.look())
        except (ApplicationException, ConfigError) as error:
            office.log.warning("%s: %s", source.name, error)
            office.note(
                "inspection.skipped", {"source": source.name, "reason": error.reason.to_json()}, outcome="failed"
            )
            report.outcomes["not reached"] += 1
            continue
        looked_at.append(source.name)
        with office.records.begin() as tx:
            for difference in found:
                report.outcomes[_ask(tx, source.name, difference)] += 1
            report.outcomes["mended"] += _mended(tx, source.name, {_key(source.name, one) for one in found})
    report.outcomes = +report.outcomes
    office.note("inspection.made", {"sources": looked_at, "outcomes": dict(report.outcomes)})
    return report


def _key(source: str, difference: Difference) -> str:
    return digest([source, difference.about, difference.reason.to_json()])[:32]


def _ask(tx: Transaction, source: str, difference: Difference) -> str:
    key = _key(source, difference)
    known = work_items.find(tx, PROCESS, key=key)
    if known and known[0].state != "mended":
        return "known"
    reason = difference.reason
    payload = {"source": source, "about": difference.about, "reason": reason.to_json()}
    item = known[0] if known else work_items.create(tx, process=PROCESS, payload=payload, key=key)
    reviews.open(tx, item, reasons=[reason], role="reviewer", routes=_WAYS_OUT)
    return "asked"


def _mended(tx: Transaction, source: str, found: set[str]) -> int:
    waiting: list[WorkItem] = work_items.find(tx, PROCESS, states=["to_mend"], limit=10_000)
    gone = [item for item in waiting if item.payload["source"] == source and item.key not in found]
    for item in gone:
        work_items.move(tx, item, "mended", action="difference.mended")
    return len(gone)
