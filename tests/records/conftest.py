"""Real records in a temporary home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from records import Actor, Records, RunInfo, Session
from tests.records.postgres import Cluster, programs


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, step: timedelta) -> None:
        self.moment += step


SESSION = Session(Actor("bot", "tester", "s1"), RunInfo("run-1", "invoices", "abc", "cfg"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL here (apt install postgresql)")
    with Cluster(folder) as started:
        yield started


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """SQLite in the home, or a fresh database of a private PostgreSQL: the same tests on both."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("cluster").new_database())


@pytest.fixture
def records(tmp_path: Path, url: str, clock: Clock) -> Iterator[Records]:
    with Records.open(url, home=tmp_path / "home", session=SESSION, now=clock) as opened:
        yield opened


@pytest.fixture
def vectors() -> Path:
    """The third-party vectors, which are not part of this repository."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("OFICIO_DATA", default)) / "audit"
    if not folder.is_dir():
        pytest.skip(f"no third-party vectors at {folder} (set OFICIO_DATA)")
    return folder
