"""How a system writes dates and numbers, from all that was typed and shown; and how each field is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.recorder.problems import Findings
from bots.recorder.sample import Way

__all__ = ["Style", "kind_of", "style_of"]


@dataclass(frozen=True, slots=True)
class Style:
    """The `formats` of a description; "" for what was not seen."""

    date: str = ""
    decimal: str = ""
    thousands: str = ""
    places: int = 2


Seen = Sequence[tuple[str, Sequence[Way]]]


def style_of(typed: Seen, shown: Seen, findings: Findings) -> Style:
    """One style that explains every text.

    Args:
        typed, shown: (text, the ways in which it may be its value); marks between thousands are typed only when they
            were: many systems that show them refuse them.
    """
    seen = [*typed, *shown]
    forced = [(text, found) for text, found in seen if all(way.kind != "text" for way in found)]
    date = _date([one for one in forced if _has(one, "date")], findings)
    decimal = _agreed_decimal(forced, findings)
    if not decimal:
        decimal = next((way.decimal for _, found in seen for way in found if way.decimal), "")
    amounts = [way for _, found in forced for way in found if way.kind == "amount" and way.decimal == decimal]
    places = {way.places for way in amounts}
    if len(places) > 1 and 2 not in places:
        findings.refuse("OF566", kind="amounts", one=min(places), other=max(places))
    marks = {way.thousands for _, found in typed for way in found if way.thousands and way.decimal in ("", decimal)}
    mark = next(iter(marks)) if len(marks) == 1 else ""
    return Style(date, decimal, mark, 2 if 2 in places or not places else min(places))


def _has(one: tuple[str, Sequence[Way]], kind: str) -> bool:
    return any(way.kind == kind for way in one[1])


def _date(seen: Seen, findings: Findings) -> str:
    """The pattern that all dates have in common."""
    common: list[str] | None = None
    for text, found in seen:
        patterns = [way.pattern for way in found if way.kind == "date"]
        left = [pattern for pattern in (common if common is not None else patterns) if pattern in patterns]
        if not left:
            findings.refuse("OF566", kind="dates", one=seen[0][0], other=text)
            return (common or [""])[0]
        common = left
    if common and len(common) > 1:
        findings.refuse("OF567", date=seen[0][0])
    return common[0] if common else ""


def _agreed_decimal(seen: Seen, findings: Findings) -> str:
    """The decimal mark that all numbers with one have."""
    first: tuple[str, str] | None = None
    for text, found in seen:
        marks = {way.decimal for way in found if way.decimal}
        if len(marks) != 1:
            continue
        mark = marks.pop()
        if first is None:
            first = (mark, text)
        elif first[0] != mark:
            findings.refuse("OF566", kind="numbers", one=first[1], other=text)
    return first[0] if first else ""


def kind_of(texts: Sequence[Sequence[Way]], style: Style) -> str:
    """The `as` of a field by the ways of all its lines; "" when no one kind explains them all."""
    for kind in ("date", "amount", "text", "number"):
        if all(any(_fits(way, kind, style) for way in found) for found in texts):
            return kind
    return ""


def _fits(way: Way, kind: str, style: Style) -> bool:
    if way.kind != kind:
        return False
    if kind == "date":
        return way.pattern == style.date
    if kind == "amount":
        return way.decimal == style.decimal and way.places == style.places
    return kind == "text" or way.decimal in ("", style.decimal)
