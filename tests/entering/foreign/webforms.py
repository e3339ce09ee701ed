"""FiBu Web: an ASP.NET-WebForms-like system.

The state of a page travels in `__VIEWSTATE` and must come back; everything is a postback of one form, by
`__doPostBack` from links and from lists that change; the session is part of the address; a wizard of three steps; a
grid whose rows are edited one by one; "Wirklich buchen?" is asked by a `div`; dates are dd.mm.yyyy, amounts 1.234,56.
"""

# ruff: noqa: E501 - markup is easier to read on one line

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.entering.foreign.store import SUPPLIERS, Books
from tests.entering.foreign.weather import Weather

__all__ = ["build"]

PAGE = 3
KEY = "c2VjcmV0"


def build(path: Path) -> tuple[Weather, Books]:
    """The application with its faults, and its books."""
    books = Books(path)
    app = Starlette(
        routes=[
            Route("/", lambda _request: RedirectResponse("/(S(none))/Login.aspx")),
            Route("/(S({sid}))/Login.aspx", _Login(books).answer, methods=["GET", "POST"]),
            Route("/(S({sid}))/{page}.aspx", _Inside(books).answer, methods=["GET", "POST"]),
        ]
    )
    saves = lambda method, _path, body: method == "POST" and b"btnJa" in body  # noqa: E731
    return Weather(app, saves, books.end_all), books


def packed(state: Any) -> str:
    text = base64.b64encode(json.dumps(state).encode()).decode()
    return f"{text}.{hashlib.sha256((KEY + text).encode()).hexdigest()[:16]}"


def unpacked(text: str) -> Any:
    body, _, mac = text.partition(".")
    if hashlib.sha256((KEY + body).encode()).hexdigest()[:16] != mac:
        raise ValueError("Validation of viewstate MAC failed")
    return json.loads(base64.b64decode(body))


