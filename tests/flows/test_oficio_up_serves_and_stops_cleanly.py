"""`oficio up`, from its start to its end: a server with the deployments, a run of the main job, and nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.prefect_crash import processes_of, start_run
from benchmarks.small_office import small_office
from flows.server import free_port
from tests.entering.offices import wait_until

pytestmark = [pytest.mark.prefect, pytest.mark.browser]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_run_does_the_main_job_and_a_signal_ends_all(tmp_path: Path, ending: signal.Signals) -> None:
    with small_office(tmp_path, invoices=1) as office:
        port = free_port()
        environment = {**os.environ, **office.rig.environment}
        command = [sys.executable, "-m", "console", "up", "--port", str(port)]
        with (tmp_path / "up.log").open("wb") as log:
            up = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            start_run(f"http://127.0.0.1:{port}/api")
            wait_until(lambda: len(office.rig.entered()) == 1, 300)
            up.send_signal(ending)
            assert up.wait(120) == 0
        finally:
            up.terminate()
            up.wait(120)
        assert processes_of(office.rig.home) == []
        assert b"Traceback" not in (tmp_path / "up.log").read_bytes()
