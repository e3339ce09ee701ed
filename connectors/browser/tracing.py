"""Playwright's trace of an attempt that is a retry, with no secret and no cookie in what is kept of it."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["forgotten", "kept", "masked_trace", "started"]

_COOKIES = re.compile(rb'("name":"(?:set-cookie|cookie|authorization)","value":)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_MASK = b"****"


def started(context: BrowserContext) -> None:
    """Note everything from now on: it doubles the time, and is begun after the login, which has the password in it."""
    context.tracing.start(screenshots=True, snapshots=True)


def forgotten(context: BrowserContext) -> None:
    """End a trace that nobody needs."""
    context.tracing.stop()


def kept(context: BrowserContext, secrets: Sequence[str]) -> bytes:
    """End a trace; a zip for Playwright's trace viewer, masked."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.zip"
        context.tracing.stop(path=path)
        return masked_trace(path.read_bytes(), secrets)


def masked_trace(data: bytes, secrets: Sequence[str]) -> bytes:
    """A trace without secrets (as they are, in addresses, in JSON), cookies and authorizations."""
    words = [word.encode() for secret in secrets for word in _forms(secret)]
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as trace,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as masked,
    ):
        for name in trace.namelist():
            content = trace.read(name)
            for word in words:
                content = content.replace(word, _MASK)
            if name.endswith((".trace", ".network")):
                content = _COOKIES.sub(rb'\1"****"', content)
            masked.writestr(name, content)
    return result.getvalue()


def _forms(secret: str) -> set[str]:
    if len(secret) < 4:
        return set()
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
