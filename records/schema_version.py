"""Bringing a database's tables up to date, by one process at a time."""

from __future__ import annotations

import fcntl
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from config.errors import ConfigError

__all__ = ["HEAD", "migrate", "revision_of"]

HEAD = "0002"
"""The revision that this code needs."""
_LOCK = 712_001


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's tables, or None when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, home: Path, to: str = HEAD) -> None:
    """Bring the tables to a revision (by default the one that this code needs); does nothing when they are there.

    Raises:
        ConfigError: OF717, the database is newer than this code.
    """
    if _revision(engine) == to:
        return
    with (home / "migrate.lock").open("w") as lock:  # two first starts at once: SQLite has no lock for DDL as a whole
        fcntl.flock(lock, fcntl.LOCK_EX)
        current = _revision(engine)
        if current is not None and current > HEAD:
            raise ConfigError("OF717", engine.url.render_as_string(hide_password=True), found=current, known=HEAD)
        if current != to:
            _upgrade(engine, to)


def _revision(engine: Engine) -> str | None:
    with engine.connect().execution_options(reading=True) as connection, connection.begin():
        return revision_of(connection)


def _upgrade(engine: Engine, to: str) -> None:
    from alembic import command  # slow to import, and needed once in a database's life
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, to)
