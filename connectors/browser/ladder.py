"""Locators as a ladder: rungs tried in order, each good for exactly one visible element.

The work is done in the page by `ladder.js`, with `tables.js`, `fields.js` and `keys.js` beside it: as a Playwright
selector engine, so that `fill` and `click` find, wait and act in one round trip; and by `look`, which asks for many
fields at once what they show and which rung found them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

__all__ = [
    "ENGINE",
    "REDRAWN",
    "Found",
    "Kind",
    "Ladder",
    "Tool",
    "document_script",
    "engine_script",
    "found",
    "page_script",
    "recorder_tools",
    "tool_call",
]

ENGINE = "ladder"
REDRAWN = "argument => window[Symbol.for('oficio')].tools.redrawn(document, argument)"
"""For `wait_for_function`, after the tool `print` has answered."""
Kind = Literal["edit", "tick", "file", "press", "any"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """What to look for.

    Attributes:
        rungs: (rung, text), best first; rungs are label, text, row, column, placeholder, title, name, id, css.
        kind: what may be found: a field to edit, a tick box, a file field, something to press, any element.
        n: the line of a table that `column` means, from 1; with `line`, which one of several of any rung.
        line: "" for exactly one, `n` for the one numbered n, `last`.
        within, in_row, only: narrow all rungs down: the title of a part of the page (or `css=...`), a text of the row,
            CSS that elements must fit.
        unpressed: not what was pressed last, such as the drop-down whose option is looked for.
    """

    rungs: tuple[tuple[str, str], ...]
    kind: Kind = "edit"
    n: int = 1
    line: Literal["", "n", "last"] = ""
    within: str = ""
    in_row: str = ""
    only: str = ""
    unpressed: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """As the page's script takes it."""
        rungs = [list(rung) for rung in self.rungs]
        return {"kind": self.kind, "rungs": rungs, "n": self.n, "line": self.line, "within": self.within,
                "inRow": self.in_row, "only": self.only, "unpressed": self.unpressed}  # fmt: skip

    @property
    def selector(self) -> str:
        """As a Playwright selector."""
        return f"{ENGINE}={json.dumps(self.body, ensure_ascii=False)}"

    def __str__(self) -> str:
        narrowed = {"within": self.within, "in row": self.in_row, "only": self.only, "line": self._which()}
        scope = "".join(f" {word} {text!r}" for word, text in narrowed.items() if text)
        return " / ".join(f"{rung} {text!r}" for rung, text in self.rungs) + scope

    def _which(self) -> str:
        return str(self.n) if self.line == "n" else self.line


@dataclass(frozen=True, slots=True)
class Found:
    """What a ladder found: the rung (0 is the first, -1 none), how many elements each rung tried had, what it shows."""

    rung: int
    counts: tuple[int, ...]
    value: str | None
    text: str | None
    tag: str

    @classmethod
    def of(cls, data: dict[str, Any]) -> Found:
        """From the page's answer."""
        return cls(data["rung"], tuple(data["counts"]), data["value"], data["text"], data["tag"])


Tool = Literal[
    "look", "set", "choose", "listed", "signs", "print", "settled", "rested", "fetched", "scrolled", "texts", "focus",
    "typing",
]  # fmt: skip
_INNER = ("find", "redrawn")
_RECORDING = ("find", "norm", "names", "caption", "visible", "all", "cellText", "SELECTORS")


@cache
def _source(names: tuple[str, ...] = (*_INNER, *get_args(Tool))) -> str:
    folder = Path(__file__).parent
    parts = "\n".join((folder / name).read_text("utf-8") for name in ("ladder.js", "tables.js", "fields.js", "keys.js"))
    return f"(() => {{ {parts} return {{{', '.join(names)}}}; }})()"


def engine_script() -> str:
    """The selector engine for `playwright.selectors.register`."""
    return (
        f"(() => {{ const tools = {_source()};"
        " const one = (root, body) => tools.find(root, JSON.parse(body)).element;"
        " return { query: one, queryAll: (root, body) => { const el = one(root, body); return el ? [el] : []; } }; })()"
    )


@cache
def document_script() -> str:
    """What every document begins with, by `context.add_init_script`."""
    watch = (Path(__file__).parent / "watch.js").read_text("utf-8")
    return f"({watch[watch.index('tools =>') :].strip()})({_source()})"


def recorder_tools() -> str:
    """An expression: what the page's recorder takes from the ladder, so that it finds what the ladder will find."""
    return _source(_RECORDING)


def page_script(tool: Tool) -> str:
    """A tool for `frame.evaluate`, called with one argument; its answer is `{answer}`, or null without the tools."""
    return (
        "argument => { const watch = window[Symbol.for('oficio')]; if (!watch) return null;"
        f" const answer = watch.tools.{tool}(document, argument);"
        " return answer instanceof Promise ? answer.then(answer => ({answer})) : {answer}; }"
    )


def tool_call(tool: Tool, argument: object) -> str:
    """A tool with its argument as one expression, for who does not go through `frame.evaluate`."""
    return f"({page_script(tool)})({json.dumps(argument)})"


def found(answer: Sequence[dict[str, Any]]) -> list[Found]:
    """All answers of `look`."""
    return [Found.of(data) for data in answer]
