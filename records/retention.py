"""How long documents must be kept, when they may go, and that nothing goes before its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import Field
from sqlalchemy import func, select

from config.errors import ConfigError
from config.yaml_file import Strict, read_yaml
from records import audit, processes, schema
from records.canonical import parse
from records.clock import from_micros, from_text
from records.event_rows import item_of, rows
from records.store import Records
from records.transaction import Transaction
from records.values import DocumentRef

__all__ = ["Hold", "RetentionRules", "Rule", "dispose", "keep_until", "read_rules"]

_items, _links = schema.work_items, schema.item_documents


class Rule(Strict):
    """Keep documents of a class for `years` after the end of the year they arrived in (`law` says by which law)."""

    years: int = Field(ge=0)
    law: str


class Hold(Strict):
    """A legal hold: these documents, and those of these work items (id or key), stay until it is taken out."""

    name: str
    documents: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()


class RetentionRules(Strict):
    """`config/retention.yaml`.

    Attributes:
        countries: country -> class of document -> rule; `default` is any other class.
        processes: process -> the class of its work items' documents; `default` for those of no work item.
        holds: what stays whatever its time.
    """

    countries: Mapping[str, Mapping[str, Rule]]
    processes: Mapping[str, str] = Field(default_factory=dict)
    holds: tuple[Hold, ...] = ()


def read_rules(path: Path) -> RetentionRules:
    """Read the rules; ConfigError as `config.yaml_file.read_yaml`."""
    return read_yaml(path, RetentionRules)


def keep_until(rules: RetentionRules, country: str, kind: str, arrived: date) -> date:
    """The last day on which a document must still be there.

    Raises:
        ConfigError: OF729, there is no rule for the country, nor one for its other documents.
    """
    known = rules.countries.get(country, {})
    rule = known.get(kind) or known.get("default")
    if rule is None:
        raise ConfigError("OF729", country=country, kind=kind)
    return date(arrived.year + rule.years, 12, 31)


def dispose(records: Records, rules: RetentionRules, country: str, *, today: date) -> list[str]:
    """Remove files whose time is over and that no hold names: documents and evidence; each with its event first.

    A document of several arrivals counts from its last one, evidence from the last event that names it, a file of
    several classes by the longest. Unfinished work keeps its files, and so does whatever has no rule.

    Returns:
        The SHA-256 of what was removed.
    """
    gone = []
    with records.read() as tx:
        shown = _evidence(tx)
        uses = [*_documents_used(tx), *_evidence_used(tx, shown)]
        arrivals = _last_arrivals(tx)
    for sha256, (last, _) in shown.items():
        arrivals[sha256] = max(last, arrivals.get(sha256, last))
    kept = _open_work(uses) | _held(uses, rules.holds)
    classes = _classes(uses, rules.processes)
    known = rules.countries.get(country, {})
    for sha256, arrived in sorted(arrivals.items(), key=lambda pair: (pair[1], pair[0])):
        kinds = classes.get(sha256, frozenset({"default"}))
        if (
            sha256 in kept
            or not records.archive.has(sha256)
            or any(not (known.get(k) or known.get("default")) for k in kinds)
        ):
            continue
        until, kind = max((keep_until(rules, country, kind, arrived.date()), kind) for kind in kinds)
        if today <= until:
            continue
        with records.begin() as tx:
            facts = {"kind": kind, "country": country, "kept_until": until.isoformat()}
            audit.append(tx, action="document.disposed", documents=[DocumentRef(sha256)], after=facts)
        records.archive.path(sha256).unlink()
        gone.append(sha256)
    return gone


@dataclass(frozen=True, slots=True)
class _Use:
    """A file of a work item."""

    sha256: str
    item: str
    key: str
    process: str
    state: str


def _documents_used(tx: Transaction) -> Iterator[_Use]:
    query = (
        select(_links.c.sha256, _items.c.id, _items.c.key, _items.c.process, _items.c.state)
        .join(_items, _items.c.id == _links.c.item_id)
    )  # fmt: skip
    for row in tx.connection.execute(query):
        yield _Use(*row)


def _evidence(tx: Transaction) -> dict[str, tuple[datetime, set[str]]]:
    """Each file of evidence: the moment of the last event that names it, and the work items that it is of."""
    shown: dict[str, tuple[datetime, set[str]]] = {}
    for _, data in rows(tx.connection):
        if b'"evidence":' not in data:  # most events
            continue
        body = parse(data)
        for one in body.get("evidence", ()):
            items = shown[one["sha256"]][1] if one["sha256"] in shown else set[str]()
            shown[one["sha256"]] = (from_text(body["ts"]), items | {item_of(body) or ""})
    return shown


def _evidence_used(tx: Transaction, shown: Mapping[str, tuple[datetime, set[str]]]) -> Iterator[_Use]:
    wanted = {item for _, items in shown.values() for item in items}
    query = select(_items.c.id, _items.c.key, _items.c.process, _items.c.state)
    known = {row.id: row for row in tx.connection.execute(query) if row.id in wanted}
    for sha256, (_, items) in shown.items():
        for row in (known[item] for item in items & known.keys()):
            yield _Use(sha256, row.id, row.key, row.process, row.state)


def _open_work(uses: Iterable[_Use]) -> frozenset[str]:
    """Files of work that is not finished."""
    final = {(name, state) for name in processes.names() for state in processes.get(name).final}
    return frozenset(use.sha256 for use in uses if (use.process, use.state) not in final)


def _held(uses: Iterable[_Use], holds: Iterable[Hold]) -> frozenset[str]:
    """Files that a legal hold names, itself or by their work item."""
    named = frozenset[str]().union(*(hold.documents for hold in holds))
    items = frozenset[str]().union(*(hold.items for hold in holds))
    return named | frozenset(use.sha256 for use in uses if use.item in items or use.key in items)


def _classes(uses: Iterable[_Use], by_process: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The classes of each file that belongs to a work item."""
    found: dict[str, frozenset[str]] = {}
    for use in uses:
        found[use.sha256] = found.get(use.sha256, frozenset()) | {by_process.get(use.process, "default")}
    return found


def _last_arrivals(tx: Transaction) -> dict[str, datetime]:
    """Each document with the moment it last arrived."""
    documents, sources = schema.documents, schema.sources
    query = (
        select(documents.c.sha256, func.max(func.coalesce(sources.c.arrived_at, documents.c.created_at)).label("last"))
        .outerjoin(sources, sources.c.sha256 == documents.c.sha256)
        .group_by(documents.c.sha256)
    )  # fmt: skip
    return {sha256: from_micros(last) for sha256, last in tx.connection.execute(query)}
