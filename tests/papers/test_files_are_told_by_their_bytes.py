from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from connectors.file_type import FileType, file_type
from tests.papers import samples


def picture(format: str) -> bytes:
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, format)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("empty", b" \r\n\0"),
        ("pdf", b"\r\nHTTP header\r\n\r\n%PDF-1.7\n"),
        ("png", picture("PNG")),
        ("jpeg", picture("JPEG")),
        ("tiff", picture("TIFF")),
        ("gif", picture("GIF")),
        ("cii", samples.cii()),
        ("cii", samples.zugferd1()),
        ("ubl", samples.ubl()),
        ("ubl", samples.ubl("credit_note").decode().encode("utf-16")),
        ("facturae", samples.facturae()),
        ("camt", b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'),
        ("xml", b"<?xml version='1.0'?><!-- a note --><orders/>"),
        ("html", b"<!DOCTYPE html><html><body>Log in</body></html>"),
        ("xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
        ("docx", archive("[Content_Types].xml", "word/document.xml")),
        ("zip", archive("a.pdf", "b.pdf")),
        ("eml", b"Received: from x\r\nFrom: a@b.example\r\nSubject: Invoice\r\n\r\nHello"),
        ("text", b"Dear Sirs,\nsubject: nothing\n"),
        ("program", b"MZ\x90\0"),
        ("unknown", bytes(range(256)) * 4),
    ],
)
def test_the_bytes_decide(kind: FileType, data: bytes) -> None:
    assert file_type(data) == kind


@given(st.binary(max_size=300))
def test_any_bytes_have_a_kind(data: bytes) -> None:
    assert file_type(data)
