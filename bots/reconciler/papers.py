"""Three-way matches and comparisons of versions from files to files: a workbook, a CSV and a summary each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from bots.reconciler.exports import safe_text
from bots.reconciler.headers import guess_columns
from bots.reconciler.sources import file_sha256
from bots.reconciler.three_way import KEYS, match_three_ways
from bots.reconciler.versions import Changes, compare_versions
from config.errors import BusinessException
from config.reconciliation_rules import Rules, Source
from connectors import sheets
from connectors.workbook import write_sheets

__all__ = ["compare_files", "match_papers"]

_PAPER = {
    "order": ("order", "po", "purchase order", "pedido", "bestellung", "order no"),
    "article": ("article", "item", "sku", "artículo", "articulo", "artikel", "product", "line", "description"),
}


def match_papers(
    rules: Rules, orders: Path, deliveries: Path, invoices: Path, out: Path, *, now: datetime
) -> tuple[pl.DataFrame, dict[str, Path]]:
    """Match three papers line by line and write three-way.xlsx, lines.csv and summary.json below `out`.

    Raises:
        BusinessException: OF600 a paper lacks a column, OF607 the rules are of another kind.
    """
    if rules.kind != "three-way":
        raise BusinessException("OF607", rules.name, kind=rules.kind, needs="`oficio reconcile`")
    sources = (rules.left, rules.right, rules.third or Source())
    ordered, delivered, invoiced = (
        _paper(path, source) for path, source in zip((orders, deliveries, invoices), sources, strict=True)
    )
    lines = match_three_ways(ordered, delivered, invoiced, rules, rules.workbook.language)
    paths = _write(out, "three-way.xlsx", {"Lines": lines}, lines, [orders, deliveries, invoices], now,
                   dict(lines["status"].value_counts().iter_rows()))  # fmt: skip
    return lines, paths


def _paper(path: Path, source: Source) -> pl.DataFrame:
    frame = sheets.read(path, options=sheets.SheetOptions(sheet=source.sheet, header_row=source.header_row)).frame
    named = {**guess_columns(frame), **_keys(frame), **source.columns}
    needed = [*KEYS, "quantity"]
    missing = [name for name in needed if name not in named]
    if missing:
        raise BusinessException(
            "OF600", path.name, why=f"no column of {missing[0]}; there are: {', '.join(frame.columns)}"
        )
    wanted = [name for name in (*needed, "unit_price") if name in named]
    return frame.select(pl.col(named[name]).cast(pl.String).alias(name) for name in wanted)


def _keys(frame: pl.DataFrame) -> dict[str, str]:
    plain = {name.strip().lower(): name for name in frame.columns}
    return {
        key: next(plain[word] for word in words if word in plain)
        for key, words in _PAPER.items()
        if any(word in plain for word in words)
    }


def compare_files(
    rules: Rules, before: Path, after: Path, out: Path, *, now: datetime
) -> tuple[Changes, dict[str, Path]]:
    """Compare two versions of a table and write versions.xlsx, changes.csv and summary.json below `out`.

    Raises:
        BusinessException: OF600, OF602 (see `compare_versions`), OF607 the rules are of another kind.
    """
    if rules.kind != "versions":
        raise BusinessException("OF607", rules.name, kind=rules.kind, needs="`oficio reconcile`")
    tables = [
        sheets.read(path, options=sheets.SheetOptions(sheet=source.sheet, header_row=source.header_row)).frame
        for path, source in ((before, rules.left), (after, rules.right))
    ]
    changes = compare_versions(tables[0], tables[1], rules.left.key)
    named = {"Changed": changes.cells, "Added": changes.added, "Removed": changes.removed, "Columns": changes.columns}
    counts = {name.lower(): frame.height for name, frame in named.items()} | {"same": changes.same}
    return changes, _write(out, "versions.xlsx", named, changes.cells, [before, after], now, counts)


def _write(
    out: Path, book: str, named: Mapping[str, pl.DataFrame], table: pl.DataFrame, inputs: Sequence[Path], now: datetime,
    counts: Mapping[str, int],
) -> dict[str, Path]:  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    audit = [(path.name, f"sha256 {file_sha256(path)}") for path in inputs]
    audit += [("made at", now.isoformat(timespec="seconds"))]
    paths = {"workbook": out / book, "table": out / "changes.csv", "summary": out / "summary.json"}
    write_sheets(paths["workbook"], named, audit)
    safe_text(table, table.columns).write_csv(paths["table"])
    told = {"counts": dict(counts), "inputs": dict(audit[:-1]), "made_at": audit[-1][1]}
    paths["summary"].write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return paths
