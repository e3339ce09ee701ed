"""Records of a file (JSON, JSON lines, csv, xlsx and other tables) as work items to be entered in a system's form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bots.data_entry.attachments import attached
from bots.data_entry.record import entry_key
from bots.data_entry.values import render
from bots.office import Office
from config.errors import BusinessException, ConfigError, OficioError, Reason
from config.systems import System
from connectors import sheets
from records import DocumentRef, WorkItem, processes, work_items

__all__ = ["add_records", "differs", "outcomes", "own_key", "process_of", "put_off", "read_records", "waiting"]

_OPEN = ("ready", "entering", "uncertain")


def process_of(system: str, form: str) -> str:
    """The process that records of a form go through; declared when it is named."""
    name = f"entries.{system}.{form}"
    if name not in processes.names():
        to = frozenset
        processes.declare(
            processes.Process(
                name,
                initial="ready",
                transitions={
                    "ready": to(("entering", "review", "failed")),
                    "entering": to(("entered", "uncertain", "ready", "review", "failed")),
                    "uncertain": to(("entered", "ready", "review", "failed")),
                    "entered": to(("review",)),
                    "review": to(("failed",)),
                    "failed": to(()),
                },
                by_person={
                    "review": to(("ready", "uncertain", "entered", "rejected")),
                    "failed": to(("ready", "uncertain", "entered", "review", "rejected")),
                },
                final=to(("entered", "rejected")),
            )
        )
    return name


def read_records(path: Path, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The records of a file, amounts and dates in canonical form.

    A column `taxes.1.base` is the value `base` of the first entry of the list `taxes`.

    Args:
        names: our name -> the file's name (column or key), where they differ.

    Raises:
        ConfigError: OF101 no such file; OF550 not records; OF551 a column that could mean two things.
        DocumentRefused: the table cannot be read, see `connectors.sheets.read`.
    """
    if not path.is_file():
        raise ConfigError("OF101", str(path), why="no such file")
    rows = _json_rows(path) if path.suffix in (".json", ".jsonl") else _table_rows(sheets.read(path))
    if not rows:
        raise ConfigError("OF550", str(path), why="it is empty")
    theirs = {value: name for name, value in names.items()}
    return [nested({theirs.get(name, name): value for name, value in row.items()}) for row in rows]


def _json_rows(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8-sig")
    try:
        data: Any
        if path.suffix == ".jsonl":
            data = [json.loads(line, parse_float=Decimal) for line in text.splitlines() if line.strip()]
        else:
            data = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise ConfigError("OF550", str(path), why=error) from error
    rows: list[Any] = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise ConfigError("OF550", str(path), why="a list of objects is expected")
    return [_plain(row) for row in rows]


def _plain(value: Any) -> Any:
    """JSON values as texts: the log has no floats, and forms are filled with texts."""
    match value:
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case bool():
            return "true" if value else ""
        case None:
            return ""
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def _table_rows(sheet: sheets.Sheet) -> list[dict[str, Any]]:
    columns: dict[str, list[str | None]] = {}
    for name in sheet.frame.columns:
        found = sheet.report.column(name)
        kind = found.kind if found else "text"
        if found and found.ambiguous and kind in ("money text", "date text"):
            raise ConfigError("OF551", sheet.name, column=name)
        if kind in ("date", "date text"):
            columns[name] = [day.isoformat() if day else "" for day in sheets.date_column(sheet, name)]
        elif kind == "money text" and found and found.decimal_mark:
            columns[name] = [_decimal(text, found.decimal_mark) for text in sheets.text_column(sheet, name)]
        else:
            columns[name] = list(sheets.text_column(sheet, name))
    return [{name: values[row] or "" for name, values in columns.items()} for row in range(sheet.frame.height)]


def _decimal(text: str | None, mark: str) -> str:
    return re.sub(rf"[^\d{re.escape(mark)}-]", "", text or "").replace(mark, ".")


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a.1.b": x}` as `{"a": [{"b": x}]}`; entries of which nothing is filled are left out."""
    record: dict[str, Any] = {}
    lists: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in flat.items():
        found = re.fullmatch(r"(\w+)\.(\d+)\.(\w+)", name)
        if found is None:
            record[name] = value
        elif value != "":
            lists.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3]] = value
    return record | {name: [entries[n] for n in sorted(entries)] for name, entries in lists.items()}


def add_records(
    office: Office, name: str, system: System, form: str, records: Sequence[Mapping[str, Any]], folder: Path = Path()
) -> list[WorkItem]:
    """A work item for each record; one that is there already under the same key is taken as it is.

    Args:
        folder: where the paths of files to be uploaded begin.

    Raises:
        ConfigError: OF101, a file that a record names is not there.
        BusinessException: OF505, a record lacks a name that the form's key is made of; OF552, two records of one key.
    """
    process = process_of(name, form)
    items: list[WorkItem] = []
    seen: set[str] = set()
    for number, given in enumerate(records, 1):
        record = {"key": own_key(given), **given}
        key = render(system.forms[form].key, record)
        if key in seen:
            raise BusinessException("OF552", f"record {number}", key=key)
        seen.add(key)
        documents = attached(office.records, system.forms[form], record, folder)
        items.append(_add(office, process, key, record, documents))
    return items


def _add(
    office: Office, process: str, key: str, record: Mapping[str, Any], documents: Sequence[DocumentRef]
) -> WorkItem:
    with office.records.begin() as tx:
        there = work_items.find(tx, process, key=key)
        if there:
            return there[0]
        try:
            payload = {"record": dict(record)}
            return work_items.create(tx, process=process, key=key, payload=payload, documents=documents)
        except OficioError as error:
            if error.code != "OF706":
                raise
    with office.records.read() as tx:
        return work_items.find(tx, process, key=key)[0]


def own_key(record: Mapping[str, Any]) -> str:
    """The key of a record that brings none: of supplier, number and year when it has them, else of all it says."""
    supplier, number, day = (str(record.get(name) or "") for name in ("supplier_code", "invoice_number", "issue_date"))
    if supplier and number and day:
        return entry_key(supplier, number, day[:4])
    plain = json.dumps(record, sort_keys=True, ensure_ascii=False)  # never another form: keys stand in legacy systems
    return entry_key("", hashlib.sha256(plain.encode()).hexdigest(), "")


def differs(item: WorkItem, record: Mapping[str, Any]) -> Reason | None:
    """Whether a record is not what its item was made of: one of the same key that was given before."""
    before = item.payload["record"]
    names = [name for name in {**before, **record} if name != "key" and before.get(name, "") != record.get(name, "")]
    return Reason("OF554", facts={"key": item.key, "names": ", ".join(names)}) if names else None


def waiting(office: Office, process: str) -> int:
    """How many items of a process are to be entered, those of earlier files too."""
    with office.records.read() as tx:
        counts = work_items.counts(tx, process)
    return sum(counts.get(state, 0) for state in _OPEN)


def put_off(office: Office, process: str) -> timedelta | None:
    """How long until the next item of a process that was put off may be tried again; None when none was."""
    with office.records.read() as tx:
        open_ones = work_items.find(tx, process, states=_OPEN)
        waits = [item.available_at - tx.now for item in open_ones if item.available_at > tx.now]
    return min(waits, default=None)


def outcomes(office: Office, items: Iterable[WorkItem]) -> list[WorkItem]:
    """The items as they are now."""
    with office.records.read() as tx:
        return [work_items.get(tx, item.id) for item in items]
