"""XML of strangers: no entities, no document type, no network, bounded; and looking things up by local name.

Local names, because each version of CII has its own namespaces for the same words.
"""

from __future__ import annotations

import datetime as calendar
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml import etree

from config.errors import DocumentRefused
from config.money import exponent

__all__ = [
    "amount",
    "children",
    "date",
    "first",
    "join",
    "local_name",
    "number",
    "other_currencies",
    "parse_xml",
    "text",
]

MAX_BYTES = 25_000_000
"""An XRechnung may carry attachments of 15 MB in base64; more than this is not an invoice."""

_MAX_DIGITS = 40
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(data: bytes, name: str = "") -> etree._Element:
    """The root of an XML document.

    Raises:
        DocumentRefused: OF200 empty, OF211 it has a document type or entities, OF212 not well formed, or too large.
    """
    if not data.strip():
        raise DocumentRefused("OF200", name)
    if len(data) > MAX_BYTES:
        raise DocumentRefused("OF212", name, why=f"{len(data)} bytes, at most {MAX_BYTES} are read")
    if _DOCTYPE.search(data[:100_000].replace(b"\0", b"")):  # UTF-16 is ASCII with zeros between
        raise DocumentRefused("OF211", name)
    try:
        root = _parse(data.lstrip(b" \t\r\n"), None)
    except etree.XMLSyntaxError as error:
        if "encoding" not in str(error).lower():
            raise DocumentRefused("OF212", name, why=_why(error)) from error
        root = _parse_as_utf8(data, name)
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentRefused("OF211", name)
    return root


def _parse_as_utf8(data: bytes, name: str) -> etree._Element:
    """For files that declare an encoding that they are not in, or that does not exist."""
    try:
        return _parse(data, "utf-8")
    except etree.XMLSyntaxError as error:
        raise DocumentRefused("OF212", name, why=_why(error)) from error


def _parse(data: bytes, encoding: str | None) -> etree._Element:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # texts over 10 MB are attachments; the bytes are bounded and nothing expands
    )
    return etree.fromstring(data, parser)


def _why(error: etree.XMLSyntaxError) -> str:
    return str(error)[:160]


def local_name(element: etree._Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element | None, path: str) -> Iterator[etree._Element]:
    """All descendants at `path`: local names divided by `/`, alternatives by `|` (`HeaderTotal|Total/Amount`)."""
    if element is None:
        return
    step, _, rest = path.partition("/")
    names = step.split("|")
    for child in element:
        if local_name(child) in names:
            if rest:
                yield from children(child, rest)
            else:
                yield child


def first(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first descendant at `path`."""
    return next(children(element, path), None)


def text(element: etree._Element | None, path: str = "") -> str | None:
    """The text of the first non-empty descendant at `path` (of the element itself without one), blanks folded."""
    if not path:
        found = " ".join(("".join(map(str, element.itertext())) if element is not None else "").split())
        return found or None
    return next((content for content in map(text, children(element, path)) if content), None)


def number(written: str | None) -> str | None:
    """A quantity or rate in canonical text, without trailing zeros; None when it is not a number."""
    value = _decimal(written)
    if value is None:
        return None
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def amount(written: str | None, currency: str) -> str | None:
    """An amount in canonical text, with at least its currency's decimal places; None when it is not a number."""
    value = _decimal(written)
    if value is None:
        return None
    plain = number(written) or "0"
    missing = exponent(currency) - len(plain.partition(".")[2])
    if missing <= 0:
        return plain
    return plain + ("" if "." in plain else ".") + "0" * missing


def other_currencies(root: etree._Element, currency: str, tax_currency: str | None) -> frozenset[str]:
    """The currencies of amounts that are neither the invoice's nor, where the amount is a tax, the tax currency."""
    found = {
        (str(element.get("currencyID")), "Tax" in local_name(element))
        for element in root.iter(etree.Element)
        if element.get("currencyID")
    }
    return frozenset(code for code, taxed in found if code != currency and not (taxed and code == tax_currency))


def _decimal(written: str | None) -> Decimal | None:
    if not written or len(written) > _MAX_DIGITS:
        return None
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > _MAX_DIGITS:
        return None
    return value if value else Decimal(0)  # never "-0"


def date(written: str | None) -> str | None:
    """A date of XML (`2024-01-31`, with or without a time zone) or of format 102 (`20240131`) as ISO 8601."""
    found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)", written or "")
    try:
        return calendar.date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:  # the 31st of February
        return None


def join(*parts: str | None) -> str | None:
    """The parts that are there, divided by commas."""
    return ", ".join(part for part in parts if part) or None
