"""A caption finds the field that a person would fill, or none: never another one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from bots.data_entry.ladders import ladder_of
from bots.data_entry.stage import browser
from config.systems import Find
from connectors.browser.ladder import Kind, document_script, page_script
from tests.entering.labels import FIELDS, PAGE, SHOWN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as chromium:
        page = chromium.new_page()
        page.set_content(PAGE)
        page.evaluate(document_script())
        yield page


@pytest.mark.parametrize(("kind", "find", "wanted"), FIELDS)
def test_each_field(page: Page, kind: Kind, find: object, wanted: str) -> None:
    locator = page.locator(ladder_of(Find.model_validate(find), kind, {}).selector)
    found = [locator.get_attribute("id")] if locator.count() else []
    assert found == ([wanted] if wanted else [])


@pytest.mark.parametrize("caption", SHOWN)
def test_each_value(page: Page, caption: str) -> None:
    ladder = ladder_of(Find.model_validate(caption), "any", {})
    answer = page.evaluate(page_script("look"), [ladder.body])["answer"]
    assert [found["text"] or "" for found in answer] == [SHOWN[caption]]
