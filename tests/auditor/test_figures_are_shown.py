"""`oficio queue --stats`: age, throughput, straight-through rate, exceptions by cause."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.errors import Reason
from console.commands.queue import queue
from flows.desk import open_office
from records import reviews, work_items


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An office with one invoice finished, one finished by a person, and one that failed."""
    with open_office(tmp_path, flow="test") as office, office.records.begin() as tx:
        first, second, third = (work_items.create(tx, process="invoices", payload={}) for _ in range(3))
        work_items.move(tx, first, "duplicate", action="x")
        task = reviews.open(tx, second, reasons=[Reason("OF701", facts={"why": "odd"})])
        reviews.decide(tx, task, decision="reject", person="ann", comment="no")
        work_items.move(tx, third, "failed", action="x", reason=Reason("OF705"))
    return tmp_path


def test_the_figures_in_words_and_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queue(stats=True, days=2, home=home)
    shown = capsys.readouterr().out
    assert "50.0 %" in shown
    assert "2 (1.0 / day)" in shown
    assert "OF705 1" in shown
    queue(stats=True, home=home, json=True)
    figures = json.loads(capsys.readouterr().out)
    assert figures["states"] == {"duplicate": 1, "failed": 1, "rejected": 1}
    assert (figures["finished"], figures["straight_through"]) == (2, "0.500")
