"""Migrations make the very tables of `records.schema`, and a newer database is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect

from config.errors import ConfigError
from records import Records
from records.schema import metadata
from records.schema_version import HEAD, revision_of
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


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    with Records.open(home=tmp_path / "home", session=SESSION) as records, records.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="OF717"):
        Records.open(home=tmp_path / "home", session=SESSION)
