"""Fold what was done for each line of a list into one `for_each`: two lines recorded, any number entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.recorder.meaning import ENTERED, Meant
from bots.recorder.problems import Findings
from connectors.browser.recorded import Action

__all__ = ["Do", "Each", "fold"]

Signature = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Do:
    """One step: what was done outside of lists (line 0), or in each line of one.

    Attributes:
        actions: (line, action).
        meant: the field that was entered; None for presses.
        more: only from the second line on.
    """

    actions: tuple[tuple[int, Action], ...]
    meant: Meant | None = None
    more: bool = False

    @property
    def first(self) -> Action:
        """The first line's."""
        return self.actions[0][1]


@dataclass(frozen=True, slots=True)
class Each:
    """Steps for each line of a list."""

    list: str
    steps: tuple[Do, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    action: Action
    meant: Meant | None

    @property
    def line(self) -> int:
        return self.meant.field.line if self.meant else 0

    @property
    def entered(self) -> bool:
        return self.action.verb in ENTERED and self.meant is not None

    @property
    def signature(self) -> Signature:
        target = self.action.target
        caption = target.caption if target else self.action.text
        return self.action.verb, self.action.frame, self.action.window, caption


def fold(actions: Sequence[Action], meant: Mapping[int, Meant], findings: Findings) -> list[Do | Each]:
    """The steps of a form.

    Args:
        actions: in order, up to the save.
        meant: index of an action -> its field.
    """
    entries = [_Entry(action, meant.get(at)) for at, action in enumerate(actions)]
    steps: list[_Entry | Each] = list(entries)
    for name in dict.fromkeys(one.meant.field.list for one in entries if one.meant and one.meant.field.list):
        steps = _fold_list(name, steps, findings)
    return [one if isinstance(one, Each) else Do(((0, one.action),), one.meant) for one in steps]


def _fold_list(name: str, steps: list[_Entry | Each], findings: Findings) -> list[_Entry | Each]:
    mine = [
        at for at, one in enumerate(steps) if isinstance(one, _Entry) and one.meant and one.meant.field.list == name
    ]
    start, end = mine[0], mine[-1] + 1
    region = [one for one in steps[start:end] if isinstance(one, _Entry)]
    moved = [one for one in region if one.entered and one.meant and one.meant.field.list != name]
    region = [one for one in region if one not in moved]
    if all(one.entered for one in region):
        region.sort(key=lambda one: one.line)
    blocks = _blocks(region)
    if blocks is None or [line for line, _ in blocks] != list(range(1, len(blocks) + 1)):
        findings.refuse("OF563", list=name, why="its lines were not entered one after the other")
        return [*steps[:start], *steps[end:]]
    if len(blocks) < 2:
        findings.refuse("OF563", list=name, why="two lines are needed to see what differs between them")
        return [*steps[:start], *steps[end:]]
    inner, gaps = _apart(blocks)
    if len({tuple(one.signature for one in gap) for gap in gaps}) != 1:
        findings.refuse("OF563", list=name, why="different things were pressed between its lines")
        return [*steps[:start], *steps[end:]]
    body = _merged(name, inner, findings)
    before, after = [*steps[:start], *moved], list(steps[end:])
    return _with_gap(name, body, gaps, before, after, findings)


def _blocks(region: Sequence[_Entry]) -> list[tuple[int, list[_Entry]]] | None:
    """What belongs to each line: from its first field to before the next line's; None when lines are mixed."""
    blocks: list[tuple[int, list[_Entry]]] = []
    for one in region:
        if one.entered and (not blocks or one.line != blocks[-1][0]):
            if blocks and one.line < blocks[-1][0]:
                return None
            blocks.append((one.line, []))
        blocks[-1][1].append(one)
    return blocks


def _apart(blocks: Sequence[tuple[int, list[_Entry]]]) -> tuple[list[list[_Entry]], list[list[_Entry]]]:
    """Each line's own steps, and what was done between the lines."""
    inner, gaps = [], []
    for _, block in blocks:
        last = max(at for at, one in enumerate(block) if one.entered) + 1
        inner.append(block[:last])
        gaps.append(block[last:])
    return inner, gaps[:-1]


def _merged(name: str, inner: Sequence[Sequence[_Entry]], findings: Findings) -> list[Do]:
    """The same step of all lines as one; fields that a line left empty are those of the other lines."""
    order: list[tuple[str, ...]] = []
    found: dict[tuple[str, ...], list[tuple[int, _Entry]]] = {}
    for line, block in sorted(enumerate(inner, 1), key=lambda one: -len(one[1])):
        seen: dict[tuple[str, ...], int] = {}
        for one in block:
            key: tuple[str, ...] = ("field", one.meant.field.name) if one.meant else one.signature
            seen[key] = seen.get(key, 0) + 1
            key = (*key, str(seen[key]))
            if key not in found:
                order.append(key)
            found.setdefault(key, []).append((line, one))
    steps = []
    for key in order:
        entries = sorted(found[key], key=lambda one: one[0])
        if key[0] != "field" and len(entries) != len(inner):
            findings.refuse("OF563", list=name, why=f"{key[3]} was not pressed in every line")
        steps.append(Do(tuple((line, one.action) for line, one in entries), entries[0][1].meant))
    return steps


def _with_gap(
    name: str,
    body: list[Do],
    gaps: Sequence[Sequence[_Entry]],
    before: list[_Entry | Each],
    after: list[_Entry | Each],
    findings: Findings,
) -> list[_Entry | Each]:
    """What was pressed between the lines: before every line, after every line, or before all but the first."""
    wanted = [one.signature for one in gaps[0]]
    size = len(wanted)
    if not size:
        findings.note("OF588", list=name)
        return [*before, Each(name, tuple(body)), *after]
    if _signatures(before[-size:]) == wanted:
        lead = [Do(((0, one.action),)) for one in gaps[0]]
        return [*before[:-size], Each(name, (*lead, *body)), *after]
    if _signatures(after[:size]) == wanted:
        trail = [Do(((0, one.action),)) for one in gaps[0]]
        return [*before, Each(name, (*body, *trail)), *after[size:]]
    more = [Do(((0, one.action),), more=True) for one in gaps[0]]
    return [*before, Each(name, (*more, *body)), *after]


def _signatures(entries: Sequence[_Entry | Each]) -> list[Signature]:
    return [one.signature for one in entries if isinstance(one, _Entry)]
