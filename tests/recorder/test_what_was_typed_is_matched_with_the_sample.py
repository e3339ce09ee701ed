"""Texts and values, codes, lines that fold, saves and drafts: decided from values alone, without a browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.recorder.codes import table_of
from bots.recorder.finding import folded_texts, ladder, line_ladder
from bots.recorder.folding import Do, Each, fold
from bots.recorder.formats import Style, kind_of, style_of
from bots.recorder.meaning import meanings
from bots.recorder.problems import Findings
from bots.recorder.sample import DATES, Field, fields_of, ways
from bots.recorder.saving import drafts_of, save_at
from connectors.browser.recorded import Action, Option, Target, Write


def filled(text: str, *rungs: tuple[str, str], line: int = 0) -> Action:
    return Action("fill", text=text, target=Target(rungs or (("name", "x"),), line=line))


def pressed(text: str, *bodies: str) -> Action:
    writes = tuple(Write("POST", "/edit", body) for body in bodies)
    return Action("press", text=text, target=Target((("text", text),), "press"), writes=writes)


def codes_of(found: Findings) -> list[str]:
    return [problem.code for problem in found.problems]


# -- ways ------------------------------------------------------------------------------------------------------------


@given(st.dates(date(1970, 1, 1), date(2060, 12, 31)), st.sampled_from(DATES))
def test_a_date_is_known_in_the_way_it_was_written(day: date, pattern: str) -> None:
    assert pattern in {way.pattern for way in ways(day.isoformat(), day.strftime(pattern))}


@given(st.decimals("-9999999", "9999999", places=2), st.sampled_from([".", ","]), st.booleans())
def test_an_amount_is_known_with_its_marks(value: Decimal, mark: str, grouped: bool) -> None:
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    if mark == ",":
        text = text.translate({ord(","): ".", ord("."): ","})
    found = [way for way in ways(f"{value:.2f}", text) if way.kind == "amount"]
    assert mark in {way.decimal for way in found}
    assert style_of([(text, [way for way in found if way.decimal == mark])], [], Findings()).decimal == mark


@pytest.mark.parametrize(
    ("value", "text"),
    [("354.20", "354,21"), ("2026-03-31", "30/03/2026"), ("A-7", "a 7"), ("21", "121"), ("1234.50", "12.34,50")],
)
def test_another_value_is_not_known(value: str, text: str) -> None:
    assert ways(value, text) == []


def test_two_ways_of_writing_are_refused_and_an_open_question_too() -> None:
    findings = Findings()
    style_of([("1,50", ways("1.5", "1,50"))], [("2.50", ways("2.5", "2.50"))], findings)
    style_of([("03/03/2026", ways("2026-03-03", "03/03/2026"))], [], findings)
    assert codes_of(findings) == ["OF566", "OF567"]


def test_marks_between_thousands_are_typed_only_when_they_were() -> None:
    shown = [("1.234,50", ways("1234.50", "1.234,50"))]
    assert style_of([("1234,50", ways("1234.50", "1234,50"))], shown, Findings()).thousands == ""
    assert style_of(shown, [], Findings()).thousands == "."


def test_lines_share_one_kind() -> None:
    style = Style(decimal=",")
    assert kind_of([ways("100", "100"), ways("50.5", "50,5")], style) == "number"
    assert kind_of([ways("100.00", "100,00"), ways("50.50", "50,50")], style) == "amount"
    assert kind_of([ways("A", "A"), ways("B", "B")], style) == "text"


# -- codes -----------------------------------------------------------------------------------------------------------


def test_options_of_the_same_making_are_learned() -> None:
    options = [Option("", ""), Option("N21 21%", "N21"), Option("N10 10%", "N10"), Option("F10 5.5%", "F10")]
    assert table_of([("21", options[1])], options) == {"21": "N21", "10": "N10", "5.5": "F10"}


def test_a_value_of_two_options_is_learned_only_when_it_was_chosen() -> None:
    options = [Option("A 21%", "A"), Option("B 21%", "B"), Option("C 10%", "C"), Option("D 10%", "D")]
    assert table_of([("21", options[1])], options) == {"21": "B"}


def test_an_option_that_says_nothing_of_its_value_is_just_itself() -> None:
    assert table_of([("EUR", Option("Euro", "7"))], [Option("Euro", "7"), Option("Dollar", "8")]) == {"EUR": "Euro"}


# -- meaning ---------------------------------------------------------------------------------------------------------

RECORD = {"number": "X", "lines": [{"rate": "21", "base": "10"}, {"rate": "21", "base": "21"}]}


def test_equal_values_are_told_apart_by_their_lines() -> None:
    actions = [
        filled(text, ("column", column), line=line)
        for line, (rate, base) in enumerate((("21", "10"), ("21", "21")), 1)
        for column, text in (("Rate", rate), ("Base", base))
    ]
    meant = meanings(actions, fields_of(RECORD)).of
    assert [meant[at].field.path for at in range(4)] == ["lines.1.rate", "lines.1.base", "lines.2.rate", "lines.2.base"]


def test_what_may_be_two_fields_is_not_decided() -> None:
    meaning = meanings([filled("7", ("name", "a")), filled("7", ("name", "b"))], [Field("x", "7"), Field("y", "7")])
    assert meaning.of == {}
    assert [field.path for field in meaning.unsure[0]] == ["x", "y"]


# -- folding ---------------------------------------------------------------------------------------------------------


def entered(texts: list[tuple[str, ...]], between: list[Action], around: int) -> tuple[list[Action], list[Field]]:
    """Lines with presses: between them alone, or (-1 before, 1 after) with every line."""
    actions: list[Action] = []
    for n, line in enumerate(texts, 1):
        actions += between if around == -1 or (around == 0 and n > 1) else []
        actions += [filled(text, ("name", f"{name}_{n}")) for name, text in zip("ab", line, strict=True)]
        actions += between if around == 1 else []
    fields = [
        Field(name, text, "lines", n) for n, line in enumerate(texts, 1) for name, text in zip("ab", line, strict=True)
    ]
    return actions, fields


@pytest.mark.parametrize(("around", "order", "more"), [(0, 0, True), (-1, 0, False), (1, 2, False)])
def test_lines_fold_with_what_was_pressed_between_them(around: int, order: int, more: bool) -> None:
    actions, fields = entered([("one", "two"), ("three", "four"), ("five", "six")], [pressed("Add")], around)
    (each,) = fold(actions, meanings(actions, fields).of, findings := Findings())
    assert codes_of(findings) == []
    assert isinstance(each, Each)
    assert (each.steps[order].first.text, each.steps[order].more, len(each.steps)) == ("Add", more, 3)


def test_a_field_that_a_line_left_empty_is_still_a_step() -> None:
    actions = [filled("one", ("name", "a_1")), filled("three", ("name", "a_2")), filled("four", ("name", "b_2"))]
    fields = [Field("a", "one", "l", 1), Field("a", "three", "l", 2), Field("b", "four", "l", 2)]
    (each,) = fold(actions, meanings(actions, fields).of, Findings())
    assert isinstance(each, Each)
    assert [do.meant and do.meant.field.name for do in each.steps] == ["a", "b"]


def test_one_line_is_not_enough_and_different_presses_neither() -> None:
    actions, fields = entered([("one", "two")], [], 0)
    fold(actions, meanings(actions, fields).of, alone := Findings())
    actions, fields = entered([("one", "two"), ("three", "four"), ("five", "six")], [pressed("Add")], 0)
    actions[2] = pressed("Other")
    fold(actions, meanings(actions, fields).of, mixed := Findings())
    assert codes_of(alone) == codes_of(mixed) == ["OF563"]


def test_what_is_outside_of_lines_keeps_its_place() -> None:
    actions, fields = entered([("one", "two"), ("three", "four")], [pressed("Add")], 0)
    actions = [filled("head", ("name", "h")), *actions, pressed("Update")]
    done = fold(actions, meanings(actions, [*fields, Field("h", "head")]).of, Findings())
    assert [type(one) for one in done] == [Do, Each, Do]


# -- ladders ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "folded"),
    [
        (["l1_x", "l2_x"], "l{n}_x"), (["x[0]", "x[1]"], "x[{i}]"), (["same", "same"], "same"), (["a1", "a5"], ""),
        (["f1x1", "f1x2"], "f1x{n}"), (["tr:nth-child(1 of tr)", "tr:nth-child(2 of tr)"], "tr:nth-child({n} of tr)"),
    ],
)  # fmt: skip
def test_numbers_that_count_lines_become_names(texts: list[str], folded: str) -> None:
    assert folded_texts(texts, [1, 2]) == folded


def test_a_column_is_counted_by_itself_or_stays_in_its_line() -> None:
    column = (("column", "Base:"),)
    assert line_ladder([(1, Target(column, line=1)), (2, Target(column, line=2))]) == {"column": "Base"}
    assert line_ladder([(1, Target(column, line=1)), (2, Target(column, line=1))]) == {"column": "Base", "line": "1"}


def test_css_is_the_last_resort() -> None:
    css = ("css", "p:nth-of-type(2) > a")
    assert ladder(Target((("text", "Save"), css), "press")) == {"text": "Save"}
    assert ladder(Target((("text", "A-7"), css), "press"), frozenset(["A-7"])) == {"css": css[1]}


# -- saves -----------------------------------------------------------------------------------------------------------


def test_the_save_is_the_last_press_that_sends() -> None:
    actions = [filled("x"), pressed("Update", "op=update&a=1"), pressed("Save", "op=save&a=1"), pressed("OK")]
    assert save_at(actions) == 2
    assert save_at([filled("x")]) is None


def test_a_draft_is_told_from_the_save_by_what_only_the_save_sends() -> None:
    earlier, save = [filled("9"), pressed("Update", "op=update&a=1")], pressed("Save", "op=save&a=1&b=9")
    assert drafts_of(earlier, save, Findings()) == [{"path": "/edit", "without": "op=save"}]
    alike = replace(save, writes=earlier[1].writes)
    assert drafts_of(earlier, alike, findings := Findings()) == []
    assert [note.code for note in findings.notes] == ["OF584"]
