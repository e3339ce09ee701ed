"""A web system of another making than the demo's: no frames, no reloads, American formats, saved by script.

Its traps: a company code at the login; suppliers by suggestions as one types; ids that change with every page; lines that
a script adds as blocks without a table, their names counted from 0; codes that the list box does not show; the total
computed on leaving a field; a save without a new page; no field for a reference; a list with "Details" links.
"""

# ruff: noqa: E501 - a page is easier to read on one line

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

__all__ = ["Books", "create_app"]

VENDORS = {"V-10": "Acme Tools Inc", "V-11": "Acme Paper LLC", "V-20": "Borealis Ltd"}
_PAGE = "<!DOCTYPE html><meta charset=utf-8><title>BillBox</title><style>nav a{margin:8px} .line{padding:4px}</style>"
_NAV = (
    "<nav><a href=/home>Home</a><a href=/bills>Bills</a><a href=/bills/new>New bill</a><a href=/out>Sign out</a></nav>"
)
_FORM = """<h1>New bill</h1><div id=said></div><form id=f onsubmit="return false">
<p><label for=v%(n)d>Vendor *</label><input id=v%(n)d name=vendor autocomplete=off required><ul id=hints></ul></p>
<p><label>Bill number <input name=number></label></p>
<p><label>Bill date <input name=date placeholder=MM/DD/YYYY></label></p>
<p><label>Terms <select name=terms><option value=1>Due on receipt<option value=2>Net 30<option value=3>Net 60</select></label></p>
<p><label><input type=checkbox name=urgent> Pay at once</label></p>
<div id=lines></div><p><button type=button id=more>Add line</button></p>
<p>Total due <output id=total>0.00</output></p><button type=button id=save>Save bill</button></form>
<script>
const vendors = %(vendors)s, form = document.forms[0], lines = document.getElementById('lines');
const money = n => n.toLocaleString('en-US', {minimumFractionDigits: 2, maximumFractionDigits: 2});
const number = text => parseFloat(text.replace(/,/g, '')) || 0;
function add() {
  const n = lines.children.length, div = document.createElement('div');
  div.className = 'line';
  div.innerHTML = `<span>Item</span> <input name="items[${n}][text]"> <span>Qty</span> <input name="items[${n}][qty]" size=4> <span>Price</span> <input name="items[${n}][price]" size=8> <span>Account</span> <select name="items[${n}][account]"><option value="">-</option><option value=a1>5000 Materials</option><option value=a2>5100 Services</option><option value=a3>5200 Travel</option></select>`;
  lines.append(div);
  div.addEventListener('change', sum);
}
function sum() {
  let total = 0;
  for (let n = 0; n < lines.children.length; n++) total += number(form[`items[${n}][qty]`].value) * number(form[`items[${n}][price]`].value);
  setTimeout(() => { document.getElementById('total').textContent = money(total); }, 30);
}
form.vendor.oninput = () => {
  const text = form.vendor.value.toLowerCase(), hints = document.getElementById('hints');
  setTimeout(() => {
    hints.innerHTML = '';
    for (const [code, name] of Object.entries(vendors)) if (text.length > 1 && name.toLowerCase().includes(text)) {
      const li = document.createElement('li');
      li.textContent = name; li.style.cursor = 'pointer';
      li.onclick = () => { form.vendor.value = name; form.vendor.dataset.code = code; hints.innerHTML = ''; };
      hints.append(li);
    }
  }, 20);
};
document.getElementById('more').onclick = add;
document.getElementById('save').onclick = async () => {
  const bill = {...Object.fromEntries(new FormData(form)), vendor: form.vendor.dataset.code || '', count: lines.children.length, total: document.getElementById('total').textContent};
  const answer = await fetch('/api/bills', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(bill)});
  document.getElementById('said').textContent = answer.ok ? 'The bill was saved' : 'The bill was not saved';
};
add();
</script>"""


@dataclass
class Books:
    """What was saved, oldest first."""

    bills: list[dict[str, Any]] = field(default_factory=list)


