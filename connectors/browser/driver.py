"""Start Playwright's driver and Chromium: one of each a thread."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.browser.ladder import ENGINE, engine_script

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

__all__ = ["driver", "launch_arguments"]


@contextlib.contextmanager
def driver() -> Iterator[Playwright]:
    """Playwright with our locator engine, for this thread; stopped at the end."""
    from playwright.sync_api import sync_playwright  # takes 0.2 s to import: only who needs a browser pays

    with sync_playwright() as playwright:
        playwright.selectors.register(ENGINE, engine_script(), content_script=True)
        yield playwright


def launch_arguments() -> list[str]:
    """Flags of every start: no background traffic; root has no user namespaces to build a sandbox of."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--dns-prefetch-disable",
        "--no-pings",
        "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return arguments
