"""A witness: it remembers the last head of each log and cosigns only heads that continue it (C2SP tlog-witness).

It runs as a small process of another user or on another host: who rewrites the office's log cannot rewrite what the
witness saw.  Any other witness of the same protocol serves as well.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from records.merkle import EMPTY_ROOT, verify_consistency
from records.note import Note, NoteSignature, Signer, VerifierKey, open_note, parse_checkpoint, parse_note

__all__ = ["Answer", "CosignerKey", "Witness", "checked_cosignature", "request_body"]

_COSIGNATURE = 4  # the signature type of C2SP tlog-cosignature, cosignature/v1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: an HTTP status and a body (`text/plain`, or `text/x.tlog.size` for 409)."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A witness's public key with its name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name || LF || 0x04 || key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([_COSIGNATURE]) + self.public).digest()[:4]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([_COSIGNATURE]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> CosignerKey:
        """Read a witness's verifier key; ValueError when it is not one."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            data = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"not a witness's key: {text!r}") from error
        key = cls(name, data[1:])
        if len(data) != 33 or data[0] != _COSIGNATURE or key.id.hex() != key_id:
            raise ValueError(f"not a witness's key: {text!r}")
        return key


class Witness:
    """The last heads, in one file; each answer that cosigns is on the disk before it is given.

    Args:
        state: the file of the last heads; made when missing.
        signer: the witness's own name and key.
        logs: the logs to watch: origin -> their keys.
        now: the clock, in seconds since 1970.
    """

    def __init__(
        self, state: Path, signer: Signer, logs: Mapping[str, Sequence[VerifierKey]], now: Callable[[], float]
    ):
        self._state = state
        self._signer = signer
        self._logs = logs
        self._now = now
        self.key = CosignerKey(signer.name, signer.verifier.public)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one `add-checkpoint` request."""
        try:
            old, proof, text = parse_request(body)
            note = parse_note(text)
            checkpoint = parse_checkpoint(note.text)
        except ValueError as error:
            return Answer(400, f"{error}\n")
        keys = self._logs.get(checkpoint.origin)
        if keys is None:
            return Answer(403, "unknown log\n")
        try:
            open_note(text, keys)
        except ValueError as error:
            return Answer(403, f"invalid signature: {error}\n")
        if old > checkpoint.size:
            return Answer(400, "the old size is greater than the checkpoint's\n")
        with self._heads() as heads:
            size, root = heads.get(checkpoint.origin, (0, EMPTY_ROOT.hex()))
            if size != old or (old == checkpoint.size and bytes.fromhex(root) != checkpoint.root):
                return Answer(409, f"{size}\n")
            if old and not verify_consistency(old, checkpoint.size, bytes.fromhex(root), checkpoint.root, proof):
                return Answer(422, "invalid consistency proof\n")
            if not old and proof:
                return Answer(422, "the consistency proof from an empty tree is empty\n")
            heads[checkpoint.origin] = (checkpoint.size, checkpoint.root.hex())
        return Answer(200, self._cosign(note))

    def _cosign(self, note: Note) -> str:
        stamp = int(self._now())
        signature = self._signer.private.sign(_cosigned(note.text, stamp))
        blob = self.key.id + stamp.to_bytes(8, "big") + signature
        return f"— {self.key.name} {base64.b64encode(blob).decode()}\n"

    @contextmanager
    def _heads(self) -> Iterator[dict[str, tuple[int, str]]]:
        with self._state.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = json.loads(self._state.read_text()) if self._state.exists() else {}
            heads = {origin: (size, root) for origin, (size, root) in before.items()}
            known = dict(heads)
            yield heads
            if heads != known:
                draft = self._state.with_suffix(".new")
                with draft.open("w") as file:
                    json.dump(heads, file)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self._state)


def _cosigned(text: str, stamp: int) -> bytes:
    return f"cosignature/v1\ntime {stamp}\n{text}".encode()


def checked_cosignature(note: Note, signature: NoteSignature, key: CosignerKey) -> int | None:
    """The moment (seconds since 1970) of a witness's cosignature; None when it is not this witness's."""
    if (signature.name, signature.key_id) != (key.name, key.id) or len(signature.signature) != 72:
        return None
    stamp = int.from_bytes(signature.signature[:8], "big")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.signature[8:], _cosigned(note.text, stamp))
    except InvalidSignature:
        return None
    return stamp


def request_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """The body of an `add-checkpoint` request: the size the witness knows, the consistency proof from it, the note."""
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof)]
    return ("\n".join(lines) + "\n\n" + note).encode()


def parse_request(body: bytes) -> tuple[int, list[bytes], str]:
    """The inverse of `request_body`; ValueError for anything else."""
    text = body.decode("utf-8")
    head, gap, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    word, _, size = first.partition(" ")
    if not gap or word != "old" or not size.isdecimal() or (size != "0" and size[0] == "0") or len(lines) > 63:
        raise ValueError("malformed request")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error as error:
        raise ValueError("malformed proof") from error
    if any(len(node) != 32 for node in proof):
        raise ValueError("malformed proof")
    return int(size), proof, note
