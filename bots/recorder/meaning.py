"""Which field of the sample was meant by each thing that was typed or chosen; what is not certain is not decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bots.recorder.codes import related
from bots.recorder.sample import Field, Way, ways
from connectors.browser.recorded import Action, Option, Target

__all__ = ["ENTERED", "Meaning", "Meant", "meanings", "shape", "with_picks"]

ENTERED = ("fill", "choose", "tick", "upload", "pick")


@dataclass(frozen=True, slots=True)
class Meant:
    """A field, and the ways in which what was entered is its value; `code`: an option that stands for it."""

    field: Field
    ways: tuple[Way, ...] = ()
    code: bool = False

    @property
    def exact(self) -> bool:
        """Said just as the sample says it."""
        return any(way.exact for way in self.ways)


@dataclass
class Meaning:
    """What was found out.

    Attributes:
        of: index of an action -> what it meant.
        unknown: actions that are no value of the sample.
        unsure: actions that may be several fields.
    """

    of: dict[int, Meant] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    unsure: dict[int, list[Field]] = field(default_factory=dict)


def with_picks(actions: Sequence[Action], fields: Sequence[Field]) -> tuple[Action, ...]:
    """Whoever pressed a button or link that has just a value of the sample as its text picked that value."""
    values = {one.value for one in fields if len(one.value) > 1}
    found: list[Action] = []
    for action in actions:
        text = action.target.rung("text") if action.target is not None else ""
        if action.verb == "press" and action.target is not None and text in values and re.search(r"\w", text):
            typed = found[-1].text.casefold() if found and found[-1].verb == "fill" else ""
            suggested = typed and text.casefold().startswith(typed)  # suggestions are seldom buttons
            target = replace(action.target, kind="any") if suggested else action.target
            action = replace(action, verb="pick", text=text, target=target)
        found.append(action)
    return tuple(found)


def shape(target: Target) -> tuple[str, str]:
    """What the same field of another line has in common with this one: its column, or its name without numbers."""
    for rung in ("column", "name", "label", "id", "placeholder", "css"):
        if text := target.rung(rung):
            return rung, re.sub(r"\d+", "#", text)
    return "", ""


def meanings(actions: Sequence[Action], fields: Sequence[Field], given: Sequence[tuple[str, str]] = ()) -> Meaning:
    """What each entered value means.

    Args:
        given: (field name, what was chosen for it): what a person said where it cannot be seen.
    """
    entered = [at for at, action in enumerate(actions) if action.verb in ENTERED and not action.secret]
    possible = {at: _possible(actions[at], fields, given) for at in entered}
    meaning = Meaning(unknown=[at for at in entered if not possible[at] and actions[at].verb != "pick"])
    open_ones = {at: list(found) for at, found in possible.items() if found}
    for group in _groups(actions, list(open_ones)):
        _as_lines(group, open_ones, fields)
    _by_elimination(open_ones, meaning)
    return meaning


def _possible(action: Action, fields: Iterable[Field], given: Sequence[tuple[str, str]]) -> list[Meant]:
    found = [meant for one in fields if (meant := _meant(action, one, given)) is not None]
    plain = [meant for meant in found if not meant.code]
    exact = [meant for meant in plain if meant.exact]
    return exact or plain or found


def _meant(action: Action, one: Field, given: Sequence[tuple[str, str]]) -> Meant | None:
    if action.verb == "upload":
        same = one.value.rpartition("/")[2] == action.text
        return Meant(one, (Way("text"),)) if same else None
    if action.verb == "tick":
        target = action.target
        texts = [action.value, target.rung("label") if target else ""] if action.value else [action.text]
    elif action.verb == "choose":
        texts = [action.text, action.value, action.text.partition(" ")[0]]
    else:
        texts = [action.text]
    found = tuple(way for text in texts for way in ways(one.value, text))
    if found:
        return Meant(one, found)
    if action.verb == "choose" and (
        (one.name, action.text) in given or related(one.value, Option(action.text, action.value))
    ):
        return Meant(one, code=True)
    return None


def _groups(actions: Sequence[Action], entered: Sequence[int]) -> list[list[int]]:
    """Entered values by the shape of their field, in order."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for at in entered:
        target = actions[at].target
        if target is not None:
            groups.setdefault((actions[at].frame, *shape(target)), []).append(at)
    return list(groups.values())


def _as_lines(group: list[int], possible: dict[int, list[Meant]], fields: Sequence[Field]) -> None:
    """When a group is one field of all lines of a list, in order, nothing else is meant by it."""
    columns: dict[tuple[str, str], list[Field]] = {}
    for one in fields:
        if one.list:
            columns.setdefault((one.list, one.name), []).append(one)
    fitting: list[list[Meant]] = []
    for column in columns.values():
        if len(column) != len(group) or len(group) < 2:
            continue
        matched = [_of(possible[at], one) for at, one in zip(group, column, strict=True)]
        if all(matched):
            fitting.append([one for one in matched if one is not None])
    if fitting:
        for place, at in enumerate(group):
            possible[at] = [line[place] for line in fitting]
    else:
        for at in group:
            alone = [meant for meant in possible[at] if not meant.field.list]
            possible[at] = alone or possible[at]


def _of(possible: Iterable[Meant], one: Field) -> Meant | None:
    return next((meant for meant in possible if meant.field == one), None)


def _by_elimination(possible: dict[int, list[Meant]], meaning: Meaning) -> None:
    """What can be only one thing is that; what is taken is not meant elsewhere, as long as there is another choice."""
    left = dict(possible)
    while left:
        taken = {meant.field for meant in meaning.of.values()}
        for at, found in left.items():
            free = [meant for meant in found if meant.field not in taken] or found
            if len(free) == 1:
                meaning.of[at] = free[0]
                del left[at]
                break
        else:
            meaning.unsure = {at: [meant.field for meant in found] for at, found in left.items()}
            return
