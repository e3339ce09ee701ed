"""Sealing, the story of an item, the report, and `oficio audit`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook

from bots.auditor import export_bundle, heads_folder, kept_heads, lateness, seal, story
from bots.auditor.words import ACTIONS
from bots.office import Office
from config.errors import AuditBroken, ConfigError, Language, OficioError, Reason
from config.states import STATES_ES
from console.commands import audit as command
from console.commands import privacy
from console.commands.backup import backup, restore
from flows.desk import open_office
from records import WorkItem, processes, reviews, work_items

CHECKOUT = Path(__file__).parents[2]
ACTION = re.compile(r"""(?:action=|\.note\(\s*)"([a-z]+\.[a-z_]+)\"""")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    with open_office(home, flow="test") as opened:
        yield opened


def live(office: Office, key: str = "mail-7") -> WorkItem:
    """An invoice that is read, questioned and rejected."""
    with office.records.begin() as tx:
        item = work_items.create(tx, process="invoices", payload={}, key=key)
        item = work_items.move(tx, item, "read", action="invoice.read", after={"total": "10.00"})
        task = reviews.open(tx, item, reasons=[Reason("OF701", facts={"why": "<b>odd</b>"})])
        reviews.decide(tx, task, decision="reject", person="ann", comment="=not ours")
        return work_items.get(tx, item.id)


def test_each_seal_hands_a_head_out(office: Office) -> None:
    live(office)
    assert seal(office).outcomes == {"sealed": 1}
    live(office, "mail-8")
    seal(office)
    seal(office)
    heads = kept_heads(heads_folder(office))
    assert [int(head.split("\n")[1]) for head in heads] == [6, 12]
    assert office.records.log.verify(heads).ok


def test_a_log_that_does_not_continue_the_last_head_is_not_sealed(office: Office) -> None:
    live(office)
    seal(office)
    with office.records.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM checkpoints")
    with pytest.raises(AuditBroken, match="OF720"):
        seal(office)


def test_the_story_tells_who_did_what_and_why(office: Office) -> None:
    item = live(office)
    chapters = story(office.records, item.id)
    assert [chapter.who for chapter in chapters][-2:] == ["person ann", "person ann"]
    assert chapters[1].what == "was read (received → read)"
    assert "total: 10.00" in chapters[1].details
    assert chapters[-1].details[0] == "OF718: Rejected by ann: =not ours"
    assert story(office.records, item.id, "es")[1].what == "fue leída (recibida → leída)"
    with pytest.raises(OficioError, match="OF707"):
        story(office.records, "nobody")


def test_the_report_escapes_and_the_index_has_no_formulas(office: Office, tmp_path: Path) -> None:
    live(office)
    folder = export_bundle(office.records, tmp_path / "out").folder
    html = (folder / "report.html").read_text()
    assert "<b>odd</b>" not in html
    assert "&lt;b&gt;odd&lt;/b&gt;" in html
    book = load_workbook(folder / "index.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book] == [("Work items", 2), ("events", 7)]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [cell.value for cell in book["Work items"][2]][2:5] == ["mail-7", "rejected", 6]


@pytest.mark.parametrize(
    ("language", "title", "what"),
    [
        ("en", "Audit report", "was read (received → read)"),
        ("es", "Informe", "fue leída (recibida → leída)"),
    ],
)
def test_the_pdf_says_what_the_page_says_and_its_bytes_are_reproducible(
    office: Office, tmp_path: Path, language: Language, title: str, what: str
) -> None:
    live(office)
    one = export_bundle(office.records, tmp_path / "one", language=language).folder
    other = export_bundle(office.records, tmp_path / "other", language=language).folder
    for name in ("report.pdf", "report.html", "index.xlsx", "events.jsonl", "log.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    with pypdfium2.PdfDocument(one / "report.pdf") as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    assert title in text
    assert what in text
    assert "=not ours" in text


def test_every_action_that_the_code_writes_has_words() -> None:
    sources = [path for room in ("bots", "records", "flows", "console") for path in (CHECKOUT / room).rglob("*.py")]
    said = {name for path in sources for name in ACTION.findall(path.read_text("utf-8"))}
    assert len(said) > 25
    assert said - set(ACTIONS) == set()


def test_every_state_of_ours_has_a_spanish_word() -> None:
    states = {state for name in ("invoices", "differences", "reconciliations", "reconciliation")
              for state in processes.get(name).states}  # fmt: skip
    assert states == set(STATES_ES)


def test_the_command_verifies_shows_and_exports(
    office: Office, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = live(office)
    seal(office)
    assert command.verify(home=home, json=True) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    head = heads_folder(office) / "000000000006.note"
    assert command.verify(home=home, since=head) == 0
    assert command.verify(home=home, item="mail-7", json=True) == 0
    assert '"size": 6' in capsys.readouterr().out
    with pytest.raises(ConfigError, match="OF734"):
        command.verify(home=home, since=home)
    command.show("mail-7", home=home)
    assert "rejected" in capsys.readouterr().out
    command.show(item.id[:-1], home=home, json=True)
    assert json.loads(capsys.readouterr().out)[0]["seq"] == 0
    command.heads(home=home, json=True)
    assert json.loads(capsys.readouterr().out)["checkpoints"][0]["size"] == 6
    command.export(tmp_path / "out", item="mail-7", home=home, json=True)
    assert json.loads(capsys.readouterr().out)["events"] == 6


def test_a_broken_log_is_exit_code_4(office: Office, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    live(office)
    seal(office)
    with office.records.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM events WHERE seq = 3")
    assert command.verify(home=home) == 4
    assert "missing" in capsys.readouterr().err


def test_backup_compare_and_erase_from_the_command_line(
    office: Office, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live(office)
    assert command.compare(home=home) == 0
    assert privacy.erase("ann@example.es", ground="asked", home=home) == 0
    assert "nothing was sealed" in capsys.readouterr().out
    assert backup(tmp_path / "backup", home=home) == 0
    assert restore(tmp_path / "backup", tmp_path / "restored") == 0
    capsys.readouterr()
    assert command.verify(home=tmp_path / "restored", json=True) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 7
    with office.records.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE work_items SET state = 'ready'")
    assert command.compare(home=home) == 4
    assert "the log says rejected, the office ready" in capsys.readouterr().err


def test_a_late_head_is_an_alert(office: Office) -> None:
    assert lateness(office) is None
    live(office)
    assert lateness(office) is None
    later = replace(office, now=lambda: datetime.now(UTC) + timedelta(minutes=20))
    late = lateness(later)
    assert late is not None
    assert (late.code, late.facts["minutes"]) == ("OF727", "20")
    seal(office)
    assert lateness(later) is None
