"""What a bank writes by the standard comes back entry by entry, in every format."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings

from connectors import bank
from tests.figures.strategies import statements
from tests.figures.writers import WRITERS, Written, camt053, csv_table, mt940, norma43

ANY_CURRENCY = sorted(set(WRITERS) - {"norma43", "qif"})


def assert_reads_back(kind: str, written: Written, data: bytes) -> bank.Statement:
    found = bank.read(data)
    assert found.format == kind
    (statement,) = found.statements
    lines = sorted((line.booked, line.amount) for line in written.lines)
    # BAI2 dates an entry by its group and names the value date with it.
    days = [(entry.value_date or entry.booked, entry.amount) for entry in statement.entries]
    assert sorted((day, amount) for day, amount in days if day) == lines
    assert statement.credit == written.money(sum(line.amount for line in written.lines if line.amount > 0))
    assert statement.debit == -written.money(sum(line.amount for line in written.lines if line.amount < 0))
    return statement


@pytest.mark.parametrize("kind", ANY_CURRENCY)
@settings(max_examples=25, deadline=None)
@given(written=statements())
def test_days_amounts_and_balances_come_back(kind: str, written: Written) -> None:
    if kind == "csv":  # within one day a running balance may follow either way
        assume(len({line.booked for line in written.lines}) > 1 or len(written.lines) == 1)
    statement = assert_reads_back(kind, written, WRITERS[kind](written))
    assert statement.currency == written.currency
    assert statement.closing == written.money(written.closing)
    if kind != "ofx":  # it states no opening balance
        assert statement.opening == written.money(written.opening)
        assert statement.balanced is True
    expected = {"OF689"} if kind == "csv" else set()
    assert {problem.code for problem in statement.problems} == expected


@settings(max_examples=25, deadline=None)
@given(written=statements("EUR"))
def test_norma_43_with_its_totals(written: Written) -> None:
    statement = assert_reads_back("norma43", written, norma43(written))
    assert (statement.balanced, statement.problems) == (True, ())


@settings(max_examples=25, deadline=None)
@given(written=statements("EUR"))
def test_qif_infers_month_first_when_a_day_tells(written: Written) -> None:
    if any(line.booked.day > 12 for line in written.lines):
        statement = assert_reads_back("qif", written, WRITERS["qif"](written))
        assert statement.account == written.account


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", "10", "13"])
@settings(max_examples=5, deadline=None)
@given(written=statements())
def test_every_version_of_camt(version: str, written: Written) -> None:
    statement = assert_reads_back("camt", written, camt053(written, version))
    assert [entry.name for entry in statement.entries] == [line.name for line in written.lines]
    assert [entry.end_to_end_id for entry in statement.entries] == [line.reference for line in written.lines]
    assert [entry.text for entry in statement.entries] == [line.text for line in written.lines]


@settings(max_examples=25, deadline=None)
@given(written=statements())
def test_mt940_details_survive_the_line_length(written: Written) -> None:
    statement = assert_reads_back("mt940", written, mt940(written))
    assert [entry.end_to_end_id for entry in statement.entries] == [line.reference for line in written.lines]
    assert [entry.name for entry in statement.entries] == [line.name for line in written.lines]


@settings(max_examples=25, deadline=None)
@given(written=statements())
def test_a_frame_has_one_row_an_entry_in_minor_units(written: Written) -> None:
    frame = bank.to_frame(bank.read(csv_table(written)))
    assert frame["amount"].sum() == sum(line.amount for line in written.lines)
    assert frame["line_id"].n_unique() == frame.height == len(written.lines)
    assert frame.columns[:9] == [
        "line_id", "booked", "value_date", "text", "iban", "party", "reference", "amount", "currency",
    ]  # fmt: skip
