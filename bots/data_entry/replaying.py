"""One record on recorded pages and on today's: which locators find something else, which texts have changed."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.data_entry.entries import own_key
from bots.data_entry.runner import Runner
from bots.data_entry.stage import base_url, load_system
from bots.data_entry.trying import LoggedIn, Trial
from bots.data_entry.values import known, render
from bots.office import Office
from config.errors import ApplicationException, Reason
from config.systems import Form, System
from connectors.browser.har import RecordedPages
from connectors.browser.ladder import Found, Ladder
from connectors.browser.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["Compared", "Sight", "compare", "compare_pages"]

MOST_TEXTS = 20


@dataclass(frozen=True, slots=True)
class Sight:
    """What a step met: its thing, what each rung of the ladder found, and the texts of the page (before a press)."""

    what: str
    found: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was otherwise on the recorded pages."""

    what: str
    recorded: str
    now: str


@dataclass
class Compared:
    """The outcome.

    Attributes:
        steps: how many were compared.
        differences: in the order of the form.
        recorded_problem, problem: what stopped the form on the recorded pages, and today.
    """

    steps: int = 0
    differences: list[Difference] = field(default_factory=list)
    recorded_problem: Reason | None = None
    problem: Reason | None = None

    @property
    def same(self) -> bool:
        """Nothing differs, and nothing stopped either."""
        return not self.differences and self.problem is None and self.recorded_problem is None

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "steps": self.steps,
            "differences": [[one.what, one.recorded, one.now] for one in self.differences],
            "recorded_problem": self.recorded_problem.to_json() if self.recorded_problem else None,
            "problem": self.problem.to_json() if self.problem else None,
        }


class Witness(Session):
    """A session that notes what each step meets before it acts."""

    def __init__(self, browser: Browser, system: System, url: str, *, dry: bool = False):
        self.sights: list[Sight] = []
        super().__init__(browser, system, url, dry=dry)

    def fill(self, frame: str | None, ladder: Ladder, *rest: Any, **more: Any) -> None:
        """See `Fields`."""
        self._note(frame, ladder)
        super().fill(frame, ladder, *rest, **more)

    def type(self, frame: str | None, ladder: Ladder, *rest: Any, **more: Any) -> None:
        """See `Fields`."""
        self._note(frame, ladder)
        super().type(frame, ladder, *rest, **more)

    def choose(self, frame: str | None, ladder: Ladder, *rest: Any, **more: Any) -> bool:
        """See `Fields`."""
        self._note(frame, ladder)
        return super().choose(frame, ladder, *rest, **more)

    def press(self, frame: str | None, ladder: Ladder, *rest: Any, **more: Any) -> None:
        """See `Fields`."""
        self._note(frame, ladder, texts=True)
        super().press(frame, ladder, *rest, **more)

    def _note(self, frame: str | None, ladder: Ladder, *, texts: bool = False) -> None:
        with contextlib.suppress(ApplicationException):  # that it does not come is what is noted
            self.wait(frame, ladder)
        shown = self.text().splitlines() if texts else []
        lines = dict.fromkeys(line.strip() for line in shown if line.strip() and not line.startswith("== "))
        self.sights.append(Sight(str(ladder), _told(ladder, self.looked_at(frame, ladder)), tuple(lines)))


def _told(ladder: Ladder, found: Found | None) -> str:
    """Which rung found the thing; what every rung found, when none did."""
    if found is None:
        return "the page does not answer"
    counts = ", ".join(f"{name} {n}" for (name, _), n in zip(ladder.rungs, found.counts, strict=False))
    return f"found by {ladder.rungs[found.rung][0]}" if found.rung >= 0 else f"not found ({counts})"


def compare_pages(office: Office, name: str, form_name: str, record: Mapping[str, Any], har: Path) -> Compared:
    """Fill the form on the recorded pages, then on today's with every write blocked, and compare step by step.

    Raises:
        ConfigError: OF575 it is no HAR; OF503, OF504 no such system or form.
    """
    system = load_system(office, name)
    form: Form = known(system, "form", system.forms, form_name)
    pages = RecordedPages(har)

    def recorded(started: Browser, described: System) -> Session:
        session = Witness(started, described, pages.origin)
        pages.serve(session.context)
        return session

    def live(started: Browser, described: System) -> Session:
        return Witness(started, described, base_url(name, described), dry=True)

    values = {"key": own_key(record), **record}
    values["key"] = render(form.key, values)
    compared = Compared()
    before, compared.recorded_problem = _walk(LoggedIn(office, name, Trial(), recorded), form, values)
    now, compared.problem = _walk(LoggedIn(office, name, Trial(), live), form, values)
    compared.steps = len(now)
    compared.differences = compare(before, now, {str(value) for value in values.values()})
    return compared


def _walk(logged_in: LoggedIn, form: Form, values: Mapping[str, Any]) -> tuple[list[Sight], Reason | None]:
    """The login and the form's steps, up to the save; what stopped them."""
    with logged_in as session:
        if session is not None:
            runner = Runner(session, logged_in.system, dict(values), frame=form.frame)
            runner.do(form.steps)
            runner.believe()
            for want, shown, _, _ in runner.shown(form.check, runner.record):
                _noted(logged_in).append(Sight(f"check {want.find.rungs()[0][1]}", f"shows {shown}"))
    return _noted(logged_in), logged_in.trial.problem


def _noted(logged_in: LoggedIn) -> list[Sight]:
    """What the session of a login has noted."""
    assert isinstance(logged_in.session, Witness)  # noqa: S101 - `opened` made it
    return logged_in.session.sights


def compare(before: Sequence[Sight], now: Sequence[Sight], own: set[str]) -> list[Difference]:
    """What differs, step by step.

    Args:
        own: the record's values, which both pages show.
    """
    found: list[Difference] = []
    for one, other in zip_longest(before, now):
        if one is None or other is None:
            what = (one or other).what
            found.append(Difference(what, one.found if one else "not reached", other.found if other else "not reached"))
            continue
        if one.found != other.found:
            found.append(Difference(one.what, one.found, other.found))
        gone = [text for text in one.texts if text not in other.texts and text not in own]
        come = [text for text in other.texts if text not in one.texts and text not in own]
        if gone or come:
            shown = [" | ".join(texts[:MOST_TEXTS]) or "-" for texts in (gone, come)]
            found.append(Difference(f"texts before {one.what}", *shown))
    return found
