"""What keeps a recording from becoming a description (problems), and what a person should look at (notes)."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.errors import Reason

__all__ = ["Findings"]


@dataclass
class Findings:
    """Collected while a description is made; with a problem there is no description."""

    problems: list[Reason] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, code: str, where: str = "", **facts: object) -> None:
        """A problem, told once."""
        reason = Reason(code, where, {name: str(value) for name, value in facts.items()})
        if reason not in self.problems:
            self.problems.append(reason)

    def note(self, text: str) -> None:
        """Something to look at, told once."""
        if text not in self.notes:
            self.notes.append(text)
