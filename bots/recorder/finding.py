"""Ladders for the description, from the rungs of a recording: of one element, of an element of every line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from connectors.browser.recorded import Target

__all__ = ["Ladder", "folded_texts", "ladder", "line_ladder", "row_ladder"]

Ladder = dict[str, str]
_CAPTIONS = ("label", "row", "text", "placeholder", "title")
_NAMES = ("name", "id")
_NUMBER = re.compile(r"\d+")
_LOOSE = re.compile(r"^(input|select|textarea|a|button|td|tr|span|div)(:nth-of-type\(\d+\))?$")


def ladder(target: Target, own: frozenset[str] = frozenset()) -> Ladder:
    """At most two captions and a name; CSS only when there is nothing else, for it counts places and not names.

    Args:
        own: texts that are this record's own, and so name nothing in another record's page.
    """
    labelled = bool(target.rung("label"))
    rungs = [(rung, text) for rung, text in target.rungs if text not in own and not (labelled and rung == "row")]
    found: Ladder = {}
    for names, most in ((_CAPTIONS, 2), (_NAMES, 3)):
        for rung, text in rungs:
            if rung in names and rung not in found and len(found) < most:
                found[rung] = text
    if not found and target.line and (heading := target.rung("column")):
        found |= {"column": heading, "line": str(target.line)}
    css = [text for rung, text in rungs if rung == "css"]
    if css and not found:
        found["css"] = next((text for text in css if not _LOOSE.match(text)), css[0])
    return _in_order(found)


def _in_order(found: Ladder) -> Ladder:
    order = ("label", "row", "column", "line", "text", "placeholder", "title", "name", "id", "css")
    return {
        name: _bare(found[name]) if name in ("label", "row", "column") else found[name]
        for name in order
        if name in found
    }


def _bare(caption: str) -> str:
    """Without the marks that the ladder does not look at either."""
    return re.sub(r"^[*\s]+|[\s:*]+$", "", caption)


def line_ladder(targets: Sequence[tuple[int, Target]]) -> Ladder:
    """What finds an element in every line: captions that are the same, numbers that count the lines as `{n}` or `{i}`.

    Args:
        targets: (line from 1, where the element of that line was).
    """
    numbers = [line for line, _ in targets]
    found: Ladder = {}
    for rung in ("label", "row", "placeholder", "text", "name", "id", "css"):
        text = _common(rung, targets)
        if text and (rung != "css" or not found):
            found[rung] = text
    headings = {target.rung("column") for _, target in targets}
    lines = [target.line for _, target in targets]
    if len(headings) == 1 and (heading := headings.pop()):
        if lines == numbers:
            found["column"] = heading
        elif len(set(lines)) == 1:
            found |= {"column": heading, "line": str(lines[0])}
    if "column" in found:
        found.pop("css", None)
    return _in_order(found)


def _common(rung: str, targets: Sequence[tuple[int, Target]]) -> str:
    """The first text of a rung that, counted, is true of every line."""
    numbers = [line for line, _ in targets]
    choices = [[text for name, text in target.rungs if name == rung] for _, target in targets]
    for first in choices[0]:
        for pattern in (folded_texts([first, *rest], numbers) for rest in _alike(first, choices[1:])):
            if pattern and not (rung == "css" and _LOOSE.match(pattern)):
                return pattern
    return ""


def _alike(first: str, others: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each other line the text that differs from the first in its numbers alone; none when a line has no such."""
    skeleton = _NUMBER.sub("#", first)
    found: list[list[str]] = [[]]
    for texts in others:
        fitting = [text for text in texts if _NUMBER.sub("#", text) == skeleton]
        found = [[*line, text] for line in found for text in fitting][:16]
    return found


def folded_texts(texts: Sequence[str], lines: Sequence[int]) -> str:
    """Texts of several lines as one with `{n}` (lines from 1) or `{i}` (from 0); "" when they differ otherwise."""
    if len({_NUMBER.sub("#", text) for text in texts}) != 1:
        return ""
    columns = zip(*(_NUMBER.findall(text) for text in texts), strict=True)
    marks: list[str] = []
    for column in columns:
        if len(set(column)) == 1:
            marks.append(column[0])
        elif [int(one) for one in column] == list(lines):
            marks.append("{n}")
        elif [int(one) + 1 for one in column] == list(lines):
            marks.append("{i}")
        else:
            return ""
    rest = iter(marks)
    return _NUMBER.sub(lambda _: next(rest), texts[0])


def row_ladder(target: Target, line: int) -> Ladder:
    """What finds something in the row of a hit, `line` of its list; empty when nothing counts the rows."""
    found: Ladder = {}
    if (heading := target.rung("column")) and target.line == line:
        found |= {"column": heading, "line": "{hit}"}
    for rung, text in target.rungs:
        counted = re.fullmatch(r"(tr:nth-child\()(\d+)( of tr:not\(:has\(th\)\)\).*)", text) if rung == "css" else None
        if counted and int(counted[2]) == line:
            found.setdefault("css", f"{counted[1]}{{hit}}{counted[3]}")
    return found
