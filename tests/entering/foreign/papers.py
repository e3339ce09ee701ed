"""Akten 5: a document register.

The text is written in a rich-text frame, the date is picked in a calendar that takes no typing and names its months in
German, the scan is uploaded behind a button, the form is sent as multipart, and what proves an entry is a PDF receipt
behind a link.  Messages are pages of their own; the layout has a hidden copy of each field for telephones.
"""

# ruff: noqa: E501 - markup is easier to read on one line

from __future__ import annotations

from html import escape
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.entering.foreign.store import SUPPLIERS, Books
from tests.entering.foreign.weather import Weather

__all__ = ["build"]

CALENDAR = """<script>
const months = ['Jänner', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'];
let at = new Date(2026, 10, 1);
function paint() {
  const first = (new Date(at.getFullYear(), at.getMonth(), 1).getDay() + 6) % 7, cells = [];
  for (let n = 0; n < 42; n++) { const day = new Date(at.getFullYear(), at.getMonth(), n - first + 1);
    cells.push(`<td class="${day.getMonth() === at.getMonth() ? 'day' : 'other'}" data-day="${day.getDate()}">${day.getDate()}</td>`); }
  document.querySelector('.cal').innerHTML = `<a class=prev>«</a> <b class=month>${months[at.getMonth()]} ${at.getFullYear()}</b> <a class=next>»</a><table>` +
    [0, 1, 2, 3, 4, 5].map(row => '<tr>' + cells.slice(row * 7, row * 7 + 7).join('') + '</tr>').join('') + '</table>';
  const turn = by => () => setTimeout(() => { at.setMonth(at.getMonth() + by); paint(); }, 20);
  document.querySelector('.prev').onclick = turn(-1);
  document.querySelector('.next').onclick = turn(1);
  for (const td of document.querySelectorAll('td.day')) td.onclick = () => {
    const two = n => String(n).padStart(2, '0');
    document.querySelector('[name=datum]').value = `${two(td.dataset.day)}.${two(at.getMonth() + 1)}.${at.getFullYear()}`;
    document.querySelector('.cal').style.display = 'none';
  };
}
function openCalendar() { document.querySelector('.cal').style.display = 'block'; paint(); }
function send() {
  document.querySelector('[name=text]').value = document.querySelector('iframe').contentDocument.body.innerText;
  document.forms.akte.submit();
}
function attach() {
  const file = document.createElement('input'); file.type = 'file'; file.name = 'datei'; file.style.display = 'none';
  file.onchange = () => { document.querySelector('#angehängt').textContent = file.files[0].name; document.forms.akte.append(file); };
  file.click();
}
</script>"""


def build(path: Path) -> tuple[Weather, Books]:
    """The application with its faults, and its books."""
    books = Books(path)
    register = _Register(books)
    app = Starlette(
        routes=[
            Route("/", register.root),
            Route("/login", register.login, methods=["POST"]),
            Route("/akte/neu", register.new),
            Route("/akte", register.keep, methods=["POST"]),
            Route("/akten", register.list),
            Route("/akte/{number:int}", register.show),
            Route("/akte/{number:int}/beleg", register.receipt),
        ]
    )
    return Weather(app, lambda method, path, _body: method == "POST" and path == "/akte", books.end_all), books


