"""The console's own phrases in Spanish, by the English ones; reasons are in the catalogue (`config/catalogue`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from config.errors import Language
from config.states import state_words

__all__ = ["say", "spanish"]


def say(phrase: str, language: Language) -> str:
    """A phrase of this console, or a state of a work item, in the reader's language."""
    return spanish("phrases").get(phrase) or state_words(phrase, language) if language == "es" else phrase


@cache
def spanish(name: str) -> dict[str, str]:
    """English -> Spanish: the `phrases` of tables and sentences, or the `help` of the commands."""
    texts: dict[str, str] = yaml.safe_load(Path(__file__).with_name(f"{name}_es.yaml").read_text("utf-8"))
    return texts
