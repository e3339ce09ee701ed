"""A system whose every form has one difficulty; what it keeps, and the description by which each form is entered."""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.entering.foreign.store import Books
from tests.entering.foreign.weather import Weather

__all__ = ["PAGES", "build", "description"]

Steps = list[dict[str, Any]]
FILL: Steps = [{"fill": "Value", "with": "{value}"}]
VALUE = "<label>Value <input name=value></label>"
HIDDEN = "<input type=hidden name=value>"

PAGES: dict[str, tuple[str, Steps]] = {
    "plain": (VALUE, FILL),
    "editor": (
        f"{HIDDEN}<iframe id=rich srcdoc='<body contenteditable=true></body>'></iframe><script>"
        "f.onsubmit = () => { f.value.value = rich.contentDocument.body.innerText; }</script>",
        [{"fill": {"css": "body"}, "with": "{value}", "frame": "rich"}],
    ),
    "shadow": (
        f"{HIDDEN}<div id=host></div><script>const root = host.attachShadow({{mode: 'open'}}); root.innerHTML = '<label>Value <input></label>';"
        "f.onsubmit = () => { f.value.value = root.querySelector('input').value; }</script>",
        FILL,
    ),
    "sending_list": (
        "<label>Kind <select name=kind onchange=\"location = '?show=' + this.value\"><option>A<option>B</select></label>",
        [{"choose": "Kind", "with": "B", "loads": "page"}, *FILL],
    ),
    "drawn_rows": ("<a href='?show=B'>Add a row</a>", [{"press": "Add a row", "loads": "page"}, *FILL]),
    "stolen_focus": (f"{VALUE}<script>setTimeout(() => f.key.focus(), 30)</script>", FILL),
    "calendar": (
        "<label>Value <input name=value readonly onclick='d.hidden = false'></label><div id=d hidden><b id=t></b>"
        "<a href=# onclick='return turn(-1)'>Before</a> <a href=# onclick='return turn(1)'>After</a> <span id=days></span></div><script>"
        "let month = 5; const two = n => String(n).padStart(2, '0');"
        "function turn(by) { month += by; t.textContent = two(month) + '/2026'; days.innerHTML = '';"
        " for (let n = 1; n < 29; n++) { const day = document.createElement('button'); day.type = 'button'; day.textContent = n;"
        " day.onclick = () => { f.value.value = `2026-${two(month)}-${two(n)}`; d.hidden = true; }; days.append(day); } return false; }"
        "turn(0)</script>",
        [{"pick_date": "Value", "with": "{value}"}],
    ),
    "suggestions": (
        "<label>Value <input name=value oninput=\"l.innerHTML = ''; for (let n = 1; n < 9; n++) { const one = document.createElement('li');"
        " one.textContent = '2026-03-0' + n; one.onclick = () => { this.value = one.textContent; l.innerHTML = ''; }; l.append(one); }\"></label><ul id=l></ul>",
        [{"type": "Value", "with": "{value:7}", "equals": "{value}"}, {"pick": "{value}"}],
    ),
    "drop_down": (
        f"{HIDDEN}<p><span>Kind</span> <span id=d style='cursor:pointer'>2026-03-01</span></p><div id=l></div><script>"
        "d.onclick = () => setTimeout(() => { l.innerHTML = ''; for (let n = 1; n < 9; n++) { const one = document.createElement('b');"
        " one.textContent = '2026-03-0' + n; one.onclick = () => { f.value.value = d.textContent = one.textContent; l.innerHTML = ''; };"
        " l.append(one, ' '); } }, 60)</script>",
        [{"press": {"row": "Kind"}}, {"pick": "{value}"}],
    ),
    "pick_one": (
        "<label>Value <input name=value readonly></label><button type=button onclick=\"window.open('/picker')\">Choose</button>",
        [{"press": "Choose", "opens": "picker"}, {"press": "{value}", "window": "picker"}, {"close": "picker"}],
    ),
    "upload": (f"{VALUE}<label>File <input type=file name=file></label>", [*FILL, {"upload": "File", "with": "{attachment}"}]),
    "confirm": (f"{VALUE}<script>f.onsubmit = () => confirm('Really?')</script>", FILL),
    "prompt": (
        "<input name=value readonly><button type=button onclick=\"f.value.value = prompt('Which value?')\">Ask</button>",
        [{"press": "Ask"}],
    ),
    "unload": (f"{VALUE}<script>onbeforeunload = event => event.preventDefault()</script>", FILL),
    "late": (
        f"<div id=d></div><script>const draw = () => {{ d.innerHTML = '{VALUE}'; }}; draw(); setTimeout(draw, 50)</script>", FILL,
    ),
    "receipt": (VALUE, FILL),
    "frames": ("", [{"fill": "Value", "with": "{value}", "frame": "deep"}]),
    "paged": (VALUE, FILL),
    "endless": (VALUE, FILL),
}  # fmt: skip
"""What stands in the form beside its key, and the steps that enter the value."""


