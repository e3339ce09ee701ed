"""Each difference between log, tables, archive, mailbox and legacy system becomes a question to a person, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots.auditor import dispose_expired, inspect, seal
from bots.office import Office
from config.settings import load_settings
from console.commands.doctor import doctor
from flows.desk import open_office
from flows.processes import PROCESSES, run
from records import DocumentRef, WorkItem, audit, documents, reviews, work_items

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office without mailboxes, so that only what a test brings is asked."""
    settings = load_settings(tmp_path / "home", CONFIG)
    with open_office(settings=replace(settings, mailboxes={}), flow="test") as opened:
        yield opened


def entered(office: Office, number: str = "F-1") -> WorkItem:
    """An invoice that was entered, with its document in the archive."""
    fields = {"invoice_number": number, "seller_name": "Luz S.A.", "currency": "EUR", "gross_total": "121.00"}
    payload = {
        "invoice": {"type": "invoice", "fields": fields, "lines": [], "taxes": []},
        "entry": {"key": f"K{number}"},
    }
    sha256 = office.records.archive.put(number.encode())
    with office.records.begin() as tx:
        documents.add(tx, sha256, name="f.pdf", media_type="application/pdf", size=3, source="folder", place={})
        item = work_items.create(tx, process="invoices", payload=payload, key=number, documents=[DocumentRef(sha256)])
        for state in ("read", "checked", "ready", "entering", "entered"):
            item = work_items.move(tx, item, state, action=f"x.{state}")
    return item


def listed(number: str = "F-1", amount: str = "121.00") -> dict[str, str]:
    return {"Number": number, "Supplier": "Luz S.A.", "Amount": amount, "Currency": "EUR", "Reference": f"K{number}"}


def questions(office: Office) -> dict[str, str]:
    """The open tasks: code -> text."""
    with office.records.read() as tx:
        tasks = reviews.list_open(tx, process="differences")
    return {task.reasons[0].code: task.reasons[0].text() for task in tasks}


def test_an_office_in_order_raises_no_question(office: Office) -> None:
    entered(office)
    assert inspect(office, [listed()]).outcomes == {}
    assert questions(office) == {}


def test_a_row_changed_beside_the_program_is_asked_about_once(office: Office) -> None:
    item = entered(office)
    with office.records.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE work_items SET state = 'ready' WHERE process = 'invoices'")
    assert inspect(office, []).outcomes == {"asked": 1}
    assert inspect(office, []).outcomes == {"known": 1}
    (says,) = questions(office).values()
    assert says.endswith(f"about {item.id}: state is entered in the log and ready in the table")


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_file_that_is_missing_or_damaged_is_asked_about(office: Office, damage: str) -> None:
    item = entered(office)
    path = office.records.archive.path(item.documents[0].sha256)
    path.unlink()
    if damage == "changed":
        path.write_bytes(b"other")
    inspect(office, [listed()])
    assert item.documents[0].sha256 in questions(office)["OF731"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "OF641"), ([listed(), listed()], "OF642"), ([listed(amount="12.10")], "OF643")],
)
def test_an_invoice_missing_there_twice_or_changed_there_is_asked_about(
    office: Office, rows: list[dict[str, str]], code: str
) -> None:
    entered(office)
    assert inspect(office, rows or [listed("other")]).outcomes == {"asked": 1}
    assert list(questions(office)) == [code]


def test_what_a_person_left_to_mend_is_seen_mended_and_asked_again_when_it_comes_back(office: Office) -> None:
    item = entered(office)
    path = office.records.archive.path(item.documents[0].sha256)
    data = path.read_bytes()
    path.unlink()
    inspect(office, [listed()])
    with office.records.begin() as tx:
        reviews.decide(tx, reviews.list_open(tx)[0], decision="reject", person="ann", comment="from the backup")
    assert inspect(office, [listed()]).outcomes == {"known": 1}
    path.write_bytes(data)
    assert inspect(office, [listed()]).outcomes == {"mended": 1}
    path.unlink()
    assert inspect(office, [listed()]).outcomes == {"asked": 1}
    with office.records.begin() as tx:
        reviews.decide(tx, reviews.list_open(tx)[0], decision="accept", person="ann")
    assert inspect(office, [listed()]).outcomes == {"known": 1}
    assert questions(office) == {}


def test_a_source_that_does_not_answer_is_told_and_the_others_are_looked_at(office: Office) -> None:
    entered(office)
    settings = load_settings(office.settings.home, CONFIG)
    box = next(iter(settings.mailboxes.values()))
    unreachable = replace(office.settings, mailboxes={box.name: box})
    assert inspect(replace(office, settings=unreachable), []).outcomes == {"not reached": 1, "asked": 1}
    with office.records.read() as tx:
        actions = [event.action for event in audit.read(tx)]
    assert "inspection.skipped" in actions


def test_the_night_inspects_disposes_and_seals(office: Office, tmp_path: Path) -> None:
    entered(office)
    report = run(office, "night")
    assert [result.step for result in report.results] == [step.name for step in PROCESSES["night"].steps]
    assert report.results[0].report.outcomes["not reached"] == 1  # there is no legacy system here
    assert report.results[2].report.outcomes["sealed"] == 1


def test_documents_go_when_their_time_is_over_and_not_before(office: Office) -> None:
    sha256 = office.records.archive.put(b"a mail")
    with office.records.begin() as tx:
        documents.add(tx, sha256, name="m.eml", media_type="message/rfc822", size=6, source="mail", place={})
    assert dispose_expired(office).outcomes == {}
    later = replace(office, now=lambda: datetime.now(UTC) + timedelta(days=8 * 366))
    assert dispose_expired(later).outcomes == {"removed": 1}
    assert not office.records.archive.has(sha256)


def test_a_late_anchor_is_in_the_log_and_fails_the_check_up(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    entered(office)
    later = replace(office, now=lambda: datetime.now(UTC) + timedelta(minutes=20))
    seal(later)
    with office.records.read() as tx:
        late = [event for event in audit.read(tx) if event.action == "audit.late"]
    assert [event.body["after"]["minutes"] for event in late] == ["20"]
    (line,) = _anchor_lines(office, capsys)
    assert line["status"] == "warning"  # the folder lies in the home
    with office.records.begin() as tx:
        for number in range(1001):
            audit.append(tx, action="x", after={"n": number})
    (line,) = _anchor_lines(office, capsys)
    assert (line["status"], "No head" in line["says"]) == ("failure", True)


def _anchor_lines(office: Office, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    doctor(home=office.settings.home, json=True)
    return [line for line in json.loads(capsys.readouterr().out) if line["check"] == "audit anchors"]


def test_the_deep_check_up_shows_each_difference_with_the_way_out(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    item = entered(office)
    office.records.archive.path(item.documents[0].sha256).unlink()
    assert doctor(deep=True, home=office.settings.home, json=True) == 1
    lines = {line["check"]: line for line in json.loads(capsys.readouterr().out)}
    assert lines["inspection"]["status"] == "warning"
    assert lines["log"]["says"].startswith("OF731")
    assert "oficio review show" in lines["log"]["mend"]
