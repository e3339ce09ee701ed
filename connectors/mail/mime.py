"""Take a MIME message apart by byte offsets: bounded work for any input, and no recursion.

The standard library's parser looks at every line with a regular expression for every open boundary and builds the
whole tree before anyone can object.  Here boundaries are searched for in the bytes, each part is an offset pair, and
only header blocks (capped) are given to the standard library.
Sources: RFC 5322 (headers), RFC 2045 to 2047 and 2231 (MIME), read as leniently as mail clients do.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import Message

from connectors.mail.limits import Limits

__all__ = ["Leaf", "TooMuch", "header_block", "parse_header", "walk"]

_FIELD = re.compile(rb"From |[!-9;-~]{1,200}[ \t]*:")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_TAIL = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_FOLD = re.compile(r"\r?\n[ \t]")
_PARAMETERS_READ = 8_000


class TooMuch(Exception):  # noqa: N818 - said of a mail that goes past a limit; caught by `unpack`
    """A limit was reached: `what` (parts, depth, ...) and its value."""

    def __init__(self, what: str, limit: int):
        self.what = what
        self.limit = limit
        super().__init__(what, limit)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part that is not a multipart: its labels as the sender gave them, and its decoded bytes.

    Attributes:
        place: where it stands: "1", "2.1", ...; "" when the mail is a single part.
        content_type: lower case, as labelled; `name` is a display string and may be anything.
        disposition: "attachment", "inline" or "".
        related: it stands inside a multipart/related (pictures of an HTML text do).
        damaged: its transfer encoding was broken, and what could be decoded was.
    """

    place: str
    content_type: str
    name: str
    disposition: str
    content_id: str
    charset: str
    related: bool
    data: bytes
    damaged: bool = False


def header_block(raw: bytes, start: int = 0, end: int | None = None) -> tuple[int, int]:
    """Offsets (end of the header block, start of the body) of an entity in `raw[start:end]`."""
    end = len(raw) if end is None else end
    if raw[start : start + 1] == b"\n":
        return start, start + 1
    if raw[start : start + 2] == b"\r\n":
        return start, start + 2
    if not _FIELD.match(raw, start, end):
        return start, start  # no header at all: everything is text
    found = _BLANK_LINE.search(raw, start, end)
    return (end, end) if found is None else (found.start(), found.end())


def parse_header(block: bytes, limits: Limits) -> Message:
    """A header block as a message without body; what lies beyond the cap is not read."""
    block = block[: limits.header_bytes]
    return message_from_string(block.decode(_charset(block)) + "\r\n\r\n", policy=policy.compat32)


