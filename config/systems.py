"""The description of a legacy system, `config/systems/NAME.yaml`: how to log in, find, fill, save and read back.

`config/systems/schema.json` is the JSON Schema of `System`, for editors; a test keeps the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator, model_validator

from config.yaml_file import Strict

__all__ = [
    "Account",
    "DialogRule",
    "Draft",
    "Find",
    "Form",
    "Formats",
    "FrameAt",
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
]

RUNGS = ("label", "row", "column", "text", "placeholder", "title", "name", "id", "css")
VERBS = (
    "open", "fill", "type", "choose", "pick", "tick", "press", "upload", "for_each", "steps", "wait", "gone", "expect",
    "read", "screenshot", "keys", "close", "repeat",
)  # fmt: skip
FORMATS = ("text", "date", "amount", "integer", "number")


class _Described(Strict):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Find(_Described):
    """Where something is, as a ladder: rungs are tried in this order, each good for exactly one visible element.

    A plain text means a caption: label, then the text on the same row, then placeholder or title; for something to
    press or to wait for, its own text.
    """

    caption: str | None = None
    label: str | None = None
    row: str | None = None
    column: str | None = None
    text: str | None = None
    placeholder: str | None = None
    title: str | None = None
    name: str | None = None
    id: str | None = None
    css: str | None = None
    line: str | None = None
    """For `column`: which line of the table; the line of the surrounding `for_each` when left out."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"caption": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _some_rung(self) -> Self:
        if not self.caption and not any(getattr(self, rung) for rung in RUNGS):
            raise ValueError(f"name at least one of {', '.join(RUNGS)}")
        return self

    def rungs(self, text: bool = False) -> tuple[tuple[str, str], ...]:
        """(rung, text) in the order in which they are tried; `text`: a caption is the thing's own text."""
        found: list[tuple[str, str]] = []
        if self.caption:
            names = ("text", "label", "title") if text else ("label", "row", "placeholder")
            found += [(name, self.caption) for name in names]
        found += [(rung, value) for rung in RUNGS if (value := getattr(self, rung))]
        return tuple(found)


class Wants(_Described):
    """What something must show: a template, compared in its format."""

    find: Find
    equals: str
    as_: str = Field(default="text", alias="as")
    frame: str | None = None


class Unless(_Described):
    """Skip when this already shows what it should."""

    find: Find
    equals: str
    as_: str = Field(default="text", alias="as")


class Step(_Described):
    """One step: exactly one verb, and what goes with it."""

    open: str | None = None
    """A path or address of the system, in the step's frame or the whole page."""
    fill: Find | None = None
    type: Find | None = None
    """Like fill, key by key: for fields with suggestions."""
    choose: Find | None = None
    """An option of a list box, by its text, else its value; a radio button of a group."""
    pick: Find | None = None
    """One of the suggestions or rows that a page shows: pressed."""
    tick: Find | None = None
    press: Find | None = None
    upload: Find | None = None
    for_each: str | None = None
    """The name of a list in the record; its `steps` see `{line.*}`, `{n}` from 1."""
    steps: tuple[Step, ...] = ()
    wait: Find | None = None
    """Until it is there."""
    gone: Find | None = None
    """Until it is not there."""
    expect: Find | None = None
    """It must be there (and show `equals`); if not, the item is stopped for a person."""
    read: Find | None = None
    screenshot: str | None = None
    keys: str | None = None
    """Press keys where the focus is, such as Enter or Tab."""
    close: str | None = None
    """Close a window that a step opened."""
    repeat: Find | None = None
    """Press it again and again while it is there (paging, "show more"), doing `steps` each time."""

    value: str | None = Field(default=None, alias="with")
    """What to type or choose: a text with `{names}` of the record."""
    as_: str = Field(default="text", alias="as")
    """text, date, amount, number, integer, or the name of a look-up table."""
    equals: str | None = None
    into: str | None = None
    """The name that what was read gets in the record."""
    frame: str | None = None
    window: str | None = None
    loads: str | None = None
    """The frame that gets a new document by this step (`page` for the whole page): the step waits for it."""
    redraws: Find | None = None
    """Something on the page that is drawn anew by this step: the step waits until it was."""
    opens: str | None = None
    """The name of the window that this step opens."""
    downloads: str | None = None
    """The name of the file that this step downloads; it is kept as evidence."""
    when: str | None = None
    """Only when this template is not empty, 0 or false."""
    unless: Unless | None = None
    optional: bool = False
    """Do nothing when it is not there."""
    timeout: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        given = [verb for verb in VERBS if getattr(self, verb)]
        if (given and given[-1] == "steps") or "for_each" in given or "repeat" in given:
            given = [verb for verb in given if verb != "steps"] or ["steps"]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a step has exactly one verb of {', '.join(VERBS)}; found {found}")
        verb = given[0]
        if verb in ("fill", "type", "choose", "pick", "upload") and self.value is None and verb != "pick":
            raise ValueError(f"`{verb}` needs `with`: what to enter")
        if verb in ("for_each", "repeat") and not self.steps and verb == "for_each":
            raise ValueError("`for_each` needs `steps`")
        if verb == "read" and not (self.into or self.equals):
            raise ValueError("`read` needs `into` (a name) or `equals` (what it must show)")
        return self

    @property
    def verb(self) -> str:
        """The step's verb."""
        return next(verb for verb in (*(v for v in VERBS if v != "steps"), "steps") if getattr(self, verb))


