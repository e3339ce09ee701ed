"""`oficio systems record`: enter one sample record by hand, and get the system's description."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from bots.data_entry.entries import own_key, read_records
from bots.recorder.describing import describe, host_name
from bots.recorder.imports import read_recording
from bots.recorder.joining import LIVE_PARTS, join
from bots.recorder.session import browser_with_window, keep, record_entry
from config.errors import ConfigError, Language
from config.settings import load_settings
from connectors.browser.recorded import PARTS, Part
from connectors.browser.recording import Recorder
from console.phrases import say
from console.words import out, print_error_reason

__all__ = ["record"]

ASKED: dict[Part, str] = {
    "login": "Log in with the robot's account, until you see the menu.",
    "enter": "Enter the sample, every field of it, and save.",
    "look": "Search for it in a list, from the menu on, until its row shows.",
    "open": "Open it from its row, so that its page shows what was saved.",
}
KEY = "If the form has a free reference field, type this there:"
ENTER = "Then touch nothing more, and press Enter here."


def record(
    url: str,
    /,
    *,
    sample: Path,
    name: str | None = None,
    form: str = "form",
    from_: Path | None = None,
    code: list[str] | None = None,
    replace: bool = False,
    home: Path | None = None,
    config: Path | None = None,
) -> int:
    """Record one entry that you make by hand; the system's description is written from it.

    Args:
        url: where the system begins, such as https://erp.example.com/
        sample: a JSON file with the one record that you will enter; its lists have two lines.
        name: of the description, config/systems/NAME.yaml; the host's name when left out.
        form: what the form is called.
        from_: a recording of login and entry, made with another tool: Playwright jsonl, Chrome Recorder JSON, Selenium
            IDE .side. Here only the login, the list and the entry's page are recorded then.
        code: `field=option`, for an option of a list box that stands for a field's value and does not contain it.
        replace: write over a description of that name.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.

    Returns:
        0 when the description was written, 2 when the recording is not enough for one.
    """
    settings = load_settings(home, config)
    entry = read_records(sample, {})[0]
    key = str(entry.get("key") or own_key(entry))
    given = [_code(pair) for pair in code or []]
    imported = read_recording(from_) if from_ is not None else None
    language = settings.language
    out.print(f"{say(KEY, language)} [bold]{key}[/]")
    with browser_with_window() as browser:
        parts: Sequence[Part] = PARTS if imported is None else LIVE_PARTS
        recording = record_entry(browser, url, entry, key, AtTerminal(language), parts)
    if imported is not None:
        recording = join(imported, recording)
    described = describe(recording, entry, key, name=name or host_name(url), form=form, given=given)
    if described.findings.problems:
        for problem in described.findings.problems:
            print_error_reason(problem, language)
        return 2
    path = keep(described, name or host_name(url), settings.systems, replace=replace, language=language)
    out.print(f"[green]✓[/] {path}")
    for note in described.findings.notes:
        out.print(f"[yellow]![/] {note.text(language)}\n  [dim]{note.mend(language)}[/]")
    secret = described.data["accounts"][0]["secret"]
    check = f"oficio systems check {path.stem} --form {form} --sample {sample}"
    out.print(f"{say('Now:', language)} oficio secrets set {secret}; {check}")
    return 0


class AtTerminal:
    """A person: asked for one part at a time, listened to until Enter is pressed at the terminal."""

    def __init__(self, language: Language):
        self.language = language

    def __call__(self, part: Part, recorder: Recorder) -> None:
        """Ask for one part, and wait."""
        out.print(f"\n[bold]{say(ASKED[part], self.language)}[/]\n{say(ENTER, self.language)}")
        done = threading.Event()

        def wait() -> None:
            sys.stdin.readline()
            done.set()

        threading.Thread(target=wait, daemon=True).start()
        while not done.is_set():
            recorder.wait(100)


def _code(pair: str) -> tuple[str, str]:
    name, sign, option = pair.partition("=")
    if not sign:
        raise ConfigError("OF553", "--code", pair=pair)
    return name.strip(), option.strip()
