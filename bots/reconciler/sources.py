"""Read one side of a reconciliation: any table or bank file, brought to the reconciler's columns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from bots.reconciler.desk import COLUMNS
from bots.reconciler.headers import guess_columns
from bots.reconciler.statements import without_repeats
from config.errors import BusinessException, Reason
from config.reconciliation_rules import Rules, Source
from connectors import bank, sheets

__all__ = ["Items", "beside", "file_sha256", "of_table", "read_items", "read_side"]

_BANK = {"camt", "mt940", "ofx", "qif", "bai2", "norma43"}
_HEAD = 65_536


@dataclass(frozen=True)
class Items:
    """One side as read.

    Attributes:
        frame: the reconciler's columns (see `desk.COLUMNS`).
        table: the rows as they stood, for comparing versions; the same order.
        name, sha256: of the file.
        columns: our name -> the file's name, as given or inferred.
        report: what the reader inferred and dropped, as plain JSON.
        remarks: what a person should know.
    """

    frame: pl.DataFrame
    table: pl.DataFrame
    name: str
    sha256: str
    columns: Mapping[str, str]
    report: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Reason, ...] = ()


def read_items(path: Path, source: Source) -> Items:
    """Read a file as the rules say; what they do not say is inferred and reported.

    Raises:
        DocumentRefused: the readers' refusals (OF65x, OF66x).
        BusinessException: OF600 there is no column of amounts.
    """
    digest = file_sha256(path)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if bank.sniff(head) in _BANK or (head.startswith(b"PK\x03\x04") and bank.is_plain_archive(path)):
        return _of_bank(bank.read(path), path.name, digest)
    options = sheets.SheetOptions(
        sheet=source.sheet, table=source.table, header_row=source.header_row, hidden_rows=source.hidden_rows,
        totals=source.totals, encoding=source.encoding, delimiter=source.delimiter, decimal_mark=source.decimal_mark,
        date_order=source.date_order,
    )  # fmt: skip
    return of_table(sheets.read(path, options=options), source, digest)


def read_side(paths: Sequence[Path], source: Source) -> Items:
    """Read all files of one side; a payment that two of them hold counts once.

    Raises:
        As `read_items`: nothing is used when one of the files cannot be read.
    """
    if len(paths) == 1:
        return read_items(paths[0], source)
    read = [read_items(path, source) for path in paths]
    digest = hashlib.sha256("".join(items.sha256 for items in read).encode()).hexdigest()
    frames = [items.frame for items in read]
    numbered = any("id" in items.columns for items in read)
    return Items(
        pl.concat([pl.DataFrame(schema=COLUMNS), *frames]) if numbered or not read else without_repeats(frames),
        pl.concat([items.table for items in read], how="diagonal_relaxed") if read else pl.DataFrame(),
        ", ".join(items.name for items in read),
        digest,
        {name: column for items in read for name, column in items.columns.items()},
        {"files": [dict(items.report) for items in read]},
        tuple(remark for items in read for remark in items.remarks),
    )


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _of_bank(file: bank.BankFile, name: str, digest: str) -> Items:
    lines = bank.to_frame(file)
    text = pl.concat_str("text", "end_to_end_id", separator=" ", ignore_nulls=True)
    frame = lines.select(
        "party", "reference", "iban", "amount", "currency",
        id=digest[:6] + ":" + pl.col("line_id"), text=text, date=pl.coalesce("value_date", "booked"),
    )  # fmt: skip
    problems = tuple(problem for statement in file.statements for problem in statement.problems)
    return Items(_complete(frame), lines, name, digest, {}, {"format": "bank", "rows": lines.height}, problems)


def of_table(sheet: sheets.Sheet, source: Source, digest: str = "") -> Items:
    """A table as items; see `read_items`."""
    columns = dict(source.columns) or guess_columns(sheet.frame)
    if not {"amount", "amount_minor", "credit", "debit"} & set(columns):
        known = ", ".join(sheet.frame.columns)
        raise BusinessException("OF600", sheet.name, why=f"no column of amounts; there are: {known}")
    made: dict[str, pl.Series] = {
        ours: sheets.text_column(sheet, theirs) for ours, theirs in columns.items() if COLUMNS.get(ours) == pl.String
    }
    made |= {
        ours: sheets.date_column(sheet, columns[ours], order=source.date_order)
        for ours in ("date", "due")
        if ours in columns
    }
    for ours, value in source.constants.items():
        made[ours] = pl.Series([value], dtype=pl.String).new_from_index(0, sheet.frame.height)
    currency = made.get("currency")
    made["currency"] = (
        currency.str.strip_chars().replace("", None).fill_null(source.currency)
        if currency is not None
        else pl.Series([source.currency]).new_from_index(0, sheet.frame.height)
    )
    made["amount"] = _amounts(sheet, columns, source, made["currency"])
    made.setdefault("id", digest[:6] + ":" + sheet.rows.cast(pl.String))
    frame = pl.DataFrame([series.alias(name) for name, series in made.items()])
    blank = frame["amount"].is_null()
    return Items(
        _complete(frame.filter(~blank)), sheet.frame.filter(~blank), sheet.name, digest, columns,
        {**sheet.to_json(), "without_amount": int(blank.sum())}, sheet.report.remarks,
    )  # fmt: skip


def _amounts(sheet: sheets.Sheet, columns: Mapping[str, str], source: Source, currency: pl.Series) -> pl.Series:
    def money(name: str, minor: bool = False) -> pl.Series:
        return sheets.money_column(
            sheet,
            columns[name],
            currency=currency,
            unit="minor" if minor else "major",
            decimal_mark=source.decimal_mark,
        )

    if "amount_minor" in columns:
        return money("amount_minor", minor=True)
    if "amount" in columns:
        return money("amount")
    zero = pl.Series([0], dtype=pl.Int64).new_from_index(0, sheet.frame.height)
    credit = money("credit").fill_null(0) if "credit" in columns else zero
    return credit - (money("debit").abs().fill_null(0) if "debit" in columns else zero)


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """All of COLUMNS, with blanks around text and empty text gone."""
    wanted = [
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in COLUMNS.items()
    ]
    trimmed = [pl.col(name).str.strip_chars().replace("", None) for name, kind in COLUMNS.items() if kind == pl.String]
    return frame.select(wanted).with_columns(trimmed).with_columns(pl.col("iban").str.replace_all(" ", ""))


def beside(rules: Rules, left: Path) -> tuple[Rules, pl.DataFrame | None, list[str]]:
    """What lies beside the left file: the party master and the exchange rates that the rules name.

    Returns:
        The rules with the rates, the parties (party_id, iban), and the names of the files that were used.
    """
    used = []
    parties = None
    if rules.parties.file and (path := left.parent / rules.parties.file).is_file():
        sheet = sheets.read(path)
        named = {ours: theirs for ours, theirs in rules.parties.columns.items() if theirs in sheet.frame.columns}
        if {"party_id", "iban"} <= set(named):
            parties = pl.DataFrame({ours: sheets.text_column(sheet, named[ours]) for ours in ("party_id", "iban")})
            used.append(path.name)
    if rules.fx and rules.fx.file and (path := left.parent / rules.fx.file).is_file():
        table = sheets.read(path).frame
        if {"currency", "rate_to_eur"} <= set(table.columns) or {"currency", "rate"} <= set(table.columns):
            rate = "rate" if "rate" in table.columns else "rate_to_eur"
            pairs = table.select(pl.col("currency").cast(pl.String), pl.col(rate).cast(pl.String)).drop_nulls()
            fresh = {**dict(pairs.iter_rows()), **{code: str(value) for code, value in rules.fx.rates.items()}}
            fx = type(rules.fx).model_validate({**rules.fx.model_dump(), "rates": fresh})
            rules = rules.model_copy(update={"fx": fx})
            used.append(path.name)
    return rules, parties, used
