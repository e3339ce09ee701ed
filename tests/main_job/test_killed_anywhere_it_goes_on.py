"""Killed at a named point and run again: each invoice is entered once, nothing is lost, the log verifies.

All points and 100 random moments: `python -m benchmarks.crash`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crash import run_round

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "point", ["intake.committed", "reader.read", "entry.intended", "entry.submitted", "audit.appended"]
)
def test_killed_and_run_again(tmp_path: Path, point: str) -> None:
    outcome = run_round(tmp_path / "round", point, invoices=2)
    assert outcome.killed
    assert outcome.good, outcome
