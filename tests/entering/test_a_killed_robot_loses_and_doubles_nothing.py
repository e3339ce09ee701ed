"""SIGKILL at each named point of the protocol, then a new robot: every invoice is there exactly once.

The long form, with faults of the server: `python -m benchmarks.crash_entering`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bots.data_entry import enter
from bots.office import Office
from config.crashpoints import POINTS
from tests.entering.conftest import Legacy
from tests.entering.offices import CHECKOUT, add_ready, invoice_payload, states

pytestmark = pytest.mark.browser


def robot(folder: Path, crash_at: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.entering.robot", str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, "OFICIO_CRASH_AT": crash_at},
    )


@pytest.mark.parametrize("point", [point for point in POINTS if point.startswith("entry.")])
def test_killed_at_a_point(office: Office, legacy: Legacy, tmp_path: Path, point: str) -> None:
    ids = add_ready(office, invoice_payload("F-1"), invoice_payload("F-2"))
    assert robot(tmp_path, point).wait(timeout=120) == -signal.SIGKILL
    enter(office, "demo")
    assert states(office, ids) == ["entered", "entered"]
    assert sorted(row["number"] for row in legacy.store.invoices()) == ["F-1", "F-2"]
