"""Whole files as people send them: several invoices in one PDF, a text layer that lies."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf

__all__ = ["garble", "joined"]


def joined(pdfs: Iterable[bytes]) -> bytes:
    """One PDF of all their pages, as a batch scan or a collected mail makes it."""
    out = pikepdf.new()
    sources = [pikepdf.open(io.BytesIO(pdf)) for pdf in pdfs]
    for source in sources:
        out.pages.extend(source.pages)
    buffer = io.BytesIO()
    out.save(buffer, deterministic_id=True)
    for source in sources:
        source.close()
    return buffer.getvalue()


def garble(pdf: bytes) -> bytes:
    """The same page, but its embedded fonts no longer say which letter a glyph is: what is copied out is nonsense."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for obj in document.objects:
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font" and "/ToUnicode" in obj:
                del obj["/ToUnicode"]
        buffer = io.BytesIO()
        document.save(buffer, deterministic_id=True)
    return buffer.getvalue()
