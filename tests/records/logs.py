"""Logs to try things on."""

from __future__ import annotations

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from records import Records, audit, work_items
from records.log import SignedCheckpoint
from tests.records.conftest import Clock


def fill(records: Records, clock: Clock, events: int, *, batch: int = 50) -> None:
    """Append events of ten work items, some with documents, a batch a transaction."""
    with records.begin() as tx:
        items = [work_items.create(tx, process="invoices", payload={}) for _ in range(min(10, events))]
    left = events - len(items)
    while left > 0:
        clock.forward(timedelta(seconds=1))
        with records.begin() as tx:
            for number in range(min(batch, left)):
                item = items[number % len(items)]
                audit.append(tx, action="item.noted", item=item, after={"n": str(left - number), "text": "Größe, ñ"})
        left -= batch


def sealed(records: Records, clock: Clock, events: int, every: int = 250) -> list[SignedCheckpoint]:
    """A log with a checkpoint after each so many events."""
    checkpoints = []
    for _ in range(0, events, every):
        fill(records, clock, every)
        checkpoints.append(records.log.checkpoint())
    return checkpoints


def standalone(path: Path) -> ModuleType:
    """The stand-alone verifier as it lies in a bundle."""
    spec = importlib.util.spec_from_file_location("standalone", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["standalone"] = module
    spec.loader.exec_module(module)
    return module
