"""Where the rules say a side comes from, fetched as files: a folder, a query, a system's own list, our work items."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from bots.invoice import Invoice
from bots.office import Office
from config.reconciliation_rules import Source
from config.settings import Settings
from connectors.database import save_query
from connectors.secrets import find_secret
from records import Transaction, WorkItem, work_items

__all__ = ["all_items", "fetch"]

_NAMES = ["id", "supplier", "reference", "key", "date", "due", "amount", "currency"]


def fetch(office: Office, source: Source, folder: Path) -> list[Path]:
    """The files of a source as they are now; rows that are in no file yet are written into one below `folder`.

    Raises:
        ConfigError: OF503, OF504, OF603 the rules name what there is not.
        ApplicationException: the database or the system is away; tried again later.
    """
    if source.files:
        return sorted(path for path in office.settings.home.glob(source.files) if path.is_file())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.database or source.system or source.items}.csv"
    if source.database:
        save_query(find_secret(source.database, office.settings.home), source.query, path)
    elif source.system:
        from bots.data_entry import list_entries  # a browser is needed for this source alone

        _write(path, list_entries(office, source.system, name=source.listing))
    else:
        with office.records.read() as tx:
            _write(path, [_row(item, office.settings) for item in all_items(tx, source.items, source.states)])
    return [path]


def all_items(
    tx: Transaction, process: str, states: Sequence[str] | None = None, tags: Mapping[str, str] | None = None
) -> Iterator[WorkItem]:
    """All work items of a process, in some states or with some tags, oldest first, page by page."""
    last = ""
    while page := work_items.find(tx, process, states=states, tags=tags, after=last):
        yield from page
        last = page[-1].id


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row)) or _NAMES
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _row(item: WorkItem, settings: Settings) -> dict[str, str]:
    """A work item as a list shows it; of a process other than invoices, the record that was entered."""
    if "invoice" not in item.payload:
        return {"id": item.id, **{name: str(value) for name, value in item.payload.get("record", {}).items()}}
    invoice = Invoice.from_payload(item.payload)
    supplier = settings.suppliers.get(item.payload.get("supplier") or "")
    gross = invoice.amount("gross_total") or Decimal(0)
    return {
        "id": item.id,
        "supplier": supplier.name if supplier else invoice.text("seller_name"),
        "reference": invoice.text("invoice_number"),
        "key": str(item.payload.get("entry", {}).get("key", "")),
        "date": invoice.text("issue_date"),
        "due": invoice.text("due_date"),
        "amount": str(-abs(gross) if invoice.type == "credit note" else gross),
        "currency": invoice.text("currency"),
    }
