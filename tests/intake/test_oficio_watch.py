"""The command `oficio watch`, as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.intake.conftest import open_office, states

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An office with one watched folder, and no mailbox."""
    shutil.copytree(CONFIG, tmp_path / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__", "catalogue"))
    (tmp_path / "config" / "mailboxes.yaml").write_text("mailboxes: []\n")
    (tmp_path / "config" / "folders.yaml").write_text("folders: [{name: inbox, path: inbox, settle_seconds: 0}]\n")
    return {"OFICIO_HOME": str(tmp_path / "home"), "OFICIO_CONFIG": str(tmp_path / "config")}


def command(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "console", "watch", "--json", *arguments]
    return subprocess.Popen(
        words, cwd=CONFIG.parent, env=os.environ | environment, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def test_a_dropped_file_is_told_of_and_sigterm_ends_it_well(environment: dict[str, str]) -> None:
    home = Path(environment["OFICIO_HOME"])
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "before.txt").write_bytes(b"hola")
    with command(environment) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["came"] == {"review": 1}
        (home / "inbox" / "after.txt").write_bytes(b"adios")
        assert json.loads(process.stdout.readline())["came"] == {"review": 1}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with open_office(home) as office:
        assert states(office) == {"review": 2}


def test_looking_once_ends_with_what_became_of_it(environment: dict[str, str]) -> None:
    with command(environment, "--once") as process:
        assert process.wait(60) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
