"""When work that a system refused is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["RetryPolicy"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long apart: delay = first * 2^n, at most `longest`, of which a random half to whole."""

    attempts: int = 6
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)

    def delay(self, attempts: int, chance: float) -> timedelta:
        """The wait after so many failed attempts (from 1); `chance` in [0, 1) is the jitter."""
        whole = min(self.longest, self.first * (1 << min(attempts - 1, 20)))
        return whole / 2 + whole / 2 * chance
