"""Signed notes and tree checkpoints: C2SP signed-note, C2SP tlog-checkpoint (c2sp.org), Ed25519 signatures.

<origin>
<size>
<base64 root>

— <key name> <base64 of 4 bytes key id, 64 bytes signature>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = [
    "Checkpoint",
    "Note",
    "NoteSignature",
    "Signer",
    "VerifierKey",
    "checkpoint_text",
    "is_canonical",
    "open_note",
    "parse_checkpoint",
    "parse_note",
    "sign_note",
]

_ED25519 = 1
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]*")


def _decoded(text: str) -> bytes:
    """Base64 in its one canonical form: the unused bits of the last character are zero."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise binascii.Error("not canonical base64")
    return data


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; `str()` is the C2SP verifier key `<name>+<hex id>+<base64>`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name || LF || 0x01 || key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([_ED25519]) + self.public).digest()[:4]

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Whether the signature of the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([_ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a verifier key; ValueError when it is malformed or its id is not that of its key."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            data = _decoded(encoded)
        except binascii.Error as error:
            raise ValueError(f"not a verifier key: {text!r}") from error
        if not _NAME.fullmatch(name) or len(data) != 33 or data[0] != _ED25519:
            raise ValueError(f"not an Ed25519 verifier key: {text!r}")
        key = cls(name, data[1:])
        if key.id.hex() != key_id:
            raise ValueError(f"the id of the verifier key is not that of its key: {text!r}")
        return key


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line of a note's text (which ends in a line feed)."""
        blob = self.verifier.id + self.private.sign(text.encode())
        return f"— {self.name} {base64.b64encode(blob).decode()}\n"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name, its four-byte id, the signature."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text (with its last line feed) and its signature lines, not yet verified."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: which log, how many events, their root; `extensions` are further lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def sign_note(text: str, *signers: Signer) -> str:
    """The note with one signature line a signer; ValueError when the text does not end in a line feed."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends in a line feed")
    return text + "\n" + "".join(signer.sign(text) for signer in signers)


def parse_note(data: str | bytes) -> Note:
    """Split a note into text and signature lines.

    Raises:
        ValueError: it is not a signed note (not UTF-8, control characters, no signatures, a malformed line).
    """
    try:
        note = data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise ValueError("a note is UTF-8") from error
    if any(ord(char) < 0x20 and char != "\n" for char in note):
        raise ValueError("a note has no control characters")
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise ValueError("a note has a text, an empty line and signature lines")
    signatures = tuple(_signature(line) for line in block[:-1].split("\n"))
    if len(signatures) > 100:
        raise ValueError("more than 100 signatures")
    return Note(text + "\n", signatures)


def _signature(line: str) -> NoteSignature:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(f"malformed signature line {line!r}") from error
    if mark != "—" or not _NAME.fullmatch(name) or len(blob) < 5:
        raise ValueError(f"malformed signature line {line!r}")
    return NoteSignature(name, blob[:4], blob[4:])


def is_canonical(data: str, note: Note) -> bool:
    """Whether the signature lines are in the one canonical form of base64 (others may write it otherwise)."""
    lines = [f"— {one.name} {base64.b64encode(one.key_id + one.signature).decode()}\n" for one in note.signatures]
    return data == note.text + "\n" + "".join(lines)


def open_note(data: str | bytes, keys: Iterable[VerifierKey]) -> tuple[Note, tuple[VerifierKey, ...]]:
    """Read a note and verify it; the keys that signed it come with it. Signatures of unknown keys are ignored.

    Raises:
        ValueError: malformed, signed by none of the keys, or with a wrong signature of one of them.
    """
    note = parse_note(data)
    known = {(key.name, key.id): key for key in keys}
    good: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None or key in good:
            continue
        if not key.verifies(note.text.encode(), signature.signature):
            raise ValueError(f"the signature of {key.name} is wrong")
        good.append(key)
    if not good:
        raise ValueError("signed by none of the known keys")
    return note, tuple(good)


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The text of a checkpoint's note."""
    lines = (checkpoint.origin, str(checkpoint.size), base64.b64encode(checkpoint.root).decode())
    return "\n".join((*lines, *checkpoint.extensions)) + "\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint's note; ValueError when it is not one."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not text.endswith("\n") or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise ValueError("a checkpoint has an origin, a size and a root hash")
    try:
        root = _decoded(lines[2])
    except binascii.Error as error:
        raise ValueError("the root hash is not base64") from error
    if len(root) != 32 or any(not line for line in lines[3:]):
        raise ValueError("the root hash has 32 bytes, and extension lines are not empty")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))
