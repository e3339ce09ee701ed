"""Serve the challenge page; what was entered is checked by the page and kept in `Rounds`.

`?late=50` draws each round anew 50 ms after the press, as pages of today's frameworks do: fields filled before that
are lost or belong to another label.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

__all__ = ["LABELS", "Rounds", "create_app"]

LABELS = ("First Name", "Last Name", "Company Name", "Role in Company", "Address", "Email", "Phone Number")


@dataclass
class Rounds:
    """What each round was submitted with, by label, in order; `milliseconds` between start and the last one."""

    entered: list[dict[str, str]] = field(default_factory=list)
    milliseconds: float = 0


def create_app(rounds: Rounds) -> Starlette:
    """The page at `/`, its answers at `/done`."""
    page = (Path(__file__).parent / "page.html").read_text("utf-8")

    async def show(_request: Request) -> Response:
        return HTMLResponse(page)

    async def done(request: Request) -> Response:
        data = await request.json()
        rounds.entered = [dict(entry) for entry in data["rounds"]]
        rounds.milliseconds = float(data["milliseconds"])
        return JSONResponse({})

    return Starlette(routes=[Route("/", show), Route("/done", done, methods=["POST"])])
