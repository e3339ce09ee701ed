"""Inside the office a reconciliation keeps its inputs and results, asks what is not certain, and says who decided."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bots import reviewer
from bots.office import Office
from bots.reconciler.jobs import run_job
from config.errors import OficioError
from config.reconciliation_rules import read_rules
from records import audit, reviews, work_items
from tests.reconciler.test_the_workbook_is_what_an_accountant_expects import BANK, LEDGER


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "ledger.csv", tmp_path / "bank.csv"
    left.write_text(LEDGER, "utf-8")
    right.write_text(BANK, "utf-8")
    return left, right


def test_questions_are_asked_once_and_answered_by_a_person(office: Office, files: tuple[Path, Path]) -> None:
    rules = read_rules("bank-against-ledger")
    made, item = run_job(office, rules, *files)
    again, same = run_job(office, rules, *files)
    assert (item.state, same.id, again.name) == ("open", item.id, made.name)
    with office.records.read() as tx:
        (task,) = reviews.list_open(tx, process="reconciliation")
        assert task.reasons[0].code == made.matching.suggestions["code"][0]
        assert len(work_items.find(tx, "reconciliations")) == 1
    book = openpyxl.load_workbook(made.paths["workbook"])
    book["To review"]["M2"] = "reject"
    returned = files[0].parent / "returned.xlsx"
    book.save(returned)
    with pytest.raises(OficioError) as refused:
        run_job(office, rules, *files, decided=returned)
    assert refused.value.code == "OF715"
    decided, done = run_job(office, rules, *files, decided=returned, person="ana")
    assert decided.matching.suggestions.is_empty()
    assert done.state == "done"
    with office.records.read() as tx:
        event = audit.of_item(tx, item.id)[-1].body
        assert reviews.list_open(tx) == []
    assert (event["action"], event["actor"]["id"]) == ("reconciliation.decided", "ana")
    kept = {proof["kind"]: proof["sha256"] for proof in event["evidence"]}
    assert office.records.archive.get(kept["workbook"]) == decided.paths["workbook"].read_bytes()
    assert office.records.log.verify().ok


def test_inputs_are_documents_of_the_work_item(office: Office, files: tuple[Path, Path]) -> None:
    _, item = run_job(office, read_rules("bank-against-ledger"), *files)
    kept = {office.records.archive.get(document.sha256) for document in item.documents}
    assert kept == {path.read_bytes() for path in files}


def test_a_decision_made_elsewhere_is_applied_and_never_asked_again(office: Office, files: tuple[Path, Path]) -> None:
    rules = read_rules("bank-against-ledger")
    made, _ = run_job(office, rules, *files)
    with office.records.read() as tx:
        (task,) = reviews.list_open(tx)
    reviewer.decide(office, task.id, "reject", person="ana", comment="paid by another company")
    decided, done = run_job(office, rules, *files)
    assert (done.state, decided.decided) == ("done", {1: "reject"})
    assert made.matching.suggestions.height == 1
    assert decided.matching.suggestions.is_empty()
    with office.records.read() as tx:
        assert reviews.list_open(tx) == []
        actions = [event.body["action"] for event in audit.of_item(tx, task.item_id)]
    assert actions[-1] == "suggestion.applied"


def test_when_there_are_too_many_questions_the_workbook_asks(office: Office, files: tuple[Path, Path]) -> None:
    rules = read_rules("bank-against-ledger").model_copy(update={"most_questions": 0})
    _, item = run_job(office, rules, *files)
    _, same = run_job(office, rules, *files)
    with office.records.read() as tx:
        (task,) = reviews.list_open(tx)
    assert (item.state, same.id, task.item_id) == ("review", item.id, item.id)
    assert task.reasons[0].code == "OF626"
