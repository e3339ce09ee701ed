"""Look a record up in a system, read a list whole, read an entry back field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bots.data_entry.runner import Runner, ladder_of
from bots.data_entry.values import Record, render, same, understood
from config.errors import ApplicationException
from config.systems import LookUp, ReadBack, Rows

__all__ = ["Difference", "Hit", "differences", "look_up", "pages"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that has the key: page and line of the list (from 1), and its columns as shown."""

    page: int
    line: int
    row: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not as it was to be entered."""

    field: str
    shown: str
    wanted: str


def pages(runner: Runner, rows: Rows) -> Iterator[list[dict[str, str]]]:
    """The rows of each page of a list, as shown; each page is read when it is asked for.

    Raises:
        ApplicationException: OF521, there is no table with these headings.
    """
    frame = rows.frame or runner.frame
    for _ in range(rows.pages):
        found = runner.session.rows(frame, dict(rows.columns))
        if found is None:
            raise ApplicationException("OF521", runner.session.page.url, columns=", ".join(rows.columns.values()))
        yield found
        if rows.next is None:
            return
        ladder = ladder_of(rows.next, "press", runner.record)
        if runner.session.look(frame, [ladder])[0].rung < 0:
            return
        runner.beat()
        runner.session.press(frame, ladder, loads=rows.next_loads)


def look_up(runner: Runner, what: LookUp) -> list[Hit]:
    """All rows in which every `match` column shows its value; the list's page with the first hit is left open.

    A look-up that opens an address (and a read-back that does, too) asks for the list without showing it.
    """
    quick = _quick(runner, what)
    if quick is not None:
        return _matching(runner, what, [quick])
    hits = _matching(runner, what, _opened(runner, what))
    if len(hits) == 1 and what.rows.next is not None and hits[0].page > 1:
        for page, _ in enumerate(_opened(runner, what), 1):
            if page == hits[0].page:
                break
    return hits


def _opened(runner: Runner, what: LookUp) -> Iterator[list[dict[str, str]]]:
    runner.do(what.steps)
    yield from pages(runner, what.rows)


def _quick(runner: Runner, what: LookUp) -> list[dict[str, str]] | None:
    if not what.direct or len(what.steps) != 1 or what.steps[0].open is None:
        return None
    step, rows = what.steps[0], what.rows
    following = rows.next.rungs(text=True)[0][1] if rows.next is not None else ""
    frame = step.frame or runner.frame
    return runner.session.fetched_rows(frame, render(step.open or "", runner.record), dict(rows.columns), following)


def _matching(runner: Runner, what: LookUp, found: Iterable[list[dict[str, str]]]) -> list[Hit]:
    wanted = {name: render(template, runner.record) for name, template in what.match.items()}
    formats = what.rows.formats
    return [
        Hit(page, line, row)
        for page, rows in enumerate(found, 1)
        for line, row in enumerate(rows, 1)
        if all(same(row[name], text, formats.get(name, "text"), runner.system) for name, text in wanted.items())
    ]


def differences(runner: Runner, what: ReadBack, hit: Hit) -> list[Difference]:
    """Open the hit's page and compare every field and line with the record; empty when all is right."""
    runner.record |= {"hit": hit.line, **{name: text for name, text in hit.row.items() if name not in runner.record}}
    runner.do(what.steps)
    found = [
        Difference(str(ladder_of(want.find, "any", runner.record)), shown, wanted)
        for want, shown, wanted, good in runner.shown(what.fields, runner.record)
        if not good
    ]
    if what.lines is not None and what.rows is not None:
        found += _line_differences(runner, what, what.lines, what.rows)
    return found


def _line_differences(runner: Runner, what: ReadBack, name: str, rows: Rows) -> list[Difference]:
    shown = runner.session.rows(rows.frame or runner.frame, dict(rows.columns)) or []
    lines = runner.record.get(name, ())
    if len(shown) != len(lines):
        return [Difference(name, f"{len(shown)} lines", f"{len(lines)} lines")]
    found: list[Difference] = []
    for n, (row, line) in enumerate(zip(shown, lines, strict=True), 1):
        scope: Record = {**runner.record, "line": line, "n": n}
        for column, template in what.each.items():
            wanted = render(template, scope)
            if not same(row[column], wanted, rows.formats.get(column, "text"), runner.system):
                found.append(Difference(f"{name} {n} {column}", row[column], wanted))
    return found


def canonical_row(row: Mapping[str, str], rows: Rows, runner: Runner) -> dict[str, str]:
    """A row of a list with dates and amounts in canonical form."""
    return {name: understood(text, rows.formats.get(name, "text"), runner.system) for name, text in row.items()}
