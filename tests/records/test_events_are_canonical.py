"""Whatever an event says, its stored bytes are the canonical form of RFC 8785, or it is refused with its path."""

from __future__ import annotations

import math
import uuid
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from config.errors import OficioError, Reason
from records import Evidence, Records, Where, audit
from records.canonical import canonical, foreign, foreign_digest, is_canonical, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEY = st.text(st.characters(max_codepoint=127), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)


class Colour(Enum):
    RED = "red"


@given(value=st.dictionaries(KEY, JSON, max_size=4))
def test_the_bytes_are_those_of_rfc_8785(value: dict[str, Any]) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert is_canonical(data, parse(data))


def test_every_stored_event_is_canonical(records: Records) -> None:
    with records.begin() as tx:
        audit.append(tx, action="plain")
        audit.append(
            tx, action="año", item={"id": "ñ", "process": "p"}, before={"b": "\x1f\x7f\u2028€", "a": [1, None]},
            after={"a": {"ñ"[:0]: True}}, where=Where("s", "o", "'\"ts\":\""), evidence=[Evidence("0" * 64, "page")],
            reason=Reason("OF708", "here", {"why": "ü"}), on_behalf="somebody", outcome="failed",
        )  # fmt: skip
    with records.begin() as tx:
        audit.append(tx, action="after", item={"id": "ñ", "process": "p"}, after={"x": "y" * 70_000})
    with records.read() as tx:
        events = audit.read(tx)
    assert len(events) == 3
    for event in events:
        assert event.bytes == rfc8785.dumps(dict(event.body))
    assert events[2].body["prev_item_seq"] == 1
    assert events[2].body["after"]["size"] == 70_008


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        math.nan,
        math.inf,
        2**53,
        {"ñ": "x"},
        {1: "x"},
        date(2026, 1, 1),
        uuid.UUID(int=1),
        Colour.RED,
        "\ud800",
        b"x",
    ],
)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_what_is_outside_the_profile_is_refused(records: Records, value: object, depth: int) -> None:
    after: dict[Any, Any] = value if isinstance(value, dict) and not depth else {"a": value}
    for _ in range(depth):
        after = {"in": [after]}
    with pytest.raises(OficioError, match="OF708"), records.begin() as tx:
        audit.append(tx, action="odd", after=after)
    with records.read() as tx:
        assert audit.read(tx) == []


def test_json_of_others_has_one_form_however_it_was_written() -> None:
    assert foreign({"b": 1e21, "a": 12.0, "ñ": [True, None]}) == '{"a":12,"b":1e+21,"ñ":[true,null]}'.encode()
    assert foreign_digest({"a": 12.0, "b": 1}) == foreign_digest({"b": 1, "a": 12})


def test_what_json_cannot_say_counts_as_its_text() -> None:
    record = {"due": date(2026, 3, 1), "net": Decimal("1.10"), "iban": 2**60, "rate": math.inf, "\ud800": ("\udfff",)}
    assert parse(foreign(record)) == {
        "due": "2026-03-01", "net": "1.10", "iban": str(2**60), "rate": "inf", "\\ud800": ["\\udfff"],
    }  # fmt: skip
