"""An export bundle with a report that people read: the lives of its work items, and an index of its events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import xlsxwriter

from bots.auditor.story import Chapter, tell
from config.errors import ApplicationException, Language
from records import Event, Records
from records.clock import to_text
from records.export import Bundle, Choice, export

__all__ = ["export_bundle"]

_STYLE = """body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;text-align:left;vertical-align:top;
border-bottom:1px solid #ddd}code{font-size:12px;overflow-wrap:anywhere}small{color:#555}"""
_WORDS = {
    "en": ("Audit report", "events", "of a log of", "The log", "event", "when (UTC)", "who", "what", "Without an item",
           "To verify", "not in the bundle"),
    "es": ("Informe de auditoría", "eventos", "de un registro de", "El registro", "evento", "cuándo (UTC)", "quién",
           "qué", "Sin elemento", "Para verificar", "no está en el paquete"),
}  # fmt: skip


def export_bundle(records: Records, folder: Path, choice: Choice | None = None, language: Language = "en") -> Bundle:
    """Write a bundle (see `records.export`) with `report.html` and `index.xlsx` into a new folder.

    Raises:
        AuditBroken, ApplicationException: as `records.export.export`.
    """
    bundle = export(records.log, records.archive, folder, choice)
    try:
        (folder / "report.html").write_text(_html(bundle, str(records.log.key), language), "utf-8")
        _workbook(folder / "index.xlsx", bundle.events, language)
    except OSError as error:
        raise ApplicationException("OF705", str(folder), why=error) from error
    return bundle


def _by_item(events: Sequence[Event]) -> dict[str, list[Event]]:
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(str(event.body.get("item", {}).get("id", "")), []).append(event)
    return groups


def _html(bundle: Bundle, key: str, language: Language) -> str:
    title, events, of, log, event, when, who, what, without, verify, absent = _WORDS[language]
    head = f"<tr><th>{event}<th>{when}<th>{who}<th>{what}</tr>"
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>{len(bundle.events)} {events} {of} {bundle.size}.</p>",
        f"<p>{log}: <code>{escape(key)}</code></p>",
        f"<p>{verify}: <code>python verify.py . --key '{escape(key)}'</code></p>",
    ]
    for item, group in _by_item(bundle.events).items():
        parts.append(f"<h2>{escape(item) or without}</h2><table>{head}")
        parts += [_row(chapter) for chapter in tell(group, language)]
        parts.append("</table>")
    if bundle.absent:
        parts.append(f"<h2>{absent}</h2><ul>" + "".join(f"<li><code>{sha}</code>" for sha in bundle.absent) + "</ul>")
    return "\n".join(parts) + "\n"


def _row(chapter: Chapter) -> str:
    details = "".join(f"<br><small>{escape(line)}</small>" for line in chapter.details)
    when = chapter.at.strftime("%Y-%m-%d %H:%M:%S")
    return f"<tr><td>{chapter.seq}<td>{when}<td>{escape(chapter.who)}<td>{escape(chapter.what)}{details}</tr>"


def _workbook(path: Path, events: Sequence[Event], language: Language) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})  # the same log gives the same bytes
        sheet = book.add_worksheet("events")
        heads = ("event", "time (UTC)", "actor", "action", "item", "from", "to", "outcome", "reason", "evidence")
        sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
        for row, (event, chapter) in enumerate(zip(events, tell(events, language), strict=True), start=1):
            item, body = event.body.get("item", {}), event.body
            evidence = " ".join(one["sha256"][:16] for one in body.get("evidence", ()))
            sheet.write_row(row, 0, (
                event.seq, to_text(event.at), chapter.who, event.action, item.get("id", ""), item.get("from", ""),
                item.get("to", ""), body["outcome"], body.get("reason", {}).get("code", ""), evidence,
            ))  # fmt: skip
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(events), 1), len(heads) - 1)
        sheet.set_column(1, 4, 26)
