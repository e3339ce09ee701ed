"""A query of a database becomes a file: streamed, only read, and its password never shown."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from config.errors import ApplicationException, ConfigError
from connectors.database import save_query
from connectors.secrets import Secret


@pytest.fixture
def url(tmp_path: Path) -> Secret:
    with sqlite3.connect(tmp_path / "erp.db") as connection:
        connection.execute("create table items (reference text, amount numeric, due text)")
        connection.executemany(
            "insert into items values (?, ?, null)", [(f"INV-{number}", number) for number in range(25_000)]
        )
    connection.close()
    return Secret(f"sqlite:///{tmp_path / 'erp.db'}")


def test_rows_arrive_in_order_with_their_names(url: Secret, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert save_query(url, "select * from items order by amount", out) == 25_000
    lines = out.read_text("utf-8").splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("reference,amount,due", "INV-0,0,", "INV-24999,24999,")


@pytest.mark.parametrize("query", ["delete from items", "  update items set amount = 0", "drop table items"])
def test_only_a_select_is_taken(url: Secret, tmp_path: Path, query: str) -> None:
    with pytest.raises(ConfigError) as refused:
        save_query(url, query, tmp_path / "rows.csv")
    assert refused.value.code == "OF603"


def test_a_write_behind_a_select_is_refused_by_the_database(url: Secret, tmp_path: Path) -> None:
    with pytest.raises(ApplicationException) as refused:
        save_query(url, "with old as (select 1) delete from items", tmp_path / "rows.csv")
    assert refused.value.code == "OF609"
    assert save_query(url, "select * from items", tmp_path / "rows.csv") == 25_000


def test_a_database_that_is_away_is_a_failing_system_and_its_password_is_not_told(tmp_path: Path) -> None:
    away = Secret("postgresql+psycopg://reader:Very-Secret-1@127.0.0.1:9/erp")
    with pytest.raises(ApplicationException) as refused:
        save_query(away, "select 1", tmp_path / "rows.csv")
    assert refused.value.code == "OF609"
    assert "Very-Secret-1" not in refused.value.reason.text()
