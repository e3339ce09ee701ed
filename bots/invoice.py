"""The invoice that counts: the values as read, then as corrected by persons; typed access to a work item's payload."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bots.reader.reading import Line, Reading, Tax, Value

__all__ = ["Invoice", "fold_number"]


@dataclass(frozen=True, slots=True)
class Invoice:
    """Canonical texts by the names of `bots.reader.reading.FIELDS`, lines and taxes as flat texts.

    Amounts are decimal strings, dates ISO 8601, ids without blanks.
    """

    type: str
    fields: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...] = ()
    taxes: tuple[Mapping[str, str], ...] = ()

    @classmethod
    def from_reading(cls, reading: Reading) -> Invoice:
        """What the machine read, without places and proofs."""
        return cls(
            type=reading.type,
            fields={name: value.value for name, value in reading.fields.items()},
            lines=tuple(_flat(line) for line in reading.lines),
            taxes=tuple(_flat(tax) for tax in reading.taxes),
        )

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Invoice:
        """The invoice of a work item's payload; KeyError when it was not read yet."""
        data = payload["invoice"]
        return cls(data["type"], dict(data["fields"]), tuple(data["lines"]), tuple(data["taxes"]))

    def to_json(self) -> dict[str, Any]:
        """What `payload["invoice"]` keeps."""
        return {
            "type": self.type,
            "fields": dict(self.fields),
            "lines": [dict(line) for line in self.lines],
            "taxes": [dict(tax) for tax in self.taxes],
        }

    def corrected(self, changes: Mapping[str, str | None]) -> Invoice:
        """The invoice with a person's changes of fields; None takes a field out; `type` changes the type."""
        fields = {name: text for name, text in self.fields.items() if name not in changes}
        fields |= {name: text for name, text in changes.items() if text is not None and name != "type"}
        return replace(self, fields=fields, type=changes.get("type") or self.type)

    def text(self, name: str) -> str:
        """A field's text, "" when the document has none."""
        return self.fields.get(name, "")

    def amount(self, name: str) -> Decimal | None:
        """A field as an amount, or None."""
        return _decimal(self.fields.get(name))

    def day(self, name: str) -> date | None:
        """A field as a date, or None."""
        try:
            return date.fromisoformat(self.fields[name])
        except (KeyError, ValueError):
            return None

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the values; a person's approval holds for these values and no others."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


def fold_number(number: str) -> str:
    """An invoice number as a key: letters and digits only, without case, accents and leading zeros of digit runs."""
    plain = unicodedata.normalize("NFKD", number).casefold()
    runs = re.findall(r"[0-9]+|[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    return "-".join(run.lstrip("0") or "0" if run.isdigit() else run for run in runs)


def _flat(record: Line | Tax) -> dict[str, str]:
    out: dict[str, str] = {}
    for name in record.__slots__:
        content = getattr(record, name)
        if isinstance(content, Value):
            out[name] = content.value
        elif content:
            out[name] = str(content)
    return out


def _decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
