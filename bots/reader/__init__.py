"""Reading documents: bytes or pages in, `Reading`s out, with proofs for what is right and doubts for the rest.

read(data, name, own) -> list[Reading]             everything that a document offers: XML, text layer, OCR
read_safely(data, name, own) -> list[Reading]      the same in a child process with limits
read_many(paths) -> Iterator[ReadFile]             a batch over all cores
understand(pages, own) -> list[Reading]            the pure core: pages of words to readings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bots.reader.page import OwnIdentity, Page
    from bots.reader.reading import Reading
    from bots.reader.safely import ReadFile, read, read_many, read_safely
    from bots.reader.understanding import understand

__all__ = ["OwnIdentity", "Page", "ReadFile", "Reading", "read", "read_many", "read_safely", "understand"]

_HOMES = {
    "OwnIdentity": "page",
    "Page": "page",
    "ReadFile": "safely",
    "Reading": "reading",
    "read": "safely",
    "read_many": "safely",
    "read_safely": "safely",
    "understand": "understanding",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the contract alone (`bots.reader.reading`) must not cost the whole reader."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    found = getattr(import_module(f"bots.reader.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
