"""An export bundle with what people read: a report as a page and as a PDF, and an index as a workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bots.auditor.report import report_of
from bots.auditor.report_html import to_html
from bots.auditor.report_index import write_index
from bots.auditor.report_pdf import write_pdf
from bots.auditor.seals import in_report
from config.errors import ApplicationException, Language
from records import Records
from records.export import Bundle, Choice, export

__all__ = ["export_bundle"]


def export_bundle(records: Records, folder: Path, choice: Choice | None = None, language: Language = "en") -> Bundle:
    """Write a bundle (see `records.export`) with `report.html`, `report.pdf` and `index.xlsx` into a new folder.

    Raises:
        AuditBroken, ApplicationException: as `records.export.export`.
    """
    bundle = export(records.log, records.archive, folder, choice)
    told = replace(bundle, events=tuple(in_report(records, bundle.events, language)))
    report = report_of(told, str(records.log.key), language)
    try:
        (folder / "report.html").write_text(to_html(report), "utf-8")
        write_pdf(folder / "report.pdf", report)
        write_index(folder / "index.xlsx", report, told.events)
    except OSError as error:
        raise ApplicationException("OF705", str(folder), why=error) from error
    return bundle
