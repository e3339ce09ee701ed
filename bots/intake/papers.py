"""Decide which parts of a mail are documents, which go to a person, and which are nothing. Pure.

A document that can be read becomes a work item; anything attached that cannot be becomes one for a person, with the
reason; texts, signatures and the pictures that mail programs add are passed over and listed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from config.errors import Reason
from connectors.file_type import FileType
from connectors.mail import Contents, Part

__all__ = ["Paper", "Sorted", "sort_file", "sort_mail", "speaks_of_invoice"]

READABLE: frozenset[FileType] = frozenset({"pdf", "cii", "ubl", "facturae", "xml"})
PICTURES: frozenset[FileType] = frozenset({"png", "jpeg", "tiff", "gif", "webp", "bmp", "heic"})
_PASSED: frozenset[FileType] = frozenset({"text", "html", "p7s", "eml", "mbox", "empty"})
_LOGO_BYTES = 10_000
_PHOTO_BYTES = 60_000
_TEXT_READ = 50_000

_WORDS = re.compile(
    r"\b(facturas?|factura electr[oó]nica|invoices?|billing statement|rechnung(?:en)?|factures?|fatture?|fattura|"
    r"faturas?|factu(?:ur|ren)|faktur[aęy]|faktur(?:or)?|lasku|fakt[uú]ra|számla|račun|arve|сч[её]т-фактура|"
    r"credit note|abono|gutschrift|avoir|nota di credito|nota de cr[eé]dito|albar[aá]n valorado)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """One work item to be: a document to read, or, with a reason, a thing for a person to look at.

    `part` is None when it is about the mail or file as a whole.
    """

    part: Part | None
    reason: Reason | None = None

    @property
    def name(self) -> str:
        """The document's display name."""
        return self.part.name if self.part is not None else ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a mail or a file comes to: its papers, and the parts that are none with the word why."""

    papers: tuple[Paper, ...]
    passed: tuple[tuple[Part, str], ...] = ()


def sort_mail(contents: Contents, subject: str, *, automatic: bool = False, most: int = 200) -> Sorted:
    """Sort the parts of a mail.

    Args:
        contents: from `connectors.mail.unpack`.
        subject: the mail's subject, decoded.
        automatic: an answer by a machine (RFC 3834): one that speaks of an invoice is no business of ours.
        most: documents that become work by themselves; the mail goes to a person when there are more.
    """
    papers, passed = _sort(contents)
    if contents.stopped is not None:
        papers.append(Paper(None, contents.stopped))
    if len(papers) > most:
        count = str(len(papers))
        papers = [*papers[:most], Paper(None, Reason("OF325", "", {"count": count, "limit": str(most)}))]
    if not papers and not automatic:
        word = speaks_of_invoice([subject, *texts_of(contents.parts)])
        if word:
            papers.append(Paper(None, Reason("OF321", "", {"word": word})))
    return Sorted(tuple(papers), tuple(passed))


def sort_file(contents: Contents, name: str, kind: FileType) -> Sorted:
    """Sort a dropped file: whoever dropped it means it, so that one without a document is for a person."""
    papers, passed = _sort(contents)
    if contents.stopped is not None:
        papers.append(Paper(None, contents.stopped))
    if not papers:
        reason = Reason("OF323", "", {"name": name}) if kind == "empty" else _unreadable(name, kind)
        papers.append(Paper(None, reason))
    return Sorted(tuple(papers), tuple(passed))


def speaks_of_invoice(texts: Sequence[str]) -> str:
    """The first word for an invoice in the texts, "" when there is none."""
    found = next(filter(None, (_WORDS.search(text[:_TEXT_READ]) for text in texts)), None)
    return found.group().lower() if found else ""


def texts_of(parts: Sequence[Part]) -> list[str]:
    """The readable texts of a mail, markup taken out of HTML."""
    return [_text(part) for part in parts if part.kind in {"text", "html"} and not part.refused][:20]


def _text(part: Part) -> str:
    try:
        text = part.data[: 2 * _TEXT_READ].decode(part.charset or "utf-8", "replace")
    except LookupError:
        text = part.data[: 2 * _TEXT_READ].decode("latin-1")
    if part.kind != "html":
        return text
    visible = re.sub(r"(?is)<(script|style)\b.{0,20000}?</\1>", " ", text)
    return unescape(re.sub(r"<[^<>]{0,2000}>", " ", visible))


def _sort(contents: Contents) -> tuple[list[Paper], list[tuple[Part, str]]]:
    papers: list[Paper] = []
    passed: list[tuple[Part, str]] = []
    seen: set[bytes] = set()
    for part in contents.parts:
        digest = hashlib.sha256(part.data).digest()
        verdict = "twice" if digest in seen else _verdict(part)
        if isinstance(verdict, Paper):
            seen.add(digest)
            papers.append(verdict)
        elif verdict:
            passed.append((part, verdict))
    if not any(paper.reason is None for paper in papers):
        photos = [p for p, why in passed if why == "decoration" and p.kind in PICTURES and len(p.data) >= _PHOTO_BYTES]
        papers += [Paper(photo) for photo in photos]
        passed = [(p, why) for p, why in passed if p not in photos]
    return papers, passed


def _verdict(part: Part) -> Paper | str:
    """A paper, or the word why a part is none; "" for containers, whose contents follow."""
    if part.kind in READABLE:
        return Paper(part, part.refused)
    if part.kind in PICTURES:
        return "decoration" if _decorates(part) else Paper(part, part.refused)
    if part.refused is not None and part.kind not in _PASSED:
        return Paper(part, part.refused)
    if part.opened:
        return ""
    if part.refused is not None and part.kind in {"eml", "mbox"}:
        return Paper(part, part.refused)
    attached = part.disposition == "attachment" or bool(part.name)
    if part.kind == "empty":
        return Paper(part, Reason("OF323", "", {"name": part.name})) if attached and part.name else "empty"
    if part.kind == "html" and part.disposition == "attachment":
        return Paper(part, _unreadable(part.name, part.kind))
    if part.kind in _PASSED:
        return "signature" if part.kind == "p7s" else "text"
    return Paper(part, _unreadable(part.name, part.kind))


def _decorates(part: Part) -> bool:
    """Whether a picture belongs to the text (a logo, a signature) and is not what was sent."""
    if len(part.data) < _LOGO_BYTES:
        return part.kind != "tiff"  # a fax page in black and white is small
    return part.related or (part.disposition != "attachment" and bool(part.content_id)) or part.disposition == "inline"


def _unreadable(name: str, kind: str) -> Reason:
    return Reason("OF320", "", {"name": name or "?", "kind": kind})
