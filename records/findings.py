"""What a verification says: how much was verified, and what is wrong with which event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "FindingKind", "Verification"]

FindingKind = Literal[
    "edited", "missing", "cut", "rolled back", "forked", "re-signed", "wrong key", "bad form", "clock backwards"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the kind, the first event concerned (its number), and a sentence."""

    kind: FindingKind
    seq: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified: number of events, their root (hex), how many checkpoints agree, and what is wrong.

    `covered` is the size of the largest checkpoint that agrees: later events are in form but not yet signed.
    """

    size: int
    root: str
    checkpoints: int
    covered: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def __str__(self) -> str:
        if self.ok:
            return f"{self.size} events, {self.checkpoints} checkpoints, signed up to {self.covered}: verified"
        return "; ".join(finding.says for finding in self.findings[:3])
