"""A list that the system keeps for a while shows a new entry late: that is waited for, in the same session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.entering.foreign.places import open_place
from tests.entering.foreign.store import Books
from tests.entering.hard_system import build, description

pytestmark = pytest.mark.browser


def test_it_is_found_without_another_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logins: list[str] = []
    begin = Books.begin

    def noted(books: Books, user: str) -> str:
        logins.append(user)
        return begin(books, user)

    monkeypatch.setattr(Books, "begin", noted)
    described = description()
    described["limits"]["settle"] = 4
    described["forms"]["plain"]["look_up"]["steps"] = [{"open": "/late_list?key={key}"}]
    with open_place("late", tmp_path, monkeypatch, build, described) as place:
        items = place.enter(
            {"number": "1", "value": "2026-03-01"}, {"number": "2", "value": "2026-03-02"}, form="plain"
        )
        assert [item.state for item in items] == ["entered"] * 2
        assert [row["key"] for row in place.books.invoices()] == ["1", "2"]
        assert logins == ["robot"]
