"""What is known of a long document, page by page: of the pages that nobody looks at it waits packed.

A document has a desk: the last pages that somebody looked at lie open on it.  The page that was opened longest ago is
put away for the next one.  A thing of it that somebody still holds stays what it is, and is found again as the same
thing when its page is opened; all others are made anew.
"""

from __future__ import annotations

import gc
import marshal
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, overload
from weakref import ref

from bots.reader.page import OPEN_PAGES
from connectors.scratch import InMemory, Scratch, Slip

__all__ = ["ByRow", "Desk", "Form", "seldom_collected", "unpacked"]

_NEW_OBJECTS = 20_000
"""So many more objects than before make Python look for garbage while a long document is read; 700 is usual."""

T = TypeVar("T")
D = TypeVar("D")


@contextmanager
def seldom_collected(pages: int) -> Iterator[None]:
    """Have Python look for garbage seldom while a long document is read: its pages are taken apart when they are put
    away, and looking for what is never there takes a sixth of the time."""
    usual = gc.get_threshold()
    if pages > OPEN_PAGES and usual[0]:
        gc.set_threshold(max(_NEW_OBJECTS, usual[0]), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class Column(Protocol):
    """One kind of things of all pages."""

    def put_away(self, page: int) -> None:
        """Keep what is known of a page packed, and forget what nobody holds."""

    def clear(self) -> None:
        """Forget everything: nobody looks at the document any more."""


@dataclass(slots=True)
class Desk:
    """Which pages lie open.

    Attributes:
        most: so many.
        scratch: where the others wait.
        columns: what is put away of a page; what refers to other things comes after them.
        firsts: index of the first row of each page.
        rows: of all pages.
    """

    most: int
    scratch: Scratch = field(default_factory=Scratch)
    columns: list[Column] = field(default_factory=list)
    firsts: array[int] = field(default_factory=lambda: array("I"))
    rows: int = 0
    _line: deque[int] = field(default_factory=deque)
    _open: set[int] = field(default_factory=set)

    def page_of(self, index: int) -> int:
        """The page (from 0) on which a row stands."""
        return bisect_right(self.firsts, index) - 1

    def rows_of(self, page: int) -> range:
        """Indexes of the rows of a page."""
        return range(self.firsts[page], self.firsts[page + 1] if page + 1 < len(self.firsts) else self.rows)

    def add(self, rows: int) -> int:
        """The next page has so many rows; returns its number, from 0."""
        self.firsts.append(self.rows)
        self.rows += rows
        return len(self.firsts) - 1

    def hold(self, page: int) -> None:
        """Somebody looks at a page."""
        if page in self._open:
            return
        self._open.add(page)
        self._line.append(page)
        if len(self._line) > self.most:
            oldest = self._line.popleft()
            self._open.remove(oldest)
            for column in reversed(self.columns):
                column.put_away(oldest)

    def pack(self, content: Any) -> Slip | InMemory:
        """Put plain values away."""
        return self.scratch.put(marshal.dumps(content))

    def clear(self) -> None:
        """Forget everything."""
        for column in reversed(self.columns):
            column.clear()


def unpacked(slip: Slip | InMemory) -> Any:
    """The values that were put away."""
    return marshal.loads(slip.read())  # noqa: S302 - written by this process, into a file that nobody else can open


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a thing is packed: plain values of it, and what makes it again of its row and these."""

    pack: Callable[[T], tuple[Any, ...]]
    make: Callable[[Any, tuple[Any, ...]], T]


class ByRow(Mapping[int, list[T]]):
    """Things by index of their row, as a `dict` has them; rows come in order.

    Args:
        row: gives a row by its index.
    """

    def __init__(self, desk: Desk, form: Form[T], row: Callable[[int], object]) -> None:
        self._desk = desk
        self._form = form
        self._row = row
        self._now: dict[int, list[T]] = {}
        self._has = bytearray()
        self._slips: dict[int, Slip | InMemory] = {}
        self._opened: dict[int, dict[int, list[tuple[Any, ...]]]] = {}
        self._made: dict[int, list[int]] = {}
        self._writing = range(0)
        self._last: dict[int, list[tuple[Any, ...]]] = {}
        self._last_page = -1
        self._held: dict[int, list[tuple[int, ref[T]]]] = {}
        self._changed: set[int] = set()
        desk.columns.append(self)

    @overload
    def get(self, index: int, default: None = None, /) -> list[T] | None: ...
    @overload
    def get(self, index: int, default: D, /) -> list[T] | D: ...
    def get(self, index: int, default: Any = None, /) -> Any:
        found = self._now.get(index)
        if found is None:
            return self._fetched(index) if 0 <= index < len(self._has) and self._has[index] else default
        return found

    def __getitem__(self, index: int) -> list[T]:
        found = self.get(index)
        if found is None:
            raise KeyError(index)
        return found

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and 0 <= index < len(self._has) and bool(self._has[index])

    def __iter__(self) -> Iterator[int]:
        return (index for index, has in enumerate(self._has) if has)

    def __len__(self) -> int:
        return self._has.count(1)

    def setdefault(self, index: int, things: list[T]) -> list[T]:
        """The things of a row, to which more may be added; these when there are none."""
        if index not in self._writing:
            self._writing = self._written(self._desk.page_of(index))
        if index not in self._now:
            self._now[index] = things
            self._made[self._desk.page_of(index)].append(index)
            self._has.extend(bytes(max(index + 1 - len(self._has), 0)))
            self._has[index] = 1
        return self._now[index]

    def _written(self, page: int) -> range:
        """The rows of a page, all of whose things are made: some of them change, or there are more."""
        self._desk.hold(page)
        self._made.setdefault(page, [])
        if page in self._slips and page not in self._changed:
            for index in self._open(page):
                self.get(index)
        self._changed.add(page)
        return self._desk.rows_of(page)

    def update(self, found: Mapping[int, list[T]]) -> None:
        """Add the things of some rows."""
        for index, things in found.items():
            self.setdefault(index, []).extend(things)

    def revise(self, change: Callable[[T], None]) -> None:
        """Change all things."""
        for index in self:
            for thing in self.setdefault(index, []):
                change(thing)

    def _fetched(self, index: int) -> list[T]:
        """The things of a row, made anew but for those that somebody holds."""
        if index not in self._last:
            self._last = self._open(self._desk.page_of(index))
        row, make = self._row(index), self._form.make
        self._now[index] = things = [make(row, thing) for thing in self._last[index]]
        self._made[self._last_page].append(index)
        if index in self._held:
            for at, held in self._held[index]:
                if (thing := held()) is not None:
                    things[at] = thing
        return things

    def _open(self, page: int) -> dict[int, list[tuple[Any, ...]]]:
        self._desk.hold(page)
        self._last_page = page
        opened = self._opened.get(page)
        if opened is None:
            opened = self._opened[page] = dict(unpacked(self._slips[page]))
            self._made.setdefault(page, [])
        return opened

    def put_away(self, page: int) -> None:
        """Keep what is known of a page packed, and forget what nobody holds."""
        made = self._made.pop(page, None)
        if made is None:
            return
        if self._opened.pop(page, None) is self._last:
            self._last = {}
        here = [(index, self._now.pop(index)) for index in made]
        if page in self._changed:
            self._changed.discard(page)
            self._writing = range(0)
            pack = self._form.pack
            here.sort(key=lambda row: row[0])
            self._slips[page] = self._desk.pack([(index, [pack(thing) for thing in things]) for index, things in here])
        held = [(index, [(at, ref(thing)) for at, thing in enumerate(things)]) for index, things in here]
        here.clear()
        for index, refs in held:
            if alive := [one for one in refs if one[1]() is not None]:
                self._held[index] = alive
            else:
                self._held.pop(index, None)

    def clear(self) -> None:
        """Forget everything."""
        self._now.clear()
        self._made.clear()
        self._opened.clear()
        self._last = {}
        self._held.clear()
