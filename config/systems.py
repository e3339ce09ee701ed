"""The description of a legacy system, `config/systems/NAME.yaml`: how to log in, find, fill, save and read back.

`config/systems/schema.json` is the JSON Schema of `System`, for editors; a test keeps the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.system_steps import FORMATS, Calendar, Described, Find, Sign, Step, Unless, Wants, every_step

__all__ = [
    "Account",
    "Calendar",
    "Cell",
    "DialogRule",
    "Draft",
    "Find",
    "Form",
    "Formats",
    "FrameAt",
    "Lane",
    "Limits",
    "Login",
    "LookUp",
    "ReadBack",
    "Rows",
    "Save",
    "Sign",
    "Signs",
    "Step",
    "System",
    "Unless",
    "Wants",
    "every_step",
]


class Signs(Described):
    """What new pages are looked at for."""

    logged_out: tuple[Sign, ...] = ()
    """The session is lost: the bot never types here, it logs in anew and looks."""
    failure: tuple[Sign, ...] = ()
    """The system has an error of its own: tried again later."""
    refusal: tuple[Sign, ...] = ()
    """The system says no to the values: for a person, with the text shown."""
    person: tuple[Sign, ...] = ()
    """A CAPTCHA, a code by SMS: parked for a person."""
    busy: tuple[Sign, ...] = ()
    """The page is still at work (a spinner, "Loading"): nothing is read or believed while one of these shows."""


class DialogRule(Described):
    """What to do with a dialog whose text contains `text`; a dialog without a rule stops the item."""

    text: str
    answer: Literal["accept", "dismiss", "stop"] = "accept"
    type: Literal["alert", "confirm", "prompt", "beforeunload"] | None = None
    reply: str = ""
    """What is typed into a prompt: a template."""


class Account(Described):
    """A login of the system, for one robot at a time; `secret` and `totp` name secrets, they never hold them."""

    user: str
    secret: str
    totp: str | None = None


class Formats(Described):
    """How the system writes dates and amounts."""

    date: str = "%Y-%m-%d"
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    """Typed between thousands; when reading, blanks, points, commas and apostrophes that are not the decimal mark are
    understood anyway."""
    places: int = Field(default=2, ge=0, le=6)
    case: Literal["keep", "ignore"] = "keep"
    """`ignore`: the system writes texts in capitals, whatever is typed."""


class Limits(Described):
    """Seconds, unless named otherwise."""

    step: float = Field(default=10, gt=0)
    load: float = Field(default=20, gt=0)
    item: float = Field(default=180, gt=0)
    settle: float = Field(default=30, ge=0)
    """Longer than the slowest save: after it, what is not there will never be."""
    lease: float = Field(default=30, gt=0)
    """After so long without a sign of life an item and an account are taken over; longer than `step` and `load`."""
    quiet_ms: int = Field(default=100, ge=0)
    """Typed fields are believed when the page was not redrawn for so long (pages that render late)."""
    items_per_context: int = Field(default=200, ge=1)
    """After so many items the robot logs in anew, in a clean browser context."""
    browser_mb: int = Field(default=1500, ge=100)
    """A browser that holds more megabytes is started anew at the next login."""
    dialogs: int = Field(default=20, ge=1)
    download: int = Field(default=50, ge=1)
    """Megabytes."""
    attempts: int = Field(default=3, ge=1)


class FrameAt(Described):
    """A frame without a useful name, by CSS, inside another one."""

    css: str
    within: str | None = None
    """The frame that it stands in: a name of the page or of `frames`."""


class Login(Described):
    """How to log in, and how to see that one is."""

    steps: tuple[Step, ...]
    probe: Find
    probe_frame: str | None = None
    refused: tuple[Sign, ...] = ()
    """Shown when user or password are wrong: the account is left alone, so that it is not locked."""


class Draft(Described):
    """A request that changes something but saves nothing (it draws the next page): let through in a dry run."""

    path: str
    """Address without the origin, `*` for anything."""
    without: str | None = None
    """Only when the posted data does not contain this text, such as `op=save`."""


class Cell(Described):
    """A column without a heading: by its number from 1, or by CSS inside the row; an attribute instead of its text."""

    n: int | None = Field(default=None, ge=1)
    css: str | None = None
    attribute: str | None = None

    @model_validator(mode="after")
    def _some_place(self) -> Self:
        if self.n is None and self.css is None:
            raise ValueError("a column is its heading, `{n: 2}` or `{css: ...}`")
        return self


class Rows(Described):
    """A table or list with named columns; read through all its pages."""

    columns: Mapping[str, str | Cell]
    """Our name: the column's heading; or its number or CSS where there are no headings."""
    row: str | None = None
    """CSS of one row, for lists that are no tables or have no headings."""
    having: str | None = None
    """Only rows in which this column is not empty: leaves out sums and pagers."""
    formats: Mapping[str, str] = Field(default_factory=dict)
    next: Find | None = None
    """What shows the next page; `{page}` is the number of that page, for lists that only show numbers."""
    next_loads: str | None = None
    scroll: str | None = None
    """CSS of what is scrolled to see more rows (`html` for the page itself): endless and virtual lists."""
    empty: tuple[Sign, ...] = ()
    """What the page shows when there are no rows: an empty list is believed only then."""
    end: tuple[Sign, ...] = ()
    """What shows that there are no more rows below."""
    frame: str | None = None
    pages: int = Field(default=1000, ge=1)

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        if self.row is None and not any(isinstance(place, str) for place in self.columns.values()):
            raise ValueError("`columns` without any heading need `row`: the CSS of one row")
        if self.row is not None and any(isinstance(place, str) for place in self.columns.values()):
            raise ValueError("with `row`, each column is `{n: 2}` or `{css: ...}`, not a heading")
        for name in (*self.formats, *([self.having] if self.having else ())):
            if name not in self.columns:
                raise ValueError(f"{name} is none of the columns {', '.join(self.columns)}")
        return self

    @property
    def asked(self) -> dict[str, Any]:
        """As the page's script takes it."""
        columns = {
            name: place if isinstance(place, str) else place.model_dump(exclude_none=True)
            for name, place in self.columns.items()
        }
        return {"columns": columns, "row": self.row, "having": self.having}