def create_app(books: Books) -> Starlette:
    """The application; company `north`, user `robot`, password `open-sesame`."""

    def inside(request: Request) -> bool:
        return request.cookies.get("who") == "robot"

    async def login(request: Request) -> Response:
        form = await request.form()
        if request.method == "POST" and (form["company"], form["user"], form["pass"]) == (
            "north",
            "robot",
            "open-sesame",
        ):
            answer = RedirectResponse("/home", 303)
            answer.set_cookie("who", "robot")
            return answer
        return HTMLResponse(
            f"{_PAGE}<form method=post><label>Company <input name=company></label><label>User <input name=user></label>"
            "<label>Password <input name=pass type=password></label><button>Sign in</button></form>"
        )

    async def home(request: Request) -> Response:
        return HTMLResponse(f"{_PAGE}{_NAV}<h1>Welcome</h1>") if inside(request) else RedirectResponse("/")

    async def new(request: Request) -> Response:
        if not inside(request):
            return RedirectResponse("/")
        page = _FORM % {"n": random.randint(1, 10**9), "vendors": json.dumps(VENDORS)}
        return HTMLResponse(_PAGE + _NAV + page)

    async def save(request: Request) -> Response:
        bill = await request.json()
        if not inside(request) or bill["vendor"] not in VENDORS or not bill["number"]:
            return JSONResponse({}, 422)
        books.bills.append(bill)
        return JSONResponse({"id": len(books.bills)})

    async def bills(request: Request) -> Response:
        if not inside(request):
            return RedirectResponse("/")
        asked, page = request.query_params.get("find", ""), int(request.query_params.get("page", "1"))
        found = [(n, bill) for n, bill in enumerate(books.bills, 1) if asked in bill["number"]][::-1]
        rows = "".join(
            f"<tr><td>{bill['number']}</td><td>{VENDORS[bill['vendor']]}</td><td>{bill['date']}</td><td>{bill['total']}</td>"
            f"<td><a href=/bills/{n}>Details</a></td></tr>"
            for n, bill in found[5 * page - 5 : 5 * page]
        )
        more = f"<a href='/bills?find={asked}&page={page + 1}'>Next</a>" if len(found) > 5 * page else ""
        return HTMLResponse(
            f"{_PAGE}{_NAV}<form><label>Find bill <input name=find value='{asked}'></label><button>Go</button></form><table>"
            f"<thead><tr><th>Number</th><th>Vendor</th><th>Date</th><th>Amount</th><th></th></tr></thead><tbody>{rows}</tbody></table>{more}"
        )

    async def one(request: Request) -> Response:
        if not inside(request):
            return RedirectResponse("/")
        bill = books.bills[request.path_params["n"] - 1]
        terms = {"1": "Due on receipt", "2": "Net 30", "3": "Net 60"}[bill["terms"]]
        accounts = {"a1": "5000", "a2": "5100", "a3": "5200", "": ""}

        def get(n: int, name: str) -> str:
            return str(bill.get(f"items[{n}][{name}]", ""))

        lines = "".join(
            f"<tr><td>{get(n, 'text')}</td><td>{get(n, 'qty')}</td><td>{get(n, 'price')}</td><td>{accounts[get(n, 'account')]}</td></tr>"
            for n in range(bill["count"])
        )
        return HTMLResponse(
            f"{_PAGE}{_NAV}<dl><dt>Vendor</dt><dd>{VENDORS[bill['vendor']]}</dd><dt>Bill number</dt><dd>{bill['number']}</dd>"
            f"<dt>Bill date</dt><dd>{bill['date']}</dd><dt>Terms</dt><dd>{terms}</dd><dt>Urgent</dt><dd>{'true' if bill.get('urgent') else 'no'}</dd>"
            f"<dt>Total due</dt><dd>$ {bill['total']}</dd></dl>"
            f"<table><tr><th>Item</th><th>Qty</th><th>Price</th><th>Account</th></tr>{lines}</table>"
        )

    return Starlette(
        routes=[
            Route("/", login, methods=["GET", "POST"]), Route("/home", home), Route("/bills/new", new),
            Route("/api/bills", save, methods=["POST"]), Route("/bills", bills), Route("/bills/{n:int}", one),
        ]
    )  # fmt: skip
