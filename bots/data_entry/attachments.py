"""Files that records name, such as a scan to be uploaded: archived with the work item, so that they are there later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.data_entry.values import render
from config.errors import ConfigError
from config.systems import Form, every_step
from records import DocumentRef, Records

__all__ = ["attached"]


def attached(records: Records, form: Form, record: Mapping[str, Any], folder: Path) -> list[DocumentRef]:
    """The files that a form's `upload` steps take from this record, by their names; paths count from `folder`.

    Raises:
        ConfigError: OF101, there is no such file.
        BusinessException: OF505, the record lacks the name that the step uses.
    """
    found: list[DocumentRef] = []
    for step in every_step((*form.steps, *form.after)):
        if step.upload is None or step.value is None or "{" not in step.value:
            continue
        name = render(step.value, record)
        if name:
            path = folder / name
            try:
                data = path.read_bytes()
            except OSError as error:
                raise ConfigError("OF101", str(path), why=error) from error
            found.append(DocumentRef(records.archive.put(data), path.name))
    return found
