"""Bank files against their truths, format by format, with peers beside; and the speed of reading a large workbook.

    OFICIO_DATA=... python -m benchmarks.figures [--errors] [--workbook ROWS]

Peers are tried when they can be imported (`uv run --with mt-940 --with ofxtools python -m benchmarks.figures`).
A file counts as right when every statement's opening, closing, number of entries, credit, debit and balance are the
truth's.  Truths with evidence `natural` (the statement balances) or `agree` (two readers agree) count.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.errors import OficioError
from connectors import bank

Summary = list[tuple[Decimal | None, Decimal | None, int, Decimal, Decimal]]


def data_folder() -> Path:
    """Where the third-party documents are."""
    return Path(os.environ.get("OFICIO_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def ours(path: Path) -> Summary:
    """Our reader's statements."""
    return [(s.opening, s.closing, len(s.entries), s.credit, s.debit) for s in bank.read(path).statements]


def expected(truth: dict[str, Any]) -> Summary:
    """The truth's statements."""

    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return [
        (number(s["opening"]), number(s["closing"]), s["entries"], Decimal(s["credit"]), Decimal(s["debit"]))
        for s in truth["statements"] or []
    ]


def peers() -> dict[str, Callable[[Path], Summary]]:
    """Other readers, by format, that can be imported."""
    found: dict[str, Callable[[Path], Summary]] = {}
    for fmt, module, reader in (("mt940", "mt940", _with_mt940), ("ofx", "ofxtools", _with_ofxtools)):
        try:
            importlib.import_module(module)
        except ImportError:
            continue
        found[fmt] = reader
    return found


def _with_mt940(path: Path) -> Summary:
    library = importlib.import_module("mt940")
    out: Summary = []
    for statement in library.parse_statements(str(path)):
        amounts = [one.data["amount"].amount for one in statement if one.data.get("amount")]
        balances = [statement.data.get(f"final_{which}_balance") for which in ("opening", "closing")]
        opening, closing = (None if one is None else one.amount.amount for one in balances)
        out.append((opening, closing, len(amounts), *_sums(amounts)))
    return out


def _with_ofxtools(path: Path) -> Summary:
    parser = importlib.import_module("ofxtools").OFXTree()
    parser.parse(str(path))
    out: Summary = []
    for statement in parser.convert().statements:
        if type(statement).__name__ == "INVSTMTRS":
            moves = [one.stmttrn for one in statement.invtranlist or [] if type(one).__name__ == "INVBANKTRAN"]
            ledger = None
        else:
            moves, ledger = statement.banktranlist or [], statement.ledgerbal
        amounts = [one.trnamt for one in moves]
        out.append((None, None if ledger is None else ledger.balamt, len(amounts), *_sums(amounts)))
    return out


def _sums(amounts: list[Decimal]) -> tuple[Decimal, Decimal]:
    return sum((a for a in amounts if a > 0), Decimal(0)), -sum((a for a in amounts if a < 0), Decimal(0))


def csv_right(path: Path, truth: dict[str, Any]) -> bool:
    """A bank's csv: number of entries, sums over all statements, sums by currency, first and last day."""
    statements = bank.read(path).statements
    entries = [entry for statement in statements for entry in statement.entries]
    days = sorted(entry.booked for entry in entries if entry.booked)
    by_currency: dict[str, Decimal] = defaultdict(Decimal)
    for statement in statements:
        by_currency[statement.currency] += statement.credit - statement.debit
    wanted = truth["by_currency"]
    return (
        len(entries) == truth["entries"]
        and sum(s.credit for s in statements) == Decimal(truth["credit"])
        and sum(s.debit for s in statements) == Decimal(truth["debit"])
        and (wanted is None or {code: Decimal(text) for code, text in wanted.items()} == dict(by_currency))
        and (str(days[0]), str(days[-1])) == (truth["first"], truth["last"])
    )


