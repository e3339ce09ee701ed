"""What the checker says of an invoice: the state it goes to, and every check with its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from config.errors import Reason

__all__ = ["Check", "Objection", "Verdict"]


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason why a bot may not go on alone.

    Attributes:
        reason: in words, with its code.
        persons: how many different persons must accept it.
        call_back: whether acceptance needs a note of a call to the supplier.
    """

    reason: Reason
    persons: int = 1
    call_back: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was made, for people: its name and whether it passed."""

    name: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the invoice goes and why.

    Attributes:
        state: `ready` (nothing against it), `review` (a person decides) or `duplicate`.
        supplier: id in the supplier master, "" when unknown.
        objections: empty exactly when the state is `ready`.
        checks: all checks made, in order.
        duplicate_of: the earlier work item, when it is a duplicate.
    """

    state: Literal["ready", "review", "duplicate"]
    supplier: str = ""
    objections: tuple[Objection, ...] = ()
    checks: tuple[Check, ...] = ()
    duplicate_of: str = ""

    def to_json(self) -> dict[str, Any]:
        """For the payload and the audit event."""
        return {
            "state": self.state,
            "supplier": self.supplier,
            "reasons": [objection.reason.to_json() for objection in self.objections],
            "checks": [{"name": check.name, "passed": check.passed} for check in self.checks],
            "duplicate_of": self.duplicate_of,
        }
