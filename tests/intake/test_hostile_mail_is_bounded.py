"""The odd mails of other projects' test suites, and bombs: no crash, no hang, a reason for every refusal, all kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bots.intake.papers import sort_mail
from bots.intake.stage import collect_folder
from bots.office import Office
from config.errors import catalogue
from config.settings import WatchedFolder
from connectors.mail import read_header, unpack
from records import work_items
from tests.intake.conftest import states

DATA = Path(os.environ.get("OFICIO_DATA") or Path(__file__).parents[3] / "shared" / "data") / "hostile" / "mail"


@pytest.fixture(scope="module")
def mails() -> list[Path]:
    found = sorted(path for path in DATA.rglob("*") if path.is_file())
    if not found:
        pytest.skip(f"no data in {DATA} (set OFICIO_DATA)")
    return found


@pytest.mark.data
def test_each_is_opened_at_once_or_refused_with_a_reason(mails: list[Path]) -> None:
    for path in mails:
        raw = path.read_bytes()
        started = time.process_time()
        header, contents = read_header(raw), unpack(raw)
        papers = sort_mail(contents, header.subject).papers
        assert time.process_time() - started < 2, path.name
        for paper in papers:
            assert paper.reason is None or paper.reason.code in catalogue(), path.name


@pytest.mark.data
def test_each_is_kept_and_ends_as_work_or_before_a_person(mails: list[Path], office: Office, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number, path in enumerate(mails):
        (inbox / f"{number}.eml").write_bytes(path.read_bytes())
    report = collect_folder(office, WatchedFolder(name="inbox", path=inbox, settle_seconds=0))
    assert set(report.outcomes) <= {"received", "review", "duplicate"}
    assert report.total >= len(mails)
    assert sum(states(office).values()) == report.total
    assert list(inbox.rglob(".processing/*/*")) == []
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices", limit=10_000)
    for item in items:
        assert item.state == "received" or item.reason is not None
        for ref in item.documents:
            office.records.archive.get(ref.sha256)


@pytest.mark.parametrize(
    "raw",
    [
        b"To: " + b"a@b.example, " * 200_000 + b"\r\n\r\n",
        b"X: y\r\n" * 500_000 + b"\r\n",
        b"Subject: " + b"=?utf-8?b?" * 100_000 + b"\r\n\r\n",
        b"Content-Type: multipart/mixed; " + b"a=b;" * 500_000 + b" boundary=b\r\n\r\n--b\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: message/rfc822\r\n\r\n" * 50_000,
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"=" * 5_000_000,
        b"Content-Type: text/html\r\n\r\n" + b"<script" * 300_000 + b"<" * 300_000,
        b"From: " + b"(" * 500_000 + b"\r\nAuthentication-Results: mx; " + b"(" * 500_000 + b"\r\n\r\n",
        b"\r\n".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d" % (n, n) for n in range(50_000)),
    ],
    ids=["recipients", "fields", "words", "parameters", "marks", "messages", "base64", "markup", "comments", "levels"],
)
def test_a_mail_made_to_exhaust_the_machine_is_over_soon(raw: bytes) -> None:
    started = time.process_time()
    header, contents = read_header(raw, "mx"), unpack(raw)
    sort_mail(contents, header.subject)
    assert time.process_time() - started < 3