class Sign(_Described):
    """Something that a page shows: a part of its text, or a visible element."""

    text: str | None = None
    css: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"text": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.text) == bool(self.css):
            raise ValueError("a sign is either `text` or `css`")
        return self


class Signs(_Described):
    """What new pages are looked at for."""

    logged_out: tuple[Sign, ...] = ()
    """The session is lost: the bot never types here, it logs in anew and looks."""
    failure: tuple[Sign, ...] = ()
    """The system has an error of its own: tried again later."""
    refusal: tuple[Sign, ...] = ()
    """The system says no to the values: for a person, with the text shown."""
    person: tuple[Sign, ...] = ()
    """A CAPTCHA, a code by SMS: parked for a person."""


class DialogRule(_Described):
    """What to do with a dialog whose text contains `text`; a dialog without a rule stops the item."""

    text: str
    answer: Literal["accept", "dismiss", "stop"] = "accept"
    type: Literal["alert", "confirm", "prompt", "beforeunload"] | None = None
    reply: str = ""
    """What is typed into a prompt: a template."""


class Account(_Described):
    """A login of the system, for one robot at a time; `secret` and `totp` name secrets, they never hold them."""

    user: str
    secret: str
    totp: str | None = None


class Formats(_Described):
    """How the system writes dates and amounts."""

    date: str = "%Y-%m-%d"
    decimal: Literal[".", ","] = "."
    thousands: str = ""
    """Typed between thousands; when reading, blanks, points, commas and apostrophes that are not the decimal mark are
    understood anyway."""
    places: int = Field(default=2, ge=0, le=6)


class Limits(_Described):
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
    dialogs: int = Field(default=20, ge=1)
    attempts: int = Field(default=3, ge=1)


class FrameAt(_Described):
    """A frame without a useful name, by CSS, inside another one."""

    css: str
    within: str | None = None


class Login(_Described):
    """How to log in, and how to see that one is."""

    steps: tuple[Step, ...]
    probe: Find
    probe_frame: str | None = None
    refused: tuple[Sign, ...] = ()
    """Shown when user or password are wrong: the account is left alone, so that it is not locked."""


class Draft(_Described):
    """A request that changes something but saves nothing (it draws the next page): let through in a dry run."""

    path: str
    """Address without the origin, `*` for anything."""
    without: str | None = None
    """Only when the posted data does not contain this text, such as `op=save`."""


class Rows(_Described):
    """A table with paging: named columns by their headings."""

    columns: Mapping[str, str]
    formats: Mapping[str, str] = Field(default_factory=dict)
    next: Find | None = None
    next_loads: str | None = None
    frame: str | None = None
    pages: int = Field(default=1000, ge=1)


class LookUp(_Described):
    """Is it there? Steps to a list; the rows in which every `match` column shows its value are hits."""

    steps: tuple[Step, ...]
    rows: Rows
    match: Mapping[str, str]
    direct: bool = False
    """The steps are one `open`, and the read-back starts with an `open` too: the list is fetched and not shown."""

    @model_validator(mode="after")
    def _direct_is_one_open(self) -> Self:
        if self.direct and (len(self.steps) != 1 or self.steps[0].open is None):
            raise ValueError("`direct` needs `steps` to be one `open`")
        return self


class ReadBack(_Described):
    """From the hit's row to the record's page, and what it must show there."""

    steps: tuple[Step, ...] = ()
    fields: tuple[Wants, ...]
    lines: str | None = None
    """The list of the record whose entries are compared with `rows`, in order."""
    rows: Rows | None = None
    each: Mapping[str, str] = Field(default_factory=dict)
    """Column of `rows` to template over `{line.*}`."""


class Save(_Described):
    """The one step that saves."""

    press: Find
    loads: str | None = None
    redraws: Find | None = None
    frame: str | None = None
    requests: tuple[str, ...] = ()
    """Paths (with `*`) of GET requests that save, in systems that do such things."""


class Form(_Described):
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
    lane: Literal["fill", "together"] = "fill"
    """`together`: all fields between two presses are set in one round trip (and read back)."""
    needs: tuple[str, ...] = ()
    """Names that a record must have."""


class Listing(_Described):
    """A list of the system that is read whole, such as all entries for the reconciliation."""

    steps: tuple[Step, ...]
    rows: Rows


class System(_Described):
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
    dialogs: tuple[DialogRule, ...] = ()
    signs: Signs = Signs()
    drafts: tuple[Draft, ...] = ()
    login: Login
    forms: Mapping[str, Form]
    lists: Mapping[str, Listing] = Field(default_factory=dict)

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
    def _formats_are_known(self) -> Self:
        known = {*FORMATS, *self.tables}
        for name, form in self.forms.items():
            for step in every_step((*form.steps, *form.after, *form.look_up.steps, *form.read_back.steps)):
                if step.as_ not in known:
                    raise ValueError(f"form {name}: `as: {step.as_}` is none of {', '.join(sorted(known))}")
            for wants in (*form.check, *form.read_back.fields):
                if wants.as_ not in known:
                    raise ValueError(f"form {name}: `as: {wants.as_}` is none of {', '.join(sorted(known))}")
        return self


def every_step(steps: tuple[Step, ...]) -> list[Step]:
    """All steps, those inside others too."""
    return [one for step in steps for one in (step, *every_step(step.steps))]
