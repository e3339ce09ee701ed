"""Dropped files become work items once and end where a person can see what became of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bots.intake.stage import collect_folder
from bots.office import Office
from config.settings import WatchedFolder
from connectors.folders import DropFolder
from connectors.mail import Limits
from records import work_items
from tests.intake.conftest import actions, states
from tests.intake.mails import PDF, UBL, mail, pdf, zipped


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(inbox: Path) -> WatchedFolder:
    return WatchedFolder(name="inbox", path=inbox, settle_seconds=0)


def ended(inbox: Path, end: str) -> list[str]:
    return sorted(path.name for path in (inbox / end).iterdir())


def test_each_file_ends_where_it_belongs(office: Office, inbox: Path, folder: WatchedFolder) -> None:
    (inbox / "a.pdf").write_bytes(PDF)
    os.utime(inbox / "a.pdf", (1, 1))
    (inbox / "copia de a.pdf").write_bytes(PDF)
    (inbox / "tres.zip").write_bytes(zipped(x_pdf=pdf("x"), y_pdf=pdf("y"), z_xml=UBL))
    (inbox / "correo.eml").write_bytes(mail(("m.pdf", pdf("m"))))
    (inbox / "bomba.zip").write_bytes(zipped(a_pdf=b"0" * 30_000_000))
    (inbox / "nota.txt").write_bytes(b"hola")
    report = collect_folder(office, folder)
    assert report.outcomes == {"received": 5, "duplicate": 1, "review": 2}
    assert states(office) == {"duplicate": 1, "received": 5, "review": 2}
    assert len(ended(inbox, "Done")) == 3
    assert [name for name in ended(inbox, "Duplicates") if name.endswith(".pdf")] in (["a.pdf"], ["copia de a.pdf"])
    assert ended(inbox, "Failed") == ["bomba.zip", "bomba.zip.reason.json", "nota.txt", "nota.txt.reason.json"]
    assert json.loads((inbox / "Failed" / "bomba.zip.reason.json").read_text())["code"] == "OF316"
    assert collect_folder(office, folder).outcomes == {}
    assert actions(office)["file.received"] == 6
    assert office.records.log.verify().ok


def test_the_original_is_in_the_archive_with_what_came_out_of_it(
    office: Office, inbox: Path, folder: WatchedFolder
) -> None:
    packed = zipped(x_pdf=PDF)
    (inbox / "f.zip").write_bytes(packed)
    collect_folder(office, folder)
    with office.records.read() as tx:
        (item,) = work_items.find(tx, "invoices")
    kept = {ref.role: office.records.archive.get(ref.sha256) for ref in item.documents}
    assert kept == {"source": PDF, "file": packed}
    assert item.payload["facts"]["file"] == "x.pdf"
    assert item.payload["facts"]["inside"] == ["f.zip"]


def test_a_file_that_is_still_written_waits(office: Office, inbox: Path) -> None:
    slow = WatchedFolder(name="inbox", path=inbox, settle_seconds=600)
    (inbox / "a.pdf").write_bytes(PDF)
    assert collect_folder(office, slow, wait=False).outcomes == {"waiting": 1}
    (inbox / "a.pdf.done").write_bytes(b"")
    assert collect_folder(office, slow, wait=False).outcomes == {"received": 1}


def test_what_cannot_be_archived_at_all_is_put_aside(office: Office, inbox: Path, folder: WatchedFolder) -> None:
    (inbox / "link.pdf").symlink_to("/etc/hostname")
    (inbox / "grande.pdf").write_bytes(PDF * 100)
    assert collect_folder(office, folder, limits=Limits(fetch_bytes=200)).outcomes == {"refused": 2}
    codes = {p.name: json.loads(p.read_text())["code"] for p in (inbox / "Failed").glob("*.json")}
    assert codes == {"link.pdf.reason.json": "OF342", "grande.pdf.reason.json": "OF311"}
    assert actions(office)["file.refused"] == 2


def test_what_a_dead_intake_left_is_ended_even_when_the_work_has_gone_on(
    office: Office, inbox: Path, folder: WatchedFolder
) -> None:
    (inbox / "a.pdf").write_bytes(PDF)
    drops = DropFolder(inbox, 0)
    claimed = drops.claim(drops.scan()[0])
    assert claimed is not None
    assert collect_folder(office, folder).outcomes == {"received": 1}
    assert ended(inbox, "Done") == ["a.pdf"]


def test_a_defect_of_ours_keeps_no_other_file_out(
    office: Office, inbox: Path, folder: WatchedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bots.intake.drops.unpack_file", broken)
    (inbox / "a.pdf").write_bytes(PDF)
    (inbox / "b.pdf").write_bytes(pdf("b"))
    assert collect_folder(office, folder).outcomes == {"review": 2}
    with office.records.read() as tx:
        assert {item.reason.code for item in work_items.find(tx, "invoices") if item.reason} == {"OF322"}
