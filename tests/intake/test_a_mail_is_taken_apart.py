"""Every file in a mail is found, however it was packed and whatever it was called."""

from __future__ import annotations

import base64
import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mail import Contents, unpack
from connectors.mail.limits import Limits
from connectors.mail.mime import TooMuch, walk
from connectors.mail.names import display_name
from tests.intake.mails import PDF, UBL, mail, pdf, zipped


def found(contents: Contents) -> list[tuple[str, str]]:
    return [(part.name, part.kind) for part in contents.parts if part.kind not in {"text", "html"}]


def test_attachments_are_told_by_their_bytes_and_not_by_their_label() -> None:
    raw = mail(
        ("a.bin", PDF, "application/octet-stream"), ("b.pdf", UBL, "application/pdf"), ("c.jpg", PDF, "image/jpeg")
    )
    assert found(unpack(raw)) == [("a.bin", "pdf"), ("b.pdf", "ubl"), ("c.jpg", "pdf")]


def test_an_inline_pdf_without_a_name_is_found() -> None:
    body = base64.encodebytes(PDF)
    raw = (
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\n\r\n"
        + body
    )
    (part,) = unpack(raw).parts
    assert (part.kind, part.data) == ("pdf", PDF)


def test_a_forwarded_mail_and_a_zip_in_it_are_opened() -> None:
    inner = mail(("facturas.zip", zipped(a_pdf=pdf("a"), b_pdf=pdf("b")), "application/zip"))
    outer = mail(("reenviado.eml", inner, "application/octet-stream"))
    parts = {part.name: part for part in unpack(outer).parts if part.kind == "pdf"}
    assert set(parts) == {"a.pdf", "b.pdf"}
    assert parts["a.pdf"].inside == ("reenviado.eml", "facturas.zip")


def test_a_message_part_is_opened() -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "a@b.example", "Fwd"
    message.set_content("see below")
    message.add_attachment(message_from_bytes(mail(("f.pdf", PDF)), policy=SMTP))
    assert ("f.pdf", "pdf") in found(unpack(message.as_bytes()))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signer")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    subprocess.run(
        [*command.split(), "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True
    )
    return folder


@pytest.mark.parametrize("stream", [(), ("-stream",)], ids=["DER", "BER with indefinite lengths"])
def test_a_signed_envelope_is_opened(signer: Path, stream: tuple[str, ...]) -> None:
    (signer / "f.xml").write_bytes(UBL)
    options = "-signer cert.pem -inkey key.pem -outform DER -in f.xml"
    command = f"openssl cms -sign -binary -nodetach {options}".split()
    envelope = subprocess.run([*command, *stream], cwd=signer, check=True, capture_output=True).stdout
    parts = unpack(mail(("IT01_1.xml.p7m", envelope, "application/pkcs7-mime"))).parts
    (inside,) = (part for part in parts if part.kind == "ubl")
    assert (inside.name, inside.data, inside.envelope) == ("IT01_1.xml", UBL, envelope)


def test_an_opaquely_signed_mail_is_opened(signer: Path) -> None:
    (signer / "m.eml").write_bytes(mail(("f.pdf", PDF)))
    command = ["openssl", "smime", "-sign", "-nodetach", "-signer", "cert.pem", "-inkey", "key.pem", "-in", "m.eml"]
    raw = subprocess.run(command, cwd=signer, check=True, capture_output=True).stdout
    assert ("f.pdf", "pdf") in found(unpack(raw))


def test_an_encrypted_mail_is_refused_with_a_reason(signer: Path) -> None:
    (signer / "m.eml").write_bytes(mail(("f.pdf", PDF)))
    command = ["openssl", "cms", "-encrypt", "-aes256", "-in", "m.eml", "cert.pem"]
    raw = subprocess.run(command, cwd=signer, check=True, capture_output=True).stdout
    assert [part.refused.code for part in unpack(raw).parts if part.refused] == ["OF317"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\Factura 1.pdf", "Factura 1.pdf"),
        ("annexe\u202efdp.exe", "annexefdp.exe"),
        ("a\0b\r\nc.pdf", "ab  c.pdf"),
        ("=?utf-8?B?RmFjdHVyYSBuwrozLnBkZg==?=", "Factura nº3.pdf"),
        ("..", ""),
        ("x" * 300 + ".pdf", "x" * 142 + "….pdf"),
    ],
)
def test_names_are_made_fit_for_display(name: str, shown: str) -> None:
    assert display_name(name) == shown


@given(st.text(max_size=400))
def test_no_name_has_a_path_or_control_characters(name: str) -> None:
    shown = display_name(name)
    assert "/" not in shown
    assert "\\" not in shown
    assert len(shown) <= 150
    assert shown.isprintable() or not any(ord(c) < 32 for c in shown)


attached = st.tuples(st.sampled_from(["a.pdf", "b.xml", "ñ.bin"]), st.binary(max_size=300))


@given(st.lists(attached, max_size=5), st.text(max_size=200))
def test_a_well_formed_mail_comes_apart_as_the_standard_library_says(files: list[tuple[str, bytes]], text: str) -> None:
    raw = mail(*((n, d, "application/octet-stream") for n, d in files), text=text.replace("\r", "").replace("\0", ""))
    theirs = [p.get_payload(decode=True) for p in message_from_bytes(raw).walk() if not p.is_multipart()]
    assert [leaf.data for leaf in walk(raw, Limits())] == theirs


@given(st.binary(max_size=2_000))
def test_any_bytes_come_apart_without_an_error(raw: bytes) -> None:
    contents = unpack(raw)
    assert sum(len(part.data) for part in contents.parts if not part.inside) <= len(raw) + 10


pieces = st.lists(
    st.sampled_from(
        [
            b"--b\r\n", b"--b--\r\n", b"--c\n", b"\r\n", b"From: a@b\r\n", b"text\r\n", b"JVBERi0xLjQK\r\n",
            b"Content-Type: multipart/mixed; boundary=b\r\n", b'Content-Type: multipart/related; boundary="c"\n',
            b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Disposition: attachment; filename*=utf-8''%ff\n",
        ]
    ),
    max_size=60,
)  # fmt: skip


@given(pieces)
def test_any_mixture_of_mime_comes_apart_without_an_error(some: list[bytes]) -> None:
    assert len(unpack(b"".join(some)).parts) <= Limits().parts


def nested(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return head + b"\r\ntext\r\n"


def test_parts_and_levels_are_limited() -> None:
    with pytest.raises(TooMuch, match="depth"):
        list(walk(nested(200), Limits()))
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000
    stopped = unpack(raw).stopped
    assert stopped is not None
    assert (stopped.code, stopped.facts["what"]) == ("OF312", "parts")
    assert unpack(b"x" * 1000, Limits(raw_bytes=999)).stopped is not None


def test_messages_in_messages_are_limited() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Subject: end\r\n\r\n"
    refused = [part.refused for part in unpack(raw).parts if part.refused]
    assert [reason.code for reason in refused] == ["OF312"]
