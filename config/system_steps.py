"""The words of a system's file for single steps: where something is (`Find`), what it must show, what to do with it."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from config.yaml_file import Strict

__all__ = [
    "FORMATS",
    "RUNGS",
    "VERBS",
    "Calendar",
    "Described",
    "Find",
    "Sign",
    "Step",
    "Unless",
    "Wants",
    "every_step",
]

RUNGS = ("label", "row", "column", "text", "placeholder", "title", "name", "id", "css")
VERBS = (
    "open", "fill", "type", "choose", "pick", "pick_date", "tick", "press", "upload", "download", "for_each", "steps",
    "wait", "gone", "expect", "read", "screenshot", "keys", "close", "repeat",
)  # fmt: skip
FORMATS = ("text", "code", "date", "amount", "integer", "number")
_ENTERS = ("fill", "type", "choose", "pick_date", "upload")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Described(Strict):
    """A part of a system's file."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)


class Find(Described):
    """Where something is, as a ladder: rungs are tried in this order, each good for exactly one visible element.

    A plain text means a caption: label, then the text on the same row, then placeholder or title; for something to
    press or to wait for, its own text.  `within`, `in_row` and `only` narrow all rungs down.
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
    """For `column`: which line of the table (the line of the surrounding `for_each` when left out).  For other rungs:
    when several are found, the one with this number, from 1, or `last`."""
    within: str | None = None
    """Only in this part of the page: the title of a fieldset, section, dialog or table, or `css=...`."""
    in_row: str | None = None
    """Only in the row (of a table or list) that shows this text."""
    only: str | None = None
    """Only elements that fit this CSS."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        return {"caption": str(data)} if isinstance(data, str | int) else data

    @field_validator("line", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return str(value) if isinstance(value, int) else value

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


class Sign(Described):
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


class Wants(Described):
    """What something must show: a template, compared in its format."""

    find: Find
    equals: str
    as_: str = Field(default="text", alias="as")
    frame: str | None = None
    pattern: str | None = None
    """A regular expression with one group: only this part of what is shown counts."""


class Unless(Described):
    """Skip when this already shows what it should."""

    find: Find
    equals: str
    as_: str = Field(default="text", alias="as")


class Calendar(Described):
    """A date picker that takes no typing: months are turned until the right one shows, then its day is pressed."""

    title: Find
    """What shows the month and the year."""
    next: Find
    previous: Find
    day: Find = Find(text="{day}")
    """The day to press; `{day}` is its number without a leading zero."""
    months: tuple[str, ...] = Field(default=_MONTHS, min_length=12, max_length=12)
    """The months' names as the title writes them (their first three letters are enough); numbers are understood."""


class Step(Described):
    """One step: exactly one verb, and what goes with it."""

    open: str | None = None
    """An address of the system, in the step's frame or the whole page: a path from the system's `url`; from where the
    page is now when it begins with `./`, `../`, `?` or `#`."""
    fill: Find | None = None
    type: Find | None = None
    """Like fill, key by key: for fields with suggestions or masks."""
    choose: Find | None = None
    """An option of a list box, by its text, else its value, else the one option that begins with the text; or a radio
    button, by its label or value, in the group that this names (its legend or caption)."""
    pick: Find | None = None
    """One of the suggestions or rows that a page shows: pressed."""
    pick_date: Find | None = None
    """The field or button that shows a calendar: pressed, then the date is picked as `calendars` describes."""
    tick: Find | None = None
    """A tick box or radio button; `with`: whether it shall be on."""
    press: Find | None = None
    upload: Find | None = None
    """A file field, or the button that asks for a file."""
    download: str | None = None
    """An address of the system (such as a receipt in PDF) that is fetched with the login and kept as evidence."""
    for_each: str | None = None
    """The name of a list in the record; its `steps` see `{line.*}`, `{n}` from 1, `{more}` (not the first one) and
    `{last}`."""
    steps: tuple[Step, ...] = ()
    wait: Find | None = None
    """Until it is there (and shows `equals`)."""
    gone: Find | None = None
    """Until it is not there."""
    expect: Find | None = None
    """It must be there (and show `equals`); if not, the item is stopped for a person."""
    read: Find | None = None
    screenshot: str | None = None
    keys: str | None = None
    """Press keys where the focus is, such as Enter or Tab."""
    close: str | None = None
    """Close a window that a step opened, after a second (or `timeout`) in which it may close itself."""
    repeat: Find | None = None
    """Press it again and again while it is there ("show more"), doing `steps` each time."""

    value: str | None = Field(default=None, alias="with")
    """What to type or choose: a text with `{names}` of the record."""
    as_: str = Field(default="text", alias="as")
    """text, code, date, amount, number, integer, or the name of a look-up table."""
    equals: str | None = None
    pattern: str | None = None
    """For `read`, `expect`, `wait`: a regular expression with one group; only this part of what is shown counts."""
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
    calendar: str = "main"
    """For `pick_date`: which one of `calendars`."""
    when: str | None = None
    """Only when this template is not empty, 0 or false."""
    unless: Unless | None = None
    optional: bool = False
    """Do nothing when it is not there."""
    timeout: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_verb(self) -> Self:
        given = [verb for verb in VERBS if getattr(self, verb)]
        if "for_each" in given or "repeat" in given:
            given = [verb for verb in given if verb != "steps"]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a step has exactly one verb of {', '.join(VERBS)}; found {found}")
        verb = given[0]
        if verb in _ENTERS and self.value is None:
            raise ValueError(f"`{verb}` needs `with`: what to enter")
        if verb == "for_each" and not self.steps:
            raise ValueError("`for_each` needs `steps`")
        if verb == "read" and not (self.into or self.equals):
            raise ValueError("`read` needs `into` (a name) or `equals` (what it must show)")
        return self

    @property
    def verb(self) -> str:
        """The step's verb."""
        return next(verb for verb in (*(v for v in VERBS if v != "steps"), "steps") if getattr(self, verb))

    @property
    def finds(self) -> Find | None:
        """Where the verb's thing is, for verbs that have one."""
        thing = getattr(self, self.verb)
        return thing if isinstance(thing, Find) else None


def every_step(steps: tuple[Step, ...]) -> list[Step]:
    """All steps, those inside others too."""
    return [one for step in steps for one in (step, *every_step(step.steps))]