class _Register:
    def __init__(self, books: Books):
        self.books = books

    def page(self, request: Request, body: str) -> Response:
        if request.cookies.get("akten") not in self.books.sessions:
            form = "<fieldset><legend>Anmelden</legend><form method=post action=/login><div>Name</div><input name=n><div>Passwort</div><input type=password name=p><button>OK</button></form></fieldset>"
            return HTMLResponse(
                f"<!DOCTYPE html><meta charset=utf-8><h3>Bitte anmelden</h3>{form}",
                401 if request.method == "POST" else 200,
            )
        style = "<style>.cal{display:none;position:absolute;background:#fff}.phone{display:none}.prev,.next{cursor:pointer}</style>"
        return HTMLResponse(
            f"<!DOCTYPE html><meta charset=utf-8>{style}<nav>Akten 5 <a href=/akte/neu>Neue Akte</a> <a href=/akten>Register</a> <a href=/>Abmelden</a></nav>{body}"
        )

    async def root(self, request: Request) -> Response:
        return self.page(request, "<h3>Willkommen</h3>")

    async def login(self, request: Request) -> Response:
        form = await request.form()
        if (form.get("n"), form.get("p")) != ("roboter", "geheim-7"):
            return HTMLResponse("<h3>Falsches Passwort</h3>")
        answer = RedirectResponse("/", 303)
        answer.set_cookie("akten", self.books.begin("roboter"))
        return answer

    async def new(self, request: Request) -> Response:
        options = "".join(
            f"<label><input type=radio name=lieferant value={code}> {escape(name)}</label><br>"
            for code, name in SUPPLIERS.items()
        )
        return self.page(
            request,
            f"{CALENDAR}<form name=akte method=post action=/akte enctype=multipart/form-data><fieldset><legend>Lieferant</legend>{options}</fieldset>"
            "<fieldset><legend>Kopf</legend><div>Nummer</div><div><input name=nummer></div><div class=phone>Nummer<input name=nummer_m></div>"
            "<div>Datum</div><div><input name=datum readonly onclick='openCalendar()'><div class=cal></div></div>"
            "<div>Betrag <i>(EUR)</i></div><div><input name=betrag></div><div>Aktenzeichen</div><div><input name=zeichen></div></fieldset>"
            "<fieldset><legend>Inhalt</legend><iframe srcdoc='<body contenteditable=true></body>'></iframe><input type=hidden name=text>"
            "<button type=button onclick='attach()'>Datei anhängen</button> <span id=angehängt></span></fieldset></form><button onclick='send()'>Ablegen</button>",
        )

    async def keep(self, request: Request) -> Response:
        if request.cookies.get("akten") not in self.books.sessions:
            return self.page(request, "")
        async with request.form() as form:
            file = form.get("datei")
            if not isinstance(file, UploadFile) or not (file.filename or "").endswith(".pdf"):
                return self.page(request, "<h3 class=fehler>Es fehlt die Datei (nur PDF)</h3>")
            data = {
                name: str(form[name]).strip() for name in ("lieferant", "nummer", "datum", "betrag", "zeichen", "text")
            }
            number = self.books.save({**data, "datei": file.filename, "bytes": len(await file.read())})
        return self.page(request, f"<h3>Abgelegt unter {number}</h3>")

    async def list(self, request: Request) -> Response:
        wanted = request.query_params.get("z", "")
        rows = "".join(
            f"<li><b>{row['id']}</b> <span>{row['zeichen']}</span> <a href=/akte/{row['id']}>öffnen</a></li>"
            for row in self.books.invoices()
            if wanted in row["zeichen"]
        )
        return self.page(request, f"<h3>Register</h3><ul>{rows or '<li class=leer>keine Einträge</li>'}</ul>")

    async def show(self, request: Request) -> Response:
        row = self.books.invoice(request.path_params["number"])
        names = {
            "Lieferant": SUPPLIERS[row["lieferant"]],
            "Nummer": row["nummer"],
            "Datum": row["datum"],
            "Betrag": row["betrag"],
            "Aktenzeichen": row["zeichen"],
            "Datei": row["datei"],
            "Inhalt": row["text"],
        }
        body = "".join(f"<p><b>{name}</b>: {escape(value)}</p>" for name, value in names.items())
        return self.page(request, f"{body}<a href=/akte/{row['id']}/beleg target=_blank>Beleg (PDF)</a>")

    async def receipt(self, request: Request) -> Response:
        if request.cookies.get("akten") not in self.books.sessions:
            return Response("", 403)
        return Response(f"%PDF-1.4\n% Beleg {request.path_params['number']}\n", media_type="application/pdf")
