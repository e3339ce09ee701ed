"""What kind of file some bytes are, told by the bytes and never by the name or the label of a mail."""

from __future__ import annotations

import base64
import re
from typing import Literal

__all__ = ["FileType", "file_type"]

FileType = Literal[
    "pdf", "png", "jpeg", "tiff", "gif", "webp", "bmp", "heic",
    "cii", "ubl", "facturae", "camt", "xml",
    "xlsx", "xlsm", "xlsb", "ods", "docx", "odt", "pptx", "zip", "gzip", "7z", "rar",
    "msg", "xls", "doc", "ole", "p7m", "p7s", "eml", "mbox", "html", "rtf", "program", "text", "empty", "unknown",
]  # fmt: skip

_HEAD = 4096
_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"II*\0", "tiff"), (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"), (b"MM\0+", "tiff"),
    (b"GIF8", "gif"), (b"BM", "bmp"), (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar"),
    (b"{\\rtf", "rtf"), (b"MZ", "program"), (b"\x7fELF", "program"), (b"#!", "program"), (b"From ", "mbox"),
)  # fmt: skip
_ROOTS: tuple[tuple[bytes, FileType], ...] = (
    (b"urn:ferd:CrossIndustryDocument", "cii"), (b"CrossIndustryInvoice", "cii"),
    (b"oasis:names:specification:ubl:schema:xsd:Invoice", "ubl"),
    (b"oasis:names:specification:ubl:schema:xsd:CreditNote", "ubl"), (b"Facturae", "facturae"),
    (b"urn:iso:std:iso:20022:tech:xsd:camt.", "camt"),
)  # fmt: skip
_ZIP_MEMBERS: tuple[tuple[bytes, FileType], ...] = (
    (b"xl/workbook.bin", "xlsb"), (b"xl/vbaProject.bin", "xlsm"), (b"xl/workbook.xml", "xlsx"),
    (b"xl/worksheets/", "xlsx"),
    (b"word/document.xml", "docx"), (b"ppt/presentation.xml", "pptx"),
)  # fmt: skip
_OLE_STREAMS: tuple[tuple[str, FileType], ...] = (
    ("__properties_version1.0", "msg"), ("__nameid_version1.0", "msg"), ("Workbook", "xls"), ("Book", "xls"),
    ("WordDocument", "doc"),
)  # fmt: skip
_MAIL_HEADER = re.compile(
    rb"(?im)^(?:received|return-path|delivered-to|mime-version|message-id|from|to|subject|date|content-type|x-[a-z-]+):"
)
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # OBJECT IDENTIFIER 1.2.840.113549.1.7.2, RFC 5652


def file_type(data: bytes) -> FileType:
    """The kind of file that `data` is, by its first bytes and, for containers, by what is inside.

    A PDF may start within the first 1,024 bytes (ISO 32000-1, annex H.3.4.1).
    XML is told by its root: Cross Industry Invoice (`cii`), UBL, FacturaE, CAMT, else `xml`.
    """
    if not data.strip(b"\0\t\n\r\x0c "):
        return "empty"
    head = data[:_HEAD]
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):  # before the search: a stored PDF may be its first member
        return _zip_kind(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(data)
    if b"%PDF-" in head[:1029]:
        return "pdf"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"}:
        return "heic"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if _is_signed(head):
        return "p7m"
    return _text_kind(head)


def _zip_kind(data: bytes) -> FileType:
    first = data[:200]
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in first:
        return "ods"
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in first:
        return "odt"
    directory = data[-262_144:]  # member names stand in the central directory, at the end
    return next((kind for name, kind in _ZIP_MEMBERS if name in directory), "zip")


def _ole_kind(data: bytes) -> FileType:
    found = data[:4_000_000]
    return next((kind for name, kind in _OLE_STREAMS if name.encode("utf-16-le") + b"\0\0" in found), "ole")


def _is_signed(head: bytes) -> bool:
    if head[:1] == b"\x30" and _SIGNED_DATA in head[:32]:
        return True
    if re.match(rb"\s*-----BEGIN (?:PKCS7|CMS)-----", head):
        return True
    text = re.match(rb"\s*(MI[A-P][A-Za-z0-9+/\r\n]{40})", head)
    return text is not None and _SIGNED_DATA in base64.b64decode(b"".join(text.group(1).split())[:40])


def _text_kind(head: bytes) -> FileType:
    text = _as_ascii(head)
    start = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    lowered = start[:1024].lower()
    if start.startswith(b"<"):
        if lowered.startswith((b"<!doctype html", b"<html")) or b"<html" in lowered:
            return "html"
        return _xml_kind(start)
    headers = start.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    if re.match(rb"[A-Za-z][A-Za-z0-9-]*:", start) and len(set(_MAIL_HEADER.findall(headers))) >= 2:
        return "eml"
    if b"<html" in lowered or b"<body" in lowered:
        return "html"
    printable = sum(byte >= 32 or byte in b"\t\n\r\x0c" for byte in text)
    return "text" if printable >= 0.97 * len(text) else "unknown"


def _as_ascii(head: bytes) -> bytes:
    for bom, encoding in (
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if head.startswith(bom):
            return head.decode(encoding, "replace").lstrip("\ufeff").encode()
    return head


def _xml_kind(start: bytes) -> FileType:
    root = re.search(rb"<(?![?!])[^>]*>", start)
    if root is None:
        return "xml" if start.startswith(b"<?xml") else "text"
    opening = root.group()
    for mark, kind in _ROOTS:
        if mark in opening:
            return kind
    return "xml" if re.match(rb"<[A-Za-z_][\w.:-]*[\s/>]", opening) else "text"
