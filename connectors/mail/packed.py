"""Open what files come packed in: zip, gzip, signed envelopes (.p7m) and Outlook messages (.msg), within limits.

Each opener yields the files inside, and raises `Unopened` with a reason for a person when it cannot.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]  # ships no types
import oxmsg
from asn1crypto import cms

from config.errors import DocumentRefused, Reason
from connectors.einvoice.envelope import open_envelope
from connectors.file_type import file_type
from connectors.mail.limits import Limits

__all__ = [
    "Member",
    "Unopened",
    "is_cms",
    "is_detached",
    "open_gzip",
    "open_outlook",
    "open_signed",
    "open_zip",
]

_ENCRYPTED = 0x1
_PER_BYTE_FROM = 1_000_000
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")


class Unopened(Exception):  # noqa: N818 - said of a container; caught by `unpack`
    """A container stays closed, for this reason."""

    def __init__(self, code: str, **facts: object):
        self.reason = Reason(code, "", {name: str(value) for name, value in facts.items()})
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a container; `content_type` is set where the container says so."""

    name: str
    data: bytes
    content_type: str = ""
    disposition: str = "attachment"


def open_zip(data: bytes, limits: Limits, room: int) -> Iterator[Member]:
    """Members of a zip archive, at most `room` bytes of them.

    Declared sizes are not believed: what comes out is counted while it comes out.

    Raises:
        Unopened: OF312 too much, OF313 encrypted, OF314 damaged, OF316 a bomb.
    """
    if data.count(b"PK\x01\x02") > 20 * limits.parts:
        raise Unopened("OF312", what="members", limit=limits.parts)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not _JUNK.search(m.filename)]
            if len(members) > limits.parts:
                raise Unopened("OF312", what="members", limit=limits.parts)
            if sum(member.compress_size for member in members) > len(data):
                raise Unopened("OF316", why="members overlap")
            for member in members:
                content = _inflate(archive, member, limits, room)
                room -= len(content)
                yield Member(member.filename, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise Unopened("OF314", why=_brief(error)) from error


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits, room: int) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise Unopened("OF313")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # LZMA and others let the archive choose how much memory the reader takes.
        raise Unopened("OF314", why=f"packing method {member.compress_type}")
    allowed = min(room, max(_PER_BYTE_FROM, limits.ratio * member.compress_size))
    with archive.open(member) as stream:
        content = stream.read(allowed + 1)
    if len(content) > allowed:
        raise Unopened("OF316", why=f"more than {allowed} bytes out of {member.compress_size}")
    return content


def open_gzip(data: bytes, limits: Limits, room: int) -> Iterator[Member]:
    """The one file inside a gzip stream. Raises as `open_zip`."""
    allowed = min(room, max(_PER_BYTE_FROM, limits.ratio * len(data)))
    try:
        content = zlib.decompressobj(wbits=31).decompress(data, allowed + 1)
    except zlib.error as error:
        raise Unopened("OF314", why=_brief(error)) from error
    if len(content) > allowed:
        raise Unopened("OF316", why=f"more than {allowed} bytes out of {len(data)}")
    yield Member("", content)


def is_cms(data: bytes) -> bool:
    """Whether these are DER or BER bytes of a CMS object (RFC 5652), signed or encrypted."""
    return data[:1] == b"\x30" and bytes.fromhex("06092a864886f70d0107") in data[:32]


def is_detached(data: bytes) -> bool:
    """Whether a signed-data object is a signature alone (.p7s): the document stands elsewhere."""
    try:
        signed = cms.ContentInfo.load(data)
        return signed["content"]["encap_content_info"]["content"].native is None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return False


def open_signed(data: bytes) -> bytes:
    """What a signed envelope (.p7m) holds; the signature itself is not judged here.

    Raises:
        Unopened: OF317 it is encrypted, OF214 or OF218 it is damaged or too deep.
    """
    if file_type(data) != "p7m":
        raise Unopened("OF317")
    try:
        return open_envelope(data)
    except DocumentRefused as error:
        raise Unopened(error.code, **error.reason.facts) from error


def open_outlook(data: bytes, limits: Limits, room: int) -> Iterator[Member]:
    """Text and attachments of an Outlook message (MS-OXMSG).

    Raises:
        Unopened: OF316 its streams add up to more than `room` (they may share sectors), OF319 unreadable.
    """
    try:
        _check_streams(data, limits, room)
        message = oxmsg.Message.load(data)
        text = f"{message.subject or ''}\n\n{message.body or ''}".encode("utf-8", "replace")
        attachments = [(a.file_name or "", a.file_bytes, (a.mime_type or "").lower()) for a in message.attachments]
    except Unopened:
        raise
    except Exception as error:  # a stranger's bytes: whatever its parser raises, it stays closed
        raise Unopened("OF319", why=_brief(error)) from error
    yield Member("", text, "text/plain", "")
    for number, (name, content, kind) in enumerate(attachments, 1):
        if content is None:
            raise Unopened("OF319", why=f"attachment {number} is an Outlook item of its own")
        yield Member(name, content, kind)


def _check_streams(data: bytes, limits: Limits, room: int) -> None:
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        sizes = [entry.size for entry in ole.direntries if entry is not None]
    if len(sizes) > 50 * limits.parts:
        raise Unopened("OF312", what="streams", limit=50 * limits.parts)
    if sum(sizes) > room + len(data):
        raise Unopened("OF316", why="streams overlap")


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip(": ")[:160]
