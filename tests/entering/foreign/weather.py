"""Faults around any application: what a server, a network and a session do on a bad day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FAULTS", "Weather"]

FAULTS = ("error_before", "error_after", "drop_before", "drop_after", "lost_before", "lost_after", "slow")
"""`before`: nothing was saved; `after`: it was.  error: status 500; drop: connection cut; lost: the session ends."""


@dataclass
class Weather:
    """An ASGI application around another one.

    Attributes:
        app: the system.
        is_save: whether a request (method, path, body) saves.
        end_sessions: ends all sessions of the system.
        saves: faults of the next saves.
        losses: after how many further requests the session ends, one loss after another.
        slow: seconds that a slow save takes.
    """

    app: Any
    is_save: Callable[[str, str, bytes], bool]
    end_sessions: Callable[[], None]
    saves: list[str] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)
    slow: float = 1.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body(receive)
        path = scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        if self.losses:
            self.losses[0] -= 1
            if not self.losses[0]:
                self.losses.pop(0)
                self.end_sessions()
        fault = self.saves.pop(0) if self.saves and self.is_save(scope["method"], path, body) else ""
        await self._answer(fault, scope, _given(body), receive, send)

    async def _answer(self, fault: str, scope: Any, given: Any, receive: Any, send: Any) -> None:
        kind, _, moment = fault.partition("_")
        if kind == "slow":
            await asyncio.sleep(self.slow)
        if kind == "lost" and moment == "before":
            self.end_sessions()
        if fault in ("", "slow", "lost_before"):
            await self.app(scope, given, send)
            return
        if moment == "after":
            await self.app(scope, given, _nowhere)
        if kind == "drop":
            receive.__self__.transport.abort()  # uvicorn's request cycle
            return
        if kind == "lost":
            self.end_sessions()
            await self.app({**scope, "method": "GET"}, _given(b""), send)
            return
        await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<h1>Server Error 500</h1>"})


async def _body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _given(body: bytes) -> Any:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nowhere(_message: Any) -> None:
    """The answer is lost."""
