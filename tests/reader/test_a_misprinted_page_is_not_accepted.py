"""One wrong digit on a page whose other figures prove it wrong: the page goes to a person."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.misprints import KINDS, outcomes
from bots.reader import read
from demo.invoices import Misprint, generate, misprint


@pytest.mark.parametrize("seed", [4, 17, 26, 31])
def test_no_wrong_value_of_a_misprinted_page_is_accepted(seed: int) -> None:
    found = outcomes(seed)
    assert {one.misprint.kind for one in found} <= set(KINDS)
    assert [one for one in found if one.wrong] == []


@pytest.mark.parametrize("kind", ["gross", "tax rate", "unit price"])
def test_a_figure_that_contradicts_the_others_is_doubted(kind: str) -> None:
    made: list[Misprint | None] = []
    right = generate("misprint 53", case="standard")
    wrong = generate("misprint 53", case="standard", touch=lambda d: made.append(misprint(d, Random("53"), kind)))
    assert read(right.pdf)[0].confident
    assert made[0] is not None
    assert made[0].right != made[0].wrong
    assert not read(wrong.pdf)[0].confident
