"""Pages that save in every way that browsers have; each save is kept with its bytes, and its connection can be cut."""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.legacy.app import Dropped

__all__ = ["PAGES", "Saved", "create_app"]

_SCRIPT = "<label>Name <input name=name></label><label>File <input type=file name=f></label><button onclick=save()>Save</button><p id=state></p><script>const n = document.querySelector('[name=name]'), f = document.querySelector('[name=f]');"
_DONE = "const done = () => { document.querySelector('#state').textContent = 'Saved'; };</script>"
PAGES = {
    "urlencoded": "<form method=post action=/save><label>Name <input name=name></label><button>Save</button></form>",
    "multipart": "<form method=post action=/save enctype=multipart/form-data><label>Name <input name=name></label>"
    "<button>Save</button></form>",
    "file": "<form method=post action=/save enctype=multipart/form-data><label>Name <input name=name></label>"
    "<label>File <input type=file name=f></label><button>Save</button></form>",
    "file_by_script": "<form name=g method=post action=/save enctype=multipart/form-data><label>Name <input name=name></label>"
    "<label>File <input type=file name=f></label></form><a href='javascript:document.g.submit()'>Save</a>",
    "fetch_json": _SCRIPT + "function save() { fetch('/save', {method: 'POST', body: JSON.stringify({name: n.value})}).then(done); }" + _DONE,
    "fetch_file": _SCRIPT + "function save() { const d = new FormData(); d.append('name', n.value); d.append('f', f.files[0]);"
    "fetch('/save', {method: 'POST', body: d}).then(done); }" + _DONE,
    "fetch_part": _SCRIPT + "function save() { const d = new FormData(); d.append('name', new Blob([n.value], {type: 'application/json'}));"
    "fetch(new Request('/save', {method: 'PUT', body: d})).then(done); }" + _DONE,
    "xhr_file": _SCRIPT + "function save() { const d = new FormData(); d.append('name', n.value); d.append('f', f.files[0]);"
    "const x = new XMLHttpRequest(); x.onload = done; x.open('POST', '/save'); x.send(d); }" + _DONE,
    "insists": _SCRIPT + "function save() { const go = left => fetch('/save', {method: 'POST', body: n.value}).then(a => {"
    "if (a.ok) done(); else if (left) go(left - 1); }, () => left && go(left - 1)); go(5); }" + _DONE,
    "insists_anew": _SCRIPT + "function save() { const go = left => fetch('/save?left=' + left, {method: 'POST', body: n.value + left})"
    ".then(a => { if (a.ok) done(); else if (left) go(left - 1); }, () => left && go(left - 1)); go(5); }" + _DONE,
    "blames": _SCRIPT + "function save() { const no = () => { document.querySelector('#state').className = 'err'; };"
    "fetch('/save', {method: 'POST', body: n.value}).then(a => { if (!a.ok) { no(); state.textContent = 'Wrong values'; } else done(); },"
    "() => { no(); state.textContent = 'Wrong values'; }); }" + _DONE,
    "twice": _SCRIPT + "function save() { for (const at of [1, 2]) fetch('/save', {method: 'POST', body: n.value + at}).then(done); }" + _DONE,
    "link": "<label>Name <input name=name oninput=\"document.querySelector('a').href = '/save?name=' + this.value\"></label>"
    "<a href=/save>Save</a>",
}  # fmt: skip
"""The field `Name` and the button or link `Save`; some have `File`. Forms end on another page, scripts show `Saved`."""


@dataclass
class Saved:
    """Bodies (and the query) of what arrived at `/save`; how each is answered: `page`, `see other`, `broken`, `cut`."""

    bodies: list[bytes] = field(default_factory=list)
    answer: str = "page"


def create_app(saved: Saved) -> Starlette:
    """Each page at /NAME, in UTF-8, or at /NAME?latin in ISO-8859-1."""

    async def show(request: Request) -> Response:
        charset = "iso-8859-1" if "latin" in request.query_params else "utf-8"
        page = f"<!DOCTYPE html><meta charset={charset}>{PAGES[request.path_params['name']]}"
        return HTMLResponse(page, media_type=f"text/html; charset={charset}")

    async def save(request: Request) -> Response:
        saved.bodies.append(await request.body() or request.url.query.encode())
        match saved.answer:
            case "cut":
                return Dropped()
            case "broken":
                return HTMLResponse("Internal error", 500)
            case "see other":
                return RedirectResponse("/done", 303)
            case _:
                return HTMLResponse("<p>Saved</p>")

    async def done(_request: Request) -> Response:
        return HTMLResponse("<p>Saved</p>")

    methods = ["GET", "POST", "PUT"]
    return Starlette(routes=[Route("/save", save, methods=methods), Route("/done", done), Route("/{name}", show)])
