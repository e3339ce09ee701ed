"""Archives made to harm are kept and not opened; good ones are."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from connectors.mail import Limits, unpack_file
from tests.intake.mails import PDF, UBL, zipped
from tests.intake.outlook import outlook


def codes(name: str, data: bytes, limits: Limits | None = None) -> list[str]:
    return [part.refused.code for part in unpack_file(name, data, limits).parts if part.refused]


def test_a_zip_yields_its_files_and_not_the_finders_litter() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("sub/", "sub/a.pdf", "__MACOSX/sub/._a.pdf", ".DS_Store"):
            archive.writestr(name, PDF if name.endswith("pdf") else b"")
    contents = unpack_file("x.zip", out.getvalue())
    assert [(p.name, p.kind) for p in contents.parts] == [("x.zip", "zip"), ("a.pdf", "pdf")]


def test_a_gzipped_document_keeps_its_name() -> None:
    parts = unpack_file("factura.xml.gz", gzip.compress(UBL)).parts
    assert [(p.name, p.kind) for p in parts] == [("factura.xml.gz", "gzip"), ("factura.xml", "ubl")]


@pytest.mark.parametrize(
    "data", [zipped(a_pdf=b"0" * 30_000_000), gzip.compress(b"0" * 30_000_000)], ids=["zip", "gzip"]
)
def test_a_bomb_is_not_inflated(data: bytes) -> None:
    contents = unpack_file("bomb", data)
    assert [part.refused.code for part in contents.parts if part.refused] == ["OF316"]
    assert len(contents.parts) == 1


def test_sizes_that_lie_are_not_believed() -> None:
    data = bytearray(zipped(a_pdf=b"0" * 5_000_000))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = (100).to_bytes(4, "little")
    assert codes("x.zip", bytes(data))[0] in {"OF314", "OF316"}


def test_zips_in_zips_are_followed_only_so_deep() -> None:
    data = zipped(a_pdf=PDF)
    for _ in range(20):
        data = zipped(inner_zip=data)
    assert codes("x.zip", data) == ["OF312"]


def test_an_encrypted_member_is_refused_and_the_others_come_out() -> None:
    data = bytearray(zipped(a_pdf=PDF, b_pdf=PDF))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        second = data.index(mark, data.index(mark) + 4) + offset
        data[second] |= 1
    contents = unpack_file("x.zip", bytes(data))
    assert [(p.name, p.refused.code if p.refused else "") for p in contents.parts] == [
        ("x.zip", "OF313"),
        ("a.pdf", ""),
    ]


def test_other_archives_and_ruins_are_refused_with_a_reason() -> None:
    assert codes("a.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 100) == ["OF315"]
    assert codes("a.rar", b"Rar!\x1a\x07\x01\0" + b"\0" * 100) == ["OF315"]
    assert codes("a.zip", zipped(a_pdf=PDF)[:60]) == ["OF314"]
    assert codes("a.zip", zipped(a_pdf=PDF, b_pdf=PDF, c_pdf=PDF), Limits(parts=2)) == ["OF312"]


def test_a_ruined_outlook_message_is_refused_with_a_reason() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert codes("a.msg", head + "__properties_version1.0".encode("utf-16-le") + b"\0\0") == ["OF319"]


def test_all_parts_together_are_limited() -> None:
    contents = unpack_file("x.zip", zipped(a_pdf=PDF * 100, b_pdf=PDF * 100), Limits(unpacked_bytes=len(PDF) * 150))
    assert [part.refused.code for part in contents.parts if part.refused]
    assert len(contents.parts) == 2


def test_an_outlook_message_is_opened() -> None:
    contents = unpack_file("aviso.msg", outlook("Factura 3", "Adjunta.", ("f.pdf", PDF), ("g.xml", UBL)))
    assert [(p.name, p.kind) for p in contents.parts] == [
        ("aviso.msg", "msg"), ("aviso", "text"), ("f.pdf", "pdf"), ("g.xml", "ubl"),
    ]  # fmt: skip
    assert contents.parts[2].data == PDF
    assert b"Factura 3" in contents.parts[1].data


def test_an_item_inside_an_outlook_message_is_said_to_be_closed() -> None:
    data = outlook("Reenviado", "", ("f.pdf", PDF), ("Otro mensaje", None))
    contents = unpack_file("aviso.msg", data)
    assert codes("aviso.msg", data) == ["OF319"]
    assert [p.kind for p in contents.parts] == ["msg", "text", "pdf"]