def build(path: Path) -> tuple[Weather, Books]:
    """The application with its faults, and what it keeps."""
    books = Books(path)
    app = Starlette(
        routes=[
            Route("/login", _login(books), methods=["POST"]),
            Route("/{page:path}", _inside(books), methods=["GET", "POST"]),
        ]
    )
    saves = lambda method, path, _body: method == "POST" and path == "/save"  # noqa: E731
    return Weather(app, saves, books.end_all, slow=0.3), books


def _login(books: Books) -> Any:
    async def answer(_request: Request) -> Response:
        response = RedirectResponse("/home", 303)
        response.set_cookie("sid", books.begin("robot"))
        return response

    return answer


def _inside(books: Books) -> Any:
    async def answer(request: Request) -> Response:
        if request.cookies.get("sid") not in books.sessions:
            return HTMLResponse(
                "<form method=post action=/login target=_top><label>User <input name=user></label>"
                "<label>Password <input type=password name=password></label><button>Sign in</button></form>"
            )
        folder, _, name = request.url.path.lstrip("/").partition("/")
        if folder == "save":
            async with request.form() as form:
                files = {key: (await one.read()).decode() for key, one in form.items() if not isinstance(one, str)}
                texts = {key: one for key, one in form.items() if isinstance(one, str)}
            books.save({**texts, **files})
            return _page("<p>Saved</p><a href=/receipt.txt>Receipt</a>")
        return _SHOWS.get(folder, _home)(books, request, name)

    return answer


def _page(body: str) -> Response:
    return HTMLResponse(f"<!DOCTYPE html><meta charset=utf-8>{body}")


def _home(_books: Books, _request: Request, _name: str) -> Response:
    return _page("<p>Sign out</p>")


def _form(_books: Books, request: Request, name: str) -> Response:
    if name == "frames":
        return HTMLResponse("<frameset rows='40,*'><frame src=/home><frame name=work src=/part/work></frameset>")
    body = VALUE if request.query_params.get("show") == "B" else PAGES[name][0]
    return _page(
        "<form id=f method=post action=/save enctype=multipart/form-data><label>Key <input name=key></label>"
        f"<button>Save</button><br>{body}</form>"
    )


def _part(books: Books, request: Request, name: str) -> Response:
    return _page("<iframe name=deep src=/part/deep></iframe>") if name == "work" else _form(books, request, "plain")


def _picker(_books: Books, _request: Request, _name: str) -> Response:
    days = "".join(
        f"<p><a href=# onclick='opener.f.value.value = this.textContent; window.close()'>2026-03-0{n}</a>"
        for n in range(1, 9)
    )
    return _page(days)


def _table(rows: list[dict[str, Any]]) -> str:
    lines = "".join(f"<tr><td>{row['id']}<td>{row['key']}<td>{row['value']}" for row in rows)
    return f"<table><tr><th>No<th>Key<th>Value{lines}</table>"


def _list(books: Books, request: Request, _name: str) -> Response:
    return _page(_table([row for row in books.invoices() if row["key"] == request.query_params["key"]]))


def _late(books: Books, request: Request, name: str) -> Response:
    """The list as it was a while ago."""
    taken, rows = _TAKEN.get(books.path, (0.0, []))
    if time.monotonic() - taken > 1:
        taken, rows = _TAKEN[books.path] = time.monotonic(), books.invoices()
    return _page(_table([row for row in rows if row["key"] == request.query_params["key"]]))


