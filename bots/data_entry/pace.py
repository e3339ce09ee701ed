"""Back-pressure: when a system slows down or says "too many", fewer robots work and each pauses; then again more.

As networks do it (additive increase, multiplicative decrease: Chiu and Jain, 1989): a sign of overload halves the
robots and doubles the pause; ten good items in a row bring one robot back and halve the pause.  Who only answers slowly
gets a pause no longer than its answer takes; who says "too many" up to a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean

__all__ = ["OVERLOAD", "Pace"]

OVERLOAD = frozenset(("429", "503"))
"""Statuses with which a server asks for less."""
_SLOWER = 3.0  # times the quickest so far
_NOTICED = 2.0  # seconds that a document must take to be called slow at all
_FIRST, _LONGEST = 0.5, 60.0  # seconds of pause
_GOOD = 10


@dataclass
class Pace:
    """What the robots of one run know together of how their system feels.

    Attributes:
        most: so many robots may work when all is well.
        allowed: so many may work now.
        pause: seconds that each waits before its next item.
    """

    most: int
    allowed: int = field(init=False)
    pause: float = 0.0
    _quickest: float = float("inf")
    _good: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.allowed = self.most

    def note(self, waits: Sequence[float], status: str = "") -> bool:
        """Whether an item shows overload: by the seconds that its documents took, or by the status that ended it."""
        with self._lock:
            mean = fmean(waits) if waits else 0.0
            slow = mean > max(_NOTICED, _SLOWER * self._quickest)
            if waits:
                self._quickest = min(self._quickest, mean)
            if slow or status in OVERLOAD:
                longest = _LONGEST if status in OVERLOAD else max(mean, self.pause)
                self._good = 0
                self.allowed = max(1, self.allowed // 2)
                self.pause = min(longest, max(_FIRST, 2 * self.pause))
                return True
            self._good += 1
            if self._good % _GOOD == 0:
                self.allowed = min(self.most, self.allowed + 1)
                self.pause = self.pause / 2 if self.pause > _FIRST else 0.0
            return False
