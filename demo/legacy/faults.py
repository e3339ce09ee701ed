"""Faults by switch: what a legacy system does to a save on a bad day; seeded, so that a run can be repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["KINDS", "Fault", "Faults"]

Fault = Literal["slow", "error_before", "error_after", "drop_before", "drop_after", "lost_before", "lost_after"]
KINDS: tuple[Fault, ...] = (
    "slow", "error_before", "error_after", "drop_before", "drop_after", "lost_before", "lost_after",
)  # fmt: skip
"""`_before`: nothing was saved; `_after`: it was. error: status 500; drop: connection cut; lost: the session ends."""


@dataclass
class Faults:
    """Which share of saves goes wrong, and how.

    Attributes:
        rate: share of saves (0 to 1).
        kinds: which faults, equally likely.
        slow_seconds: how long a slow save sleeps before it commits.
        everywhere: share of all other requests that fail (500, drop, session lost).
        plan: faults of the next saves, before chance decides.
    """

    rate: float = 0.0
    seed: int = 1
    kinds: tuple[Fault, ...] = KINDS
    slow_seconds: float = 1.0
    everywhere: float = 0.0
    plan: list[Fault] = field(default_factory=list)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def on_save(self) -> Fault | None:
        """The fault of this save, if any."""
        if self.plan:
            return self.plan.pop(0)
        return self._random.choice(self.kinds) if self._random.random() < self.rate else None

    def on_request(self) -> Fault | None:
        """The fault of any other request, if any."""
        if self._random.random() < self.everywhere:
            return self._random.choice(("error_before", "drop_before", "lost_before"))
        return None
