"""Migrations make the very tables of `records.schema`, and a newer database is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

import records as records_room
from config.errors import ConfigError
from records import Records, audit
from records.engine import connect
from records.schema import metadata
from records.schema_version import HEAD, migrate, revision_of
from tests.records.conftest import SESSION


def test_a_migrated_database_is_as_the_code_believes(records: Records) -> None:
    with records.reading() as connection:
        assert revision_of(connection) == HEAD
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        checks = {one["name"] for name in metadata.tables for one in inspect(connection).get_check_constraints(name)}
    believed = {
        str(one.name) for table in metadata.tables.values() for one in table.constraints
        if isinstance(one, CheckConstraint)
    }  # fmt: skip
    assert checks == believed


RELEASED = {"0.1": "0001", "next": "0002"}
"""The last revision of each version: a new migration gets a row here, and is never an edit of an old one."""


_EVENTS = (
    (0, "a", '{"action":"x","item":{"id":"a"},"seq":0,"ts":"2026-01-01T00:00:00.000000Z","v":1}'),
    (1, None, '{"action":"y","seq":1,"ts":"2026-01-01T00:00:00.000000Z","v":1}'),
    (2, "a", '{"action":"z","item":{"id":"a"},"prev_item_seq":0,"seq":2,"ts":"2026-01-01T00:00:01.000000Z","v":1}'),
)
_WORK = {
    "0001": [
        f"INSERT INTO events VALUES ({seq}, {repr(item) if item else 'NULL'}, CAST('{body}' AS BLOB))"
        for seq, item, body in _EVENTS
    ],
    "0002": [
        *(f"INSERT INTO events VALUES ({seq}, CAST('{body}' AS BLOB))" for seq, _, body in _EVENTS),
        "INSERT INTO last_events VALUES ('a', 2)",
    ],
}


@pytest.mark.parametrize("revision", RELEASED.values(), ids=RELEASED)
def test_an_office_of_each_version_is_brought_up_to_date_with_its_work(tmp_path: Path, revision: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    engine = connect(f"sqlite:///{home / 'oficio.db'}")
    migrate(engine, home, to=revision)
    engine.dispose()
    with closing(sqlite3.connect(home / "oficio.db", isolation_level=None)) as old:
        old.execute("INSERT INTO meta VALUES ('origin', 'oficio/old')")
        for statement in _WORK[revision]:
            old.execute(statement)
    with Records.open(home=home, session=SESSION) as records:
        with records.reading() as connection:
            assert revision_of(connection) == HEAD
        with records.begin() as tx:
            audit.append(tx, action="item.noted", item={"id": "a"})
        assert records.log.key.name == "oficio/old"
        records.log.checkpoint()
        assert str(records.log.verify()) == "4 events, 1 checkpoints, signed up to 4: verified"
        with records.read() as tx:
            assert [event.seq for event in audit.of_item(tx, "a")] == [0, 2, 3]


def test_the_last_migration_is_the_one_that_the_code_needs() -> None:
    scripts = sorted((Path(records_room.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))
    assert scripts[-1].stem.startswith(HEAD)
    assert HEAD in RELEASED.values()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION) as records, records.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="OF717"):
        Records.open(home=tmp_path / "home", session=SESSION)
