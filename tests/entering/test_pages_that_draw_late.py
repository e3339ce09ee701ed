"""The RPA challenge, solved by a YAML file; and pages that draw their fields anew 50 ms late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.systems import Lane, Step, System
from config.yaml_file import read_yaml
from connectors.browser.session import Session
from demo.challenge.app import LABELS, Rounds, create_app
from demo.legacy.server import serve

pytestmark = pytest.mark.browser
NAMES = ("first_name", "last_name", "company", "role", "address", "email", "phone")
PEOPLE = [{name: f"{name} {n}" for name in NAMES} for n in range(10)]
TRUTH = [dict(zip(LABELS, person.values(), strict=True)) for person in PEOPLE]
FILE = Path(__file__).parent.parent.parent / "demo" / "challenge" / "challenge.yaml"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


def solve(chromium: Browser, address: str, quiet_ms: int, lane: Lane) -> None:
    described = read_yaml(FILE, System)
    system = described.model_copy(update={"limits": described.limits.model_copy(update={"quiet_ms": quiet_ms})})
    form = system.forms["rounds"]
    each = next(step for step in form.steps if step.for_each)
    steps = [step.model_copy(update={"when": None}) for step in each.steps]
    session = Session(chromium, system, address)
    session.open(None, address)
    runner = Runner(session, system, {"people": PEOPLE}, lane=lane)
    runner.do([form.steps[0], each.model_copy(update={"steps": tuple(steps)})])
    runner.do([Step.model_validate({"wait": "Congratulations"})])
    session.close()


@pytest.mark.parametrize("lane", get_args(Lane))
def test_the_challenge_is_solved(chromium: Browser, lane: Lane) -> None:
    rounds = Rounds()
    with serve(create_app(rounds)) as url:
        solve(chromium, url + "/", 0, lane)
    assert rounds.entered == TRUTH


@pytest.mark.parametrize("lane", get_args(Lane))
def test_fields_drawn_anew_after_they_were_filled_are_filled_again(chromium: Browser, lane: Lane) -> None:
    rounds = Rounds()
    with serve(create_app(rounds)) as url:
        solve(chromium, url + "/?late=50", 120, lane)
    assert rounds.entered == TRUTH
