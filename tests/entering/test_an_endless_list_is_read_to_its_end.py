"""The last rows of an endless list may come just when it is asked whether it has ended: they are read too."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from bots.data_entry.looking import pages
from config.systems import Rows

ROWS = Rows.model_validate({"columns": {"no": {"n": 1}}, "row": ".row", "scroll": "#box", "end": ["End of list"]})


class Late:
    """A box that shows four rows; the rest comes while it is asked for the sign of its end."""

    def __init__(self, there: int, rest: int):
        self.there, self.rest, self.top = there, rest, 0

    def rows(self, _frame: str | None, _rows: Rows) -> list[dict[str, str]]:
        return [{"no": str(n)} for n in range(self.top, min(self.top + 4, self.there))]

    def scrolled(self, _frame: str | None, _css: str) -> bool:
        before, self.top = self.top, max(min(self.top + 3, self.there - 4), 0)
        return self.top > before

    def signs(self, _frame: str | None, _signs: Any) -> list[str]:
        self.there, self.rest = self.there + self.rest, 0
        return ["End of list"]

    def changed(self, holds: Callable[[], bool], must: bool = False) -> bool:
        return holds()


def _read(late: Late) -> list[str]:
    runner: Any = SimpleNamespace(session=late, frame=None, beat=lambda: None)
    return [row["no"] for page in pages(runner, ROWS) for row in page]


def test_rows_that_come_with_the_sign_are_read() -> None:
    for there, rest in ((8, 2), (8, 0), (2, 1), (4, 5)):
        assert _read(Late(there, rest)) == [str(n) for n in range(there + rest)]
