"""Find a browser that works: each candidate is started and must fill a field before it is believed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from connectors.browser.driver import driver, launch_arguments

__all__ = ["BrowserPath", "candidates", "downloads", "find_browser", "probe"]

SYSTEM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
)
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


@dataclass(frozen=True, slots=True)
class BrowserPath:
    """A browser that was started and filled a field: its executable, where it came from, its version."""

    path: str
    origin: str
    version: str


def downloads() -> Path:
    """Where the set-up unpacks a browser of its own."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "oficio" / "browser"


def candidates() -> Iterator[tuple[str, str]]:
    """(executable, where it came from), in the order of preference; each exists.

    Explicit setting, Playwright's own, the system's, the one that the set-up unpacked.
    """
    if explicit := os.environ.get("OFICIO_BROWSER"):
        yield explicit, "OFICIO_BROWSER"
        return
    with driver() as playwright:
        own = playwright.chromium.executable_path
    for path in (*_headless_shells(own), own):
        if Path(path).exists():
            yield path, "Playwright"
    for name in SYSTEM_NAMES:
        path = shutil.which(name) or ""
        if path and not _is_snap_stub(path):
            yield path, "system"
    for path in (*MAC, str(downloads() / "chromium")):
        if Path(path).exists():
            yield path, "system" if path in MAC else "set-up"


def _headless_shells(own: str) -> list[str]:
    """Playwright keeps the small headless shell beside the whole browser, under another name."""
    folder = next((parent for parent in Path(own).parents if parent.name.startswith("chromium-")), None)
    if folder is None:
        return []
    revision = folder.name.removeprefix("chromium-")
    beside = folder.parent / f"chromium_headless_shell-{revision}"
    return [str(path) for pattern in ("*/headless_shell", "*/chrome-headless-shell*") for path in beside.glob(pattern)]


def _is_snap_stub(path: str) -> bool:
    """Ubuntu's /usr/bin/chromium-browser is a script that asks for snap, and snap's browser cannot see /tmp."""
    real = Path(path).resolve()
    if "snap" in real.parts or real.name == "snap":
        return True
    with real.open("rb") as file:
        head = file.read(4096)
    return head.startswith(b"#!") and b"snap" in head


def probe(path: str) -> str:
    """Start a browser and fill a field with it; its version, OF502 with the reason when it cannot."""
    from playwright.sync_api import Error

    try:
        with driver() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=launch_arguments(), timeout=20_000)
            try:
                page = browser.new_page()
                page.set_content("<label>Name <input></label>")
                page.get_by_label("Name").fill("Oficio", timeout=5_000)
                if page.get_by_label("Name").input_value() != "Oficio":
                    raise ConfigError("OF502", path, why="it does not keep what is typed")
                return browser.version
            finally:
                browser.close()
    except Error as error:
        raise ConfigError("OF502", path, why=error.message.splitlines()[0]) from error


def find_browser(*, fresh: bool = False) -> BrowserPath:
    """The first candidate that works; remembered by path, size and time until the executable changes.

    Args:
        fresh: probe again even what is remembered.

    Raises:
        ConfigError: OF502, none works; the fact `why` names what was tried.
    """
    if not fresh and (known := _remembered(os.environ.get("OFICIO_BROWSER", ""))) is not None:
        return known
    tried: list[str] = []
    for path, origin in candidates():
        try:
            found = BrowserPath(path, origin, probe(path))
        except ConfigError as error:
            tried.append(f"{path}: {error.reason.facts.get('why', '')}")
            continue
        _remember(found)
        return found
    raise ConfigError("OF502", why="; ".join(tried) or "no browser is installed")


def _memory() -> Path:
    return downloads().parent / "browser.json"


def _fingerprint(path: str) -> str:
    found = Path(path).stat()
    return f"{found.st_size}:{found.st_mtime_ns}"


def _remembered(explicit: str) -> BrowserPath | None:
    """The browser that worked last time, unless its file has changed since or another one is asked for."""
    try:
        known = json.loads(_memory().read_text("utf-8"))
        browser = BrowserPath(str(known["path"]), str(known["origin"]), str(known["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if known.get("fingerprint") != _fingerprint(browser.path) or (explicit and explicit != browser.path):
        return None
    return browser


def _remember(browser: BrowserPath) -> None:
    known = {"path": browser.path, "origin": browser.origin, "version": browser.version}
    try:
        _memory().parent.mkdir(parents=True, exist_ok=True)
        draft = _memory().with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(known | {"fingerprint": _fingerprint(browser.path)}), "utf-8")
        draft.replace(_memory())
    except OSError:  # a home that cannot be written costs a second a start, nothing else
        return
