"""A third web system: a nameless inner frame, one row of fields to which each line is added, radio buttons, German formats.

Its traps: fields without names or labels that are tied to them; rows that are pressed as a whole; a second factor; a choice
of the customer in a window of its own; a question and a message around the save; numbers with points between thousands.
"""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

__all__ = ["Desk", "create_app"]

_HEAD = "<!DOCTYPE html><meta charset=utf-8><style>td,th{border:1px solid #999;padding:3px} .menu{float:left;width:120px}</style>"
_MENU = "<div class=menu><p><a href=/orders/new>Neuer Auftrag</a></p><p><a href=/orders>Auftragsliste</a></p><p><a href=/bye target=_top>Abmelden</a></p></div>"
_CUSTOMERS = {"K100": "Nord GmbH", "K200": "Süd AG"}


@dataclass
class Desk:
    """What was saved, and what is being typed."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    draft: dict[str, Any] = field(default_factory=lambda: {"lines": []})


def amount(text: str) -> float:
    """A German number."""
    return float(text.replace(".", "").replace(",", ".") or 0)


def german(value: float) -> str:
    """1.234,50."""
    return f"{value:,.2f}".translate({ord(","): ".", ord("."): ","})


def create_app(desk: Desk) -> Starlette:
    """User `robo`, password `geheim`, any six digits; the work is done in an inner frame."""

    async def login(request: Request) -> Response:
        form = await request.form()
        if form.get("kw") == "geheim" and len(str(form.get("otp"))) == 6:
            answer = RedirectResponse("/desk", 303)
            answer.set_cookie("in", "1")
            return answer
        return HTMLResponse(
            f"{_HEAD}<form method=post>Benutzer <input name=un><br>Kennwort <input type=password name=kw><br>"
            "Code <input name=otp autocomplete=one-time-code><br><input type=submit value=Anmelden></form>"
        )

    async def desktop(_request: Request) -> Response:
        return HTMLResponse(
            f"{_HEAD}<h1>Auftragsbüro</h1><iframe class=work src=/start width=1100 height=700></iframe>"
        )

    async def start(_request: Request) -> Response:
        return HTMLResponse(f"{_HEAD}{_MENU}<h2>Willkommen</h2>")

    async def new(request: Request) -> Response:
        if request.method == "GET":
            desk.draft = {"lines": []}
        else:
            form = {name: str(value) for name, value in (await request.form()).items()}
            desk.draft |= {name: form.get(name, "") for name in ("c", "d", "s")}
            if form["act"] == "add":
                desk.draft["lines"].append({name: form[name] for name in ("t", "m", "p")})
            elif form["act"] == "save":
                desk.orders.append(desk.draft)
                number = len(desk.orders)
                return HTMLResponse(
                    f"{_HEAD}{_MENU}<p>Auftrag {number} gespeichert</p><script>alert('Gespeichert: {number}')</script>"
                )
        draft = desk.draft
        lines = "".join(f"<tr><td>{one['t']}</td><td>{one['m']}</td><td>{one['p']}</td></tr>" for one in draft["lines"])
        total = german(sum(amount(one["m"]) * amount(one["p"]) for one in draft["lines"]))
        ways = "".join(
            f"<input type=radio name=s value={code}{' checked' if draft.get('s') == code else ''}>{text} "
            for code, text in (("DHL", "DHL"), ("UPS", "UPS"), ("SEL", "Selbstabholer"))
        )
        return HTMLResponse(f"""{_HEAD}{_MENU}<form name=f method=post><input type=hidden name=act>
<table><tr><td>Kunde</td><td><input name=c readonly value='{draft.get("c", "")}'> <a href=# onclick="window.open('/customers');return false">Suchen</a></td></tr>
<tr><td>Liefertermin</td><td><input name=d value='{draft.get("d", "")}'></td></tr><tr><td>Versand</td><td>{ways}</td></tr></table>
<table><tr><th>Artikel</th><th>Menge</th><th>Preis</th></tr>{lines}<tr><td><input name=t></td><td><input name=m size=5></td><td><input name=p size=8></td>
<td><input type=button value=Hinzufügen onclick="go('add')"></td></tr></table><p>Summe: <b id=sum>{total}</b></p>
<input type=button value=Speichern onclick="if (confirm('Auftrag wirklich speichern?')) go('save')"></form>
<script>function go(what) {{ document.f.act.value = what; document.f.submit(); }}</script>""")

    async def customers(_request: Request) -> Response:
        rows = "".join(
            f"<p><a href=# onclick=\"opener.document.f.c.value='{code}'; close(); return false\">{code}</a> {name}</p>"
            for code, name in _CUSTOMERS.items()
        )
        return HTMLResponse(f"{_HEAD}<h3>Kunden</h3>{rows}")

    async def orders(_request: Request) -> Response:
        rows = "".join(
            f"<tr onclick=\"location='/orders/{n}'\" style=cursor:pointer><td>{n}</td><td>{one['c']}</td><td>{one['d']}</td>"
            f"<td>{german(sum(amount(line['m']) * amount(line['p']) for line in one['lines']))}</td></tr>"
            for n, one in reversed(list(enumerate(desk.orders, 1)))
        )
        return HTMLResponse(
            f"{_HEAD}{_MENU}<table><tr><th>Nr.</th><th>Kunde</th><th>Termin</th><th>Summe</th></tr>{rows}</table>"
        )

    async def one(request: Request) -> Response:
        order = desk.orders[request.path_params["n"] - 1]
        lines = "".join(
            f"<tr><td>{line['t']}</td><td>{line['m']}</td><td>{line['p']}</td></tr>" for line in order["lines"]
        )
        total = german(sum(amount(line["m"]) * amount(line["p"]) for line in order["lines"]))
        return HTMLResponse(
            f"{_HEAD}{_MENU}<table><tr><td>Kunde</td><td>{order['c']}</td></tr><tr><td>Liefertermin</td><td>{order['d']}</td></tr>"
            f"<tr><td>Versand</td><td>{order['s']}</td></tr><tr><td>Summe</td><td>{total}</td></tr></table>"
            f"<table><tr><th>Artikel</th><th>Menge</th><th>Preis</th></tr>{lines}</table>"
        )

    return Starlette(
        routes=[
            Route("/", login, methods=["GET", "POST"]), Route("/desk", desktop), Route("/start", start),
            Route("/orders/new", new, methods=["GET", "POST"]), Route("/customers", customers), Route("/orders", orders),
            Route("/orders/{n:int}", one),
        ]
    )  # fmt: skip
