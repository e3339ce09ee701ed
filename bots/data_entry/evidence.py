"""What shows that something was done, or how it failed: pictures, texts and logs of the pages, kept by hash."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bots.data_entry.looking import Difference
from config.errors import OficioError
from connectors.browser.session import Session
from connectors.secrets import Secret, masked
from records import Evidence, Records

__all__ = ["Proofs", "at_failure"]


@dataclass
class Proofs:
    """The evidence of one item: written beside the work, and on the disk before it is cited.

    Attributes:
        writers: threads that write; a write waits for the disk, not for a processor.
    """

    records: Records
    secrets: tuple[Secret, ...]
    writers: ThreadPoolExecutor
    _pictures: list[tuple[str, Callable[[], bytes]]] = field(default_factory=list)
    _written: list[Evidence] = field(default_factory=list)
    _writing: list[tuple[str, Future[str]]] = field(default_factory=list)

    def keep(self, kind: str, data: bytes) -> None:
        """Begin to write something down."""
        self._writing.append((kind, self.writers.submit(self.records.archive.put, data)))

    def picture(self, session: Session, moment: str) -> None:
        """A picture of the window at a moment (`before`, `after`); it comes beside the work."""
        self._pictures.append((f"screenshot-{moment}", session.begin_picture()))

    def text(self, session: Session, moment: str) -> None:
        """The text of the pages at a moment."""
        self.keep(f"page-{moment}", masked(session.text(), self.secrets).encode())

    def files(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Screenshots and downloads that steps asked for, under the names that they gave."""
        for name, data in files:
            self.keep(name, data)

    def read_back(self, record: dict[str, Any], wrong: Sequence[Difference]) -> None:
        """The values that were wanted and what was read back otherwise."""
        plain = {name: value for name, value in record.items() if isinstance(value, str | list) or name == "hit"}
        report = {"wanted": plain, "differences": [[d.field, d.shown, d.wanted] for d in wrong]}
        self.keep("read-back", json.dumps(report, sort_keys=True, ensure_ascii=False, default=str).encode())

    def wait(self) -> None:
        """Until all is there and on the disk.

        Raises:
            ApplicationException: OF705, the disk refuses to write; OF512 and others, the page gives no picture.
        """
        pictures, self._pictures = self._pictures, []
        for kind, taken in pictures:
            self.keep(kind, taken())
        writing, self._writing = self._writing, []
        for kind, written in writing:
            self._written.append(Evidence(written.result(), kind))

    def taken(self) -> list[Evidence]:
        """All that was kept since the last time, once it is on the disk; to be cited.

        Raises:
            ApplicationException: OF705, the disk refuses to write.
        """
        self.wait()
        taken, self._written = self._written, []
        return taken

    def salvaged(self) -> list[Evidence]:
        """As `taken`, after a failure: a page that failed may give no picture, and the rest still tells."""
        with contextlib.suppress(OficioError):
            self.wait()
        return self.taken()


def at_failure(
    records: Records, session: Session, secrets: tuple[Secret, ...], rungs: Mapping[str, int]
) -> list[Evidence]:
    """What can still be had of a session that failed: picture, page text, frames, locators, the trace of a retry."""
    acts = list(session.acts)  # before the parts below add theirs
    parts: dict[str, Callable[[], bytes | None]] = {
        "screenshot-failure": session.picture,
        "page-failure": lambda: masked(session.text(failed=True), secrets).encode(),
        "frames": lambda: _log(session.tree(), secrets),
        "locators": lambda: _log({"acts": [_act(*act) for act in acts], "rungs": dict(rungs)}, secrets),
        "trace": lambda: session.end_trace([secret.reveal() for secret in secrets]),
    }
    found: list[Evidence] = []
    for kind, part in parts.items():
        with contextlib.suppress(OficioError):  # the page may answer nothing, or be no more: the rest still tells
            data = part()
            if data is not None:
                found.append(Evidence(records.archive.put(data), kind))
    return found


def _act(what: str, seconds: float, error: str) -> dict[str, str]:
    return {"what": what, "seconds": f"{seconds:.3f}", **({"error": error} if error else {})}


def _log(facts: object, secrets: tuple[Secret, ...]) -> bytes:
    return masked(json.dumps(facts, indent=1, ensure_ascii=False), secrets).encode()
