"""The demo company's whole day, run once without a server; tests look at what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.settings import CONFIG, load_settings
from demo.company import Company, build
from demo.rig import Rig, open_rig

SEED = 2026


@dataclass(frozen=True)
class Day:
    """A demo office after its run: what should be, where it is, and what the run reported."""

    company: Company
    rig: Rig
    report: dict[str, Any]
    code: int

    def run(self, **environment: str) -> tuple[int, dict[str, Any]]:
        """`oficio run invoices --json` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "console", "run", "invoices", "--json"],
            env={**os.environ, **self.rig.environment, **environment},
            capture_output=True,
            check=False,
            timeout=600,
        )
        assert done.stdout, done.stderr.decode(errors="replace")
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    home = tmp_path_factory.mktemp("office")
    company = build(home, SEED)
    codes = {s.legacy_code: s.name for s in load_settings(home, CONFIG).suppliers.values() if s.legacy_code}
    with open_rig(home, config=CONFIG, suppliers=codes) as rig:
        code, report = Day(company, rig, {}, 0).run()
        yield Day(company, rig, report, code)


@pytest.fixture(scope="session")
def records_home(day: Day) -> Path:
    """The home of the office after its run."""
    return day.rig.home
