"""Windows that a step opens, and files that a step brings."""

from __future__ import annotations

from config.errors import ApplicationException, BusinessException
from connectors.browser.fields import Fields
from connectors.browser.ladder import Ladder
from connectors.browser.page_rules import origin_of

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
        """Press what downloads a file (or shows a PDF); its bytes.

        Raises:
            ApplicationException: OF529, the download failed.
        """
        with self.acting(str(ladder)):
            with self.page.expect_download() as started:
                self.frame(frame).locator(ladder.selector).click()
            path = started.value.path()
            if started.value.failure():
                raise ApplicationException("OF529", self.page.url, why=started.value.failure())
            return path.read_bytes()

    def fetch(self, path: str) -> bytes:
        """A file of the system by address, with the login's cookies (PDFs that the browser would show)."""
        url = path if "://" in path else self.url + "/" + path.lstrip("/")
        if origin_of(url) not in self.origins:
            raise BusinessException("OF525", self.url, address=url)
        with self.acting(path):
            response = self.context.request.get(url, max_redirects=0, max_retries=0)
            if not response.ok:
                raise ApplicationException("OF511", url, status=response.status, shown="")
            return response.body()
