"""Windows that a step opens, and files that a step brings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from config.errors import ApplicationException
from connectors.browser.fields import Fields
from connectors.browser.ladder import Ladder

if TYPE_CHECKING:
    from playwright.sync_api import Download

__all__ = ["Windows"]


class Windows(Fields):
    """The layer of pop-ups and downloads."""

    def press_opens(self, frame: str | None, ladder: Ladder, window: str) -> None:
        """Press what opens a window, and name it."""
        self._expecting_window = True
        try:
            with self.acting(str(ladder)):
                with self.page.expect_popup() as opened:
                    self.frame(frame).locator(ladder.selector).click()
                opened.value.wait_for_load_state("domcontentloaded")
        finally:
            self._expecting_window = False
        self.pages[window] = opened.value

    def press_downloads(self, frame: str | None, ladder: Ladder) -> bytes:
        """Press what downloads a file, or take what its link leads to (the browser would show a PDF); its bytes.

        Raises:
            ApplicationException: OF529, the download failed or is longer than `limits.download`.
        """
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            address = locator.evaluate("link => link.tagName === 'A' && /^https?:/.test(link.href) ? link.href : ''")
            if address and "#" not in address:
                return self.fetch(frame, address)
            self._expecting_download = True
            progress = self._watched_downloads()
            try:
                with self.page.expect_download(timeout=self.system.limits.load * 1000) as started:
                    locator.click(no_wait_after=True)
                return self._received(started.value, progress)
            finally:
                self._expecting_download = False

    def _watched_downloads(self) -> dict[str, Any]:
        """What the browser tells of a download that runs: `state` and `receivedBytes`, the last word of it."""
        told: dict[str, Any] = {}
        devtools = self.context.new_cdp_session(self.page)
        devtools.on("Page.downloadProgress", lambda word: told.update(word))
        devtools.send("Page.enable")
        return told

    def _received(self, download: Download, progress: dict[str, Any]) -> bytes:
        """A download's bytes; it is stopped when it takes too long or becomes too long, since it may never end."""
        deadline = time.monotonic() + self.system.limits.load
        while progress.get("state", "inProgress") == "inProgress":
            received = int(progress.get("receivedBytes", 0))
            if time.monotonic() > deadline or received > self.system.limits.download * 1_000_000:
                download.cancel()
                raise ApplicationException("OF529", self.page.url, why=f"no end after {received} bytes")
            self.page.wait_for_timeout(20)
        if failure := download.failure():
            raise ApplicationException("OF529", self.page.url, why=failure)
        path = download.path()
        self._bounded(path.stat().st_size)
        return path.read_bytes()

    def _bounded(self, size: int) -> None:
        most = self.system.limits.download
        if size > most * 1_000_000:
            raise ApplicationException("OF529", self.page.url, why=f"{size} bytes; limits.download is {most} MB")

    def fetch(self, frame: str | None, path: str) -> bytes:
        """A file of the system by address, with the login's cookies; redirects are followed within the system."""
        url = self.address(frame, path)
        with self.acting(path):
            for _ in range(5):
                response = self.context.request.get(url, max_redirects=0, max_retries=0)
                if response.status not in (301, 302, 303, 307, 308):
                    break
                url = urljoin(url, response.headers.get("location", ""))
                self.address(frame, url)
            if not response.ok:
                raise ApplicationException("OF511", url, status=response.status, shown="")
            body = response.body()
            self._bounded(len(body))
            return body
