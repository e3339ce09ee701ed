"""The demo's legacy system behaves as badly as it promises: tests of robots rest on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from demo.legacy.app import create_app
from demo.legacy.faults import Faults
from demo.legacy.server import serve
from demo.legacy.store import Store

SAVE = {
    "op": "save", "supplier": "P0001", "number": "F-1", "date": "01/02/2026", "due": "", "currency": "EUR",
    "reference": "R", "withheld": "", "l1_concept": "", "l1_base": "100,00", "l1_code": "N21", "l1_tax": "21,00",
}  # fmt: skip


@pytest.fixture
def faults() -> Faults:
    return Faults(slow_seconds=0.01)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "legacy.db")


@pytest.fixture
def url(store: Store, faults: Faults) -> Iterator[str]:
    with serve(create_app(store.path, faults=faults)) as address:
        yield address


@contextmanager
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, follow_redirects=True) as made:
        assert "frameset" in made.post("/login", data={"u": "maria", "p": "maria-1984"}).text
        yield made


def save(browser: httpx.Client) -> httpx.Response:
    browser.get("/invoice/new")
    browser.post("/invoice/edit", data=SAVE | {"op": "update"})
    return browser.post("/invoice/edit", data=SAVE)


def test_a_save_gives_no_receipt_and_numbers_are_not_unique(url: str, store: Store) -> None:
    with client(url) as browser:
        answers = [save(browser).text, save(browser).text]
    assert all("F-1" not in text for text in answers)
    assert [row["total"] for row in store.invoices()] == ["121,00", "121,00"]


def test_without_update_nothing_is_saved(url: str, store: Store) -> None:
    with client(url) as browser:
        browser.get("/invoice/new")
        assert "Pulse Actualizar" in browser.post("/invoice/edit", data=SAVE).text
    assert store.invoices() == []


def test_a_new_login_ends_the_older_session(url: str) -> None:
    with client(url) as first, client(url) as second:
        assert "Sesión caducada" in first.get("/menu").text
        assert "Alta de facturas" in second.get("/menu").text


def test_typing_the_password_again_repeats_the_pending_save(url: str, store: Store, faults: Faults) -> None:
    faults.plan[:] = ["lost_before"]
    with client(url) as browser:
        page = save(browser).text
        assert store.invoices() == []
        assert 'name="number" value="F-1"' in page
        again = {"relogin_u": "maria", "relogin_p": "maria-1984", "relogin_path": "/invoice/edit"}
        browser.post("/relogin", data=SAVE | again)
    assert [row["number"] for row in store.invoices()] == ["F-1"]


@pytest.mark.parametrize(("fault", "rows"), [("error_before", 0), ("error_after", 1)])
def test_errors_before_and_after_the_commit(url: str, store: Store, faults: Faults, fault: str, rows: int) -> None:
    faults.plan[:] = [fault]  # type: ignore[list-item] # the parameters are its names
    with client(url) as browser:
        assert save(browser).status_code == 500
    assert len(store.invoices()) == rows


@pytest.mark.parametrize(("fault", "rows"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_cut_without_an_answer(url: str, store: Store, faults: Faults, fault: str, rows: int) -> None:
    faults.plan[:] = [fault]  # type: ignore[list-item] # the parameters are its names
    with client(url) as browser, pytest.raises(httpx.TransportError):
        save(browser)
    assert len(store.invoices()) == rows
