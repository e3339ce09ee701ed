"""Every phrase that the console says has its Spanish, with the same facts in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import console
from config.states import STATES_ES
from console.phrases import say, spanish
from console.watching import STAGES
from console.words import state_text
from records.processes import INVOICES


def phrases() -> Iterator[str]:
    """Every literal first argument of `say(...)` in the console, and what it is called with by name."""
    for path in Path(console.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield from (leaf.value for leaf in ast.walk(node.args[0]) if _is_text(leaf))  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_each_phrase_stage_and_state_has_its_spanish() -> None:
    said = {*phrases(), *STAGES.values(), *INVOICES.states}
    assert len(said) > 40
    assert said <= spanish("phrases").keys() | STATES_ES.keys()


def test_a_state_of_any_process_is_said_in_spanish() -> None:
    assert (say("reconciled", "es"), str(state_text("to_mend", "es"))) == ("conciliada", "por corregir")
    assert str(state_text("found", "es")) == "hallada"  # the heading of that name is another word


def test_the_spanish_names_the_same_facts() -> None:
    for english, translated in spanish("phrases").items():
        assert re.findall(r"\{\w+\}", english) == re.findall(r"\{\w+\}", translated)


def test_another_language_than_spanish_is_english() -> None:
    assert (say("why", "es"), say("why", "en")) == ("por qué", "why")