def amount(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", ".") or "0")


def euros(value: Decimal) -> str:
    return f"{value:,.2f}".translate({ord(","): ".", ord("."): ","})


def page(title: str, body: str, state: Any) -> HTMLResponse:
    script = "function __doPostBack(t,a){var f=document.forms[0];f.__EVENTTARGET.value=t;f.__EVENTARGUMENT.value=a;f.submit();}"
    return HTMLResponse(
        f"<html><head><title>{title}</title><style>.modal{{display:none;position:fixed;top:80px;left:300px;background:#fff;border:2px solid}}</style>"
        f"<script>{script}</script></head><body><form method=post name=aspnetForm>"
        f"<input type=hidden name=__EVENTTARGET><input type=hidden name=__EVENTARGUMENT><input type=hidden name=__VIEWSTATE value='{packed(state)}'>"
        f"<h2>{title}</h2>{body}</form></body></html>"
    )


class _Login:
    def __init__(self, books: Books):
        self.books = books

    async def answer(self, request: Request) -> Response:
        form = await request.form()
        wrong = ""
        if request.method == "POST":
            unpacked(str(form["__VIEWSTATE"]))
            if (form.get("ctl00$txtUser"), form.get("ctl00$txtPwd")) == ("roboter", "geheim-7"):
                return RedirectResponse(f"/(S({self.books.begin('roboter')}))/Default.aspx", 303)
            wrong = "<span style='color:red'>Anmeldung fehlgeschlagen.</span>"
        body = (
            "<table><tr><td>Benutzername:</td><td><input name=ctl00$txtUser></td></tr><tr><td>Kennwort:</td><td>"
            f"<input type=password name=ctl00$txtPwd></td></tr></table>{wrong}<input type=submit name=ctl00$btn value=Anmelden>"
        )
        return page("Anmeldung", body, {})


class _Inside:
    def __init__(self, books: Books):
        self.books = books

    async def answer(self, request: Request) -> Response:
        if request.path_params["sid"] not in self.books.sessions:
            return page("Sitzung abgelaufen", "Ihre Sitzung ist abgelaufen. <a href=/>Neu anmelden</a>", {})
        form = {name: str(value) for name, value in (await request.form()).items()}
        name = request.path_params["page"]
        if name == "Default":
            return page(
                "FiBu Web",
                "<a href=Erfassung.aspx>Rechnung erfassen</a> <a href=Liste.aspx>Rechnungsliste</a> <a href=/>Abmelden</a>",
                {},
            )
        if name == "Liste":
            return self.list(form)
        if name == "Detail":
            return self.detail(int(request.query_params["id"]))
        try:
            state = unpacked(form["__VIEWSTATE"]) if form else blank()
        except ValueError as error:
            return HTMLResponse(f"<h1>Server Error in '/' Application.</h1>{error}", 500)
        return self.wizard(state, form) if form else show(state)

    def wizard(self, state: dict[str, Any], form: dict[str, str]) -> Response:
        """One postback: take what is typed, do what was pressed."""
        for name in ("lieferant", "nummer", "datum", "beleg", "waehrung"):
            state[name] = form.get(f"ctl00$main${name}", state[name])
        target = form.get("__EVENTTARGET", "")
        if target.endswith("datum") and state["datum"]:
            day, month, year = map(int, state["datum"].split("."))
            state["faellig"] = (date(year, month, day) + timedelta(days=30)).strftime("%d.%m.%Y")
        if target.startswith("grid"):
            grid(state, form, target.split("$")[1], form["__EVENTARGUMENT"])
        if "ctl00$btnWeiter" in form:
            if state["step"] == 1 and not (state["lieferant"] and state["nummer"] and state["datum"]):
                return show(state, "Bitte alle Pflichtfelder ausfüllen")
            state["step"] += 1
        if "ctl00$btnZurueck" in form:
            state["step"] -= 1
        if "ctl00$btnJa" in form:
            number = self.books.save({key: value for key, value in state.items() if key != "step"})
            return page("Beleg gebucht", f"<p>Beleg Nr. {number} wurde gebucht.</p><a href=Default.aspx>Weiter</a>", {})
        return show(state)

    def list(self, form: dict[str, str]) -> Response:
        wanted, at = form.get("ctl00$suche", ""), int((form.get("__EVENTARGUMENT") or "Page$1").partition("$")[2])
        found = [row for row in self.books.invoices() if wanted in row["beleg"]]
        rows = "".join(
            f"<tr><td>{row['id']}</td><td>{row['lieferant']}</td><td>{escape(row['nummer'])}</td><td>{row['beleg']}</td>"
            f"<td align=right>{euros(total(row))}</td><td><a href='Detail.aspx?id={row['id']}'>Anzeigen</a></td></tr>"
            for row in found[(at - 1) * PAGE : at * PAGE]
        )
        pages = max(1, -(-len(found) // PAGE))
        pager = " ".join(
            f"<span>{n}</span>" if n == at else f"<a href=\"javascript:__doPostBack('grid','Page${n}')\">{n}</a>"
            for n in range(1, pages + 1)
        )
        body = (
            f"Suche: <input name=ctl00$suche value='{escape(wanted)}'> <input type=submit name=ctl00$btn value=Suchen>"
            "<table border=1><tr><th>Nr.</th><th>Lieferant</th><th>Rechnungsnr.</th><th>Beleg</th><th>Betrag</th><th>&nbsp;</th></tr>"
            f"{rows}<tr><td colspan=6>{pager}</td></tr></table>" + ("" if found else "<i>Keine Datensätze</i>")
        )
        return page("Rechnungsliste", body, {})

    def detail(self, number: int) -> Response:
        row = self.books.invoice(number)
        lines = "".join(
            f"<tr><td>{escape(p['konto'])}</td><td>{escape(p['text'])}</td><td>{p['betrag']}</td></tr>"
            for p in row["zeilen"]
        )
        fields = {"Lieferant": f"{row['lieferant']} {SUPPLIERS[row['lieferant']]}", "Rechnungsnr.": row["nummer"], "Datum": row["datum"],
                  "Fällig am": row["faellig"], "Beleg": row["beleg"], "Summe": euros(total(row)) + " EUR"}  # fmt: skip
        body = "".join(f"<tr><td>{name}:</td><td>{escape(value)}</td></tr>" for name, value in fields.items())
        foot = f"<tfoot><tr><td></td><td>Summe</td><td>{euros(total(row))}</td></tr></tfoot>"
        return page(
            f"Beleg {number}",
            f"<table>{body}</table><table border=1><tr><th>Konto</th><th>Text</th><th>Betrag</th></tr>{lines}{foot}</table>",
            {},
        )


def total(state: dict[str, Any]) -> Decimal:
    return sum((amount(line["betrag"]) for line in state["zeilen"]), Decimal(0))


def blank() -> dict[str, Any]:
    return {
        "step": 1,
        "lieferant": "",
        "nummer": "",
        "datum": "",
        "faellig": "",
        "beleg": "",
        "waehrung": "EUR",
        "zeilen": [],
        "edit": None,
    }


def grid(state: dict[str, Any], form: dict[str, str], what: str, argument: str) -> None:
    if what == "neu":
        state["zeilen"].append({"konto": "", "text": "", "betrag": "0,00"})
    if what == "edit":
        state["edit"] = int(argument)
    if what == "update":
        line = {name: form[f"grid$r{argument}${name}"] for name in ("konto", "text", "betrag")}
        state["zeilen"][int(argument)] = line | {"betrag": euros(amount(line["betrag"]))}
        state["edit"] = None


def show(state: dict[str, Any], wrong: str = "") -> Response:
    body = {1: head, 2: lines, 3: summary}[state["step"]](state)
    return page(
        f"Rechnung erfassen - Schritt {state['step']} von 3",
        f"<div class=fehler>{wrong}</div>{body}" if wrong else body,
        state,
    )


def posting(name: str) -> str:
    return f"onchange=\"__doPostBack('ctl00$main${name}','')\""


def link(what: str, text: str, n: int) -> str:
    return f"<a href=\"javascript:__doPostBack('grid${what}','{n}')\">{text}</a>"


def head(state: dict[str, Any]) -> str:
    options = "".join(
        f"<option value={code}{' selected' if code == state['lieferant'] else ''}>{code} - {escape(name)}</option>"
        for code, name in SUPPLIERS.items()
    )
    return (
        f"<table><tr><td><span>Lieferant:*</span></td><td colspan=3><select name=ctl00$main$lieferant {posting('lieferant')}><option value=''>-- bitte wählen --</option>{options}</select></td></tr>"
        f"<tr><td>Rechnungsnr.:*</td><td><input name=ctl00$main$nummer value='{escape(state['nummer'])}'></td><td>Datum:*</td><td><input name=ctl00$main$datum value='{state['datum']}' {posting('datum')}></td></tr>"
        f"<tr><td>Beleg&nbsp;</td><td><input name=ctl00$main$beleg maxlength=16 value='{state['beleg']}'></td><td>F&auml;llig am</td><td>{state['faellig'] or '&nbsp;'}</td></tr>"
        f"<tr><td>{escape(SUPPLIERS.get(state['lieferant'], ''))}</td></tr></table><input type=submit name=ctl00$btnWeiter value='Weiter &gt;'>"
    )


def lines(state: dict[str, Any]) -> str:
    rows = ""
    for n, line in enumerate(state["zeilen"]):
        if state["edit"] == n:
            cells = "".join(
                f"<td><input name=grid$r{n}${name} size=8 value='{escape(line[name])}'></td>" for name in line
            )
            rows += f"<tr>{cells}<td>{link('update', 'Aktualisieren', n)} {link('cancel', 'Abbrechen', n)}</td></tr>"
        else:
            rows += f"<tr>{''.join(f'<td>{escape(text)}&nbsp;</td>' for text in line.values())}<td>{link('edit', 'Bearbeiten', n)}</td></tr>"
    return (
        f"<table border=1><tr><th>Konto</th><th>Text</th><th>Betrag</th><th></th></tr>{rows}</table>"
        "<a href=\"javascript:__doPostBack('grid$neu','')\">Neue Zeile</a><br>"
        f"Summe: <span id=sum>{euros(total(state))}</span><br><input type=submit name=ctl00$btnZurueck value='&lt; Zurück'><input type=submit name=ctl00$btnWeiter value='Weiter &gt;'>"
    )


def summary(state: dict[str, Any]) -> str:
    return (
        f"<table><tr><td>Lieferant</td><td>{state['lieferant']}</td></tr><tr><td>Gesamtbetrag</td><td>{euros(total(state))} EUR</td></tr></table>"
        "<input type=button value=Buchen onclick=\"document.getElementById('m').style.display='block'\"><input type=submit name=ctl00$btnZurueck value='&lt; Zurück'>"
        "<div class=modal id=m role=dialog aria-label=Sicherheitsabfrage><p>Wirklich buchen?</p><input type=submit name=ctl00$btnJa value=Ja> <input type=button value=Nein onclick=\"this.parentNode.style.display='none'\"></div>"
    )
