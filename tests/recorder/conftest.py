"""Fixtures: the demo's legacy system and an office beside it, as the tests of entering have them; a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from bots.data_entry.stage import browser
from tests.entering.conftest import legacy, office

__all__ = ["chromium", "legacy", "office"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started
