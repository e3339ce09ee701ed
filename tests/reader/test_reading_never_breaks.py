"""Any words on a page yield a reading; the command line writes its files; real documents keep their marks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reading import plain
from benchmarks.reading_scores import score
from bots.reader.page import Page
from bots.reader.reading import Reading
from bots.reader.safely import read
from bots.reader.understanding import understand
from connectors.words import Word
from console.commands.read import read as read_command
from tests.reader.paper import invoice

DATA = Path(os.environ.get("OFICIO_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "invoices"
TEXTS = ["Total", "TVA", "20%", "Invoice", "no:", "A-17", "1.234,56", "-5,00", "€", "2024-05-03", "Qty", "Amount",
         "DE136695976", "Bill", "to", "IBAN", "€1", "\u05e1\u05d4\u05f4\u05db", "(",
         "0", "99,99%", "x", "12.12.12"]  # fmt: skip


@st.composite
def words(draw: st.DrawFn) -> Word:
    x, y, size = draw(st.floats(0, 590)), draw(st.floats(0, 830)), draw(st.floats(1, 40))
    text = draw(st.sampled_from(TEXTS) | st.text(min_size=1, max_size=12).filter(lambda t: not t.isspace()))
    return Word(text, x, y, x + max(len(text), 1) * size / 2, y + size, 1, size)


@settings(max_examples=150, deadline=None)
@given(st.lists(words(), max_size=60))
def test_any_page_yields_a_reading(found: list[Word]) -> None:
    reading = understand([Page(1, 595, 842, found)])
    assert Reading.from_json(reading.to_json()).to_json() == reading.to_json()  # boxes are kept to 0.01 points


def test_an_empty_page_is_doubted() -> None:
    reading = understand([Page(1, 595, 842, [])])
    assert not reading.confident
    assert reading.fields == {}


def test_the_command_writes_a_file_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper = invoice(
        [("Bolts", "2", "50.00", "100.00")],
        [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")],
    )
    (tmp_path / "one.pdf").write_bytes(paper.pdf())
    (tmp_path / "two.pdf").write_bytes(b"nothing")
    code = read_command(tmp_path / "one.pdf", tmp_path / "two.pdf", json_dir=tmp_path / "out", workers=1)
    assert code == 3
    one = json.loads((tmp_path / "out" / "one.json").read_text("utf-8"))
    assert one["confident"] is True
    assert one["fields"]["gross_total"] == "123.00"
    assert one["lines"][0]["line_total"] == "100.00"
    two = json.loads((tmp_path / "out" / "two.json").read_text("utf-8"))
    assert two["confident"] is False
    assert two["refused"]["code"].startswith("OF2")
    assert "1 for a person" in " ".join(capsys.readouterr().out.split())


def test_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for folder, number in (("may", "A-1001"), ("june", "A-1002")):
        (tmp_path / folder).mkdir()
        paper = invoice([("Bolts", "2", "50.00", "100.00")], [("Total", "EUR 100.00")], number=f"Invoice no: {number}")
        (tmp_path / folder / "invoice.pdf").write_bytes(paper.pdf())
    files = [tmp_path / folder / "invoice.pdf" for folder in ("may", "june")]
    read_command(*files, json_dir=tmp_path / "out", workers=1)
    written = [json.loads((tmp_path / "out" / name).read_text("utf-8")) for name in ("invoice.json", "invoice-2.json")]
    assert [one["file"] for one in written] == [str(file) for file in files]
    assert [one["fields"]["invoice_number"] for one in written] == ["A-1001", "A-1002"]


@pytest.mark.data
def test_real_documents_are_read_and_none_is_accepted_wrong() -> None:
    if not (DATA / "pdf").is_dir():
        pytest.skip("no third-party documents: set OFICIO_DATA")
    truths = [json.loads(path.read_text("utf-8")) for path in sorted((DATA / "truth").glob("*.json"))]
    readings = {
        path.stem: plain(read(path.read_bytes(), path.name)[0]) for path in sorted((DATA / "pdf").glob("*.pdf"))
    }
    found = score(readings, truths)
    assert found.false_accepts == 0
    assert found.whole >= 0.88 * found.documents
    assert found.confident >= 0.65 * found.documents
    assert found.f1 >= 0.80
