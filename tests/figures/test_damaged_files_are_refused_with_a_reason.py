"""Whatever is done to a file, it is read or refused with one of our codes, in bounded time: never another error."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import DocumentRefused, Language
from connectors import bank, sheets
from tests.figures.conftest import HEAD, ledger_rows, put, workbook
from tests.figures.strategies import statements
from tests.figures.writers import WRITERS, Written

MUTATIONS = int(os.environ.get("OFICIO_MUTATIONS", "1500"))

LANGUAGES: tuple[Language, ...] = ("en", "es")
SCRAPS = (
    b"\n",
    b"\r\n",
    b",",
    b".",
    b"/",
    b":",
    b"<",
    b">",
    b"-",
    b"9" * 30,
    b"\0",
    b"\xff",
    b"?20",
    b"'",
    b'"',
    b";",
    b"\t",
)


def survives(data: bytes, read: Callable[[bytes], object]) -> str:
    """The code of the refusal, "" when it was read; any other error fails the test."""
    reason = None
    try:
        read(data)
    except DocumentRefused as refused:
        reason = refused.reason
    if reason is None:
        return ""
    assert not any(reason.text(language).startswith(reason.code) for language in LANGUAGES)
    return reason.code


def read_bank(data: bytes) -> None:
    found = bank.read(data)
    bank.to_frame(found, pending=True, split_batches=True)
    for reason in (*found.remarks, *found.problems):
        assert not any(reason.text(language).startswith(reason.code) for language in LANGUAGES)


def mutate(data: bytes, dice: random.Random) -> bytes:
    """Cut, overwrite, delete, repeat or insert, once or several times."""
    if dice.random() < 0.15:
        return data[: dice.randrange(len(data) + 1)]
    out = bytearray(data)
    for _ in range(dice.choice((1, 2, 5, 20))):
        at = dice.randrange(len(out) + 1)
        kind = dice.randrange(5)
        if kind == 0:
            out[at : at + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            del out[at : at + dice.randrange(1, 40)]
        elif kind == 2:
            out[at:at] = out[at : at + dice.randrange(1, 200)]
        else:
            out[at : at + kind - 3] = dice.choice(SCRAPS)
    return bytes(out)


@pytest.mark.parametrize("kind", sorted(WRITERS))
@settings(max_examples=40, deadline=None)
@given(written=statements("EUR"), seed=st.integers(0, 2**32))
def test_mutated_bank_files(kind: str, written: Written, seed: int) -> None:
    survives(mutate(WRITERS[kind](written), random.Random(seed)), read_bank)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    survives(data, read_bank)
    survives(data, sheets.read)


@pytest.mark.data
def test_mutations_of_real_bank_files(data: Path) -> None:
    """A short form; OFICIO_MUTATIONS=10000 is the whole (see benchmarks/README.md)."""
    files = [path.read_bytes() for path in sorted((data / "bank").rglob("*")) if path.suffix not in ("", ".json")]
    dice = random.Random(20260101)
    codes = {survives(mutate(dice.choice(files), dice), read_bank) for _ in range(MUTATIONS)}
    assert codes <= {"", "OF650", "OF653", "OF654", "OF659", "OF660", "OF665", "OF666", "OF667"}


def ledger() -> bytes:
    return workbook(lambda book, page: put(page, [HEAD, *ledger_rows()]))


def repacked(edit: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The ledger with its members edited, and others added."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(ledger())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return stream.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    return repacked(lambda name, part: part.replace(old, new) if name.endswith("sheet1.xml") else part)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_mutated_worksheets(seed: int) -> None:
    dice = random.Random(seed)
    survives(repacked(lambda name, part: mutate(part, dice) if "sheet1" in name else part), sheets.read)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_mutated_archives(seed: int) -> None:
    survives(mutate(ledger(), random.Random(seed)), sheets.read)


def test_a_member_that_unfolds_a_thousand_times_is_refused_unread() -> None:
    assert survives(repacked(lambda _, part: part, {"xl/media/pad.bin": bytes(100 << 20)}), sheets.read) == "OF652"


def test_a_far_cell_is_refused_before_it_is_laid_out() -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    assert survives(in_sheet(b"</sheetData>", far), sheets.read) == "OF654"


def test_a_far_cell_without_a_value_does_no_harm() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert sheets.read(in_sheet(b"</sheetData>", far)).frame.height == 12


def test_a_dimension_that_lies_is_not_believed() -> None:
    assert sheets.read(in_sheet(b'<dimension ref="A1:E13"/>', b'<dimension ref="A1:B2"/>')).frame.shape == (12, 5)


def test_an_entity_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst '
    data = repacked(lambda name, part: part.replace(b"<sst ", bomb) if name.endswith("sharedStrings.xml") else part)
    assert survives(data, sheets.read) == "OF655"


def test_formulas_without_values_are_refused_or_read_as_empty_when_told() -> None:
    data = in_sheet(b'<c r="D2"><v>100</v></c>', b'<c r="D2"><f>1+1</f><v></v></c>')
    assert survives(data, sheets.read) == "OF657"
    sheet = sheets.read(data, options=sheets.SheetOptions(uncalculated="empty"))
    assert (sheet.frame["Amount"][0], "OF680" in sheet.report.codes()) == (None, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "OF650"), (b"PK\x03\x04cut", "OF653"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "OF650"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "OF651"), (b"%PDF-1.7\n", "OF650"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(range(256)) * 8, "OF653"),
     (b"<html><p>login expired</p></html>", "OF650")],
)  # fmt: skip
def test_reasons_not_to_read(data: bytes, code: str) -> None:
    assert survives(data, sheets.read) == code


def test_a_bank_file_with_a_document_type_or_cut_off_is_refused() -> None:
    written = Written("1", "EUR", 0, ())
    whole = WRITERS["camt"](written)
    assert survives(whole.replace(b"<Document", b'<!DOCTYPE x [<!ENTITY a "b">]><Document'), read_bank) == "OF667"
    assert survives(whole[: len(whole) // 2], read_bank) == "OF666"
    assert survives(b"hello", read_bank) == "OF665"
