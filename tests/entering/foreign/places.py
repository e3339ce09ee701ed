"""An office that enters into a foreign system: the description beside the system, real records, browser and server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bots.data_entry import enter
from bots.data_entry.entries import add_records, outcomes, process_of
from bots.data_entry.stage import load_system
from bots.office import Office
from config.settings import load_settings
from demo.legacy.server import serve
from records import Actor, Records, RunInfo, Session, WorkItem
from tests.entering.foreign import frames, papers, single_page, webforms
from tests.entering.foreign.store import Books
from tests.entering.foreign.weather import Weather
from tests.entering.offices import CHECKOUT

__all__ = ["SYSTEMS", "Place", "open_place", "record"]

Build = Callable[[Path], tuple[Weather, Books]]
SYSTEMS: dict[str, Build] = {
    "webforms": webforms.build,
    "frames": frames.build,
    "single_page": single_page.build,
    "papers": papers.build,
}
SECRETS = {"foreign": "geheim-7", "foreign-totp": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=2"}


def record(number: str, supplier: str = "P0001", amounts: Sequence[str] = ("1000.00", "234.50")) -> dict[str, Any]:
    """An invoice as a typed record, with a line an amount."""
    total = sum(float(amount) for amount in amounts)
    return {
        "supplier_code": supplier, "invoice_number": number, "issue_date": "2026-03-31", "gross_total": f"{total:.2f}",
        "note": f"Paper & ink, order 7 ({number})", "attachment": "scan.pdf",
        "lines": [{"account": f"60{n}", "text": f"Line {n}", "amount": amount} for n, amount in enumerate(amounts)],
    }  # fmt: skip


@dataclass
class Place:
    """A foreign system and the office that works in it."""

    name: str
    office: Office
    weather: Weather
    books: Books
    hours: list[timedelta] = field(default_factory=list)

    def enter(self, *records: dict[str, Any], form: str = "invoice") -> list[WorkItem]:
        """Enter records until nothing more happens by itself; back-off is skipped by moving the clock."""
        system = load_system(self.office, self.name)
        items = add_records(self.office, self.name, system, form, records, folder=self.office.settings.home)
        for _ in range(8):
            enter(self.office, self.name, form=form, process=process_of(self.name, form))
            items = outcomes(self.office, items)
            if all(item.state not in ("ready", "entering", "uncertain") for item in items):
                break
            self.hours.append(timedelta(hours=2))
        return items


@contextmanager
def open_place(
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    build: Build | None = None,
    description: dict[str, Any] | None = None,
) -> Iterator[Place]:
    """Start the system, open an office whose config/systems holds its description alone.

    Args:
        build, description: of a system that is none of `SYSTEMS`.
    """
    config = folder / "config"
    (config / "systems").mkdir(parents=True)
    for path in (CHECKOUT / "config").glob("*.yaml"):
        shutil.copy(path, config)
    if description is None:
        shutil.copy(Path(__file__).parent / f"{name}.yaml", config / "systems")
    else:
        (config / "systems" / f"{name}.yaml").write_text(yaml.safe_dump(description), "utf-8")
    settings = load_settings(folder / "home", config)
    secrets = settings.home / "secrets"
    secrets.mkdir(parents=True)
    for secret, value in SECRETS.items():
        (secrets / secret).write_text(value, "utf-8")
        (secrets / secret).chmod(0o600)
    (settings.home / "scan.pdf").write_bytes(b"%PDF-1.4\n% a scan\n")
    weather, books = (build or SYSTEMS[name])(folder / "books.db")
    hours: list[timedelta] = []
    now = lambda: datetime.now(UTC) + sum(hours, timedelta())  # noqa: E731
    session = Session(actor=Actor("bot", "data_entry"), run=RunInfo(id="test"))
    with serve(weather) as url:
        monkeypatch.setenv(f"OFICIO_SYSTEM_{name.upper()}_URL", url)
        records = Records.open(settings.database_url, home=settings.home, session=session, now=now)
        with Office(settings=settings, records=records, worker="test:0:run", now=now) as office:
            yield Place(name, office, weather, books, hours)
