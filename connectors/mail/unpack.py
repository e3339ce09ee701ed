"""Everything that a mail or a dropped file holds, as a flat list: each part with what it is by its bytes.

Messages in messages, archives, signed envelopes and Outlook messages are opened, all within one set of limits.
What cannot be opened stays in the list with the reason. Nothing here decides which part is a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from config.errors import Reason
from connectors.file_type import FileType, file_type
from connectors.mail.limits import Limits
from connectors.mail.mime import Leaf, TooMuch, walk
from connectors.mail.names import display_name
from connectors.mail.packed import Unopened, is_cms, is_detached, open_gzip, open_outlook, open_signed, open_zip

__all__ = ["Contents", "Part", "unpack", "unpack_file"]


@dataclass(frozen=True, slots=True)
class Part:
    """One file that came, with the labels that its sender put on it and what it is by its bytes.

    Attributes:
        place: where it stood, from the outside in: "2", "2/invoice.zip/1".
        kind: by the bytes; `content_type` is only the label.
        inside: display names of the containers it came out of.
        refused: why it could not be opened or decoded in full; its bytes are here all the same.
        opened: it is a container whose contents follow in the list.
        envelope: the signed envelope that it was taken out of.
    """

    place: str
    name: str
    kind: FileType
    data: bytes
    content_type: str = ""
    disposition: str = "attachment"
    content_id: str = ""
    charset: str = ""
    related: bool = False
    inside: tuple[str, ...] = ()
    refused: Reason | None = None
    opened: bool = False
    envelope: bytes | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """All parts in order, and why the opening stopped before the end, if it did."""

    parts: tuple[Part, ...]
    stopped: Reason | None = None


def unpack(raw: bytes, limits: Limits | None = None) -> Contents:
    """All parts of a mail (RFC 5322 bytes); never raises for what a stranger may send."""
    limits = limits or Limits()
    if len(raw) > limits.raw_bytes:
        return Contents((), Reason("OF311", "", {"size": str(len(raw)), "limit": str(limits.raw_bytes)}))
    return _Unpacking(limits).run(Part("", "", "eml", raw, "message/rfc822"))


def unpack_file(name: str, data: bytes, limits: Limits | None = None) -> Contents:
    """All parts of a file that was dropped in a folder: the file itself, and what it holds when it is a container."""
    limits = limits or Limits()
    if len(data) > limits.raw_bytes:
        return Contents((), Reason("OF311", "", {"size": str(len(data)), "limit": str(limits.raw_bytes)}))
    return _Unpacking(limits).run(Part("1", display_name(name, "file"), file_type(data), data))


class _Unpacking:
    """One opening, with what is left of its limits."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.room = limits.unpacked_bytes
        self.parts: list[Part] = []

    def run(self, first: Part) -> Contents:
        pending = [first]
        while pending:
            if len(self.parts) >= self.limits.parts:
                return Contents(tuple(self.parts), _too_much(TooMuch("parts", self.limits.parts)))
            part, children = self._open(pending.pop())
            if part.place:
                self.parts.append(part)
            elif part.refused is not None:
                return Contents((*self.parts, *children), part.refused)
            pending.extend(reversed(children))
        return Contents(tuple(self.parts))

    def _open(self, part: Part) -> tuple[Part, list[Part]]:
        children: list[Part] = []
        try:
            if part.kind == "p7m" and is_detached(part.data):
                return replace(part, kind="p7s"), []
            for number, child in enumerate(self._members(part), 1):
                self._take(len(child.data))
                place = "/".join(filter(None, (part.place, child.place or str(number))))
                children.append(replace(child, place=place, inside=(*part.inside, part.name) if part.place else ()))
        except Unopened as error:
            return replace(part, refused=error.reason, opened=bool(children)), children
        except TooMuch as error:
            return replace(part, refused=_too_much(error), opened=bool(children)), children
        return replace(part, opened=bool(children)), children

    def _take(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise TooMuch("bytes", self.limits.unpacked_bytes)

    def _members(self, part: Part) -> Iterator[Part]:
        """The parts inside; none when it is no container."""
        opener = self._opener(part)
        if opener is None:
            return
        if len(part.inside) >= self.limits.depth:
            raise TooMuch("depth", self.limits.depth)
        yield from opener(part)

    def _opener(self, part: Part) -> Callable[[Part], Iterator[Part]] | None:
        match part.kind:
            case "zip" | "gzip" | "msg":
                return self._packed
            case "p7m":
                return self._signed
            case "eml" | "mbox":
                return self._message
            case "text" if part.content_type == "message/rfc822":
                return self._message
            case "7z" | "rar":
                return _not_opened
            case "unknown" if is_cms(part.data):
                return self._signed
            case _:
                return None

    def _packed(self, part: Part) -> Iterator[Part]:
        opener = {"zip": open_zip, "gzip": open_gzip, "msg": open_outlook}[part.kind]
        for member in opener(part.data, self.limits, self.room):
            name = display_name(member.name) or _without_suffix(part.name)
            yield Part("", name, file_type(member.data), member.data, member.content_type, member.disposition)

    def _signed(self, part: Part) -> Iterator[Part]:
        content = open_signed(part.data)
        name = _without_suffix(part.name)
        kind: FileType = "eml" if content[:13].lower() == b"content-type:" else file_type(content)
        yield Part("", name, kind, content, disposition=part.disposition, envelope=part.data)

    def _message(self, part: Part) -> Iterator[Part]:
        for leaf in walk(part.data, self.limits):
            message = leaf.content_type in {"message/rfc822", "message/global"}
            yield Part(
                place=leaf.place or "1",
                name=display_name(leaf.name, "message.eml" if message else ""),
                kind=_kind(leaf, message),
                data=leaf.data,
                content_type=leaf.content_type,
                disposition=leaf.disposition,
                content_id=leaf.content_id,
                charset=leaf.charset,
                related=leaf.related,
                refused=Reason("OF324") if leaf.damaged else None,
            )


def _kind(leaf: Leaf, message: bool) -> FileType:
    kind = file_type(leaf.data)
    if message and kind in {"text", "mbox"}:
        return "eml"
    # A text to be read in the mail stays a text, though it quotes a mail's headers or looks like a script.
    if kind in {"eml", "mbox", "program"} and leaf.content_type == "text/plain" and leaf.disposition != "attachment":
        return "text"
    return kind


def _not_opened(part: Part) -> Iterator[Part]:
    raise Unopened("OF315", kind=part.kind)


def _too_much(error: TooMuch) -> Reason:
    return Reason("OF312", "", {"what": error.what, "limit": str(error.limit)})


def _without_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and suffix.lower() in {"p7m", "gz", "zip", "msg"} else name
