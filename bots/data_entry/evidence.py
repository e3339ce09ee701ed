"""What shows that something was done, or how it failed: pictures, texts and logs of the pages, kept by hash."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bots.data_entry.looking import Difference
from config.errors import OficioError
from connectors.browser.session import Session
from connectors.secrets import Secret, masked
from records import Evidence, Records

__all__ = ["at_failure", "kept", "kept_files", "kept_read_back"]


def kept(records: Records, session: Session, moment: str, secrets: tuple[Secret, ...]) -> list[Evidence]:
    """A picture and the text of the pages at a moment (`before`, `after`)."""
    text = masked(session.text(), secrets).encode()
    return [
        Evidence(records.archive.put(session.picture()), f"screenshot-{moment}"),
        Evidence(records.archive.put(text), f"page-{moment}"),
    ]


def at_failure(
    records: Records, session: Session, secrets: tuple[Secret, ...], rungs: Mapping[str, int]
) -> list[Evidence]:
    """What can still be had of a session that failed: picture, page text, frames, locators, the trace of a retry."""
    acts = list(session.acts)  # before the parts below add theirs
    parts: dict[str, Callable[[], bytes | None]] = {
        "screenshot-failure": session.picture,
        "page-failure": lambda: masked(session.text(), secrets).encode(),
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


def kept_files(records: Records, files: Sequence[tuple[str, bytes]]) -> list[Evidence]:
    """Screenshots and downloads that steps asked for, under the names that they gave."""
    return [Evidence(records.archive.put(data), name) for name, data in files]


def kept_read_back(records: Records, record: dict[str, Any], wrong: Sequence[Difference]) -> Evidence:
    """The values that were wanted and what was read back otherwise."""
    plain = {name: value for name, value in record.items() if isinstance(value, str | list) or name == "hit"}
    report = {"wanted": plain, "differences": [[d.field, d.shown, d.wanted] for d in wrong]}
    data = json.dumps(report, sort_keys=True, ensure_ascii=False, default=str).encode()
    return Evidence(records.archive.put(data), "read-back")
