"""What a page may do: dialogs by rule, no foreign origin, no unasked windows and downloads, no writes in a dry run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.errors import BusinessException, OficioError
from config.systems import DialogRule, Draft

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Request

__all__ = ["DialogDesk", "Incident", "is_draft", "is_write", "only_these", "origin_of", "path_of"]

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
Incident = Callable[[OficioError], None]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address; "" for one without a host (about:, data:, blob:)."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https", "ws", "wss"):
        return ""
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    port = parts.port or (443 if scheme == "https" else 80)
    return f"{scheme}://{parts.hostname}:{port}"


def path_of(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def only_these(origins: Iterable[str]) -> dict[str, str]:
    """Playwright's proxy setting by which the browser reaches these origins directly and nothing else at all.

    Everything else is sent to a proxy on a port where nothing listens (discard), so that it is refused in the network
    layer: redirects, pop-ups, form targets, workers and sockets too, at no cost to what is allowed.
    """
    hosts = [origin.split("://", 1)[1] for origin in sorted(origins)]
    # Playwright's own requests (not the page's) compare ends of host names, without ports: the last part is enough for
    # them, and names no host for Chromium
    ends = [host.rpartition(":")[0].rpartition(".")[2] for host in hosts]
    return {"server": "http://127.0.0.1:9", "bypass": ",".join(["<-loopback>", *ends, *hosts])}


def is_write(method: str, url: str, paths: Sequence[str] = ()) -> bool:
    """Whether a request may change something: by its method, or a GET whose path the description names."""
    return method.upper() not in SAFE or any(fnmatchcase(path_of(url), pattern) for pattern in paths)


def is_draft(request: Request, drafts: Sequence[Draft]) -> bool:
    """Whether a write is one that only draws the next page, by the description."""
    body = request.post_data or ""
    path = path_of(request.url)
    return any(
        fnmatchcase(path, draft.path) and (draft.without is None or draft.without not in body) for draft in drafts
    )


@dataclass
class DialogDesk:
    """Answers a page's dialogs by the rules; one without a rule, or too many, is an incident that stops the item.

    Attributes:
        rules: first match wins.
        most: so many dialogs an item.
        report: is told of an incident.
        reply: fills the template that is typed into a prompt.
    """

    rules: Sequence[DialogRule]
    most: int
    report: Incident
    reply: Callable[[str], str] = str
    seen: list[str] = field(default_factory=list)

    def answer(self, dialog: Dialog) -> None:
        """Accept or dismiss; called by Playwright while the page waits."""
        text = re.sub(r"\s+", " ", dialog.message).strip()
        self.seen.append(text)
        if len(self.seen) > self.most:
            self.report(BusinessException("OF527", dialog.page.url if dialog.page else "", count=len(self.seen)))
            if len(self.seen) > self.most + 3 and dialog.page is not None:
                dialog.page.close()  # it asks for ever: what waits for the page ends now
            else:
                dialog.dismiss()
            return
        rule = next((rule for rule in self.rules if self._fits(rule, dialog.type, text)), None)
        if rule is None and dialog.type == "beforeunload":
            dialog.accept()
        elif rule is None or rule.answer == "stop":
            self.report(BusinessException("OF524", dialog.page.url if dialog.page else "", text=text))
            dialog.dismiss()
        elif rule.answer == "accept":
            dialog.accept(self.reply(rule.reply) if dialog.type == "prompt" else "")
        else:
            dialog.dismiss()

    def _fits(self, rule: DialogRule, kind: str, text: str) -> bool:
        return (rule.type is None or rule.type == kind) and rule.text.casefold() in text.casefold()
