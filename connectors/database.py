"""A query of somebody else's database as a table: read in a transaction that may only read, row by row to a file."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from config.errors import ApplicationException, ConfigError
from connectors.secrets import Secret, masked

__all__ = ["save_query"]

_CHUNK: Final = 10_000
_READS: Final = re.compile(r"\s*(?:--[^\n]*\n\s*)*(?:select|with|values|table)\b", re.IGNORECASE)


def save_query(url: Secret, query: str, path: Path) -> int:
    """Write the rows of one SELECT to a csv file, header first; returns how many there were.

    The rows are streamed; amounts and dates come as the database prints them (NULL as nothing).

    Args:
        url: SQLAlchemy URL, with the password in it.

    Raises:
        ConfigError: OF603, the URL or the query cannot be used.
        ApplicationException: OF609, the database refuses or is away; tried again later.
    """
    if not _READS.match(query):
        raise ConfigError("OF603", why="the query must be one SELECT")
    try:
        engine = create_engine(url.reveal())
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ConfigError("OF603", why=masked(str(error), (url,))[:200]) from None
    count = 0
    try:
        with engine.connect() as connection, path.open("w", encoding="utf-8", newline="") as file:
            _only_read(connection)
            rows = connection.execution_options(stream_results=True, yield_per=_CHUNK).execute(text(query))
            writer = csv.writer(file)
            writer.writerow(rows.keys())
            for row in rows:
                writer.writerow(row)
                count += 1
            connection.rollback()
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise ApplicationException("OF609", why=masked(str(cause), (url,))[:300]) from None
    finally:
        engine.dispose()
    return count


def _only_read(connection: Connection) -> None:
    """Tell the database that nothing may be written; who does not know the words rolls back all the same."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    elif connection.dialect.name in ("postgresql", "mysql", "mariadb", "oracle"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
