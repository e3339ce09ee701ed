"""Fixtures: the demo's legacy system on a free port, and an office beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.office import Office
from demo.legacy.app import create_app
from demo.legacy.faults import Faults
from demo.legacy.server import serve
from demo.legacy.store import Store
from tests.entering.offices import make_config, open_office


@dataclass
class Legacy:
    """The running system: its address, its database, its faults (to be set by a test)."""

    url: str
    store: Store
    faults: Faults


@pytest.fixture
def legacy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Legacy]:
    faults = Faults(slow_seconds=0.2)
    path = tmp_path / "legacy.db"
    with serve(create_app(path, faults=faults)) as url:
        monkeypatch.setenv("OFICIO_SYSTEM_DEMO_URL", url)
        yield Legacy(url, Store(path), faults)


@pytest.fixture
def office(tmp_path: Path, legacy: Legacy) -> Iterator[Office]:
    make_config(tmp_path)
    office = open_office(tmp_path)
    with office.records:
        yield office
