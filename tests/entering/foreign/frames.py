"""GESTOR 2001: an old system in frames within frames.

The supplier is chosen in a window that writes back to the one that opened it and closes itself; captions are plain
cells; what is typed becomes capitals when a field is left, and only then the total is computed, by script; a page with
unsaved work asks before it is left; the list has pages and no search; the reference holds 8 characters, so that an
invoice is known by supplier and number; the lines are typed in an iframe whose rows the server draws.
"""

# ruff: noqa: E501 - markup is easier to read on one line

from __future__ import annotations

from html import escape
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.entering.foreign.store import SUPPLIERS, Books
from tests.entering.foreign.weather import Weather

__all__ = ["build"]

PAGE = 4
LOGIN = "<form method=post action=/cgi/login>Usuario <input name=usr><br>Contrase&ntilde;a <input type=password name=pwd><br><input type=image alt=Acceder src=/go.gif width=40 height=20></form>"
SCRIPT = """<script>
var dirty = false;
function upper(f) { f.value = f.value.toUpperCase(); dirty = true; }
function pick() { window.open('/cgi/pick', 'pick', 'width=400,height=300'); }
function total(sum) { document.getElementById('tot').innerHTML = sum; }
function save() { dirty = false; document.forms[0].action = '/cgi/save'; document.forms[0].submit(); }
window.onbeforeunload = function (e) { if (dirty) { e.preventDefault(); return 'Hay cambios sin grabar'; } };
</script>"""


def build(path: Path) -> tuple[Weather, Books]:
    """The application with its faults, and its books."""
    books = Books(path)
    old = _Old(books)
    app = Starlette(
        routes=[
            Route("/", old.root),
            Route("/go.gif", lambda _request: Response(b"", 404)),
            Route("/cgi/login", old.login, methods=["POST"]),
            Route("/cgi/{what}", old.inside, methods=["GET", "POST"]),
        ]
    )
    return Weather(app, lambda _method, path, _body: path == "/cgi/save", books.end_all), books


def page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(f"<HTML><HEAD><TITLE>GESTOR 2001</TITLE></HEAD>{body}</HTML>", status)


