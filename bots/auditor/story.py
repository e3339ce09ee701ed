"""A work item's whole life in sentences, from the audit log alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bots.auditor.seals import in_clear
from bots.auditor.words import action_words
from config.errors import Language, OficioError, Reason
from config.states import state_words
from records import Event, Records, audit

__all__ = ["Chapter", "Life", "lives", "story", "tell"]

_LONGEST = 160
_YES = {"en": ("yes", "no"), "es": ("sí", "no")}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One event of a life.

    Attributes:
        seq: the event's number in the log.
        who: `bot reader`, `person ann`.
        what: one sentence without its subject.
        details: changed values, reasons, places: a line each.
        files: documents and evidence that the event names: what each is, and its SHA-256 (hex).
    """

    seq: int
    at: datetime
    who: str
    what: str
    details: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Life:
    """One work item as the chosen events tell it; `item` is "" for the events of none.

    Attributes:
        number: the number that it was entered under, when it was.
        state: where its last change of state left it; "" when none is among the events.
        persons: who of flesh and blood touched it.
    """

    item: str
    process: str
    key: str
    number: str
    state: str
    persons: tuple[str, ...]
    chapters: tuple[Chapter, ...]

    @property
    def title(self) -> str:
        """What people call it; "" for the events of no item."""
        return " · ".join(part for part in (self.process, self.number or self.key, self.state) if part)


def story(records: Records, item_id: str, language: Language = "en") -> list[Chapter]:
    """Everything that happened to one work item, oldest first.

    Raises:
        OficioError: OF707, the log knows no such item.
    """
    with records.read() as tx:
        events = audit.of_item(tx, item_id)
    if not events:
        raise OficioError("OF707", what="work item", name=item_id)
    return tell(in_clear(records, events, language), language)


def lives(events: Sequence[Event], language: Language = "en") -> list[Life]:
    """The events by work item, in the order in which each first appears; those of no item come last."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(str(event.body.get("item", {}).get("id", "")), []).append(event)
    rest = groups.pop("", None)
    return [_life(item, group, language) for item, group in groups.items()] + (
        [_life("", rest, language)] if rest else []
    )


def _life(item: str, events: Sequence[Event], language: Language) -> Life:
    told: dict[str, str] = {}
    persons: dict[str, None] = {}
    for event in events:
        told |= {name: value for name, value in event.body.get("item", {}).items() if name in ("process", "key", "to")}
        told |= {name: str(value) for name, value in event.body.get("after", {}).items() if name == "number"}
        if event.body["actor"]["kind"] == "person":
            persons.setdefault(event.body["actor"]["id"])
    return Life(
        item, told.get("process", ""), told.get("key", ""), told.get("number", ""),
        state_words(told.get("to", ""), language), tuple(persons),
        tuple(tell(events, language)),
    )  # fmt: skip


def tell(events: Sequence[Event], language: Language = "en") -> list[Chapter]:
    """The events as chapters."""
    return [_chapter(event, language) for event in events]


def _chapter(event: Event, language: Language) -> Chapter:
    body = event.body
    what = action_words(event.action, language)
    item = body.get("item", {})
    if item.get("from") != item.get("to") and "to" in item:
        what += f" ({' → '.join(state_words(item[one], language) for one in ('from', 'to') if one in item)})"
    files = [(one["kind"], one["sha256"]) for one in body.get("evidence", ())]
    files += [(one["role"], one["sha256"]) for one in body.get("doc", ())]
    who = f"{body['actor']['kind']} {body['actor']['id']}"
    return Chapter(event.seq, event.at, who, what, tuple(_details(body, language)), tuple(files))


def _details(body: Mapping[str, Any], language: Language) -> Iterator[str]:
    if "reason" in body:
        yield f"{body['reason']['code']}: {Reason.from_json(body['reason']).text(language)}"
    if "where" in body:
        yield " · ".join(part for part in body["where"].values() if part)
    before, after = body.get("before", {}), body.get("after", {})
    for name in dict.fromkeys((*before, *after)):
        old, new = _short(before.get(name), language), _short(after.get(name), language)
        if old != new:
            yield f"{name}: {old} → {new}" if old and name in after else f"{name}: {new or old}"
    if comment := body.get("approval", {}).get("comment"):
        yield f"“{comment}”"


def _short(value: Any, language: Language) -> str:
    text = _in_words(value, language)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _in_words(value: Any, language: Language) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _YES[language][0 if value else 1]
        case {"name": name, "passed": bool(passed), **_rest}:
            return f"{name} {'✓' if passed else '✗'}"
        case {"code": str(code), **_rest}:
            return code
        case Mapping():
            return ", ".join(f"{name} {_in_words(one, language)}" for name, one in value.items())
        case list():
            return ", ".join(_in_words(one, language) for one in value)
        case _:
            return str(value)
