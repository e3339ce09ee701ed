"""A recording: what a person did in a system's pages, step by step, and what the pages showed.

The page's own recorder (`recording.py`) and the readers of other recorders' files make it; `bots/recorder` turns it
into the description of a system.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from connectors.browser.ladder import Kind

__all__ = [
    "PAGE",
    "PARTS",
    "Action",
    "Asked",
    "Option",
    "Part",
    "Recording",
    "Shown",
    "Table",
    "Target",
    "View",
    "Write",
]

PAGE = "page"
Part = Literal["login", "enter", "look", "open"]
PARTS: tuple[Part, ...] = ("login", "enter", "look", "open")
Verb = Literal["open", "fill", "choose", "tick", "press", "pick", "keys", "upload", "close"]


@dataclass(frozen=True, slots=True)
class Target:
    """Where something was: rungs that found exactly this one element when it was recorded, best first.

    Attributes:
        rungs: (rung, text) as in a system's description.
        kind: what it is to be found as.
        line: the line that a `column` rung counts, from 1; 0 without one.
        required: the page says that it must be filled.
    """

    rungs: tuple[tuple[str, str], ...]
    kind: Kind = "edit"
    line: int = 0
    required: bool = False

    def rung(self, name: str) -> str:
        """The first text of a rung, "" when it has none of that name."""
        return next((text for rung, text in self.rungs if rung == name), "")

    @property
    def caption(self) -> str:
        """What a person calls it."""
        names = ("label", "row", "column", "text", "placeholder", "name", "id", "css")
        return next((text for name in names if (text := self.rung(name))), "?")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a list box: what is shown, and its value."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a page showed and that may be a value of the sample; `control`: it stood in a field."""

    frame: str
    text: str
    target: Target
    value: str = ""
    control: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table that showed values of the sample: its headings, and the cells of each row below."""

    frame: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class View:
    """What the pages showed at one moment.

    Attributes:
        shown, tables: what may hold values of the sample.
        buttons: (frame, text) of everything that could be pressed.
        texts: (frame, text) of short texts, to tell what a page said anew.
        passwords: frames that asked for a password.
    """

    shown: tuple[Shown, ...] = ()
    tables: tuple[Table, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    passwords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """A request that an action caused and that may change something (or loads a document: method GET)."""

    method: str
    path: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog that an action caused, and how the person answered."""

    type: Literal["alert", "confirm", "prompt"]
    text: str
    accepted: bool = True
    reply: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that the person did.

    Attributes:
        frame, window: where, by the names that the recording gives them.
        text: what was typed, chosen (the option's text), pressed (keys) or opened (an address); "" for a password.
        value: the chosen option's value.
        secret: a password.
        fresh: its document is not the one that was there after the login.
        loads: frames that got a new document by it; None when the recorder could not know.
        supposed: `loads` is what such an action mostly loads; the recorder could not know.
        opens: the name of the window that it opened.
        before: what its page showed just before (of presses).
    """

    verb: Verb
    part: Part = "enter"
    frame: str = PAGE
    window: str = PAGE
    target: Target | None = None
    text: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    secret: bool = False
    fresh: bool = True
    loads: tuple[str, ...] | None = ()
    supposed: bool = False
    opens: str = ""
    writes: tuple[Write, ...] = ()
    asked: tuple[Asked, ...] = ()
    before: View = View()


@dataclass(frozen=True, slots=True)
class Recording:
    """All that was done, and what was shown at the end of each part.

    Attributes:
        url: the system's base address.
        landing: address without the origin of the page after the login.
        frames: frames without a useful name: our name -> (CSS, name of the frame around it).
        views: part -> what the pages showed at its end.
        origins: other origins that documents came from.
        indexed: after the login, a frame's numbers from the outermost in (`0.1`) -> its name.
    """

    url: str
    actions: tuple[Action, ...]
    title: str = ""
    landing: str = "/"
    frames: tuple[tuple[str, str, str], ...] = ()
    views: tuple[tuple[Part, View], ...] = ()
    origins: tuple[str, ...] = ()
    indexed: tuple[tuple[str, str], ...] = ()

    def part(self, name: Part) -> tuple[Action, ...]:
        """The actions of a part, in order."""
        return tuple(action for action in self.actions if action.part == name)

    def view(self, name: Part) -> View:
        """What was shown at the end of a part."""
        return dict(self.views).get(name, View())


def target_of(data: dict[str, Any]) -> Target:
    """From the page's script."""
    rungs = tuple((str(rung), str(text)) for rung, text in data["rungs"])
    return Target(rungs, data["kind"], int(data["line"]), bool(data["required"]))


def view_of(data: dict[str, Any], frame: str) -> View:
    """From the page's script, for one frame."""
    return View(
        shown=tuple(
            Shown(frame, one["text"], target_of(one["target"]), one["value"], one["control"]) for one in data["shown"]
        ),
        tables=tuple(
            Table(frame, tuple(one["headings"]), tuple(tuple(row) for row in one["rows"])) for one in data["tables"]
        ),
        buttons=tuple((frame, text) for text in data["buttons"]),
        texts=tuple((frame, text) for text in data["texts"]),
        passwords=(frame,) if data["password"] else (),
    )


def joined(views: list[View]) -> View:
    """What all frames showed, as one."""
    return View(
        shown=tuple(one for view in views for one in view.shown),
        tables=tuple(one for view in views for one in view.tables),
        buttons=tuple(one for view in views for one in view.buttons),
        texts=tuple(one for view in views for one in view.texts),
        passwords=tuple(one for view in views for one in view.passwords),
    )