def _paged(books: Books, request: Request, _name: str) -> Response:
    page, rows = int(request.query_params.get("page", 1)), books.invoices()
    more = f"<a href='?page={page + 1}'>Next</a>" if len(rows) > 3 * page else ""
    return _page(_table(rows[3 * page - 3 : 3 * page]) + more)


def _endless(books: Books, _request: Request, _name: str) -> Response:
    rows = [[row["id"], row["key"], row["value"]] for row in books.invoices()]
    return _page(
        "<div id=box style='height:60px;overflow:auto'><table id=t><tr><th>No<th>Key<th>Value</table></div><p id=end></p><script>"
        f"const rows = {rows}; let at = 0; function more() {{ for (const row of rows.slice(at, at += 4)) {{ const line = t.insertRow();"
        " for (const text of row) line.insertCell().textContent = text; } if (at >= rows.length) end.textContent = 'That is all'; }"
        "more(); box.onscroll = () => setTimeout(more, 20)</script>"
    )


def _entry(books: Books, _request: Request, name: str) -> Response:
    row = books.invoice(int(name))
    return _page(f"<table><tr><td>Key<td>{row['key']}<tr><td>Value<td>{row['value']}</table>")


def _receipt(_books: Books, _request: Request, _name: str) -> Response:
    return Response("a receipt", headers={"Content-Disposition": "attachment; filename=receipt.txt"})


_TAKEN: dict[Path, tuple[float, list[dict[str, Any]]]] = {}
_SHOWS = {"f": _form, "late_list": _late, "part": _part, "picker": _picker, "list": _list, "paged": _paged, "endless": _endless,
          "entry": _entry, "receipt.txt": _receipt}  # fmt: skip


def description() -> dict[str, Any]:
    """The system's file."""
    return {
        "url": "http://127.0.0.1:1/", "sessions": "one", "accounts": [{"user": "robot", "secret": "foreign"}],
        "limits": {"step": 6, "load": 6, "settle": 0.2, "lease": 12},
        "frames": {"rich": {"css": "#rich"}, "deep": {"css": "iframe", "within": "work"}},
        "calendars": {"main": {"title": {"css": "#t"}, "next": "After", "previous": "Before"}},
        "dialogs": [{"text": "Really?"}, {"text": "Which value?", "type": "prompt", "reply": "{value}"}],
        "signs": {"logged_out": [{"css": "input[name=password]"}], "failure": ["Server Error"]},
        "login": {
            "steps": [{"open": "/home"}, {"fill": "User", "with": "{user}"}, {"fill": "Password", "with": "{password}"},
                      {"press": "Sign in", "loads": "page"}],
            "probe": "Sign out",
        },
        "forms": {name: _described(name, steps) for name, (_, steps) in PAGES.items()},
    }  # fmt: skip


def _described(name: str, steps: Steps) -> dict[str, Any]:
    inner = {"frame": "deep"} if name == "frames" else {}
    columns = {"no": "No", "key": "Key", "value": "Value"}
    lists: dict[str, Any] = {
        "paged": {"steps": [{"open": "/paged"}], "rows": {"columns": columns, "next": "Next", "next_loads": "page"}},
        "endless": {
            "steps": [{"open": "/endless"}],
            "rows": {"columns": columns, "scroll": "#box", "end": ["That is all"]},
        },
    }
    usual = {"steps": [{"open": "/list?key={key}"}], "rows": {"columns": columns}}
    return {
        "key": "{number}",
        "steps": [{"open": f"/f/{name}"}, *steps, {"fill": "Key", "with": "{key}", **inner}],
        "save": {"press": "Save", "loads": inner.get("frame", "page"), **inner},
        "after": [{"press": "Receipt", "downloads": "receipt"}] if name == "receipt" else [],
        "look_up": {**lists.get(name, usual), "match": {"key": "{key}"}},
        "read_back": {
            "steps": [{"open": "/entry/{no}"}],
            "fields": [{"find": "Key", "equals": "{key}"}, {"find": "Value", "equals": "{value}"}],
        },
    }