class _Old:
    def __init__(self, books: Books):
        self.books = books

    async def root(self, request: Request) -> Response:
        if request.cookies.get("SESSID") not in self.books.sessions:
            return page(f"<BODY>{LOGIN}</BODY>")
        inner = "/cgi/work"
        return page(f"<FRAMESET rows='40,*'><FRAME name=top src=/cgi/top><FRAME name=body src={inner}></FRAMESET>")

    async def login(self, request: Request) -> Response:
        form = await request.form()
        if (form.get("usr"), form.get("pwd")) != ("ROBOT", "geheim-7"):
            return page(f"<BODY>{LOGIN}<FONT color=red>Clave incorrecta</FONT></BODY>")
        answer = RedirectResponse("/", 303)
        answer.set_cookie("SESSID", self.books.begin("ROBOT"))
        return answer

    async def inside(self, request: Request) -> Response:
        state = self.books.sessions.get(request.cookies.get("SESSID", ""))
        if state is None:
            return page("<BODY>Su sesi&oacute;n ha caducado. <A href=/ target=_top>Volver</A></BODY>")
        form = {name: str(value) for name, value in (await request.form()).items()}
        match request.path_params["what"]:
            case "top":
                return page("<BODY>GESTOR 2001 - ROBOT <A href=/ target=_top>Desconectar</A></BODY>")
            case "work":
                return page("<FRAMESET cols='150,*'><FRAME src=/cgi/menu><FRAME name=work src=/cgi/home></FRAMESET>")
            case "menu":
                return page(
                    "<BODY><A href=/cgi/new target=work>Alta</A><BR><A href=/cgi/list target=work>Consulta</A></BODY>"
                )
            case "home":
                return page("<BODY>Bienvenido</BODY>")
            case "new":
                state["lines"] = []
                return page(f"<BODY>{SCRIPT}{entry()}</BODY>")
            case "pick":
                return page(f"<BODY>{pick()}</BODY>")
            case "lines":
                return page(f"<BODY>{self.lines(state['lines'], form)}</BODY>")
            case "save":
                return self.save(state, form)
            case "list":
                return page(f"<BODY>{self.list(int(request.query_params.get('p', '1')))}</BODY>")
            case "show":
                return page(f"<BODY>{self.show(int(request.query_params['n']))}</BODY>")
        return page("<BODY>404</BODY>", 404)

    def lines(self, lines: list[dict[str, str]], form: dict[str, str]) -> str:
        if form:
            lines.append({name: form[name].upper() for name in ("cta", "des", "imp")})
        cents = sum(round(float(line["imp"].replace(",", ".")) * 100) for line in lines)
        shown = f"{cents / 100:.2f}".replace(".", ",")
        rows = "".join(
            f"<TR><TD>{n}</TD><TD>{escape(x['cta'])}</TD><TD>{escape(x['des'])}</TD><TD>{x['imp']}</TD></TR>"
            for n, x in enumerate(lines, 1)
        )
        return (
            f"<SCRIPT>parent.total('{shown}')</SCRIPT><FORM method=post><TABLE>{rows}"
            "<TR><TD></TD><TD><INPUT name=cta size=6 onblur='parent.upper(this)'></TD><TD><INPUT name=des onblur='parent.upper(this)'></TD><TD><INPUT name=imp size=8></TD>"
            "<TD><A href='javascript:document.forms[0].submit()'><IMG alt=A&ntilde;adir width=16 height=16></A></TD></TR></TABLE></FORM>"
        )

    def save(self, state: dict[str, object], form: dict[str, str]) -> Response:
        if form["prov"] not in SUPPLIERS:
            return page(f"<BODY>{SCRIPT}{entry()}<SCRIPT>alert('Proveedor inexistente')</SCRIPT></BODY>")
        number = self.books.save({**form, "lines": state["lines"]})
        return page(f"<BODY><CENTER>Grabado con n&uacute;mero <B>{number}</B></CENTER></BODY>")

    def list(self, at: int) -> str:
        found = self.books.invoices()[::-1]
        rows = "".join(
            f"<TR><TD><A href=/cgi/show?n={row['id']}>{row['id']}</A></TD><TD>{row['prov']} {escape(SUPPLIERS[row['prov']])[:10]}</TD><TD>{escape(row['num'])}</TD></TR>"
            for row in found[(at - 1) * PAGE : at * PAGE]
        )
        last = at * PAGE >= len(found)
        further = "<SPAN>Siguiente</SPAN>" if last else f"<A href=/cgi/list?p={at + 1}>Siguiente</A>"
        return f"<TABLE border=1><TR><TD>N&ordm;</TD><TD>Proveedor</TD><TD>Factura</TD></TR>{rows}</TABLE>{further}{'' if found else '<I>Sin datos</I>'}"

    def show(self, number: int) -> str:
        row = self.books.invoice(number)
        lines = "".join(
            f"<TR class=l><TD>{n}</TD><TD>{escape(x['cta'])}</TD><TD>{escape(x['des'])}</TD><TD>{x['imp']}</TD></TR>"
            for n, x in enumerate(row["lines"], 1)
        )
        return (
            f"<FORM><TABLE><TR><TD>Proveedor</TD><TD><INPUT readonly value='{row['prov']}'></TD><TD>Factura</TD><TD><INPUT readonly value='{escape(row['num'])}'></TD></TR>"
            f"<TR><TD>Fecha</TD><TD><INPUT readonly size=2 value={row['dd']}>/<INPUT readonly size=2 value={row['mm']}>/<INPUT readonly size=4 value={row['aa']}></TD>"
            f"<TD>Referencia</TD><TD><INPUT readonly value='{row['ref']}'></TD></TR></TABLE></FORM><TABLE>{lines}</TABLE>"
        )


def entry() -> str:
    return (
        "<FORM method=post><TABLE><TR><TD><B>Proveedor</B></TD><TD><INPUT name=prov size=6 readonly> <INPUT type=button value='...' onclick='pick()'> <SPAN id=nom></SPAN></TD>"
        "<TD><B>Factura</B></TD><TD><INPUT name=num onblur='upper(this)'></TD></TR><TR><TD><B>Fecha</B></TD><TD><INPUT name=dd size=2 maxlength=2>/<INPUT name=mm size=2 maxlength=2>/<INPUT name=aa size=4 maxlength=4></TD>"
        "<TD><B>Referencia</B></TD><TD><INPUT name=ref maxlength=8 onblur='upper(this)'></TD></TR></TABLE></FORM>"
        "<IFRAME src=/cgi/lines width=600 height=200></IFRAME><BR>Total: <SPAN id=tot>0,00</SPAN> <A href='javascript:save()'>GRABAR</A>"
    )


def pick() -> str:
    rows = "".join(
        f"<TR><TD>{code}</TD><TD>{escape(name)}</TD><TD><A href='javascript:go(\"{code}\")'>Elegir</A></TD></TR>"
        for code, name in SUPPLIERS.items()
    )
    script = "<SCRIPT>function go(c) { opener.document.forms[0].prov.value = c; opener.document.getElementById('nom').innerHTML = c; opener.dirty = true; window.close(); }</SCRIPT>"
    return f"{script}<TABLE>{rows}</TABLE>"
