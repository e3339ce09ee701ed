"""Recorded pages: what a HAR holds is served again, in the order in which it was recorded, and nothing else.

Playwright's own `route_from_har` answers by address alone, and follows a login's redirect to the page that was there
before it; old systems show another page at the same address after each step, so here the order counts.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from config.errors import ConfigError
from connectors.browser.page_rules import origin_of
from connectors.secrets import MASK, Secret

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

__all__ = ["RecordedPages", "mask_har"]

_NOT_SERVED = frozenset(("content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"))


class RecordedPages:
    """The pages of one HAR.

    Args:
        path: a HAR with its contents embedded.

    Raises:
        ConfigError: OF101 no such file; OF575 it is none, or holds no pages.
    """

    def __init__(self, path: Path):
        try:
            data = json.loads(path.read_text("utf-8"))
            self.entries: list[dict[str, Any]] = list(data["log"]["entries"])
            self.origin = origin_of(self.entries[0]["request"]["url"])
        except OSError as error:
            raise ConfigError("OF101", str(path), why=error) from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ConfigError("OF575", str(path), why=f"{type(error).__name__} {error}") from error
        self.used: set[int] = set()

    def serve(self, context: BrowserContext) -> None:
        """Answer all requests of a context."""
        context.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        request = route.request
        entry = self.next_entry(request.method, request.url, request.post_data or "")
        if entry is None:
            route.abort("blockedbyclient")
            return
        response = entry["response"]
        where = next((one["value"] for one in response["headers"] if one["name"].lower() == "location"), "")
        if where and 300 <= response["status"] < 400:
            # a redirect that is served cannot be served on: the page goes there by itself
            route.fulfill(content_type="text/html", body=f"<script>location.replace({json.dumps(where)})</script>")
            return
        content = response.get("content", {})
        text = content.get("text") or ""
        body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
        headers = {one["name"]: one["value"] for one in response["headers"] if one["name"].lower() not in _NOT_SERVED}
        route.fulfill(status=response["status"] or 200, headers=headers, body=body)

    def next_entry(self, method: str, url: str, body: str) -> dict[str, Any] | None:
        """The first entry not yet served that fits, by what was sent too when one does; else the last that fits."""
        fitting = [
            at for at, entry in enumerate(self.entries)
            if entry["request"]["method"] == method and entry["request"]["url"] == url
        ]  # fmt: skip
        same = [at for at in fitting if (self.entries[at]["request"].get("postData") or {}).get("text", "") == body]
        candidates = same or fitting
        fresh = [at for at in candidates if at not in self.used]
        if not candidates:
            return None
        at = fresh[0] if fresh else candidates[-1]
        self.used.add(at)
        return self.entries[at]


def mask_har(path: Path, secrets: Iterable[Secret]) -> None:
    """Take secrets out of a HAR, however they are encoded, and let nobody else read it: cookies are still in it."""
    text = path.read_text("utf-8")
    for secret in secrets:
        value = secret.reveal()
        for written in {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}:
            text = text.replace(written, MASK)
    path.write_text(text, "utf-8")
    path.chmod(0o600)