def _charset(block: bytes) -> str:
    """Raw bytes in a header are UTF-8 (RFC 6532) or, in any other case, kept as they are."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def walk(raw: bytes, limits: Limits) -> Iterator[Leaf]:
    """All leaves of a MIME entity, in order.

    Raises:
        TooMuch: there are more parts or levels than `limits` allow; the leaves before were yielded.
    """
    pending: list[tuple[int, int, str, int, bool, str]] = [(0, len(raw), "", 0, False, "text/plain")]
    count = 0
    while pending:
        start, end, place, depth, related, default = pending.pop()
        count += 1
        if count > limits.parts:
            raise TooMuch("parts", limits.parts)
        if depth > limits.depth:
            raise TooMuch("depth", limits.depth)
        head_end, body = header_block(raw, start, end)
        header = parse_header(raw[start:head_end], limits)
        kind = _content_type(header, default)
        boundary = _parameter(header, "content-type", "boundary")
        if kind.startswith("multipart/") and boundary:
            head = raw[start:head_end][: limits.header_bytes]
            children = _split(raw, body, end, boundary.encode(_charset(head), "replace"), limits)
            if children:
                inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
                within = related or kind == "multipart/related"
                pending += [
                    (s, e, f"{place}.{n}".lstrip("."), depth + 1, within, inner)
                    for n, (s, e) in reversed([*enumerate(children, 1)])
                ]
                continue
        yield _leaf(header, kind, raw[body:end], place, related)


def _leaf(header: Message, kind: str, body: bytes, place: str, related: bool) -> Leaf:
    encoding = str(header.get("content-transfer-encoding", ""))[:100].split("(")[0].strip().rstrip(";").lower()
    data, damaged = _decode(body, encoding)
    disposition = str(header.get("content-disposition", ""))[:200].split(";")[0].strip().lower()
    name = _parameter(header, "content-disposition", "filename") or _parameter(header, "content-type", "name")
    return Leaf(
        place=place,
        content_type="text/plain" if kind.startswith("multipart/") else kind,
        name=name,
        disposition=disposition if disposition in {"attachment", "inline"} else "attachment" if disposition else "",
        content_id=str(header.get("content-id", ""))[:500].strip().strip("<>"),
        charset=_parameter(header, "content-type", "charset")[:60],
        related=related,
        data=data,
        damaged=damaged,
    )


def _content_type(header: Message, default: str) -> str:
    text = str(header.get("content-type", ""))[:200].split(";")[0].strip().lower()
    return text if re.fullmatch(r"[\w.+-]+/[\w.+-]+", text, re.ASCII) else default


def _parameter(header: Message, field: str, name: str) -> str:
    """A parameter, continuations and charsets of RFC 2231 undone; "" when absent or when the field is absurdly long."""
    text = header.get(field)
    if text is None or len(str(text)) > _PARAMETERS_READ:
        return ""
    try:
        value = header.get_param(name, header=field)
        if isinstance(value, tuple):
            charset, _, quoted = value
            return _FOLD.sub(" ", quoted.encode("latin-1", "replace").decode(charset or "utf-8", "replace"))
    except (ValueError, LookupError, TypeError, IndexError, AttributeError):  # the standard library on hostile headers
        return ""
    return _FOLD.sub(" ", value).strip() if isinstance(value, str) else ""


def _split(raw: bytes, start: int, end: int, boundary: bytes, limits: Limits) -> list[tuple[int, int]]:
    """Offsets of the parts between delimiter lines; a missing last delimiter is the end."""
    parts: list[tuple[int, int]] = []
    opened: int | None = None
    for line_start, line_end, last in _delimiters(raw, start, end, b"--" + boundary.rstrip()):
        if opened is not None:
            parts.append((opened, max(opened, line_start)))
            if len(parts) > limits.parts:
                raise TooMuch("parts", limits.parts)
        opened = None if last else line_end
        if last:
            break
    if opened is not None and opened < end:
        parts.append((opened, end))
    return parts


def _delimiters(raw: bytes, start: int, end: int, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Delimiter lines (RFC 2046, 5.1.1): offset of the line break before, of the line after, whether the last."""
    position = raw.find(mark, start, end)
    while position >= 0:
        tail = _TAIL.match(raw, position + len(mark), end)
        at_start = position == start or raw[position - 1] in b"\r\n"
        if tail is not None and at_start:
            before = position - (position > start) - (raw[max(start, position - 2) : position] == b"\r\n")
            yield before, tail.end(), bool(tail.group(1))
            position = raw.find(mark, tail.end(), end)
        else:
            position = raw.find(mark, position + len(mark), end)


def _decode(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Undo a transfer encoding; (bytes, whether it was damaged)."""
    if encoding == "base64":
        return _from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body), False
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return _from_uu(body)
    return body, encoding not in {"", "7bit", "8bit", "binary"}


def _from_base64(body: bytes) -> tuple[bytes, bool]:
    try:
        return binascii.a2b_base64(body), False
    except binascii.Error:
        # Padding in the middle, a cut end, lines of a mailing list added below: decode what is there.
        letters = _NOT_BASE64.sub(b"", body.split(b"=", 1)[0])
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)), True


def _from_uu(body: bytes) -> tuple[bytes, bool]:
    begin = re.search(rb"(?m)^begin [0-7]{3,4} .*\n", body)
    if begin is None:
        return body, True
    out, damaged = [], False
    for line in body[begin.end() :].splitlines():
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            damaged = True
    return b"".join(out), damaged