def score(folder: Path, errors: bool) -> int:
    """Print the table; the number of files that are not right."""
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    others = peers()
    for truth in json.loads((folder / "truth.json").read_text("utf-8")):
        if truth["evidence"] not in ("natural", "agree"):
            continue
        path, row = folder / truth["file"], rows[truth["format"]]
        row[0] += 1
        _count(row, truth, path, errors)
        peer = others.get(truth["format"])
        if peer is not None:
            with suppress(Exception):  # a peer may raise anything; then it is not right
                row[3] += peer(path) == expected(truth)
    for truth in json.loads((folder / "truth_csv.json").read_text("utf-8")):
        row = rows["csv"]
        row[0] += 1
        try:
            right = csv_right(folder / truth["file"], truth)
        except OficioError as error:
            right = False
            print(truth["file"], error)
        row[1] += right
        if errors and not right:
            print("wrong:", truth["file"])
    return _table(rows, others)


def _count(row: list[int], truth: dict[str, Any], path: Path, errors: bool) -> None:
    try:
        found = ours(path)
    except OficioError as error:
        found = None
        print(truth["file"], error)
    except Exception as error:  # noqa: BLE001 - an untyped error is what is counted here
        found = None
        row[2] += 1
        print("UNTYPED", truth["file"], repr(error))
    right = found == expected(truth)
    row[1] += right
    if errors and not right:
        print("wrong:", truth["file"], truth["evidence"])
        for one, other in zip(found or [], expected(truth), strict=False):
            if one != other:
                print("   ours ", *one)
                print("   truth", *other)
        print("   statements", len(found or []), "truth", len(expected(truth)))


def _table(rows: dict[str, list[int]], others: Iterable[str]) -> int:
    print(f"{'format':10}{'files':>7}{'right':>7}{'untyped':>9}{'peer right':>12}")
    for name, (files, right, untyped, peer) in sorted(rows.items()):
        print(f"{name:10}{files:>7}{right:>7}{untyped:>9}{peer if name in others else '-':>12}")
    files, right = sum(row[0] for row in rows.values()), sum(row[1] for row in rows.values())
    print(f"{'all':10}{files:>7}{right:>7}{sum(row[2] for row in rows.values()):>9}  {100 * right / files:.1f} %")
    return files - right


def workbook_speed(rows: int, folder: Path) -> None:
    """Rows a CPU second of reading a generated xlsx of seven columns, as it comes out of `connectors.sheets.read`."""
    import xlsxwriter

    from connectors import sheets

    path = folder / f"speed_{rows}.xlsx"
    if not path.exists():
        book = xlsxwriter.Workbook(str(path), {"constant_memory": False})
        page, day = book.add_worksheet("Ledger"), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["Date", "Supplier", "Reference", "Text", "Amount", "Currency", "IBAN"])
        for row in range(1, rows + 1):
            page.write_number(row, 0, 46_000 + row % 300, day)
            page.write_string(row, 1, f"Supplier {row % 900}")
            page.write_string(row, 2, f"INV-{row * 7919 % 10**8:08d}")
            page.write_string(row, 3, f"Pago factura {row}")
            page.write_number(row, 4, (row * 7919 % 5_000_000) / 100)
            page.write_string(row, 5, "EUR")
            page.write_string(row, 6, f"ES{row * 104729 % 10**22:022d}")
        book.close()
    start, cpu = time.perf_counter(), time.process_time()
    sheet = sheets.read(path)
    minor = sheets.money_column(sheet, "Amount", currency="EUR")
    cpu = time.process_time() - cpu
    wall = time.perf_counter() - start
    print(f"workbook: {sheet.frame.height} rows x {sheet.frame.width} in {cpu:.2f} CPU-s ({wall:.2f} s): "
          f"{sheet.frame.height / cpu:,.0f} rows/CPU-s; sum {minor.sum()}")  # fmt: skip


def main() -> int:
    """Print the figures; 1 when fewer than 98 % of the files are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print what is not right")
    parser.add_argument("--workbook", type=int, default=0, help="rows of a generated workbook to time")
    parser.add_argument("--work", type=Path, default=Path("/tmp"), help="where the generated workbook is kept")
    arguments = parser.parse_args()
    if arguments.workbook:
        workbook_speed(arguments.workbook, arguments.work)
    folder = data_folder() / "bank"
    if not folder.exists():
        print(f"no data in {folder}; set OFICIO_DATA")
        return 2
    return int(score(folder, arguments.errors) > 2)


if __name__ == "__main__":
    sys.exit(main())
