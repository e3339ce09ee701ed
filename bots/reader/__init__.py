"""Reading documents: pages in, a `Reading` out, with proofs for what is right and doubts for what is not proven."""

from __future__ import annotations

from bots.reader.page import OwnIdentity, Page
from bots.reader.understanding import understand

__all__ = ["OwnIdentity", "Page", "understand"]
