"""The guide to connecting a system names every key that there is, and its examples are right."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from config import system_steps, systems
from config.systems import Step, System
from tests.entering.offices import CHECKOUT

GUIDE = (CHECKOUT / "docs" / "05-connect-your-legacy-system.md").read_text("utf-8")
BLOCKS: list[Any] = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
MODELS = [
    one
    for module in (systems, system_steps)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, BaseModel) and one.model_fields
]
KEYS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()} - {"caption"})


@pytest.mark.parametrize("key", KEYS)
def test_it_names_every_key(key: str) -> None:
    assert re.search(rf"(?<![\w-]){key}(?![\w-])", GUIDE)


def test_its_parts_make_a_system() -> None:
    whole: dict[str, Any] = {}
    for block in BLOCKS:
        if isinstance(block, dict):
            whole = {**block, **whole, "lists": {**whole.get("lists", {}), **block.get("lists", {})}}
    system = System.model_validate(whole)
    assert set(system.lists) == {"entries", "bills"}
    assert system.forms["invoice"].read_back.lines == "lines"


def test_its_steps_are_steps() -> None:
    steps = [step for block in BLOCKS if isinstance(block, list) for step in block]
    assert len([Step.model_validate(step) for step in steps]) > 10
