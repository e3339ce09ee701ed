"""The values that the records hand out and take in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from config.errors import Reason

__all__ = [
    "Actor",
    "ActorKind",
    "DocumentRef",
    "Evidence",
    "Lease",
    "Outcome",
    "Payload",
    "RunInfo",
    "Session",
    "Where",
    "WorkItem",
]

ActorKind = Literal["bot", "person", "system"]
Outcome = Literal["ok", "refused", "failed", "uncertain"]
Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a bot or a person by name, and the session (login, process) it was done in."""

    kind: ActorKind
    id: str
    session: str = ""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The run that something was done in: its id, the flow, the code's commit and the hash of the configuration."""

    id: str
    flow: str = ""
    commit: str = ""
    config: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Who acts, in which run, and for whom: what every event of a transaction is signed with."""

    actor: Actor
    run: RunInfo | None = None
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """The place outside where something was done: system, its origin (scheme, host, port), the screen."""

    system: str
    origin: str = ""
    screen: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document by the SHA-256 of its bytes (hex), and what it is to the work item: `source`, `attachment`, `mail`."""

    sha256: str
    role: str = "source"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file in the archive that shows what was done, by SHA-256 (hex): `screenshot`, `read-back`, `page`, `answer`."""

    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on something until a moment.

    `token` grows with each owner, so that a system which compares it can refuse one who lost the lease (fencing).
    """

    name: str
    owner: str
    until: datetime
    token: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One piece of work moving through a process, as it was when it was read.

    Attributes:
        key: the work's own name, unique within its process (by default the id).
        payload: JSON without floats; `payload_version` counts its versions from 1.
        priority: 1 is the most urgent, 5 is normal, 9 can wait.
        amount: minor units of `currency`.
        attempts: failed attempts in this state.
        available_at: not to be claimed before.
        lease: the right to work on it, for items that come from `claim`; None for items that were only read.
        held_by: who has a lease on it, "" when nobody has.
        version: grows with every move; `move` refuses an item whose version is not the current one.
        reason: why it is in this state, when that needs a reason.
    """

    id: str
    process: str
    key: str
    state: str
    payload: Payload
    payload_version: int
    priority: int
    due: date | None
    amount: int | None
    currency: str | None
    attempts: int
    available_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime
    reason: Reason | None = None
    lease: Lease | None = None
    held_by: str = ""
    documents: tuple[DocumentRef, ...] = field(default=())
