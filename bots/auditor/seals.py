"""Sealed values of events for people to read: in the office what they say, in a report only that they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from config.errors import Language
from records import Event, Records
from records.privacy import is_erased, reveal, unsealed

__all__ = ["in_clear", "in_report"]

_ERASED = {"en": "[erased]", "es": "[suprimido]"}
_SEALED = {"en": "[sealed]", "es": "[sellado]"}


def in_clear(records: Records, events: Sequence[Event], language: Language) -> list[Event]:
    """The events with what was sealed in them, and a word where it was erased.

    Raises:
        OficioError: OF720, a sealed value is not what was committed to.
    """
    return _with(events, lambda one: _ERASED[language] if is_erased(records, one) else reveal(records, one))


def in_report(records: Records, events: Sequence[Event], language: Language) -> list[Event]:
    """The events with a word for each sealed value: a report goes to strangers, who get no keys either."""
    return _with(events, lambda one: (_ERASED if is_erased(records, one) else _SEALED)[language])


def _with(events: Sequence[Event], put: Callable[[Mapping[str, Any]], Any]) -> list[Event]:
    return [replace(event, body=unsealed(event.body, put)) for event in events]
