"""What a mail's header says about who sent it, decoded with caps; facts only, no verdict.

Sources: RFC 5322 (fields), RFC 2047 (encoded words), RFC 8601 (Authentication-Results).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from connectors.mail.limits import Limits
from connectors.mail.mime import header_block, parse_header
from connectors.mail.names import decode_words

__all__ = ["Authentication", "MailHeader", "domain_of", "read_header"]

_FIELD_READ = 4_000
_RESULT = re.compile(r"^\s*(spf|dkim|dmarc)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(.*)$", re.IGNORECASE | re.DOTALL)
_DOMAIN_PROPERTY = re.compile(
    r"(?:header\.d|header\.from|smtp\.mailfrom|header\.i)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Authentication:
    """What our own mail server found about the sender; "" for a method it did not report.

    Attributes:
        trusted: the results were written by the server that the settings name; others prove nothing.
        domains: per method, the domain that the result speaks about.
    """

    trusted: bool = False
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    domains: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailHeader:
    """The fields that the office looks at, decoded for display; addresses in lower case."""

    message_id: str
    subject: str
    from_name: str
    from_address: str
    senders: int
    reply_to: str
    recipients: tuple[str, ...]
    date: datetime | None
    automatic: bool
    authentication: Authentication


def read_header(raw: bytes, trusted_authserv: str = "", limits: Limits | None = None) -> MailHeader:
    """Read the header of a mail.

    Args:
        raw: the mail, or its header block alone.
        trusted_authserv: the authserv-id that our own server writes; results of any other are not believed.
    """
    limits = limits or Limits()
    end, _ = header_block(raw)
    header = parse_header(raw[:end], limits)
    senders = _addresses(header, "from", 10)
    from_name, from_address = senders[0] if senders else ("", "")
    replies = _addresses(header, "reply-to", 10)
    recipients = [a for f in ("to", "cc") for _, a in _addresses(header, f, limits.recipients)]
    return MailHeader(
        message_id=_text(header, "message-id")[:998].strip(),
        subject=_text(header, "subject")[:998],
        from_name=from_name,
        from_address=from_address,
        senders=len(senders),
        reply_to=replies[0][1] if replies else "",
        recipients=tuple(recipients[: limits.recipients]),
        date=_date(_text(header, "date")),
        automatic=_text(header, "auto-submitted").lower() not in {"", "no"},
        authentication=_authentication(header, trusted_authserv),
    )


def domain_of(address: str) -> str:
    """The domain of an address, lower case, "" when it has none."""
    return address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""


def _text(header: Message, name: str) -> str:
    """A field as one display line: encoded words decoded, folding and control characters gone."""
    value = header.get(name)
    if value is None:
        return ""
    text = str(value)[:_FIELD_READ]
    return _display(decode_words(text))


def _addresses(header: Message, name: str, most: int) -> list[tuple[str, str]]:
    """(display name, address) pairs of a field; only its first characters are looked at."""
    value = header.get(name)
    if value is None:
        return []
    text = str(value)[: 100 * most if most > 10 else _FIELD_READ]
    try:
        found = getaddresses([text])
    except (ValueError, IndexError, RecursionError):
        found = []
    named = [(decode_words(n), a.strip().lower()) for n, a in found if "@" in a][:most]
    return [(_display(n)[:320], _display(a)[:320]) for n, a in named]


def _display(text: str) -> str:
    plain = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text[:100])
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _authentication(header: Message, trusted: str) -> Authentication:
    """The results of the trusted server; of the topmost field with its name, which is the last one written."""
    for value in (header.get_all("authentication-results") or [])[:20]:
        statements = _without_comments(str(value)[:_FIELD_READ]).split(";")
        server = statements[0].split()
        if not trusted or not server or server[0].strip('"').lower() != trusted.lower():
            continue
        results: dict[str, str] = {}
        domains: dict[str, str] = {}
        for statement in statements[1:]:
            found = _RESULT.match(statement)
            if found is None:
                continue
            method, result = found.group(1).lower(), found.group(2).lower()
            if results.get(method) == "pass":  # several signatures: one that passes is enough
                continue
            results[method] = result
            about = _DOMAIN_PROPERTY.search(found.group(3))
            if about is not None:
                domains[method] = (domain_of(about.group(1)) or about.group(1)).lower()[:255]
        return Authentication(True, results.get("spf", ""), results.get("dkim", ""), results.get("dmarc", ""), domains)
    return Authentication()


def _without_comments(text: str) -> str:
    """The text without (comments), which may nest (RFC 5322, 3.2.2) and may hold a semicolon."""
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
            continue
        elif char == ")" and depth:
            depth -= 1
            continue
        if not depth:
            out.append(char)
    return "".join(out)
