"""A browser that is measured, started anew when it leaks or is gone, and ended when a page holds it still."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from connectors.browser.driver import driver, launch_arguments
from connectors.browser.find import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["Chromium", "Watchdog"]


class Watchdog:
    """Kills a browser whose act does not end: a page that is busy for ever answers nothing, and nobody would notice."""

    def __init__(self, pid: int):
        self.pid = pid
        self._until = float("inf")
        self._ended = threading.Event()
        threading.Thread(target=self._look, name=f"watchdog {pid}", daemon=True).start()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let the block take so long; the browser is killed after it, and what waits for it fails."""
        before, self._until = self._until, time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = before

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            if time.monotonic() > self._until:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
                return


class Chromium:
    """Playwright's driver and a browser of it, for the thread that enters the block.

    Attributes:
        served: items that this driver and browser have been used for; who uses them counts.
    """

    browser: Browser
    watchdog: Watchdog
    served: int

    def __init__(self) -> None:
        self._path = find_browser().path
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ready(self, most_mb: int, most_items: int) -> Browser:
        """The browser to open a context in: another one, with another driver, when this one is gone, bigger than so
        many megabytes, or has served so many items: the driver keeps something of every page.

        Contexts that are still open end with the browser.
        """
        worn = self.served >= most_items or not self.browser.is_connected()
        if worn or self.memory() > most_mb * 1_000_000:
            self._stop()
            self._start()
        return self.browser

    def memory(self) -> int:
        """Bytes that all processes of the browser hold (shared ones counted once); 0 where that cannot be seen."""
        session = self.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return sum(_proportional(process["id"]) for process in processes)

    def _start(self) -> None:
        self.served = 0
        playwright = self._running.enter_context(driver())
        self.browser = playwright.chromium.launch(executable_path=self._path, args=launch_arguments())
        session = self.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        self.watchdog = Watchdog(next(process["id"] for process in processes if process["type"] == "browser"))
        self._running.callback(self._close)

    def _close(self) -> None:
        from playwright.sync_api import Error

        self.watchdog.end()
        with contextlib.suppress(Error):
            self.browser.close()

    def _stop(self) -> None:
        self._running.close()


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:  # it has just ended, or this is no Linux
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
