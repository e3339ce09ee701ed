"""Fields that were entered are read back before anything is pressed; what the page has lost is entered again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bots.data_entry.values import same
from config.errors import ApplicationException, BusinessException
from config.systems import Lane, System
from connectors.browser.ladder import Found, Ladder
from connectors.browser.session import Session

__all__ = ["Entered", "EnteredField", "telling"]

_ROUNDS = 8


@dataclass
class EnteredField:
    """A field that was entered and not yet read back.

    Attributes:
        text, value: as typed, and in canonical form; `kind` is its format.
        choice: it is a list box.
        done: False while it waits for its turn.
        keyed: how often it was typed with real key strokes: a second time when the page lost it, then it is filled.
    """

    frame: str | None
    ladder: Ladder
    text: str
    value: str
    kind: str
    choice: bool = False
    done: bool = True
    keyed: int = 0


@dataclass
class Entered:
    """The fields since the last press, and by which rung each one so far was found."""

    session: Session
    system: System
    lane: Lane = "fill"
    waiting: list[EnteredField] = field(default_factory=list)
    rungs: dict[str, int] = field(default_factory=dict)

    def believe(self, *, leave: bool) -> None:
        """Read back all fields that wait; enter anew what the page lost.

        Args:
            leave: the last field loses the focus first, as a person's Tab would do it.

        Raises:
            BusinessException: OF522, the page does not keep what is typed.
            ApplicationException: OF520, a field is no longer there.
        """
        waiting, self.waiting = self.waiting, []
        for frame in dict.fromkeys(entry.frame for entry in waiting):
            self._believe(frame, [entry for entry in waiting if entry.frame == frame], leave)

    def _believe(self, frame: str | None, entries: list[EnteredField], leave: bool) -> None:
        wrong: list[tuple[EnteredField, Found]] = []
        for _ in range(_ROUNDS):
            late = [entry for entry in entries if not entry.done]
            if late:
                enter = self.session.type_many if self.lane == "keys" else self.session.set_many
                taken = enter(frame, [(entry.ladder, entry.text) for entry in late])
                for entry, took in zip(late, taken, strict=True):
                    entry.done = True
                    entry.keyed += took and self.lane == "keys"
            shown = self.session.settled(frame, [entry.ladder for entry in entries], leave=leave)
            pairs = list(zip(entries, shown, strict=True))
            wrong = [(entry, found) for entry, found in pairs if not self._kept(entry, found)]
            if not wrong:
                self.rungs |= {str(entry.ladder): found.rung for entry, found in pairs}
                return
            for entry, _found in wrong:
                self._again(entry)
        entry, last = wrong[0]
        raise BusinessException("OF522", self.session.page.url, field=entry.ladder, shown=last.value or "")

    def _kept(self, entry: EnteredField, found: Found) -> bool:
        if found.rung < 0:
            return False
        if entry.choice:
            return entry.text == found.value or same(found.text or "", entry.text, "code", self.system)
        if found.value in (entry.text, entry.value) and found.value:
            return True
        if entry.kind in self.system.tables:
            return same(found.value or "", entry.text, "text", self.system)
        return same(found.value or "", entry.value or entry.text, entry.kind, self.system)

    def _again(self, entry: EnteredField) -> None:
        session, frame, ladder, text = self.session, entry.frame, entry.ladder, entry.text
        if entry.keyed == 1:
            entry.done = False
        elif entry.choice:
            telling(session, ladder, frame, lambda: session.choose(frame, ladder, text))
        elif ladder.kind == "tick":
            telling(session, ladder, frame, lambda: session.tick(frame, ladder, text == "true"))
        else:
            telling(session, ladder, frame, lambda: session.fill(frame, ladder, text, plain=entry.value))


def telling(session: Session, ladder: Ladder, frame: str | None, act: Callable[[], object]) -> None:
    """Do it; when it takes too long because nothing (or too much) is found, say so.

    Raises:
        ApplicationException: OF520, with what each rung found.
    """
    try:
        act()
    except ApplicationException as error:
        if error.code in ("OF512", "OF545"):
            found = session.looked_at(frame, ladder)
            if found is not None and found.rung < 0:
                counts = ", ".join(f"{rung[0]} {n}" for rung, n in zip(ladder.rungs, found.counts, strict=True))
                raise ApplicationException(
                    "OF520", session.page.url, field=ladder, found=counts, frame=frame or "page"
                ) from error
        raise
