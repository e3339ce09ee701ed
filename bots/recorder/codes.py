"""Codes of list boxes: the option `N21 21%` was chosen for the rate 21, and `N10 10%` will be for 10."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bots.recorder.sample import number
from connectors.browser.recorded import Option

__all__ = ["option_text", "related", "table_of"]

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)?", re.UNICODE)


def option_text(option: Option) -> str:
    """What a description names an option by: its value where the text begins with it, else the text."""
    begins = option.value and (option.text == option.value or option.text.startswith(option.value + " "))
    return option.value if begins else option.text


def related(value: str, option: Option) -> bool:
    """Whether an option's text has the value as one of its words; numbers by what they are worth."""
    return bool(_places(value, option))


def _words(option: Option) -> list[str]:
    return _WORD.findall(option.text)


def _same(word: str, value: str) -> bool:
    one, two = number(word.replace(",", ".")), number(value)
    return word.casefold() == value.casefold() if two is None else one == two


def _places(value: str, option: Option) -> list[int]:
    """Where the word stands, counted from the end: codes come first and vary in length."""
    words = _words(option)
    return [at - len(words) for at, word in enumerate(words) if _same(word, value)]


def table_of(chosen: Sequence[tuple[str, Option]], options: Sequence[Option]) -> dict[str, str]:
    """Our value -> their option, from what was chosen; options of the same making are added.

    An option is of the same making when it has as many words, and the word at the place where every chosen option has
    its value.  A value that two options would have is left out, unless one of them was chosen.
    """
    table = {value: option_text(option) for value, option in chosen}
    spots = [set(_places(value, option)) for value, option in chosen]
    common = set.intersection(*spots) if spots else set()
    if not common:
        return table
    spot, lengths = max(common), {len(_words(option)) for _, option in chosen}
    numeric = all(number(value) is not None for value, _ in chosen)
    found: dict[str, list[str]] = {}
    for option in options:
        words = _words(option)
        if len(words) not in lengths or -spot > len(words):
            continue
        word = words[spot].replace(",", ".") if numeric else words[spot]
        if not numeric or number(word) is not None:
            found.setdefault(word, []).append(option_text(option))
    known = {word for word in found for value in table if _same(word, value)}
    return table | {word: texts[0] for word, texts in found.items() if len(texts) == 1 and word not in known}
