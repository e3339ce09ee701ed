"""`oficio run invoices`, told to stop while it enters: no process of it is left, and the next run enters the rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.prefect_crash import processes_of
from benchmarks.small_office import small_office
from tests.entering.offices import wait_until

pytestmark = pytest.mark.browser
RUN = [sys.executable, "-m", "console", "run", "invoices"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left(tmp_path: Path, told: signal.Signals) -> None:
    with small_office(tmp_path, invoices=4) as office:
        environment = {**os.environ, **office.rig.environment}
        process = subprocess.Popen(RUN, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            wait_until(lambda: len(office.rig.entered()) >= 1, 300)
            process.send_signal(told)
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
        assert (process.returncode, b"Traceback" in said) == (130, False)
        wait_until(lambda: processes_of(office.rig.home) == [], 20)
        assert len(office.rig.entered()) < 4
        assert subprocess.run(RUN, env=environment, stdout=subprocess.DEVNULL, check=False, timeout=300).returncode == 0
        assert sorted(row["number"] for row in office.rig.entered()) == sorted(office.good)
