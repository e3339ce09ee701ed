"""Small pages with one difficulty each, and hostile ones; what they receive is kept."""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

__all__ = ["PAGES", "Kept", "create_app"]

PAGES = {
    "cells": "<form method=post action=/keep><table><tr><td>Number:</td><td><input name=a1></td><td>Date</td><td>"
    "<input name=a2></td></tr></table><input type=submit value=Save></form>",
    "two": "<form><table><tr><td>Number</td><td><input name=a1></td></tr><tr><td>Number</td><td><input name=a2></td>"
    "</tr></table></form>",
    "hidden": "<form method=post action=/keep><label style='display:none'>Name <input name=trap></label>"
    "<label>Name <input name=real></label><button>Save</button></form>",
    "frames": "<iframe name=outer srcdoc=\"<iframe class=inner srcdoc='<label>Deep <input name=deep></label>'></iframe>\">"
    "</iframe>",
    "editor": "<iframe id=rich srcdoc='<body contenteditable=true></body>'></iframe>",
    "shadow": "<div id=host></div><script>host.attachShadow({mode:'open'}).innerHTML="
    "'<label>Inside <input name=s></label>'</script>",
    "focus": "<label>First <input name=a></label><label>Second <input name=b></label><script>"
    "setTimeout(() => document.querySelector('[name=b]').focus(), 30)</script>",
    "typeahead": '<label>City <input name=c oninput="l.innerHTML = this.value.length > 2 ? '
    "['Vigo', 'Vigo Norte'].map(c => `<li onclick='document.querySelector(`+'`[name=c]`'+`).value=this.textContent'>${c}"
    "</li>`).join('') : ''\"></label><ul id=l></ul>",
    "upload": "<form method=post action=/keep enctype=multipart/form-data><label>File <input type=file name=f></label>"
    "<button>Send</button></form>",
    "popup": "<button onclick=\"window.open('/cells')\">Open</button>",
    "prompt": "<button onclick=\"document.title = prompt('Which year?')\">Ask</button>",
    "unload": "<a href=/cells>Leave</a><script>onbeforeunload = e => { e.preventDefault(); return 'sure?'; }</script>",
    "more": "<table><tr><th>No</th></tr></table><button onclick=\"document.querySelector('table').insertRow().innerHTML="
    '`<td>${++n}</td>`; if (n > 4) this.remove()">More</button><script>let n = 0</script>',
    "late": "<div id=d></div><script>setTimeout(() => d.innerHTML = '<label>Late <input name=x></label>', 300)</script>",
    "captcha": "<h1>I am not a robot</h1>",
    "leave": "<button onclick=\"location = 'http://127.0.0.2:9/steal?x=1'\">Go</button>",
    "form_out": "<form method=post action=http://127.0.0.2:9/steal><label>N <input name=n></label><button>Go</button></form>",
    "redirect": "<a href=/away>Go</a>",
    "windows": "<button onclick=\"for (let i = 0; i < 100; i++) window.open('/cells?' + i)\">Go</button>",
    "dialogs": "<button onclick=\"while (true) alert('again')\">Go</button>",
    "file": "<iframe name=f src=file:///etc/passwd></iframe><button onclick=\"location = 'file:///etc/passwd'\">Go</button>",
    "never": "<a href=/stuck>Go</a>",
    "question": "<button onclick=\"confirm('Delete everything?')\">Go</button>",
}


@dataclass
class Kept:
    """What was posted, one dict a request."""

    posts: list[dict[str, str]] = field(default_factory=list)


def create_app(kept: Kept) -> Starlette:
    """Each page at /NAME; `/keep` takes posts; `/stuck` never answers; `/file.csv` is a download."""
    import asyncio

    async def show(request: Request) -> Response:
        return HTMLResponse(f"<!DOCTYPE html><meta charset=utf-8>{PAGES[request.path_params['name']]}")

    async def keep(request: Request) -> Response:
        texts = {}
        async with request.form() as form:
            for name, value in form.items():
                texts[name] = value if isinstance(value, str) else (await value.read()).decode()
        kept.posts.append(texts)
        return HTMLResponse("<p>Kept</p>")

    async def away(_request: Request) -> Response:
        return RedirectResponse("http://127.0.0.2:9/away")

    async def stuck(_request: Request) -> Response:
        await asyncio.sleep(3600)
        return Response()

    async def file(_request: Request) -> Response:
        return Response(b"a;b\n1;2\n", headers={"Content-Disposition": "attachment; filename=x.csv"})

    routes = [
        Route("/keep", keep, methods=["POST"]), Route("/away", away), Route("/stuck", stuck), Route("/file.csv", file),
        Route("/{name}", show),
    ]  # fmt: skip
    return Starlette(routes=routes)
