"""Anchors outside: a witness's cosignature (C2SP tlog-witness) and a timestamp (RFC 3161) of a head.

Both speak HTTP to a place that operations configured; both are worth something because the office cannot make them.
"""

from __future__ import annotations

import hashlib
import http.client
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, tsp

from config.errors import ApplicationException, AuditBroken
from records.log import Log, SignedCheckpoint
from records.note import parse_note
from records.witness import CosignerKey, checked_cosignature, request_body

__all__ = ["Cosigned", "Post", "ask_for_timestamp", "ask_witness", "post", "timestamp_of", "timestamp_request"]

_SECONDS = 10
_LARGEST = 1 << 20
Post = Callable[[str, bytes, str], tuple[int, bytes]]
"""Sends a body of a media type to a URL; gives status and answer."""


def post(url: str, body: bytes, media_type: str) -> tuple[int, bytes]:
    """An HTTP POST with a time limit and without redirects; ApplicationException OF726 when nobody answers."""
    if not url.startswith(("http://", "https://")):
        raise ApplicationException("OF726", url, why="not an HTTP address")
    request = urllib.request.Request(url, body, {"Content-Type": media_type}, method="POST")  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - checked above
            return answer.status, answer.read(_LARGEST)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise ApplicationException("OF726", url, why=error) from error


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A head with a witness's signature line added: keep it where heads are kept; `at` in seconds since 1970."""

    note: str
    at: int


def ask_witness(log: Log, head: SignedCheckpoint, url: str, key: CosignerKey, send: Post = post) -> Cosigned:
    """Have a head cosigned; a consistency proof from what the witness knows goes with it.

    Raises:
        AuditBroken: OF720, the witness saw a head that this log does not continue.
        ApplicationException: OF726, it cannot be reached or answers anything else.
    """
    known = 0
    for _ in range(3):  # the first answer tells which size the witness knows
        proof = log.consistency(known, head.size) if 0 < known < head.size else []
        status, answer = send(f"{url.rstrip('/')}/add-checkpoint", request_body(known, proof, head.note), "text/plain")
        if status == 200:
            return _cosigned(head, answer.decode("utf-8", "replace"), url, key)
        text = answer.decode("ascii", "replace").strip()
        if status == 409 and text.isdecimal() and int(text) != known:
            known = int(text)
            if known > head.size:
                why = f"the witness saw {known} events, this log has {head.size}"
                raise AuditBroken("OF720", url, why=why)
            continue
        if status in (409, 422):
            why = f"the witness saw another log of {known} events: this one does not continue it"
            raise AuditBroken("OF720", url, why=why)
        raise ApplicationException("OF726", url, why=f"status {status}: {text[:200]}")
    raise ApplicationException("OF726", url, why="the witness changes its mind about what it knows")


def _cosigned(head: SignedCheckpoint, line: str, url: str, key: CosignerKey) -> Cosigned:
    try:
        note = parse_note(head.note + line)
    except ValueError as error:
        raise ApplicationException("OF726", url, why=error) from error
    for signature in note.signatures:
        at = checked_cosignature(note, signature, key)
        if at is not None:
            return Cosigned(head.note + line, at)
    raise ApplicationException("OF726", url, why=f"the answer is not signed by {key.name}")


def timestamp_request(note: str, nonce: int) -> bytes:
    """An RFC 3161 request (DER) for the SHA-256 of a head's note."""
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": hashlib.sha256(note.encode()).digest(),
    }
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    return bytes(request.dump())


def timestamp_of(note: str, token: bytes, nonce: int | None = None) -> datetime:
    """The moment that an RFC 3161 answer (DER) attests for a head's note.

    Its form, status, digest and nonce are checked here; the authority's signature by
    `openssl ts -verify -data NOTE -in ANSWER -CAfile CA` (docs/06-audit-log.md), with the certificates of one's trust.

    Raises:
        AuditBroken: OF720, it is refused, malformed, or of something else.
    """
    try:
        response = tsp.TimeStampResp.load(token, strict=True)
        status = response["status"]["status"].native
        info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        digest, told, moment = (
            info["message_imprint"]["hashed_message"].native, info["nonce"].native, info["gen_time"].native,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise AuditBroken("OF720", "timestamp", why=f"not an RFC 3161 answer: {error}") from error
    if status not in ("granted", "granted_with_mods"):
        raise AuditBroken("OF720", "timestamp", why=f"the authority answered: {status}")
    if digest != hashlib.sha256(note.encode()).digest() or (nonce is not None and told != nonce):
        raise AuditBroken("OF720", "timestamp", why="the timestamp is not of this head")
    result: datetime = moment
    return result


def ask_for_timestamp(head: SignedCheckpoint, url: str, send: Post = post) -> bytes:
    """An RFC 3161 answer (DER) for a head: keep it beside the head.

    Raises:
        ApplicationException: OF726, the authority cannot be reached or answers anything else.
        AuditBroken: as `timestamp_of`.
    """
    nonce = secrets.randbits(63)
    status, answer = send(url, timestamp_request(head.note, nonce), "application/timestamp-query")
    if status != 200:
        raise ApplicationException("OF726", url, why=f"status {status}")
    timestamp_of(head.note, answer, nonce)
    return answer
