"""A list that turns its pages without new documents: what is drawn late is never taken for the next page."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bots.data_entry.looking import pages
from config.errors import ApplicationException
from config.systems import Rows

ROWS = Rows.model_validate({"columns": {"no": {"n": 1}}, "row": ".row", "next": "Next", "pages": 9})


class Turning:
    """A list of six rows in pages of two; the first page shows one row at first, and the other after `late` looks."""

    def __init__(self, late: int):
        self.late, self.turned, self.page = late, 0, SimpleNamespace(url="http://system/list")

    def rows(self, _frame: str | None, _rows: Rows) -> list[dict[str, str]]:
        self.late -= 1
        there = 1 if self.late >= 0 and not self.turned else 2
        return [{"no": str(2 * self.turned + n)} for n in range(there)]

    def look(self, _frame: str | None, _ladders: Any) -> list[Any]:
        return [SimpleNamespace(rung=0 if self.turned < 2 else -1)]

    def disabled(self, _frame: str | None, _ladder: Any) -> bool:
        return False

    def signs(self, _frame: str | None, _signs: Any) -> list[str]:
        return []

    def press(self, _frame: str | None, _ladder: Any) -> None:
        self.turned += 1

    def changed(self, holds: Callable[[], bool], must: bool = False) -> bool:
        return holds() or must


def _read(turning: Turning) -> list[str]:
    runner: Any = SimpleNamespace(session=turning, frame=None, beat=lambda: None, record={})
    return [row["no"] for page in pages(runner, ROWS) for row in page]


def test_a_list_at_rest_is_read_to_its_end() -> None:
    assert _read(Turning(0)) == [str(n) for n in range(6)]


def test_one_that_changes_after_it_was_read_is_tried_again() -> None:
    turning = Turning(1)
    with pytest.raises(ApplicationException, match="OF547"):
        _read(turning)
    assert turning.turned == 0
    assert _read(turning) == [str(n) for n in range(6)]
