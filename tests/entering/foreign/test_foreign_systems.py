"""Systems that the project has never seen, connected by their description alone: each record is there once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.entering.foreign.places import SYSTEMS, Place, open_place, record
from tests.entering.foreign.weather import FAULTS

pytestmark = pytest.mark.browser


@pytest.fixture(params=list(SYSTEMS), scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch, open_place(request.param, tmp_path_factory.mktemp("p"), patch) as place:
        yield place


def test_records_are_entered_once_and_read_back(place: Place) -> None:
    items = place.enter(record("A-1"), record("A-2", "P0010", ["10.00", "20.50", "0.49"]))
    assert [(item.state, item.reason and item.reason.text()) for item in items] == [("entered", None)] * 2
    place.enter(record("A-1"), record("A-2", "P0010", ["10.00", "20.50", "0.49"]))
    assert len(place.books.invoices()) == 2


def test_whatever_happens_to_a_save_it_is_there_once(place: Place) -> None:
    before = len(place.books.invoices())
    for fault in FAULTS:  # what was not saved is entered again, and then saved
        place.weather.saves += [fault, ""] if fault.endswith("before") else [fault]
    items = place.enter(*(record(f"F-{fault}") for fault in FAULTS))
    assert [(item.state, item.reason and item.reason.text()) for item in items] == [("entered", None)] * len(FAULTS)
    assert place.weather.saves == []
    assert len(place.books.invoices()) == before + len(FAULTS)


def test_a_session_lost_at_any_step_loses_and_doubles_nothing(place: Place) -> None:
    before = len(place.books.invoices())
    place.weather.losses[:] = [7, 10, 14]
    items = place.enter(*(record(f"S-{n}") for n in range(2)))
    assert [(item.state, item.reason and item.reason.text()) for item in items] == [("entered", None)] * 2
    assert len(place.books.invoices()) == before + 2
    assert len(place.weather.losses) < 2, "the session was hardly lost"
    place.weather.losses.clear()


def test_no_secret_is_in_any_file_of_the_office(place: Place) -> None:
    place.weather.saves[:] = ["error_after"]  # a failure keeps more: frames, locators, texts
    place.enter(record("C-1"))
    home = place.office.settings.home
    files = [path for path in home.rglob("*") if path.is_file() and "secrets" not in path.parts]
    assert len(files) > 5
    secrets = [b"geheim-7", b"JBSWY3DPEHPK3PXP"]
    assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
