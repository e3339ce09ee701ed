"""Who turns the pages of a list until the entry shows records how all its pages are read, not which page it was."""

from __future__ import annotations

import pytest

from bots.recorder.reading import turned
from connectors.browser.recorded import Action, Table, Target

LIST = Table("work", ("No.", "Total"), (("A-7", "12.00"),))
MENU = Action("press", "look", "menu", target=Target((("text", "Entries"),), "press"), loads=("work",))


def _press(text: str, loads: tuple[str, ...] = ("work",)) -> Action:
    return Action("press", "look", "work", target=Target((("text", text),), "press"), loads=loads)


@pytest.mark.parametrize(
    ("pressed", "rows"),
    [
        ([_press("2"), _press("3")], {"next": {"text": "{page}"}, "next_loads": "work"}),
        ([_press("Next", ()), _press("Next", ())], {"next": {"text": "Next"}}),
        ([], {}),
    ],
)
def test_pages_are_turned(pressed: list[Action], rows: dict[str, object]) -> None:
    assert turned([MENU, *pressed], LIST) == ([MENU], rows)


def test_what_shows_the_list_is_no_page_of_it() -> None:
    search = [MENU, Action("fill", "look", "work", target=Target((("label", "No."),)), text="A-7"), _press("Search")]
    assert turned(search, LIST) == (search, {})
    assert turned([_press("2")], LIST) == ([_press("2")], {})
