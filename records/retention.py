"""How long documents must be kept, when they may go, and that nothing goes before its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from pydantic import Field
from sqlalchemy import func, select

from config.errors import ConfigError
from config.yaml_file import Strict, read_yaml
from records import audit, processes, schema
from records.clock import from_micros
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
    """Remove documents whose time is over and that no hold names; each with its event before the file goes.

    A document of several arrivals counts from its last one, of several classes by the longest. Unfinished work keeps
    its documents, and so does whatever has no rule.

    Returns:
        The SHA-256 of what was removed.
    """
    gone = []
    with records.read() as tx:
        kept = _open_work(tx) | _held(tx, rules.holds)
        classes = _classes(tx, rules.processes)
        arrivals = _last_arrivals(tx)
    known = rules.countries.get(country, {})
    for sha256, arrived in arrivals:
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


def _open_work(tx: Transaction) -> frozenset[str]:
    """Documents of work that is not finished."""
    final = {(name, state) for name in processes.names() for state in processes.get(name).final}
    query = (
        select(_links.c.sha256, _items.c.process, _items.c.state).join(_items, _items.c.id == _links.c.item_id)
    )  # fmt: skip
    return frozenset(sha256 for sha256, process, state in tx.connection.execute(query) if (process, state) not in final)


def _held(tx: Transaction, holds: Iterable[Hold]) -> frozenset[str]:
    """Documents that a legal hold names, itself or by their work item."""
    named = frozenset[str]().union(*(hold.documents for hold in holds))
    items = sorted(frozenset[str]().union(*(hold.items for hold in holds)))
    query = (
        select(_links.c.sha256).join(_items, _items.c.id == _links.c.item_id)
        .where(_items.c.id.in_(items) | _items.c.key.in_(items))
    )  # fmt: skip
    return named | frozenset(tx.connection.execute(query).scalars())


def _classes(tx: Transaction, by_process: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The classes of each document that belongs to a work item."""
    query = select(_links.c.sha256, _items.c.process).join(_items, _items.c.id == _links.c.item_id).distinct()
    found: dict[str, frozenset[str]] = {}
    for sha256, process in tx.connection.execute(query):
        found[sha256] = found.get(sha256, frozenset()) | {by_process.get(process, "default")}
    return found


def _last_arrivals(tx: Transaction) -> list[tuple[str, datetime]]:
    """Each document with the moment it last arrived, oldest first."""
    documents, sources = schema.documents, schema.sources
    query = (
        select(documents.c.sha256, func.max(func.coalesce(sources.c.arrived_at, documents.c.created_at)).label("last"))
        .outerjoin(sources, sources.c.sha256 == documents.c.sha256)
        .group_by(documents.c.sha256).order_by("last", documents.c.sha256)
    )  # fmt: skip
    return [(sha256, from_micros(last)) for sha256, last in tx.connection.execute(query)]
