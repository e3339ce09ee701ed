"""How much of a stranger's mail is looked at; checked before and while parsing, never after."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one mail (or one dropped file) with everything packed inside it.

    Attributes:
        raw_bytes: a larger mail is kept and not opened.
        fetch_bytes: a larger mail is not even fetched; its header is.
        header_bytes: of one header block; the rest of a longer one is not read.
        recipients: addresses that are looked at; the rest are counted (20,000 stall the standard library's parser).
        parts: MIME parts, archive members and attachments together.
        depth: levels of multipart, message, archive and envelope together.
        unpacked_bytes: all parts together, after decoding and unpacking.
        ratio: of a packed member's size to its packed size, above one megabyte.
        documents: work items that one mail may become.
    """

    raw_bytes: int = 60 * _MB
    fetch_bytes: int = 200 * _MB
    header_bytes: int = 256_000
    recipients: int = 50
    parts: int = 1_000
    depth: int = 12
    unpacked_bytes: int = 250 * _MB
    ratio: int = 200
    documents: int = 200
