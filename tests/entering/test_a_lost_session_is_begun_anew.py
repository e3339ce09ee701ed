"""A session that ends while a form is filled: nothing was sent, so that the same run logs in and enters it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.data_entry import enter
from bots.data_entry.entries import add_records, outcomes, process_of
from bots.data_entry.stage import load_system
from tests.entering.foreign.places import open_place
from tests.entering.hard_system import build, description

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("requests", [5, 6])
def test_it_is_entered_in_the_same_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requests: int) -> None:
    """5: the form itself is refused; 6: what a button asks for, and only what is expected after it does not come."""
    described = description()
    described["forms"]["drawn_rows"]["steps"][1:2] = [{"press": "Add a row"}, {"expect": {"label": "Value"}}]
    with open_place("lost", tmp_path, monkeypatch, build, described) as place:
        place.weather.losses[:] = [requests]
        system, process = load_system(place.office, "lost"), process_of("lost", "drawn_rows")
        items = add_records(place.office, "lost", system, "drawn_rows", [{"number": "1", "value": "2026-03-01"}])
        enter(place.office, "lost", form="drawn_rows", process=process)
        [item] = outcomes(place.office, items)
        assert (item.state, place.weather.losses) == ("entered", [])
        assert [row["value"] for row in place.books.invoices()] == ["2026-03-01"]
