"""Key strokes as a keyboard sends them: one after the other, without waiting for what the page makes of each.

Playwright's own keyboard waits for the page at every key that goes down and every key that goes up: most of the time
that typing takes.  Chromium keeps the order of what it is sent, so that here all keys of a text are on their way at
once, and the end of the last one is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors.browser.beside import Begun

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

__all__ = ["strokes", "type_text"]

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


def type_text(page: Page, devtools: CDPSession, text: str) -> None:
    """Type where the focus is.

    Raises:
        playwright.sync_api.Error: the page is gone.
    """
    *first, last = strokes(text)
    begun = [Begun(partial(devtools.send, *command)) for command in first]
    page.wait_for_timeout(0)  # now they have left, and the last one may
    devtools.send(*last)
    for one in begun:
        one.answer(page)
