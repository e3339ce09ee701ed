"""A flow's process ends with the command that started it, also when Prefect waits for a server that is no more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from flows import child

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(600)"
WILLING = "import time; print('{}', flush=True); time.sleep(600)"


@pytest.mark.parametrize(("program", "status"), [(DEAF, -9), (WILLING, -15)])
def test_nothing_is_left(monkeypatch: pytest.MonkeyPatch, program: str, status: int) -> None:
    monkeypatch.setattr(child, "_PATIENCE", 0.5)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        child._end(process)
    assert process.returncode == status
