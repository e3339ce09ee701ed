from __future__ import annotations

import re
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.reader.merge import merge
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading
from bots.reader.sources import find_sources
from config.errors import DocumentRefused
from connectors.einvoice import read_einvoice
from tests.papers import samples

SAMPLES = (
    samples.cii(), samples.zugferd1(), samples.ubl(), samples.ubl("credit_note"), samples.facturae(2),
    samples.signed(samples.cii()),
)  # fmt: skip
PAGES = find_sources(samples.printed_pdf()).pages
ODD = (
    "",
    " ",
    "-",
    "NaN",
    "Infinity",
    "1e999",
    "1E5",
    "00012.50",
    "१२",
    "2024-13-45",
    "x" * 300,
    "\u202e",
    "0",
    "-0",
    "1,5",
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_any_byte_may_be_wrong(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    until = data.draw(st.integers(at, min(len(whole), at + 40)))
    broken = whole[:at] + data.draw(st.binary(max_size=12)) + whole[until:]
    with suppress(DocumentRefused):
        for einvoice in read_einvoice(broken):
            reading = merge(einvoice, None, PrintedText.of(PAGES))
            assert Reading.from_json(reading.to_json()) == reading


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES[:5]), st.data())
def test_any_value_may_be_odd(whole: bytes, data: st.DataObject) -> None:
    values = list(re.finditer(rb">([^<>]+)<", whole))
    value = data.draw(st.sampled_from(values))
    odd = data.draw(st.sampled_from(ODD)).encode()
    broken = whole[: value.start(1)] + odd + whole[value.end(1) :]
    with suppress(DocumentRefused):
        for einvoice in read_einvoice(broken):
            reading = merge(einvoice, None, PrintedText.of(PAGES))
            assert Reading.from_json(reading.to_json()) == reading


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_byte_of_a_pdf_may_be_wrong(data: st.DataObject) -> None:
    whole = samples.with_attachment(samples.printed_pdf(), "factur-x.xml", samples.cii())
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 60)) :]
    with suppress(DocumentRefused):
        assert find_sources(broken).pages
