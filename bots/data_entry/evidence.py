"""What shows that something was done: pictures and texts of the pages, kept by hash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bots.data_entry.looking import Difference
from connectors.browser.session import Session
from connectors.secrets import Secret, masked
from records import Evidence, Records

__all__ = ["kept", "kept_files", "kept_read_back"]


def kept(records: Records, session: Session, moment: str, secrets: tuple[Secret, ...]) -> list[Evidence]:
    """A picture and the text of the pages at a moment (`before`, `after`)."""
    text = masked(session.text(), secrets).encode()
    return [
        Evidence(records.archive.put(session.picture()), f"screenshot-{moment}"),
        Evidence(records.archive.put(text), f"page-{moment}"),
    ]


def kept_files(records: Records, files: Sequence[tuple[str, bytes]]) -> list[Evidence]:
    """Screenshots and downloads that steps asked for, under the names that they gave."""
    return [Evidence(records.archive.put(data), name) for name, data in files]


def kept_read_back(records: Records, record: dict[str, Any], wrong: Sequence[Difference]) -> Evidence:
    """The values that were wanted and what was read back otherwise."""
    plain = {name: value for name, value in record.items() if isinstance(value, str | list) or name == "hit"}
    report = {"wanted": plain, "differences": [[d.field, d.shown, d.wanted] for d in wrong]}
    data = json.dumps(report, sort_keys=True, ensure_ascii=False, default=str).encode()
    return Evidence(records.archive.put(data), "read-back")
