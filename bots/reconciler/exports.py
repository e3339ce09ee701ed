"""A matching as files: workbook, groups.jsonl, suggestions.jsonl, open.csv, summary.json, Parquet, and a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bots.reconciler.ageing import aged, as_of, carried_forward, open_items
from bots.reconciler.layout import workbook_layout
from bots.reconciler.matching import Matching
from bots.reconciler.reasons import with_reasons
from bots.reconciler.waterfall import waterfall
from connectors.workbook import write_workbook

__all__ = ["FILES", "safe_text", "summary", "write_all"]

FILES = {
    "workbook": "reconciliation.xlsx", "groups": "groups.jsonl", "suggestions": "suggestions.jsonl", "open": "open.csv",
    "summary": "summary.json", "table": "groups.parquet", "picture": "waterfall.svg",
    "carried left": "carried-left.parquet", "carried right": "carried-right.parquet",
    "settled left": "settled-left.parquet", "settled right": "settled-right.parquet",
}  # fmt: skip
_FORMULA = r"^[=+\-@\t\r]"


def write_all(
    matching: Matching, out: Path, *, audit: Sequence[tuple[str, str]] = (), facts: Mapping[str, Any] | None = None
) -> dict[str, Path]:
    """Write everything below `out` and return what was written, by the names of FILES.

    Args:
        audit: label and value of the workbook's Audit sheet.
        facts: what else summary.json should say (inputs, hashes, seconds).
    """
    out.mkdir(parents=True, exist_ok=True)
    paths = {name: out / file for name, file in FILES.items()}
    groups = with_reasons(matching.groups, matching.rules.workbook.language)
    suggestions = with_reasons(matching.suggestions, matching.rules.workbook.language)
    shown = ("left", "right", "reason", "residual", "difference", "currency", "code")
    groups.select(*shown, "group").write_ndjson(paths["groups"])
    suggestions.select(*shown, "score").write_ndjson(paths["suggestions"])
    groups.write_parquet(paths["table"])
    _open_table(matching).write_csv(paths["open"])
    for side, frame in zip(("left", "right"), carried_forward(matching), strict=True):
        frame.write_parquet(paths[f"carried {side}"])
        settled = matching.left if side == "left" else matching.right
        settled.filter(pl.col("group").is_not_null()).drop("status").write_parquet(paths[f"settled {side}"])
    paths["picture"].write_text(waterfall(matching), "utf-8")
    if matching.rules.workbook.workbook:
        write_workbook(paths["workbook"], workbook_layout(matching, audit))
    else:
        del paths["workbook"]
    told = json.dumps({**summary(matching), **(facts or {})}, ensure_ascii=False, indent=1)
    paths["summary"].write_text(told + "\n", "utf-8")
    return paths


def _open_table(matching: Matching) -> pl.DataFrame:
    """Both sides' open items with their age."""
    day = as_of(matching)
    sides = [
        aged(open_items(matching, side), day).drop("group").select(pl.lit(side).alias("side"), pl.all())
        for side in ("left", "right")
    ]
    return safe_text(pl.concat(sides), ("id", "party_id", "party", "reference", "text", "iban"))


def safe_text(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The table with an apostrophe before text that a spreadsheet would take for a formula."""
    texts = [name for name in names if table.schema[name] == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.format("'{}", name)).otherwise(name).alias(name)
        for name in texts
    )


def summary(matching: Matching) -> dict[str, Any]:
    """Counts, control totals (minor units) and what was learned, as plain JSON."""
    return {
        "name": matching.rules.name,
        "groups": matching.groups.height,
        "suggestions": matching.suggestions.height,
        "by_reason": dict(sorted(matching.counts().items())),
        "left": {"rows": matching.left.height, **_statuses(matching.left)},
        "right": {"rows": matching.right.height, **_statuses(matching.right)},
        "control": matching.control.to_dicts(),
        "sign": matching.sign,
        "learned": dict(matching.learned),
        "as_of": as_of(matching).isoformat(),
    }


def _statuses(side: pl.DataFrame) -> dict[str, int]:
    counts = dict(side["status"].value_counts().iter_rows())
    return {status: counts.get(status, 0) for status in ("matched", "suggested", "open")}
