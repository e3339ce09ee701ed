"""The reconciler: matches two sides, explains every match, and leaves the rest in order."""

from bots.reconciler.ageing import aged, carried_forward, open_items
from bots.reconciler.matching import Matching, match, reopened
from bots.reconciler.stage import reconcile

__all__ = ["Matching", "aged", "carried_forward", "match", "open_items", "reconcile", "reopened"]
