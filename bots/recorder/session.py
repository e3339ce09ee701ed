"""A recording session: a person goes through the parts of one entry in a browser while it is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bots.recorder.describing import Described
from bots.recorder.sample import Field, fields_of, words
from bots.recorder.writing import description_text
from config.errors import ConfigError, Language
from config.systems import System
from config.yaml_file import parse_yaml
from connectors.browser.driver import driver, launch_arguments
from connectors.browser.errors import typed
from connectors.browser.find import candidates
from connectors.browser.recorded import PARTS, Part, Recording
from connectors.browser.recording import Recorder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["Person", "browser_with_window", "keep", "record_entry"]


class Person(Protocol):
    """Who works in the recorder's browser: a person at the terminal, or a test that plays one."""

    def __call__(self, part: Part, recorder: Recorder) -> None:
        """Do one part; return when it is done."""


@contextmanager
def browser_with_window() -> Iterator[Browser]:
    """A browser that a person can see.

    Raises:
        ConfigError: OF572, none can show a window here.
    """
    from playwright.sync_api import Error

    paths = [path for path, _ in candidates() if "headless" not in Path(path).name]
    with driver() as playwright:
        why = "no browser with a window is installed"
        for path in paths:
            try:
                started = playwright.chromium.launch(executable_path=path, headless=False, args=launch_arguments())
            except Error as error:
                why = error.message.splitlines()[0]
                continue
            try:
                yield started
            finally:
                started.close()
            return
    raise ConfigError("OF572", why=why)


def record_entry(
    browser: Browser, url: str, record: Mapping[str, Any], key: str, person: Person, parts: Sequence[Part] = PARTS
) -> Recording:
    """Let a person enter the sample, and record it.

    Args:
        record: the sample.
        key: what its entry may be found by.
        parts: which parts are recorded; a recording of another tool brings the others.

    Raises:
        ApplicationException: OF510, the system cannot be reached; OF509, the browser was closed.
    """
    from playwright.sync_api import Error

    try:
        recorder = Recorder(browser, url, words([*fields_of(record), Field("key", key)]))
        try:
            for at, part in enumerate(parts):
                recorder.listener.part = part
                person(part, recorder)
                recorder.end_part(parts[at + 1] if at + 1 < len(parts) else None)
            return recorder.recording()
        finally:
            recorder.close()
    except Error as error:
        raise typed(error, "record", url) from error


def keep(described: Described, name: str, folder: Path, *, replace: bool = False, language: Language = "en") -> Path:
    """Write `NAME.yaml`, after it was read as what it is to be.

    Raises:
        ConfigError: OF573 the name is none for a file; OF574 there is such a file already.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise ConfigError("OF573", name=name)
    path = folder / f"{name}.yaml"
    if path.exists() and not replace:
        raise ConfigError("OF574", str(path))
    notes = [f"{note.text(language)}. {note.mend(language)}" for note in described.findings.notes]
    text = description_text(described.data, name, notes)
    parse_yaml(text, System, str(path))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
