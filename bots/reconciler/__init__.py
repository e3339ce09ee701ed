"""The reconciler: matches two sides, explains every match, and leaves the rest in order."""

from typing import TYPE_CHECKING, Any

from bots.reconciler.ageing import aged, carried_forward, open_items
from bots.reconciler.matching import Matching, match, reopened

if TYPE_CHECKING:
    from bots.reconciler.stage import reconcile

__all__ = ["Matching", "aged", "carried_forward", "match", "open_items", "reconcile", "reopened"]


def __getattr__(name: str) -> Any:
    if name == "reconcile":  # the stage needs the database; matching two files does not, and starts in half the time
        from bots.reconciler.stage import reconcile

        return reconcile
    raise AttributeError(name)
