"""Readings in words: the table of `oficio read`, its details, `--why`, and the plain JSON of `--json-dir`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from bots.reader import ReadFile
from bots.reader.reading import FIELDS, Line, Reading, Value
from config.errors import ConfigError
from console.words import out

__all__ = ["as_prediction", "as_table", "print_details", "print_why"]

_LINE = ("description", "quantity", "unit", "unit_price", "discount", "tax_rate", "line_total")


def as_prediction(file: ReadFile, *, full: bool = False) -> dict[str, Any]:
    """Plain JSON of a file: fields and lines of its first reading, whether it proves itself, further readings.

    Args:
        full: everything, with boxes, proofs and doubts (`Reading.to_json`), under "readings".
    """
    first = file.readings[0] if file.readings else Reading()
    plain: dict[str, Any] = {
        "file": str(file.path),
        "type": first.type if file.readings else None,
        "fields": {name: value.value for name, value in first.fields.items()},
        "lines": [_line(line) for line in first.lines],
        "taxes": [
            {name: value.value for name in ("base", "rate", "amount") if (value := getattr(tax, name)) is not None}
            for tax in first.taxes
        ],
        "confident": bool(file.readings) and len(file.readings) == 1 and first.confident,
        "doubts": [doubt.code for doubt in first.doubts] if file.refused is None else [file.refused.code],
        "pages": list(first.pages),
    }
    if file.refused is not None:
        plain["refused"] = file.refused.reason.to_json()
    if full:
        plain["readings"] = [reading.to_json() for reading in file.readings]
    elif len(file.readings) > 1:
        plain["more"] = [as_prediction(ReadFile(file.path, (reading,))) for reading in file.readings[1:]]
    return plain


def _line(line: Line) -> dict[str, str | None]:
    return {name: value.value if (value := getattr(line, name)) is not None else None for name in _LINE}


def as_table(done: Sequence[ReadFile]) -> Table:
    """One row a document."""
    table = Table("file", "type", "number", "date", "seller", "total", "proven", box=None, header_style="bold")
    table.columns[5].justify = "right"
    for file in done:
        if file.refused is not None:
            table.add_row(file.path.name, "-", "", "", "", "", f"[red]{file.refused.code}[/]")
        for reading in file.readings:
            codes = " ".join(dict.fromkeys(doubt.code for doubt in reading.doubts))
            table.add_row(
                escape(file.path.name),
                reading.type,
                escape(reading.get("invoice_number") or ""),
                reading.get("issue_date") or "",
                escape((reading.get("seller_name") or "")[:28]),
                f"{reading.get('gross_total') or ''} {reading.get('currency') or ''}".strip(),
                "[green]yes[/]" if reading.confident else f"[yellow]no[/] [dim]{codes}[/]",
            )
    return table


def print_details(file: ReadFile) -> None:
    """Fields, lines, checks and doubts of one document."""
    if file.refused is not None:
        out.print(f"[red]{file.refused.reason.text()}[/]")
    for reading in file.readings:
        fields = Table("field", "value", "as printed", "page", "from", box=None, header_style="bold")
        for name in FIELDS:
            if (value := reading.fields.get(name)) is not None:
                fields.add_row(name, escape(value.value), escape(value.text), str(value.page or ""), value.source)
        out.print(fields)
        if reading.lines:
            lines = Table(*_LINE, box=None, header_style="bold")
            for line in reading.lines:
                lines.add_row(*(escape((value or "")[:48]) for value in _line(line).values()))
            out.print(lines)
        for proof in reading.proofs.values():
            out.print(f"{'[green]✓[/]' if proof.holds else '[red]✗[/]'} {proof.name}: [dim]{escape(proof.says)}[/]")
        for doubt in reading.doubts:
            out.print(f"[yellow]? {doubt.code}[/] {escape(doubt.text())}")


def print_why(file: ReadFile, name: str) -> None:
    """Where a field comes from.

    Raises:
        ConfigError: OF105, there is no such field.
    """
    if name not in FIELDS:
        raise ConfigError("OF105", thing="field", name=name, known=", ".join(FIELDS))
    for reading in file.readings:
        value = reading.fields.get(name)
        out.print(f"[bold]{escape(file.path.name)}[/] {name}: {escape(value.value) if value else '[dim]not found[/]'}")
        if value is not None:
            _why(value)
        for proof in reading.proofs.values():
            if name in proof.fields:
                mark = "[green]✓[/]" if proof.holds else "[red]✗[/]"
                out.print(f"  {mark} {proof.name}: {escape(proof.says)}")
        for doubt in reading.doubts:
            out.print(f"  [yellow]? {doubt.code}[/] {escape(doubt.text())}")


def _why(value: Value) -> None:
    place = f"page {value.page}" if value.page else "no place on the page"
    if value.box is not None:
        place += " at " + ", ".join(f"{edge:.0f}" for edge in value.box)
    out.print(f"  printed as {escape(value.text)!r}, {place}, from {value.source}")
    for other in value.others:
        where = f"page {other.page}" if other.page else ""
        out.print(f"  lost: {escape(other.value)} [dim]{where}[/]")
