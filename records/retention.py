"""How long documents must be kept, when they may go, and that nothing goes before its time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from config.errors import ConfigError
from config.yaml_file import Strict, read_yaml
from records import audit, schema
from records.clock import from_micros
from records.store import Records
from records.values import DocumentRef

__all__ = ["Hold", "RetentionRules", "Rule", "dispose", "keep_until", "read_rules"]


class Rule(Strict):
    """Keep documents of a class for `years` after the end of the year they arrived in (`law` says by which law)."""

    years: int
    law: str


class RetentionRules(Strict):
    """`config/retention.yaml`: country -> class of document -> rule; `default` is any other class."""

    countries: Mapping[str, Mapping[str, Rule]]


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold: these documents stay until it is lifted, whatever their time."""

    name: str
    documents: frozenset[str]


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


def dispose(
    records: Records,
    rules: RetentionRules,
    country: str,
    classes: Mapping[str, str],
    *,
    today: date,
    holds: Iterable[Hold] = (),
) -> list[str]:
    """Remove documents whose time is over and that no hold names; each with its event before the file goes.

    A document of several arrivals counts from its last one. Unfinished work keeps its documents.

    Args:
        classes: SHA-256 -> class of the documents that may go; what is not named here stays.

    Returns:
        The SHA-256 of what was removed.
    """
    held = frozenset().union(*(hold.documents for hold in holds))
    gone = []
    for sha256, arrived in _finished_documents(records):
        kind = classes.get(sha256)
        if kind is None or sha256 in held or not records.archive.has(sha256):
            continue
        until = keep_until(rules, country, kind, arrived.date())
        if today <= until:
            continue
        with records.begin() as tx:
            facts = {"kind": kind, "country": country, "kept_until": until.isoformat()}
            audit.append(tx, action="document.disposed", documents=[DocumentRef(sha256)], after=facts)
        records.archive.path(sha256).unlink()
        gone.append(sha256)
    return gone


def _finished_documents(records: Records) -> list[tuple[str, datetime]]:
    documents, items, links = schema.documents, schema.work_items, schema.item_documents
    open_ones = (
        select(links.c.sha256).join(items, items.c.id == links.c.item_id)
        .where(items.c.state.not_in(["reconciled", "rejected", "duplicate"]))
    )  # fmt: skip
    with records.reading() as connection:
        last: dict[str, datetime] = {
            row.sha256: from_micros(row.created_at)
            for row in connection.execute(select(documents).where(documents.c.sha256.not_in(open_ones)))
        }
        for row in connection.execute(select(schema.sources.c.sha256, schema.sources.c.arrived_at)):
            if row.sha256 in last:
                last[row.sha256] = max(last[row.sha256], from_micros(row.arrived_at))
    return sorted(last.items(), key=lambda pair: (pair[1].astimezone(UTC), pair[0]))
