"""Recordings that other tools made, as ours: Playwright's jsonl, Chrome's Recorder (JSON), Selenium IDE (`.side`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bots.recorder.imports import devtools, playwright, selenium
from bots.recorder.imports.parts import in_parts
from config.errors import ConfigError
from connectors.browser.recorded import Recording

__all__ = ["read_recording"]


def read_recording(path: Path) -> Recording:
    """A recording of a login and of one entry, up to its save.

    What such files do not tell (options of a list box, dialogs, what was shown, often which frame was loaded) is empty;
    `loads` is None where it is not known.

    Raises:
        ConfigError: OF101 no such file; OF569 it is none of the three kinds, or holds nothing.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("OF101", str(path), why=error) from error
    try:
        url, actions = _read(path, text)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ConfigError("OF569", str(path), why=f"{type(error).__name__} {error}") from error
    if not url or not actions:
        raise ConfigError("OF569", str(path), why="nothing is recorded in it")
    return Recording(url, tuple(in_parts(actions)))


def _read(path: Path, text: str) -> Any:
    if path.suffix == ".jsonl":
        return playwright.read([json.loads(line) for line in text.splitlines() if line.strip()])
    data = json.loads(text)
    if "tests" in data:
        return selenium.read(data)
    if "steps" in data:
        return devtools.read(data)
    raise ValueError("neither `tests` nor `steps`")
