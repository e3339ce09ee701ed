"""What the system must show: its totals before the save, the row of the entry in a list, the entry itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bots.recorder.finding import ladder, row_ladder
from bots.recorder.folding import Do
from bots.recorder.sample import Field
from bots.recorder.steps import Writer
from bots.recorder.values import Values
from connectors.browser.recorded import Action, Recording, Shown, Table

__all__ = ["Row", "check_of", "found_row", "lines_of", "look_up_of", "read_back_of", "turned"]

NEXT = re.compile(
    r"^(next( page)?|siguiente|p[aá]gina siguiente|weiter|n[aä]chste( seite)?|suivante?|page suivante|successiva|"
    r"avanti|pr[oó]xim[ao]|seguinte|volgende|nast[eę]pna|n[aä]sta|neste|n[aæ]ste|>|>>|»|›|→)$",
    re.IGNORECASE,
)


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" :*.").casefold()


class Row:
    """The row of the saved entry in a list: its table, its line (from 1), and the fields that its columns show."""

    def __init__(self, table: Table, line: int, fields: dict[str, Field]):
        self.table, self.line, self.fields = table, line, fields

    def cell(self, heading: str) -> str:
        """What the row shows under a heading."""
        return self.table.rows[self.line - 1][self.table.headings.index(heading)]


def found_row(recording: Recording, values: Values, key: Field) -> Row | None:
    """The row that shows most of the sample; None when none shows its key or two of its fields."""
    best: Row | None = None
    for table in recording.view("look").tables:
        for line, cells in enumerate(table.rows, 1):
            fields = _fields_shown(table, cells, [key, *(one for one in values.fields if not one.list)], values)
            if best is None or len(fields) > len(best.fields):
                best = Row(table, line, fields)
    if best is None or (key not in best.fields.values() and len(best.fields) < 2):
        return None
    return best


def _fields_shown(table: Table, cells: Sequence[str], fields: Iterable[Field], values: Values) -> dict[str, Field]:
    """Heading -> the one field that its cell shows; headings that are there twice name nothing."""
    folded = [_fold(one) for one in table.headings]
    found: dict[str, Field] = {}
    candidates = list(fields)
    for heading, text in zip(table.headings, cells, strict=False):
        if not heading or folded.count(_fold(heading)) > 1:
            continue
        shown = [one for one in candidates if text and values.kind_shown([(one, text)])]
        if len(shown) == 1 and shown[0] not in found.values():
            found[heading] = shown[0]
    return found


def check_of(save: Action, values: Values, writer: Writer) -> list[dict[str, Any]]:
    """What the page computed of the values before the save, such as its total."""
    untyped = [one for one in values.fields if not one.list and one not in values.typed]
    plain = [shown for shown in save.before.shown if not shown.control]
    return _wants(untyped, plain, values, writer)


def _wants(fields: Sequence[Field], shown: Sequence[Shown], values: Values, writer: Writer) -> list[dict[str, Any]]:
    wants = []
    texts = frozenset(one.text for one in shown)
    for field in fields:
        for one in _showing(field, fields, shown, values, writer):
            found = ladder(one.target, texts)
            if not found:
                continue
            kind = values.kind_shown([(field, one.text)])
            want: dict[str, Any] = {"find": found, "equals": field.template}
            if kind != "text":
                want["as"] = kind
            if one.frame != writer.frame:
                want["frame"] = one.frame
            wants.append(want)
            break
    return wants


def _showing(
    field: Field, fields: Sequence[Field], shown: Sequence[Shown], values: Values, writer: Writer
) -> list[Shown]:
    """Where a field's value is shown, what has the caption of the form's own field first.

    When other fields have the same value, only the caption tells which is which.
    """
    found = [one for one in shown if values.kind_shown([(field, one.text)])]
    same = [one for one in found if _fold(one.target.caption) in writer.captions.get(field.path, ())]
    twins = [
        other for other in fields if other != field and any(values.kind_shown([(other, one.text)]) for one in found)
    ]
    if twins:
        return same
    return same + [one for one in found if one not in same]


def look_up_of(recording: Recording, row: Row, values: Values, key: Field, writer: Writer) -> dict[str, Any]:
    """Steps to the list, its columns, and which of them tell the entry from all others."""
    frame = row.table.frame
    rows: dict[str, Any] = {} if frame == writer.frame else {"frame": frame}
    opening = next((one for one in recording.part("open") if one.target is not None), None)
    heading = opening.target.rung("column") if opening is not None and opening.target is not None else ""
    columns = {field.name: heading for heading, field in row.fields.items()}
    if heading and heading in row.table.headings and heading not in columns.values():
        columns = {"record": heading, **columns}
    rows["columns"] = columns
    formats = {
        field.name: kind for heading, field in row.fields.items()
        if (kind := values.kind_shown([(field, row.cell(heading))])) not in ("text", "")
    }  # fmt: skip
    if formats:
        rows["formats"] = formats
    steps, rows_of_pages = turned(recording.part("look"), row.table)
    following = next((one for one in recording.view("look").buttons if NEXT.match(one[1]) and one[0] == frame), None)
    if rows_of_pages:
        rows |= rows_of_pages
    elif following is not None:
        rows |= {"next": {"text": following[1]}, "next_loads": frame}
    return {
        "steps": writer.simple(steps, values.searched),
        "rows": rows,
        "match": {field.name: field.template for field in _match(row, values, key)},
    }


def turned(actions: Sequence[Action], table: Table) -> tuple[Sequence[Action], dict[str, Any]]:
    """The actions that lead to a list, without those that turned its pages; and how its pages are turned.

    Who searched page by page shows how all pages are read: a number is the next page's, unless it is a word.
    """
    end = len(actions)
    while end > 1 and _turns(actions[end - 1], table):  # the first one shows the list
        end -= 1
    if end == len(actions):
        return actions, {}
    text = actions[-1].target.rung("text") if actions[-1].target is not None else ""
    loads = {"next_loads": actions[-1].loads[0]} if actions[-1].loads else {}
    return actions[:end], {"next": {"text": "{page}" if text.isdigit() else text}, **loads}


def _turns(action: Action, table: Table) -> bool:
    text = action.target.rung("text") if action.target is not None and action.verb == "press" else ""
    return action.frame == table.frame and bool(text.isdigit() or NEXT.match(text))


def _match(row: Row, values: Values, key: Field) -> list[Field]:
    """The key when the list shows it; else the texts that the row shows, and all else too when there is but one."""
    shown = list(row.fields.values())
    if key in shown:
        return [key]
    texts = {heading: values.kind_shown([(field, row.cell(heading))]) for heading, field in row.fields.items()}
    found = [field for heading, field in row.fields.items() if texts[heading] == "text"]
    return found if len(found) > 1 else shown


def read_back_of(recording: Recording, row: Row, values: Values, key: Field, writer: Writer) -> dict[str, Any]:
    """From the row to the entry, and everything that it shows of the sample."""
    steps: list[dict[str, Any]] = []
    for action in recording.part("open"):
        counted = row_ladder(action.target, row.line) if action.target is not None and not steps else {}
        if counted:
            loads = {"loads": action.loads[0]} if action.loads else {}
            opens = {"opens": action.opens} if action.opens else {}
            steps.append({action.verb: counted, **writer.where(action), **loads, **opens})
        else:
            steps += writer.steps([Do(((0, action),))])
    view = recording.view("open")
    fields = [*(one for one in values.fields if not one.list), *([key] if key in values.typed else [])]
    found: dict[str, Any] = {"steps": steps, "fields": _wants(fields, view.shown, values, writer)}
    lists = {one.list: None for one in values.fields if one.list}
    for name in lists:
        lines = lines_of(name, view.tables, values, writer)
        if lines and "lines" not in found:
            found |= lines
        else:
            writer.findings.note("OF587", list=name)
    return found


def lines_of(name: str, tables: Sequence[Table], values: Values, writer: Writer) -> dict[str, Any]:
    """The table of an entry that shows the lines of a list, in order; empty when none does."""
    by_name: dict[str, list[Field]] = {}
    for one in values.fields:
        if one.list == name:
            by_name.setdefault(one.name, []).append(one)
    count = max(one.line for one in values.fields if one.list == name)
    best: dict[str, tuple[str, str]] = {}
    frame = writer.frame
    for table in tables:
        columns = _line_columns(table, by_name, count, values)
        if len(columns) > len(best):
            best, frame = columns, table.frame
    if not best:
        return {}
    rows: dict[str, Any] = {"columns": {field: heading for field, (heading, _) in best.items()}}
    if frame != writer.frame:
        rows["frame"] = frame
    if formats := {field: kind for field, (_, kind) in best.items() if kind != "text"}:
        rows["formats"] = formats
    return {"lines": name, "rows": rows, "each": {field: f"{{line.{field}}}" for field in best}}


def _line_columns(
    table: Table, by_name: dict[str, list[Field]], count: int, values: Values
) -> dict[str, tuple[str, str]]:
    """Field name -> (heading, as), for columns that show the field in every line and nothing below."""
    if len(table.rows) < count:
        return {}
    folded = [_fold(one) for one in table.headings]
    found: dict[str, tuple[str, str]] = {}
    for at, heading in enumerate(table.headings):
        cells = [row[at] if at < len(row) else "" for row in table.rows]
        if not heading or folded.count(_fold(heading)) > 1 or any(cells[count:]):
            continue
        for name, fields in by_name.items():
            if len(fields) != count or name in found or any(heading == one for one, _ in found.values()):
                continue
            if kind := values.kind_shown([(one, cells[one.line - 1]) for one in fields]):
                found[name] = (heading, kind)
    return found
