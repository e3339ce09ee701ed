"""What keeps a recording from becoming a description (problems), and what a person should look at (notes)."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.errors import Reason

__all__ = ["Findings"]


@dataclass
class Findings:
    """Collected while a description is made; with a problem there is no description."""

    problems: list[Reason] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)

    def refuse(self, code: str, where: str = "", **facts: object) -> None:
        """A problem, told once."""
        _add(self.problems, Reason(code, where, {name: str(value) for name, value in facts.items()}))

    def note(self, code: str, **facts: object) -> None:
        """Something to look at, told once."""
        _add(self.notes, Reason(code, "", {name: str(value) for name, value in facts.items()}))


def _add(reasons: list[Reason], reason: Reason) -> None:
    if reason not in reasons:
        reasons.append(reason)
