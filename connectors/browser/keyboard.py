"""Key strokes as a keyboard sends them: one after the other, without waiting for what the page makes of each.

Playwright's own keyboard waits for the page at every key that goes down and every key that goes up: most of the time
that typing takes.  Chromium keeps the order of what it is sent, so that here all keys of many fields are on their way
at once, and the end of the last one is waited for.  A key that no page sees moves on from field to field.

They leave in one piece, too: a blank page of its own, which nothing else can reach and which has no network, hands them
to the browser's protocol (as the mapper of WebDriver BiDi does), so that not each of them passes through two processes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

__all__ = ["Keyboard", "strokes"]

Command = tuple[str, dict[str, Any]]
_ROW = {digit: (f"Digit{digit}", ord(digit)) for digit in "1234567890"}
_KEYS: dict[str, tuple[str, int]] = {
    **_ROW,
    **{sign: _ROW[digit] for sign, digit in zip("!@#$%^&*()", "1234567890", strict=True)},
    **{letter: (f"Key{letter.upper()}", ord(letter.upper())) for letter in
       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{sign: (code, number) for signs, code, number in (
        (" ", "Space", 32), (";:", "Semicolon", 186), ("=+", "Equal", 187), (",<", "Comma", 188), ("-_", "Minus", 189),
        (".>", "Period", 190), ("/?", "Slash", 191), ("`~", "Backquote", 192), ("[{", "BracketLeft", 219),
        ("\\|", "Backslash", 220), ("]}", "BracketRight", 221), ("'\"", "Quote", 222)) for sign in signs},
}  # fmt: skip
"""Code and number (Windows' virtual key) of each character's key on a US keyboard."""


_ENTER = "\n"
_IN_TIME = 0.9
"""Part of the time in which a page must have said that it can be typed in: a key never leaves after we gave up."""
_MARK = "F24"
"""As in `keys.js`: moves the focus to the next field."""


def strokes(text: str) -> Iterator[Command]:
    """A text as commands of Chromium's protocol: key down and key up for each character.

    A character that the keyboard lacks comes as from an input method, a line break as the Enter key.
    """
    for char in text:
        if char == "\n":
            yield from _stroke("Enter", "\r", "Enter", 13)
        elif char in _KEYS:
            yield from _stroke(char, char, *_KEYS[char])
        else:
            yield "Input.insertText", {"text": char}


def _stroke(key: str, text: str, code: str, number: int) -> Iterator[Command]:
    plain = {"key": key, "code": code, "windowsVirtualKeyCode": number}
    yield "Input.dispatchKeyEvent", {"type": "keyDown", "text": text, "unmodifiedText": text, **plain}
    yield "Input.dispatchKeyEvent", {"type": "keyUp", **plain}


def _marked(texts: Iterable[str | None]) -> Iterator[Command]:
    for n, text in enumerate(texts):
        if n:
            yield (
                "Input.dispatchKeyEvent",
                {"type": "rawKeyDown", "key": _MARK, "code": _MARK, "windowsVirtualKeyCode": 135},
            )
        yield from _stroke("Delete", "", "Delete", 46) if text is None else strokes(text)


class Keyboard:
    """The keyboard of the pages of one browser.

    Args:
        browser: Playwright's; the keyboard keeps a context of its own in it until it is closed.
    """

    def __init__(self, browser: Browser):
        self._context = browser.new_context(offline=True, service_workers="block")
        self._desk = self._context.new_cdp_session(self._context.new_page())
        whole = browser.new_browser_cdp_session()
        whole.send("Target.exposeDevToolsProtocol", {"targetId": _target(self._desk), "bindingName": "devtools"})
        whole.detach()
        self._do((Path(__file__).parent / "keyboard.js").read_text("utf-8"))
        self._sessions: WeakKeyDictionary[CDPSession, str] = WeakKeyDictionary()

    def close(self) -> None:
        """Give back what it holds in the browser."""
        self._context.close()

    def type(self, devtools: CDPSession, texts: Iterable[str | None], patience: float) -> None:
        """Type where the focus is, and before each further text move on as the page's tool `typing` has it.

        Args:
            devtools: of the page that has the focus.
            texts: None deletes what is selected.
            patience: seconds in which the page must have taken all keys.

        Raises:
            playwright.sync_api.Error: the page is gone, or does not take them.
        """
        self._do(f"sent({self._commands(_marked(texts), devtools)}).then(() => null)", patience)

    def type_asked(
        self, devtools: CDPSession, script: str, texts: Iterable[str], patience: float
    ) -> list[dict[str, bool] | None] | None:
        """Ask the page, and type when it says that every field is there and takes one line; see `type`.

        Args:
            script: an expression for the main frame: the tool `typing` with these fields.

        Returns:
            What the tool answers, None when the page could not be asked.
        """
        answer: list[dict[str, bool] | None] | None = self._asked(devtools, script, _marked(texts), patience)
        return answer

    def enter(self, devtools: CDPSession, patience: float) -> None:
        """Press the Enter key; see `type`."""
        self._do(f"sent({self._commands(strokes(_ENTER), devtools)}).then(() => null)", patience)

    def enter_asked(self, devtools: CDPSession, script: str, patience: float) -> bool | None:
        """Ask the page for the focus, and press Enter when it gives it; see `type_asked`."""
        answer: bool | None = self._asked(devtools, script, strokes(_ENTER), patience)
        return answer

    def _asked(self, devtools: CDPSession, script: str, commands: Iterable[Command], patience: float) -> Any:
        from playwright.sync_api import TimeoutError

        asked = f"{json.dumps(script)}, {self._commands(commands, devtools)}, {patience * 1000 * _IN_TIME}"
        told = self._do(f"sentIf({asked})", patience)
        if told.get("late"):
            raise TimeoutError("the page answered too late")
        return told.get("answer")

    def _commands(self, commands: Iterable[Command], devtools: CDPSession) -> str:
        if devtools not in self._sessions:
            self._sessions[devtools] = self._do(f"attached({json.dumps(_target(devtools))})")
        return f"{json.dumps(list(commands))}, {json.dumps(self._sessions[devtools])}"

    def _do(self, script: str, patience: float | None = None) -> Any:
        from playwright.sync_api import Error

        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self._desk.send("Runtime.evaluate", asked, timeout=patience and patience * 1000)
        if "exceptionDetails" in answer:
            raise Error(answer["exceptionDetails"].get("exception", {}).get("description") or "the keyboard is gone")
        return answer["result"].get("value")


def _target(devtools: CDPSession) -> str:
    target: str = devtools.send("Target.getTargetInfo")["targetInfo"]["targetId"]
    return target
