"""Names that strangers give to files: for display only, files are stored by hash."""

from __future__ import annotations

import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header

__all__ = ["decode_words", "display_name"]


def decode_words(text: str) -> str:
    """Encoded words (RFC 2047) decoded as far as they can be; also inside file names, where they are not allowed."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(piece if isinstance(piece, str) else _decode(piece, charset) for piece, charset in pieces)


def _decode(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return piece.decode("latin-1")


def display_name(name: str, fallback: str = "") -> str:
    """The last part of a path, without control and direction characters, at most 150 characters.

    A right-to-left override makes `annexe‮fdp.exe` look like a PDF; such characters are taken out.
    """
    plain = unicodedata.normalize("NFC", decode_words(name[:4_000]).encode("utf-8", "replace").decode("utf-8"))
    shown = "".join(" " if c in "\t\r\n" else c for c in plain if unicodedata.category(c)[0] != "C" or c in "\t\r\n")
    last = shown.replace("\\", "/").rstrip("/ ").rpartition("/")[2].strip(" .")
    if len(last) > 150:
        stem, dot, suffix = last.rpartition(".")
        last = stem[: 145 - len(suffix)] + "…" + dot + suffix if dot and len(suffix) <= 10 else last[:149] + "…"
    return last or fallback
