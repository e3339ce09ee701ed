"""Look a record up in a system, read a list whole, read an entry back field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bots.data_entry.ladders import ladder_of
from bots.data_entry.runner import Runner
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
        ApplicationException: OF521, there is no table with these headings; OF540, an empty list does not say so;
            OF547, it was drawn anew after it was read.
    """
    frame = rows.frame or runner.frame
    before: list[dict[str, str]] = []
    for page in range(1, rows.pages + 1):
        now = runner.session.rows(frame, rows)
        if page > 1 and now == before and not rows.scroll:
            return  # a list whose last page comes again and again
        yield now[_overlap(before, now) :] if rows.scroll else now
        before = now
        runner.beat()
        if not (_scrolled(runner, frame, rows, now) if rows.scroll else _turned(runner, frame, rows, page + 1, now)):
            return


def _overlap(before: list[dict[str, str]], now: list[dict[str, str]]) -> int:
    """How many rows at the top of a list that was scrolled were there before, at its bottom."""
    return next((k for k in range(min(len(before), len(now)), 0, -1) if before[-k:] == now[:k]), 0)


def _turned(runner: Runner, frame: str | None, rows: Rows, page: int, read: list[dict[str, str]]) -> bool:
    """Show the next page of a list; False after the last one.

    Args:
        read: the rows of this page. What a page without new documents draws late would pass for the next page, and
            that one would be turned over unread: such a list is not turned.
    """
    if rows.next is None:
        return False
    ladder = ladder_of(rows.next, "press", {**runner.record, "page": page})
    session = runner.session
    if session.look(frame, [ladder])[0].rung < 0 or session.disabled(frame, ladder):
        return False
    if any(session.signs(frame, rows.end)):
        return False
    if rows.next_loads is not None:
        session.press(frame, ladder, loads=rows.next_loads)
        return True
    if session.rows(frame, rows) != read:
        raise ApplicationException("OF547", session.page.url, columns=", ".join(rows.columns))
    session.press(frame, ladder)
    return session.changed(lambda: session.rows(frame, rows) != read, must=True)


def _scrolled(runner: Runner, frame: str | None, rows: Rows, read: list[dict[str, str]]) -> bool:
    """Scroll a list until other rows show than those that were read; False at its end.

    What is drawn late after a scroll is waited for before the next one, or rows between the two would never be seen;
    and the last rows may come just with the sign of the end.
    """
    session, css = runner.session, rows.scroll or ""
    while session.scrolled(frame, css):
        if session.changed(lambda: session.rows(frame, rows) != read):
            return True
    if any(session.signs(frame, rows.end)):
        return session.scrolled(frame, css) or session.rows(frame, rows) != read
    return session.changed(
        lambda: session.scrolled(frame, css) or session.rows(frame, rows) != read, must=bool(rows.end)
    )


def look_up(runner: Runner, what: LookUp) -> list[Hit]:
    """All rows in which every `match` column shows its value; the list's page with the first hit is left open.

    A look-up that opens an address (and a read-back that does, too) asks for the list without showing it.
    """
    quick = _quick(runner, what)
    if quick is not None:
        return _matching(runner, what, [quick])
    hits = _matching(runner, what, _opened(runner, what))
    if len(hits) == 1 and hits[0].page > 1:
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
    return runner.session.fetched_rows(frame, render(step.open or "", runner.record), rows, following)


def _matching(runner: Runner, what: LookUp, found: Iterable[list[dict[str, str]]]) -> list[Hit]:
    wanted = {name: render(template, runner.record) for name, template in what.match.items()}
    formats = what.rows.formats
    return [
        Hit(page, line, row)
        for page, rows in enumerate(found, 1)
        for line, row in enumerate(rows, 1)
        if all(same(row[name], text, formats.get(name, "text"), runner.system) for name, text in wanted.items())
    ]


def differences(
    runner: Runner, what: ReadBack, hit: Hit, *, shows: Callable[[], None] = lambda: None
) -> list[Difference]:
    """Open the hit's page and compare every field and line with the record; empty when all is right.

    Args:
        shows: called once when the entry shows; before it is read, unless reading it turns pages.
    """
    runner.record |= {"hit": hit.line, **{name: text for name, text in hit.row.items() if name not in runner.record}}
    runner.do(what.steps)
    turns = what.rows is not None and (what.rows.next is not None or what.rows.scroll is not None)
    if not turns:
        shows()
    found = [
        Difference(str(ladder_of(want.find, "any", runner.record)), shown, wanted)
        for want, shown, wanted, good in runner.shown(what.fields, runner.record)
        if not good
    ]
    if what.lines is not None and what.rows is not None:
        found += _line_differences(runner, what, what.lines, what.rows)
    if turns:
        shows()
    return found


def _line_differences(runner: Runner, what: ReadBack, name: str, rows: Rows) -> list[Difference]:
    shown = [row for page in pages(runner, rows) for row in page]
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
