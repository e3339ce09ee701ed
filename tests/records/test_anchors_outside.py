"""A witness under its own process, and an RFC 3161 authority made with openssl."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete

from config.errors import ApplicationException, AuditBroken
from records import Records
from records.anchors import ask_for_timestamp, ask_witness, timestamp_of
from records.schema import checkpoints, events
from records.witness import CosignerKey
from tests.records.conftest import SESSION, Clock
from tests.records.logs import fill


@contextmanager
def witness_process(folder: Path, *logs: str) -> Iterator[tuple[str, CosignerKey]]:
    """A running witness: its address and its key."""
    options = [option for log in logs for option in ("--log", log)]
    with subprocess.Popen(
        [sys.executable, "-m", "records.witness_server", str(folder), "--port", "0", *options],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[2],
    ) as process:  # fmt: skip
        assert process.stdout is not None
        key, port = process.stdout.readline().strip(), process.stdout.readline().strip()
        yield f"http://127.0.0.1:{port}", CosignerKey.parse(key)
        process.terminate()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    with Records.open(home=tmp_path / "home", session=SESSION, now=clock) as opened:
        yield opened


def test_a_witness_cosigns_what_continues_and_refuses_what_does_not(
    office: Records, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "witness"
    with witness_process(folder, str(office.log.key)) as (url, key):
        for _ in range(3):
            fill(office, clock, 30)
            cosigned = ask_witness(office.log, office.log.checkpoint(), url, key)
            assert f"— {key.name} " in cosigned.note
            assert office.log.verify([cosigned.note.rsplit("—", 1)[0]]).ok
    with witness_process(folder, str(office.log.key)) as (url, key):  # it remembers
        with office.begin() as tx:
            tx.connection.execute(delete(events).where(events.c.seq >= 40))
            tx.connection.execute(delete(checkpoints).where(checkpoints.c.size > 30))
        shutil.rmtree(office.home / "log")
        head = office.log.checkpoint()
        with pytest.raises(AuditBroken, match="OF720"):
            ask_witness(office.log, head, url, key)
        fill(office, clock, 90)
        with pytest.raises(AuditBroken, match="OF720"):
            ask_witness(office.log, office.log.checkpoint(), url, key)


def test_a_witness_that_does_not_answer_is_told(office: Records, clock: Clock, tmp_path: Path) -> None:
    fill(office, clock, 5)
    head = office.log.checkpoint()
    with witness_process(tmp_path / "w", str(office.log.key)) as (url, key):
        other = CosignerKey("oficio-witness", bytes(32))
        with pytest.raises(ApplicationException, match="OF726"):
            ask_witness(office.log, head, url, other)
    with pytest.raises(ApplicationException, match="OF726"):
        ask_witness(office.log, head, url, key)
    with pytest.raises(ApplicationException, match="OF726"):
        ask_witness(office.log, head, "file:///etc/passwd", key)


CONFIG = """
[tsa]
default_tsa = office
[office]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
clock_precision_digits = 0
ess_cert_id_alg = sha256
digests = sha256
accuracy = secs:1
[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = Test TSA
[ext]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
"""


class Authority:
    """An RFC 3161 authority: `openssl ts`."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem",
                      "-days", "2", "-config", "tsa.cnf")  # fmt: skip

    def _openssl(self, *arguments: str) -> bool:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=False)
        return done.returncode == 0

    def __call__(self, _url: str, body: bytes, media_type: str) -> tuple[int, bytes]:
        assert media_type == "application/timestamp-query"
        (self.folder / "query").write_bytes(body)
        assert self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "answer")
        return 200, (self.folder / "answer").read_bytes()

    def verifies(self, note: str, answer: bytes) -> bool:
        (self.folder / "note").write_text(note)
        (self.folder / "kept").write_bytes(answer)
        return self._openssl("ts", "-verify", "-data", "note", "-in", "kept", "-CAfile", "tsa.pem")


def test_a_head_is_stamped_and_openssl_verifies_it(office: Records, clock: Clock, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    fill(office, clock, 5)
    head = office.log.checkpoint()
    authority = Authority(tmp_path)
    answer = ask_for_timestamp(head, "http://tsa", authority)
    assert timestamp_of(head.note, answer).tzinfo is not None
    assert authority.verifies(head.note, answer)
    assert not authority.verifies(head.note + "x", answer)
    with pytest.raises(AuditBroken, match="OF720"):
        timestamp_of(head.note + "x", answer)
    with pytest.raises(AuditBroken, match="OF720"):
        timestamp_of(head.note, answer[:40])
    with pytest.raises(ApplicationException, match="OF726"):
        ask_for_timestamp(head, "http://tsa", lambda *_: (500, b""))
