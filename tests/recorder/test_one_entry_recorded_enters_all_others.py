"""One two-line invoice is recorded; others of any length are entered, each field right, with no hand edit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bots.data_entry.entries import own_key
from bots.office import Office
from bots.recorder.describing import Described
from bots.recorder.problems import Findings
from bots.recorder.session import keep
from config.errors import ConfigError
from tests.entering.conftest import Legacy
from tests.recorder.demo_entries import differences, enter_all, install, invoice, recorded
from tests.recorder.people import SAMPLE, Clerk

KEY = own_key(SAMPLE)


@pytest.mark.browser
def test_others_are_entered_from_one_recording(office: Office, legacy: Legacy, chromium: Browser) -> None:
    described = recorded(chromium, legacy.url, Clerk(KEY))
    assert described.findings.problems == []
    path = install(described, office)
    assert "robot-uno-1984" not in path.read_text("utf-8")
    chance = random.Random(7)
    records = [invoice(number, lines, chance) for number, lines in enumerate((1, 3))]
    assert enter_all(office, records) == ["entered"] * 2
    assert differences(records, legacy.store.invoices()[1:]) == []  # the first is the sample


@pytest.mark.browser
@pytest.mark.parametrize(
    ("person", "code", "named"),
    [(Clerk(KEY, skip=("withheld",)), "OF561", "withheld_total"), (Clerk(KEY, number="A-8"), "OF560", "A-8")],
)
def test_the_gate_says_what_was_not_typed_and_what_is_not_in_the_sample(
    legacy: Legacy, chromium: Browser, person: Clerk, code: str, named: str
) -> None:
    problems = recorded(chromium, legacy.url, person).findings.problems
    assert named in {fact for one in problems if one.code == code for fact in one.facts.values()}


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match="OF574"):
        keep(Described({}, Findings()), "old", tmp_path)
    assert (tmp_path / "old.yaml").read_text("utf-8") == "mine"
