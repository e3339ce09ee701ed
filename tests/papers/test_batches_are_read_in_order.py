from __future__ import annotations

import os
from pathlib import Path

import pytest

from bots.reader.safely import ReadFile, read_many, read_safely
from config.errors import DocumentRefused
from connectors.sandbox import Limits, Sandbox
from tests.papers import samples


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    contents = {
        "a.pdf": samples.printed_pdf(),
        "b.xml": samples.cii(),
        "c.pdf": b"%PDF-1.4 nothing else",
        "d.pdf": b"",
        "e.xml": b"<!DOCTYPE x><Invoice/>",
        "f.pdf": samples.printed_pdf(),
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return [*sorted(tmp_path.iterdir()), tmp_path / "missing.pdf"]


def test_results_come_in_order_with_a_code_for_each_refusal(files: list[Path]) -> None:
    watched: list[ReadFile] = []
    done = list(read_many(files, workers=2, progress=watched.append))
    assert [one.path for one in done] == files
    codes = [one.refused.code if one.refused else "read" for one in done]
    assert codes == ["read", "read", "OF204", "OF200", "OF211", "read", "OF204"]
    assert {one.path for one in watched} == set(files)
    assert done[0].readings[0].get("gross_total") == done[1].readings[0].get("gross_total") == "1199.40"


def test_a_batch_takes_its_paths_only_as_they_are_needed(files: list[Path]) -> None:
    taken: list[Path] = []

    def paths() -> object:
        for number in range(500):
            taken.append(files[1])
            yield files[1] if number < 500 else files[0]

    batch = read_many(paths(), workers=1)  # type: ignore[arg-type]  # a generator typed loosely on purpose
    next(batch)
    assert len(taken) < 20
    batch.close()  # type: ignore[attr-defined]  # read_many is a generator


def test_a_document_is_named_in_its_refusal() -> None:
    with Sandbox(1, Limits(wall_seconds=60)) as sandbox:
        for data in (b"", b"%PDF-1.4 x", b"PK\x03\x04"):
            with pytest.raises(DocumentRefused) as refused:
                read_safely(data, "from-mail.pdf", sandbox=sandbox)
            assert "from-mail.pdf" in refused.value.reason.where


@pytest.mark.data
def test_broken_pdfs_of_other_projects_are_read_or_refused_with_a_code() -> None:
    folder = Path(os.environ.get("OFICIO_DATA", "../shared/data")) / "hostile" / "pdf"
    if not folder.is_dir():
        pytest.skip("OFICIO_DATA has no hostile/pdf")
    from bots.reader.sources import SourceLimits

    paths = sorted(path for path in folder.rglob("*") if path.is_file())[::12]
    codes = [done.refused.code for done in read_many(paths, 2, limits=SourceLimits(ocr_pages=0)) if done.refused]
    assert "OF219" not in codes
    assert "OF209" not in codes
