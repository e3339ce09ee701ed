"""Named points of the run where a kill is tried, so that *exactly once* is tested and not claimed.

`OFICIO_CRASH_AT=entry.submitted` kills the process (SIGKILL, no clean-up) when it reaches that point;
`OFICIO_CRASH_AT=entry.submitted:3` at the third time.  Without it, a point costs one comparison.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

__all__ = ["POINTS", "reach"]

POINTS: dict[str, str] = {
    "intake.fetched": "a mail's bytes are in memory, nothing is kept yet",
    "intake.archived": "the mail is in the archive, not in the database",
    "intake.committed": "mail and work items are in the database, the mailbox does not know",
    "intake.acted": "the mailbox has been changed, the outbox row is still open",
    "folder.claimed": "a dropped file was renamed into .processing/, not archived",
    "folder.archived": "the file is in the archive, not in the database",
    "folder.committed": "the work item is in the database, the file still in .processing/",
    "reader.read": "a document has been read, nothing is kept yet",
    "reader.committed": "the reading is kept",
    "checker.checked": "the verdict is known, nothing is kept yet",
    "checker.committed": "the verdict is kept",
    "entry.claimed": "an item is claimed for entry",
    "entry.logged_in": "the bot is logged in",
    "entry.looked": "the look-up found nothing",
    "entry.intended": "the intent is kept, nothing is typed",
    "entry.typed": "all fields are typed, nothing is submitted",
    "entry.submitted": "the save was submitted, its answer not read",
    "entry.read_back": "the entry was read back, not confirmed in the database",
    "entry.confirmed": "the entry is confirmed",
    "reconciler.matched": "the matching is known, nothing is kept yet",
    "audit.appended": "events are in the database, no checkpoint signed",
    "audit.checkpointed": "the checkpoint is signed and kept",
}
"""Every named point with what is true there."""

_name, _, _nth = os.environ.get("OFICIO_CRASH_AT", "").partition(":")
_seen: Counter[str] = Counter()


def reach(point: str) -> None:
    """Mark that the run is at `point`; KeyError when it is not in POINTS and a crash is asked for."""
    if not _name:
        return
    if point not in POINTS or _name not in POINTS:
        raise KeyError(point if point not in POINTS else _name)
    if point == _name:
        _seen[point] += 1
        if _seen[point] >= int(_nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
