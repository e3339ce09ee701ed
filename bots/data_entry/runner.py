"""Do the steps of a form with a record: find, fill, choose, press, wait; what was typed is read back before a press."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bots.data_entry.calendars import pick_date
from bots.data_entry.entered import Entered, EnteredField, telling
from bots.data_entry.ladders import ladder_of, radio_of
from bots.data_entry.values import Record, holds, part_of, render, same, typed, understood
from config.errors import ApplicationException, BusinessException, OficioError
from config.systems import Find, Lane, Step, System, Unless, Wants
from connectors.browser.ladder import Kind, Ladder
from connectors.browser.session import Session

__all__ = ["Runner"]

_FILE: tuple[Kind, Kind] = ("file", "press")
_ACTS = ("open", "press", "keys", "pick", "pick_date", "close", "repeat", "download")
_UNCLEAR = ("OF512", "OF518", "OF519", "OF520", "OF521", "OF522", "OF523", "OF531", "OF545", "OF546")
"""Codes of a step that did not come about: the page may say why, such as that the session is lost."""


@dataclass
class Runner:
    """Steps over one session for one record.

    Attributes:
        record: values; steps add what they read.
        frame: where steps work that name no frame.
        lane: how fields are entered, see `Form.lane`.
        beat: called before each step: keeps leases alive, raises when one is lost.
        deadline: monotonic time at which the item has taken too long.
        files: bytes of documents, for `upload`.
        pictures: name and bytes of screenshots and downloads that steps asked for.
    """

    session: Session
    system: System
    record: dict[str, Any]
    frame: str | None = None
    lane: Lane = "fill"
    beat: Callable[[], None] = lambda: None
    deadline: float | None = None
    files: Callable[[str], bytes] | None = None
    pictures: list[tuple[str, bytes]] = field(default_factory=list)
    _entered: Entered = field(init=False)

    def __post_init__(self) -> None:
        self._entered = Entered(self.session, self.system, self.lane)

    @property
    def rungs(self) -> dict[str, int]:
        """Which rung found each field, in the order in which they were read back."""
        return self._entered.rungs

    def do(self, steps: Sequence[Step], record: Record | None = None) -> None:
        """All steps in order.

        Raises:
            BusinessException, ApplicationException: with the step's place; see the codes OF505 to OF538.
        """
        scope = self.record if record is None else record
        for step in steps:
            self.beat()
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise ApplicationException("OF528", self.session.url, seconds=self.system.limits.item)
            if step.when is None or holds(step.when, scope):
                self._watched(step, scope)

    def _watched(self, step: Step, record: Record) -> None:
        """Do a step; when it does not come about and the page says why (session lost, refused), that is the error."""
        try:
            try:
                self._do(step, record)
            except OficioError as error:
                if error.code in _UNCLEAR:
                    self.session.explain()
                raise
        except OficioError as error:
            error.step = error.step or step.verb
            raise

    def _do(self, step: Step, record: Record) -> None:
        frame = step.frame or self.frame
        if step.window is not None:
            self.session.window = step.window
        elif self.session.window != "page":
            self.session.window = "page"
        if step.unless is not None and self._shows(frame, step.unless, record):
            return
        if step.verb in _ACTS or step.loads or step.opens or (step.choose and step.redraws):
            self.believe(leave=step.verb not in ("keys", "pick"))
        getattr(self, "_" + step.verb)(step, frame, record)

    # -- verbs -----------------------------------------------------------------------------------------------------

    def _open(self, step: Step, frame: str | None, record: Record) -> None:
        assert step.open is not None  # noqa: S101 - the verb
        self.session.open(frame, render(step.open, record))

    def _fill(self, step: Step, frame: str | None, record: Record) -> None:
        ladder, value, text = self._entry(step, step.fill, record)
        if step.optional and not self._there(frame, ladder):
            return
        if step.loads is not None or step.redraws is not None:
            self._redrawing(step, frame, record, lambda: self._fill_and_leave(step, frame, ladder, text, value))
            return
        if self.lane == "fill":
            self._told(ladder, frame, lambda: self.session.fill(frame, ladder, text, step.timeout, plain=value))
        self._entered.waiting.append(EnteredField(frame, ladder, text, value, step.as_, done=self.lane == "fill"))

    def _fill_and_leave(self, step: Step, frame: str | None, ladder: Ladder, text: str, value: str) -> None:
        """A field that sends its form, or draws the page anew, when it is left."""
        self._told(ladder, frame, lambda: self.session.fill(frame, ladder, text, step.timeout, plain=value))
        self.session.leave(frame, ladder, loads=step.loads)

    def _type(self, step: Step, frame: str | None, record: Record) -> None:
        ladder, value, text = self._entry(step, step.type, record)
        self._told(ladder, frame, lambda: self.session.type(frame, ladder, text, step.timeout))
        if step.equals is None:  # else what a suggestion made of it is checked by a later step
            self._entered.waiting.append(EnteredField(frame, ladder, text, value, step.as_))

    def _choose(self, step: Step, frame: str | None, record: Record) -> None:
        ladder, value, text = self._entry(step, step.choose, record)
        if step.optional and not self._there(frame, ladder):
            return
        radio = radio_of(ladder, text)
        ticked: list[bool] = []

        def choose() -> None:
            ticked.append(self.session.choose(frame, ladder, text, radio=radio, loads=step.loads, timeout=step.timeout))

        self._redrawing(step, frame, record, lambda: self._told(ladder, frame, choose))
        if step.loads is not None:
            return
        if any(ticked) and radio is not None:
            self._entered.waiting.append(EnteredField(frame, radio, "true", "", "text"))
        elif step.redraws is None:
            self._entered.waiting.append(EnteredField(frame, ladder, text, value, step.as_, choice=True))

    def _tick(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.tick, "tick", record)
        if step.optional and not self._there(frame, ladder):
            return
        on = step.value is None or holds(step.value, record)
        self._told(ladder, frame, lambda: self.session.tick(frame, ladder, on, step.timeout))
        self._entered.waiting.append(EnteredField(frame, ladder, "true" if on else "false", "", "text"))

    def _press(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.press, "press", record)
        if step.optional and not self._there(frame, ladder):
            return
        if step.opens is not None:
            self._told(ladder, frame, lambda: self.session.press_opens(frame, ladder, step.opens or ""))
        elif step.downloads is not None:
            self._told(ladder, frame, lambda: self._downloaded(step, frame, ladder, record))
        else:
            self._redrawing(step, frame, record, lambda: self._pressed(step, frame, ladder))

    def _downloaded(self, step: Step, frame: str | None, ladder: Ladder, record: Record) -> None:
        name = render(step.downloads or "", record)
        self.pictures.append((name, self.session.press_downloads(frame, ladder)))

    def _download(self, step: Step, frame: str | None, record: Record) -> None:
        path = render(step.download or "", record)
        name = render(step.downloads or path.rpartition("/")[2], record)
        self.pictures.append((name, self.session.fetch(frame, path)))

    def _pick_date(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.pick_date, "any", record)
        value = render(step.value or "", record)
        self._told(ladder, frame, lambda: self.session.press(frame, ladder, timeout=step.timeout))
        pick_date(self.session, frame, self.system.calendars[step.calendar], value, str(ladder))

    def _pressed(self, step: Step, frame: str | None, ladder: Ladder) -> None:
        by_key = self.lane == "keys"
        self._told(
            ladder,
            frame,
            lambda: self.session.press(frame, ladder, loads=step.loads, timeout=step.timeout, by_key=by_key),
        )

    def _redrawing(self, step: Step, frame: str | None, record: Record, act: Callable[[], None]) -> None:
        if step.redraws is None:
            act()
            return
        with self.session.redrawn(frame, ladder_of(step.redraws, "any", record), step.timeout):
            act()

    def _pick(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = replace(ladder_of(step.pick, "any", record, itself=True), unpressed=True)
        self._told(ladder, frame, lambda: self.session.press(frame, ladder, loads=step.loads, timeout=step.timeout))

    def _upload(self, step: Step, frame: str | None, record: Record) -> None:
        name = render(step.value or "", record)
        if step.optional and not name:
            return
        if self.files is None:
            raise BusinessException("OF505", self.session.url, name=name, template="upload")
        data = self.files(name)
        ladder, button = (ladder_of(step.upload, kind, record) for kind in _FILE)
        short = name.rpartition("/")[2]
        self._told(ladder, frame, lambda: self.session.upload(frame, ladder, short, data, button))

    def _for_each(self, step: Step, _frame: str | None, record: Record) -> None:
        lines = record.get(step.for_each or "", ())
        for n, line in enumerate(lines, 1):
            more = "1" if n > 1 else ""
            last = "1" if n == len(lines) else ""
            self.do(step.steps, {**record, "line": line, "n": n, "i": n - 1, "more": more, "last": last})

    def _steps(self, step: Step, _frame: str | None, record: Record) -> None:
        self.do(step.steps, record)

    def _wait(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.wait, "any", record, itself=True)
        self._told(ladder, frame, lambda: self.session.wait(frame, ladder, timeout=step.timeout))
        if step.equals is not None and not self._comes_to(step, frame, ladder, record):
            raise ApplicationException("OF512", self.session.page.url, what=ladder, why=f"not {step.equals}")

    def _gone(self, step: Step, frame: str | None, record: Record) -> None:
        self.session.wait(frame, ladder_of(step.gone, "any", record, itself=True), gone=True, timeout=step.timeout)

    def _expect(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.expect, "any", record, itself=step.equals is None)
        try:
            if not self._there(frame, ladder):
                self.session.wait(frame, ladder, timeout=step.timeout)
        except ApplicationException as error:
            if error.code != "OF512":
                raise
            raise BusinessException("OF546", self.session.page.url, field=ladder) from error
        if step.equals is not None and not self._comes_to(step, frame, ladder, record):
            shown, wanted = self._part(step.pattern, frame, ladder), render(step.equals, record)
            raise BusinessException("OF531", self.session.page.url, field=ladder, shown=shown, wanted=wanted)

    def _comes_to(self, step: Step, frame: str | None, ladder: Ladder, record: Record) -> bool:
        """Whether something shows what it should, now or within the step's time."""
        wanted = render(step.equals or "", record)
        deadline = time.monotonic() + (step.timeout or self.system.limits.step)
        while not same(self._part(step.pattern, frame, ladder), wanted, step.as_, self.system):
            if time.monotonic() > deadline:
                return False
            self.session.page.wait_for_timeout(50)
        return True

    def _part(self, pattern: str | None, frame: str | None, ladder: Ladder) -> str:
        return part_of(self.session.look(frame, [ladder])[0].text or "", pattern)

    def _read(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.read, "any", record)
        if not step.optional and not self._there(frame, ladder):
            self._told(ladder, frame, lambda: self.session.wait(frame, ladder, timeout=step.timeout))
        if step.equals is not None and not self._comes_to(step, frame, ladder, record):
            shown, wanted = self._part(step.pattern, frame, ladder), render(step.equals, record)
            raise BusinessException("OF531", self.session.page.url, field=ladder, shown=shown, wanted=wanted)
        shown = self._part(step.pattern, frame, ladder)
        if step.into is not None:
            self.record[step.into] = understood(shown, step.as_, self.system)

    def _screenshot(self, step: Step, _frame: str | None, _record: Record) -> None:
        self.pictures.append((step.screenshot or "", self.session.picture()))

    def _keys(self, step: Step, _frame: str | None, _record: Record) -> None:
        self.session.keys(step.keys or "", loads=step.loads)

    def _close(self, step: Step, _frame: str | None, _record: Record) -> None:
        self.session.close_window(step.close or "", patience=step.timeout or 1)

    def _repeat(self, step: Step, frame: str | None, record: Record) -> None:
        ladder = ladder_of(step.repeat, "press", record)
        for _ in range(1000):
            if not self._there(frame, ladder):
                return
            self._redrawing(step, frame, record, lambda: self._pressed(step, frame, ladder))
            self.do(step.steps, record)

    def believe(self, *, leave: bool = True) -> None:
        """Read back all fields typed since the last press, see `Entered.believe`."""
        try:
            self._entered.believe(leave=leave)
        except OficioError as error:
            if error.code in _UNCLEAR:
                self.session.explain()
            raise

    # -- helpers ---------------------------------------------------------------------------------------------------

    def shown(self, wants: Sequence[Wants], record: Record) -> list[tuple[Wants, str, str, bool]]:
        """Each thing that must be shown: what it is, what is shown, what is wanted, and whether they are the same.

        What is not so at once is waited for: pages compute and draw late.
        """
        deadline = time.monotonic() + self.system.limits.step
        while True:
            answers = self._shown_now(wants, record)
            if all(good for *_, good in answers):
                return answers
            if time.monotonic() > deadline:
                self.session.explain()
                return answers
            self.session.page.wait_for_timeout(100)

    def _shown_now(self, wants: Sequence[Wants], record: Record) -> list[tuple[Wants, str, str, bool]]:
        by_frame: dict[str | None, list[Wants]] = {}
        for want in wants:
            by_frame.setdefault(want.frame or self.frame, []).append(want)
        answers: list[tuple[Wants, str, str, bool]] = []
        for frame, group in by_frame.items():
            ladders = [ladder_of(want.find, "any", record) for want in group]
            for want, found in zip(group, self.session.look(frame, ladders), strict=True):
                wanted = render(want.equals, record)
                shown = part_of(found.text or "", want.pattern)
                # nothing is wanted and the place for it is empty: an empty cell is no element that shows anything
                good = same(shown, wanted, want.as_, self.system) if found.rung >= 0 else not wanted
                answers.append((want, shown if found.rung >= 0 else "(not there)", wanted, good))
        return answers

    def _entry(self, step: Step, find: Find | None, record: Record) -> tuple[Ladder, str, str]:
        value = render(step.value or "", record)
        return ladder_of(find, "edit", record), value, typed(value, step.as_, self.system)

    def _shows(self, frame: str | None, unless: Unless, record: Record) -> bool:
        found = self.session.look(frame, [ladder_of(unless.find, "any", record)])[0]
        return found.rung >= 0 and same(found.text or "", render(unless.equals, record), unless.as_, self.system)

    def _there(self, frame: str | None, ladder: Ladder) -> bool:
        return self.session.look(frame, [ladder])[0].rung >= 0

    def _told(self, ladder: Ladder, frame: str | None, act: Callable[[], object]) -> None:
        telling(self.session, ladder, frame, act)
