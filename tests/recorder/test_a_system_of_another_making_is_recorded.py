"""No frames, no reloads, suggestions, blocks instead of tables, a natural key: recorded once, others entered right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.office import Office
from bots.recorder.describing import describe
from bots.recorder.session import record_entry
from demo.legacy.server import serve
from tests.entering.offices import make_config, open_office
from tests.recorder.demo_entries import enter_all, install
from tests.recorder.foreign import Books, create_app
from tests.recorder.people import BILL, Bookkeeper

pytestmark = pytest.mark.browser
ACCOUNTS = {"5000": "a1", "5100": "a2", "5200": "a3"}


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def url(books: Books) -> Iterator[str]:
    with serve(create_app(books)) as address:
        yield address


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    make_config(tmp_path)
    office = open_office(tmp_path)
    with office.records:
        yield office


def bill(number: str, vendor: str, lines: list[tuple[str, str, str, str]], total: str) -> dict[str, Any]:
    entries = [dict(zip(("text", "quantity", "price", "account"), line, strict=True)) for line in lines]
    return {
        "vendor": vendor,
        "number": number,
        "date": "2026-11-05",
        "terms": "Net 60",
        "total": total,
        "lines": entries,
    }


def saved(bill: dict[str, Any]) -> tuple[Any, ...]:
    lines = [
        tuple(bill[f"items[{n}][{name}]"] for name in ("text", "qty", "price", "account")) for n in range(bill["count"])
    ]
    return bill["vendor"], bill["number"], bill["date"], bill["terms"], bill["total"], lines


def test_one_bill_recorded_enters_others(url: str, books: Books, office: Office, chromium: Browser) -> None:
    person = Bookkeeper()
    described = describe(
        record_entry(chromium, url + "/", BILL, person.key, person), BILL, person.key, name="box", form="bill"
    )
    assert described.findings.problems == []
    install(described, office, "box", "open-sesame")
    one = bill("Y-1", "Borealis Ltd", [("Flight", "2", "1034.25", "5200")], "2068.50")
    more = bill("Y-2", "Acme Tools Inc", [(f"Part {n}", f"{n}", "0.75", "5000") for n in range(1, 5)], "7.50")
    assert enter_all(office, [one, more], "box", "bill") == ["entered"] * 2
    wanted = [
        ("V-20", "Y-1", "11/05/2026", "3", "2,068.50", [("Flight", "2", "1,034.25", "a3")]),
        ("V-10", "Y-2", "11/05/2026", "3", "7.50", [(f"Part {n}", f"{n}", "0.75", "a1") for n in range(1, 5)]),
    ]
    assert [saved(one) for one in books.bills[1:]] == wanted
