"""State machines: which changes of state each process declares; every other change is refused (OF703)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.errors import OficioError

__all__ = ["DIFFERENCES", "INVOICES", "Process", "declare", "get", "names"]


@dataclass(frozen=True, slots=True)
class Process:
    """A business process.

    Attributes:
        initial: the state of new work.
        transitions: for each state, the states that may follow.
        by_person: changes that a person alone may make, beside `transitions`.
        final: states in which the work is done.
    """

    name: str
    initial: str
    transitions: Mapping[str, frozenset[str]]
    by_person: Mapping[str, frozenset[str]] = field(default_factory=dict)
    final: frozenset[str] = frozenset()

    @property
    def states(self) -> frozenset[str]:
        """Every state that is named."""
        follow = (*self.transitions.values(), *self.by_person.values())
        return frozenset((self.initial, *self.transitions, *self.by_person)).union(*follow)

    def check(self, before: str, after: str, *, person: bool, item: str | None = None) -> None:
        """Refuse a change that is not declared; a state may always follow itself.

        Raises:
            OficioError: OF703 not declared, OF709 only a person may.
        """
        if before == after or after in self.transitions.get(before, ()):
            return
        if after in self.by_person.get(before, ()):
            if person:
                return
            raise OficioError("OF709", item=item, process=self.name, before=before, after=after)
        raise OficioError("OF703", item=item, process=self.name, before=before, after=after)


_declared: dict[str, Process] = {}


def declare(process: Process) -> Process:
    """Make a process known to the records; declaring it again replaces it."""
    _declared[process.name] = process
    return process


def get(name: str) -> Process:
    """A declared process.

    Raises:
        OficioError: OF714, there is none of that name.
    """
    try:
        return _declared[name]
    except KeyError:
        raise OficioError("OF714", process=name, known=", ".join(names())) from None


def names() -> list[str]:
    """The declared processes."""
    return sorted(_declared)


def _to(states: str) -> frozenset[str]:
    return frozenset(states.split())


INVOICES = declare(
    Process(
        "invoices",
        initial="received",
        transitions={
            "received": _to("read review rejected duplicate failed"),
            "read": _to("checked ready review rejected duplicate failed"),
            "checked": _to("read ready review rejected duplicate failed"),
            "ready": _to("entering read review rejected duplicate failed"),
            "entering": _to("entered uncertain ready review failed duplicate"),
            "uncertain": _to("entered ready review failed duplicate"),
            "entered": _to("reconciled review"),
            "reconciled": _to("entered"),
            "review": _to("failed"),
            "rejected": _to(""),
            "duplicate": _to(""),
            "failed": _to(""),
        },
        by_person={
            "review": _to("received read checked ready uncertain entered reconciled rejected duplicate"),
            "failed": _to("received read checked ready uncertain entered review rejected duplicate"),
            "rejected": _to("review read"),
            "duplicate": _to("review read"),
        },
        final=_to("reconciled rejected duplicate"),
    )
)
"""received -> read -> checked -> ready -> entering -> entered -> reconciled, and what stands beside it."""

DIFFERENCES = declare(
    Process(
        "differences",
        initial="found",
        transitions={"found": _to("review"), "to_mend": _to("mended"), "mended": _to("review")},
        by_person={"review": _to("explained to_mend")},
        final=_to("explained mended"),
    )
)
"""What the nightly inspection found: log, tables, archive, mailboxes and legacy system do not say the same."""

RECONCILIATIONS = declare(
    Process(
        "reconciliations",
        initial="open",
        transitions={"open": _to("review done"), "review": _to("done"), "done": _to("open")},
        by_person={"review": _to("done open")},
        final=_to("done"),
    )
)
"""One run of a reconciliation: open while a suggestion of it waits for a person."""

SUGGESTIONS = declare(
    Process(
        "reconciliation",
        initial="open",
        transitions={"open": _to("review"), "accepted": _to("applied"), "rejected": _to("applied")},
        by_person={"review": _to("accepted rejected")},
        final=_to("applied"),
    )
)
"""One suggestion of a reconciliation: what a person decided is applied by the next run."""