class LookUp(Described):
    """Is it there? Steps to a list; the rows in which every `match` column shows its value are hits."""

    steps: tuple[Step, ...]
    rows: Rows
    match: Mapping[str, str]
    direct: bool = False
    """The steps are one `open`, and the read-back starts with an `open` too: the list is fetched and not shown."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        for name in self.match:
            if name not in self.rows.columns:
                raise ValueError(f"`match`: {name} is none of the columns {', '.join(self.rows.columns)}")
        if self.direct and (self.rows.scroll or self.rows.row):
            raise ValueError("`direct` reads a plain table with headings; leave it out with `scroll` or `row`")
        if self.direct and (len(self.steps) != 1 or self.steps[0].open is None):
            raise ValueError("`direct` needs `steps` to be one `open`")
        return self


class ReadBack(Described):
    """From the hit's row to the record's page, and what it must show there."""

    steps: tuple[Step, ...] = ()
    fields: tuple[Wants, ...]
    lines: str | None = None
    """The list of the record whose entries are compared with `rows`, in order."""
    rows: Rows | None = None
    each: Mapping[str, str] = Field(default_factory=dict)
    """Column of `rows` to template over `{line.*}`."""

    @model_validator(mode="after")
    def _columns_are_known(self) -> Self:
        if (self.lines is None) != (self.rows is None):
            raise ValueError("`lines` (a list of the record) and `rows` (where its lines show) go together")
        for name in self.each:
            if self.rows is None or name not in self.rows.columns:
                raise ValueError(f"`each`: {name} is no column of `rows`")
        return self


class Save(Described):
    """The one step that saves."""

    press: Find
    loads: str | None = None
    redraws: Find | None = None
    done: Find | None = None
    """What shows that it was saved, on pages that get no new document: waited for, or for a sign of refusal."""
    frame: str | None = None
    requests: tuple[str, ...] = ()
    """Paths (with `*`) of GET requests that save, in systems that do such things."""
    writes: int | None = Field(default=None, ge=1)
    """How many requests the save sends, on pages that send it twice with something different in it (a time, a number):
    what is more is stopped.  The very same request never leaves twice."""


Lane = Literal["fill", "together", "keys"]


class Form(Described):
    """One form: how a record is entered, saved, looked up and read back."""

    title: str = ""
    frame: str | None = None
    key: str = "{key}"
    """What the entry is found by: our reference, or a natural key of several fields."""
    steps: tuple[Step, ...]
    check: tuple[Wants, ...] = ()
    """What the system must show before the save, such as its own total."""
    save: Save
    after: tuple[Step, ...] = ()
    """Steps after the save, such as reading a receipt."""
    look_up: LookUp
    read_back: ReadBack
    lane: Lane = "fill"
    """`together`: all fields between two presses are set in one round trip; `keys`: typed with real key strokes, and
    buttons pressed with Enter.  Read back in every lane."""
    needs: tuple[str, ...] = ()
    """Names that a record must have."""


class Listing(Described):
    """A list of the system that is read whole, such as all entries for the reconciliation."""

    steps: tuple[Step, ...]
    rows: Rows


class System(Described):
    """A legacy web system."""

    version: Literal[1] = 1
    title: str = ""
    url: str
    """Base address; OFICIO_SYSTEM_<NAME>_URL in the environment replaces it."""
    origins: tuple[str, ...] = ()
    """Further origins (scheme, host, port) that belong to the system; everything else is blocked."""
    accounts: tuple[Account, ...] = Field(min_length=1)
    sessions: Literal["one", "many"] = "many"
    """`one`: a new login ends the account's older session, which is the fence against a stopped robot."""
    parallel: int = Field(default=1, ge=1, le=64)
    """How many accounts may work at the same time."""
    limits: Limits = Limits()
    formats: Formats = Formats()
    tables: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Look-up tables, such as tax codes: our value to theirs."""
    frames: Mapping[str, FrameAt] = Field(default_factory=dict)
    calendars: Mapping[str, Calendar] = Field(default_factory=dict)
    """Date pickers that take no typing, for `pick_date`; `main` is the one of steps that name none."""
    dialogs: tuple[DialogRule, ...] = ()
    signs: Signs = Signs()
    drafts: tuple[Draft, ...] = ()
    login: Login
    forms: Mapping[str, Form]
    lists: Mapping[str, Listing] = Field(default_factory=dict)

    @property
    def longest_step(self) -> float:
        """The longest `timeout` of any step, in seconds; 0 when none has one."""
        forms = [step for form in self.forms.values() for step in (*form.steps, *form.after, *form.look_up.steps,
                 *form.read_back.steps)]  # fmt: skip
        lists = [step for listing in self.lists.values() for step in listing.steps]
        return max((step.timeout or 0 for step in every_step((*self.login.steps, *forms, *lists))), default=0)

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address such as https://erp.example.com/ is expected")
        return value

    @field_validator("origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not re.fullmatch(r"https?://[^/\s]+", origin):
                raise ValueError(f"{origin!r} is not an origin such as https://erp.example.com:8443")
        return value

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        for name, form in self.forms.items():
            for step in every_step((*form.steps, *form.after, *form.look_up.steps, *form.read_back.steps)):
                self._known_format(f"forms.{name}", step.as_)
                if step.pick_date is not None and step.calendar not in self.calendars:
                    raise ValueError(f"forms.{name}: `pick_date` needs `calendars: {{{step.calendar}: ...}}`")
            for wants in (*form.check, *form.read_back.fields):
                self._known_format(f"forms.{name}", wants.as_)
            for rows in (form.look_up.rows, form.read_back.rows):
                for format_ in rows.formats.values() if rows is not None else ():
                    self._known_format(f"forms.{name}", format_)
        for name, listing in self.lists.items():
            for format_ in listing.rows.formats.values():
                self._known_format(f"lists.{name}", format_)
        return self

    def _known_format(self, where: str, name: str) -> None:
        known = {*FORMATS, *self.tables}
        if name not in known:
            raise ValueError(f"{where}: `as: {name}` is none of {', '.join(sorted(known))}")
