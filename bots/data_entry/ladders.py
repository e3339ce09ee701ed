"""Locators of a description as ladders of the browser, with a record's values filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bots.data_entry.values import Record, render
from config.systems import Find
from connectors.browser.ladder import Kind, Ladder

__all__ = ["ladder_of", "radio_of"]


def ladder_of(find: Find | None, kind: Kind, record: Record, *, itself: bool = False) -> Ladder:
    """The locators of a description, with the record's names filled in.

    Args:
        itself: a caption is the text of the thing, not of the label beside it.
    """
    assert find is not None  # noqa: S101 - the verb was chosen by it
    rungs = tuple((rung, render(text, record)) for rung, text in find.rungs(text=itself or kind == "press"))
    line = render(find.line, record) if find.line is not None else str(record.get("n", 1))
    which: Literal["", "n", "last"] = "" if find.line is None else "last" if line == "last" else "n"
    within, in_row, only = (render(text or "", record) for text in (find.within, find.in_row, find.only))
    return Ladder(rungs, kind, int(line) if line.isdigit() else 1, which, within, in_row, only)


def radio_of(ladder: Ladder, text: str) -> Ladder | None:
    """The radio button with this text or value, in the group that a ladder's captions name; None when none does."""
    group = next((words for rung, words in ladder.rungs if rung in ("label", "row")), "")
    name = next((words for rung, words in ladder.rungs if rung == "name"), "")
    if not (group or name):
        return None
    only = f'input[type=radio][name="{name}"]' if name else "input[type=radio]"
    rungs = (("label", text), ("row", text), ("css", f'input[type=radio][value="{text}"]'))
    return replace(ladder, kind="tick", rungs=rungs, within=ladder.within or ("" if name else group), only=only)
