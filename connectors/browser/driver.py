"""Start Playwright's driver: one a thread; and the flags with which a browser is started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from config.errors import ConfigError
from connectors.browser.ladder import ENGINE, engine_script

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

__all__ = ["driver", "driver_fault", "launch_arguments"]


@contextlib.contextmanager
def driver() -> Iterator[Playwright]:
    """Playwright with our locator engine, for this thread; stopped at the end.

    Raises:
        ConfigError: OF508, the driver does not start here.
    """
    from playwright.sync_api import Error, sync_playwright  # takes 0.2 s to import: only who needs a browser pays

    with contextlib.ExitStack() as running:
        try:
            playwright = running.enter_context(sync_playwright())
        except Error:
            raise
        except Exception as error:  # what Playwright raises when its driver ends at once has no class of its own
            raise ConfigError("OF508", why=driver_fault() or str(error)) from error
        playwright.selectors.register(ENGINE, engine_script(), content_script=True)
        yield playwright


def driver_fault() -> str:
    """Why Playwright's driver does not start on this machine, in its own words; empty when it does."""
    asked = [sys.executable, "-m", "playwright", "--version"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 0:
        return ""
    return (done.stderr or done.stdout).strip().rpartition("\n")[2] or f"it ended with {done.returncode}"


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
