"""Enter and press: each act finds its element by a ladder, waits until it can be used, and acts."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from config.errors import BusinessException
from connectors.browser.context import PAGE
from connectors.browser.frames import ms
from connectors.browser.ladder import Ladder, tool_call
from connectors.browser.showing import Showing

__all__ = ["Fields"]

_SLOWEST = 100
"""Characters a second that even a busy page takes."""


class Fields(Showing):
    """The layer that acts on fields and buttons."""

    def fill(
        self, frame: str | None, ladder: Ladder, text: str, timeout: float | None = None, *, plain: str = ""
    ) -> None:
        """Clear a field and enter a text, when the field is there and can be edited.

        Args:
            plain: what the browser's own date and number fields take, whatever they show: ISO date, decimal point.
        """
        from playwright.sync_api import Error

        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            try:
                locator.fill(text, timeout=ms(timeout))
            except Error as error:
                if not plain or not any(sign in error.message for sign in ("Malformed value", "Cannot type text")):
                    raise
                locator.fill(plain, timeout=ms(timeout))

    def type(self, frame: str | None, ladder: Ladder, text: str, timeout: float | None = None) -> None:
        """Key by key, for fields that listen to keys."""
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            locator.fill("", timeout=ms(timeout))
            locator.press_sequentially(text, timeout=ms(timeout))

    def type_many(self, frame: str | None, entries: Sequence[tuple[Ladder, str]]) -> list[bool]:
        """Many fields with real key strokes, each replacing what was there; which of them can be typed in like that.

        Until `settled` is asked (or the next field typed in), keys land in the last of them or nowhere.
        """
        with self.acting("type"):
            taken: list[bool] = []
            for several, run in groupby(entries, key=lambda entry: "\n" in entry[1]):
                # a line break in a wrong field would send its form: such a text is alone on its way
                for part in ([one] for one in run) if several else [list(run)]:
                    taken += self._typed(frame, part)
            return taken

    def _typed(self, frame: str | None, entries: Sequence[tuple[Ladder, str]]) -> list[bool]:
        letters = sum(len(text) for _, text in entries)
        patience = self.system.limits.step + letters / _SLOWEST
        ladders = [ladder.body for ladder, _ in entries]
        held, done = None, False
        if frame in (None, PAGE) and all(text and "\n" not in text for _, text in entries):
            script = tool_call("typing", ladders)
            held = self.keyboard.type_asked(self.devtools(), script, [text for _, text in entries], patience)
            done = held is not None and all(field is not None and not field["lines"] for field in held)
        if held is None:
            held = self.ask(frame, "typing", ladders)
        texts = [_keyed(text, field) for (_, text), field in zip(entries, held, strict=True) if field is not None]
        if texts and not done:
            self.keyboard.type(self.devtools(), texts, patience)
        self._pressed = False
        return [field is not None for field in held]

    def set_many(self, frame: str | None, entries: Sequence[tuple[Ladder, str]]) -> list[bool]:
        """Many fields in one round trip; which of them were there and took the value."""
        with self.acting("set"):
            data = [{"ladder": ladder.body, "value": text} for ladder, text in entries]
            answer: list[bool] = self.ask(frame, "set", data)
            return answer

    def choose(
        self,
        frame: str | None,
        ladder: Ladder,
        text: str,
        *,
        radio: Ladder | None = None,
        loads: str | None = None,
        timeout: float | None = None,
    ) -> bool:
        """An option of a list box: by its whole text, else its value, else the one option that begins with the text.

        Args:
            radio: a radio button that is ticked when there is no list box.

        Returns:
            Whether it was the radio button.

        Raises:
            BusinessException: OF523, no option is like that.
        """
        asked = [ladder.body, radio.body if radio is not None else None, text]
        with self.acting(str(ladder)), self.new_document(loads):
            locator = self.frame(frame).locator(ladder.selector)
            answer = self.ask(frame, "choose", asked)
            if answer == "absent":
                locator.wait_for(state="attached", timeout=ms(timeout))
                answer = self.ask(frame, "choose", asked)
            if answer == "none":  # the options may depend on what was entered before, and come later
                self.rest(frame)
                answer = self.ask(frame, "choose", asked)
            if answer == "none":
                raise BusinessException("OF523", self.page.url, field=ladder, wanted=text)
            if answer == "disabled" or (answer == "same" and loads is not None):
                # as a person's hand would: waits until it is enabled; chooses anew what is chosen already
                locator.select_option(label=text, timeout=ms(timeout))
            if answer == "radio" and radio is not None:
                self.tick(frame, radio, True, timeout)
            return bool(answer == "radio")

    def tick(self, frame: str | None, ladder: Ladder, on: bool, timeout: float | None = None) -> None:
        """Set a tick box or radio button; one that is hidden behind a drawn one by its label."""
        with self.acting(str(ladder)):
            box = self.frame(frame).locator(ladder.selector)
            box.wait_for(state="attached", timeout=ms(timeout))
            if box.is_visible():
                box.set_checked(on, timeout=ms(timeout))
            elif box.is_checked() != on:
                box.evaluate("box => [...box.labels].find(label => label.checkVisibility()).click()")

    def upload(self, frame: str | None, ladder: Ladder, name: str, data: bytes, button: Ladder | None = None) -> None:
        """Give a file field, or the button that asks for a file, bytes under a display name, never our path."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file: Any = {"name": name, "mimeType": kind, "buffer": data}
        target = self.frame(frame)
        with self.acting(str(ladder)):
            hidden = button is not None and self.look(frame, [ladder])[0].rung < 0
            if button is not None and hidden and self.look(frame, [button])[0].rung >= 0:
                with self.page.expect_file_chooser() as asking:
                    target.locator(button.selector).click()
                asking.value.set_files(file)
                return
            target.locator(ladder.selector).set_input_files(file)

    def leave(self, frame: str | None, ladder: Ladder, *, loads: str | None = None) -> None:
        """Leave a field with the Tab key, for fields that send or compute when they are left."""
        with self.acting(str(ladder)), self.new_document(loads):
            self.frame(frame).locator(ladder.selector).press("Tab", no_wait_after=True)

    def press(
        self,
        frame: str | None,
        ladder: Ladder,
        *,
        loads: str | None = None,
        timeout: float | None = None,
        by_key: bool = False,
    ) -> None:
        """Click, and wait for the new document of the frame that it loads.

        Args:
            by_key: press the Enter key on it instead, where it takes the focus.
        """
        with self.acting(str(ladder)), self.new_document(loads):
            pressed = by_key and self._entered(frame, ladder)
            self._pressed = loads is None  # a new document shows by itself that it is not busy for ever
            if pressed:
                return
            self.frame(frame).locator(ladder.selector).click(timeout=ms(timeout), no_wait_after=True)

    def _entered(self, frame: str | None, ladder: Ladder) -> bool:
        """Press the Enter key on something that takes the focus; whether it does."""
        patience, took = self.system.limits.step, None
        if frame in (None, PAGE):
            took = self.keyboard.enter_asked(self.devtools(), tool_call("focus", ladder.body), patience)
        if took is None and (took := bool(self.ask(frame, "focus", ladder.body))):
            self.keyboard.enter(self.devtools(), patience)
        return bool(took)

    def keys(self, keys: str, *, loads: str | None = None) -> None:
        """Press a key where the focus is."""
        with self.acting(keys), self.new_document(loads):
            self.page.keyboard.press(keys)


def _keyed(text: str, field: dict[str, bool]) -> str | None:
    """What is typed in a field that holds this: a line break only where it does not send the form; None deletes."""
    if not text and not field["empty"]:
        return None
    return text if field["lines"] else " ".join(text.splitlines())
