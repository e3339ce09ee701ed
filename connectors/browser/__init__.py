"""The browser port: find one, start it, and work in its pages by labels, frames and rules of the system's file."""

from __future__ import annotations

from connectors.browser.find import BrowserPath, find_browser

__all__ = ["BrowserPath", "find_browser"]
