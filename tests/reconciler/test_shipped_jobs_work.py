"""Each reconciliation that is shipped runs on its demo data and finds what was put there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bots.reconciler.papers import compare_files, match_papers
from bots.reconciler.running import Run, reconcile_files
from bots.reconciler.suggesting import propose
from bots.reconciler.three_way import match_three_ways
from bots.reconciler.versions import compare_versions
from config.errors import BusinessException
from config.reconciliation_rules import Rules, known_rules, read_rules

DEMO = Path(__file__).parents[2] / "demo" / "reconciliations"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def run(name: str, left: str, right: str, out: Path) -> Run:
    """Reconcile one job's demo data with its shipped rules."""
    return reconcile_files(read_rules(name), DEMO / name / left, DEMO / name / right, out, now=NOW)


def codes(made: Run) -> dict[str, int]:
    """Accepted groups and suggestions by code."""
    return {**made.matching.counts(), **dict(made.matching.suggestions["code"].value_counts().iter_rows())}


def test_every_shipped_rules_file_is_valid_and_has_a_name_of_its_own() -> None:
    names = known_rules()
    assert [read_rules(name).name for name in names] == names


def test_bank_against_ledger(tmp_path: Path) -> None:
    made = run("bank-against-ledger", "ledger.csv", "bank.csv", tmp_path)
    assert codes(made) == {"OF610": 1, "OF614": 1, "OF615": 1, "OF616": 1, "OF620": 1, "OF623": 1, "OF630": 1}
    assert made.matching.sign == -1


def test_supplier_statement(tmp_path: Path) -> None:
    made = run("supplier-statement", "ledger.csv", "statement.csv", tmp_path)
    assert codes(made) == {"OF610": 3, "OF631": 1}
    assert made.matching.right.filter(status="open")["reference"].to_list() == ["RG7802"]


def test_intercompany(tmp_path: Path) -> None:
    made = run("intercompany", "company-a.csv", "company-b.csv", tmp_path)
    assert codes(made) == {"OF610": 2, "OF632": 1}


def test_legacy_against_items(tmp_path: Path) -> None:
    made = run("legacy-against-items", "items.csv", "legacy.csv", tmp_path)
    assert codes(made) == {"OF610": 2, "OF630": 1}
    assert made.matching.left.filter(status="open")["id"].to_list() == ["item-3"]


def test_three_way(tmp_path: Path) -> None:
    folder = DEMO / "three-way"
    papers = (folder / "orders.csv", folder / "deliveries.csv", folder / "invoices.csv")
    lines, paths = match_papers(read_rules("three-way"), *papers, tmp_path, now=NOW)
    found = {f"{row['order']} {row['article']}": (row["code"], row["status"]) for row in lines.iter_rows(named=True)}
    assert found == {
        "PO-88 Oak board": ("OF634", "matched"),
        "PO-88 Screws 5x60": ("OF636", "review"),
        "PO-91 Paint white": ("OF635", "review"),
        "PO-95 Ladder": ("OF637", "open"),
        "PO-99 Glass": ("OF637", "review"),
    }
    assert openpyxl.load_workbook(paths["workbook"]).sheetnames == ["Lines", "Audit"]


@pytest.mark.parametrize(("price", "code"), [("10.09", "OF634"), ("10.11", "OF636"), ("5", "OF634"), ("", "OF636")])
def test_a_price_may_be_a_percent_above_the_order(price: str, code: str) -> None:
    line = {"order": ["1"], "article": ["a"], "quantity": ["2"]}
    orders, delivered = pl.DataFrame({**line, "unit_price": ["10.00"]}), pl.DataFrame(line)
    invoices = pl.DataFrame({**line, "unit_price": [price]})
    rules = Rules.model_validate({"kind": "three-way", "price_percent": "1"})
    assert match_three_ways(orders, delivered, invoices, rules)["code"].to_list() == [code]


def test_versions(tmp_path: Path) -> None:
    changes, paths = compare_files(
        read_rules("versions"), DEMO / "versions" / "before.csv", DEMO / "versions" / "after.csv", tmp_path, now=NOW
    )
    assert changes.key == ("article",)
    assert set(changes.cells.select("row", "column").iter_rows()) == {("Oak board", "price"), ("Screws 5x60", "stock")}
    assert changes.added["article"].to_list() == ["Paint white"]
    assert changes.removed["article"].to_list() == ["Ladder"]
    assert changes.same == 0
    assert paths["table"].exists()


def test_a_key_that_names_two_rows_is_refused() -> None:
    table = pl.DataFrame({"a": ["x", "x"], "b": ["1", "2"]})
    with pytest.raises(BusinessException) as refused:
        compare_versions(table, table, ("a",))
    assert refused.value.code == "OF602"


def test_rules_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BusinessException) as refused:
        run("versions", "before.csv", "after.csv", tmp_path)
    assert refused.value.code == "OF607"


def test_rules_are_proposed_that_work(tmp_path: Path) -> None:
    folder = DEMO / "supplier-statement"
    proposal = propose(folder / "ledger.csv", folder / "statement.csv")
    assert proposal.settled == 3
    path = tmp_path / "proposed.yaml"
    path.write_text(proposal.text, "utf-8")
    rules = read_rules(path)
    assert rules.left.columns["reference"] == "Invoice"
    assert rules.right.columns["reference"] == "Rechnungsnummer"


def test_an_opaque_reference_column_is_found_by_what_the_other_side_repeats(tmp_path: Path) -> None:
    rows = [f"2026-03-0{n};Kern AG;ZX-90{n};{n}00,50" for n in range(1, 8)]
    (tmp_path / "left.csv").write_text("\n".join(["day;who;what;how much", *rows]) + "\n", "utf-8")
    lines = [f"2026-04-0{n};payment of ZX-90{n} thank you;{n}00,50" for n in range(1, 8)]
    (tmp_path / "right.csv").write_text("\n".join(["date;text;amount", *lines]) + "\n", "utf-8")
    with pytest.raises(BusinessException):
        propose(tmp_path / "left.csv", tmp_path / "right.csv")
    (tmp_path / "left.csv").write_text("\n".join(["day;who;what;amount", *rows]) + "\n", "utf-8")
    proposal = propose(tmp_path / "left.csv", tmp_path / "right.csv")
    assert proposal.rules.left.columns["reference"] == "what"
    assert proposal.settled == 7
