"""What the header says about the sender: only what our own server vouches for, and what fraudsters do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.intake.sender import sender_facts, sender_warnings
from connectors.mail import read_header
from tests.intake.mails import mail

KNOWN = {"papeleradelnorte": "Papelera del Norte, S.L.", "imprentabuho": "Imprenta Búho"}


def warned(sender: str, **headers: str) -> list[str]:
    header = read_header(mail(sender=sender, **headers), trusted_authserv="mx.oficina.example")
    return [reason.code for reason in sender_warnings(header, KNOWN)]


def test_an_honest_sender_is_not_warned_about() -> None:
    assert warned("Papelera <cobros@papeleradelnorte.es>", Reply_To="ana@mail.papeleradelnorte.es") == []
    assert warned("Otro <x@talleres-mendez.example>") == []


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("papeleradelnort.es", "OF351"),
        ("papeleradeinorte.es", "OF351"),
        ("papelera-del-nortee.com", "OF351"),
        ("imprentabuh0.co.uk", "OF351"),
        ("pаpeleradelnorte.es", "OF353"),
        ("xn--ppeleradelnorte-ulm.es", "OF353"),
    ],
)
def test_a_look_alike_domain_is_warned_about(domain: str, code: str) -> None:
    header = read_header(f"From: <cobros@{domain}>\r\n\r\n".encode())
    assert [reason.code for reason in sender_warnings(header, KNOWN)] == [code]


def test_answers_that_go_elsewhere_are_warned_about() -> None:
    assert warned("Papelera <cobros@papelera.example>", Reply_To="cobros.papelera@gmail.com") == ["OF350"]
    assert warned('"cobros@papelera.example" <x@other.example>') == ["OF354"]


def test_only_the_results_of_our_own_server_count() -> None:
    forged = "mx.elsewhere.example; spf=pass smtp.mailfrom=papelera.example; dkim=pass; dmarc=pass"
    ours = "mx.oficina.example 1; spf=fail (no; (nested) pass) smtp.mailfrom=a@evil.example; dkim=none; dmarc=fail"
    raw = mail(Authentication_Results=ours).replace(b"To:", b"Authentication-Results: " + forged.encode() + b"\r\nTo:")
    header = read_header(raw, trusted_authserv="mx.oficina.example")
    facts = sender_facts(header)["authentication"]
    assert facts == {"trusted": True, "spf": "fail", "dkim": "none", "dmarc": "fail"}
    assert header.authentication.domains["spf"] == "evil.example"
    assert [reason.code for reason in sender_warnings(header, {})] == ["OF352"]
    assert not read_header(raw).authentication.trusted


def test_a_header_is_decoded_for_display() -> None:
    raw = (
        b"From: =?utf-8?Q?Ana_L=C3=B3pez?= <ANA@Papelera.example>\r\nSubject: =?iso-8859-1?Q?Factura_n=BA?=\r\n"
        b" =?utf-8?Q?_3?=\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nTo: a@b.example, c@d.example\r\n\r\n"
    )
    header = read_header(raw)
    assert (header.from_name, header.from_address) == ("Ana López", "ana@papelera.example")
    assert header.subject == "Factura nº 3"
    assert header.recipients == ("a@b.example", "c@d.example")
    assert header.date is not None
    assert header.date.hour == 9


@given(st.binary(max_size=1_500))
def test_any_header_can_be_read(noise: bytes) -> None:
    for field in (b"From: ", b"Subject: =?utf-8?Q?", b"Authentication-Results: mx; ", b"Date: ", b"Content-Type: "):
        header = read_header(field + noise.replace(b"\n\n", b"") + b"\r\n\r\n", trusted_authserv="mx")
        assert len(header.subject) <= 998


def test_a_header_made_to_stall_is_read_at_once() -> None:
    raw = (
        b"To: "
        + b"x@y.example, " * 20_000
        + b"\r\nFrom: "
        + b'"' * 50_000
        + b"\r\nSubject: "
        + b"=?" * 40_000
        + b"\r\n\r\n"
    )
    started = time.perf_counter()
    header = read_header(raw)
    assert len(header.recipients) <= 50
    assert time.perf_counter() - started < 2
