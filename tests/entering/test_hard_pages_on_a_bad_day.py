"""Each difficulty of a page, with the faults of a bad day at its save: every record is there once, and right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.entering.foreign.places import Place, open_place
from tests.entering.hard_system import PAGES, build, description

pytestmark = pytest.mark.browser
FAULTS = ("error_before", "error_after", "drop_after", "slow", "lost_before")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hard")
    with pytest.MonkeyPatch.context() as patch, open_place("hard", folder, patch, build, description()) as place:
        yield place


@pytest.mark.parametrize(("turn", "page"), list(enumerate(PAGES)))
def test_it_is_entered_once_whatever_happens_to_its_save(place: Place, turn: int, page: str) -> None:
    faults = [FAULTS[turn % len(FAULTS)], FAULTS[(turn + 2) % len(FAULTS)]]
    records = [{"number": f"{page}-{n}", "value": f"2026-03-0{n}", "attachment": "scan.pdf"} for n in (1, 2)]
    # what was not saved is entered again, and then saved
    place.weather.saves[:] = [one for fault in faults for one in ([fault, ""] if "before" in fault else [fault])]
    items = place.enter(*records, form=page)
    assert [(item.state, item.reason and item.reason.text()) for item in items] == [("entered", None)] * 2
    assert place.weather.saves == []
    kept = [row for row in place.books.invoices() if row["key"].startswith(f"{page}-")]
    assert sorted((row["key"], row["value"]) for row in kept) == [(one["number"], one["value"]) for one in records]
    if page == "upload":
        scan = (place.office.settings.home / "scan.pdf").read_text("utf-8")
        assert [row["file"] for row in kept] == [scan, scan]
