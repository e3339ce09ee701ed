"""Ledgerly: a single-page application over a JSON API.

Components with shadow roots, a closed one among them; a type-ahead that asks the server after 150 ms; an endless,
virtual list that draws only what is in sight; a toast instead of a new page, shown before the server has answered; the
form is drawn anew 50 ms after each change; a CSRF token in a header; login with a one-time code; tokens that expire.
"""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyotp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.entering.foreign.store import SUPPLIERS, Books
from tests.entering.foreign.weather import Weather

__all__ = ["build"]

TOTP = pyotp.TOTP("JBSWY3DPEHPK3PXPAAAAAAAAAAAAAAAA", interval=2)  # an 80-bit key, filled up with zeros
PAGE = (Path(__file__).parent / "single_page.html").read_text("utf-8")


def build(path: Path) -> tuple[Weather, Books]:
    """The application with its faults, and its books."""
    books = Books(path)
    api = _Api(books)
    app = Starlette(
        routes=[
            Route("/", lambda _request: HTMLResponse(PAGE)),
            Route("/api/login", api.login, methods=["POST"]),
            Route("/api/{what}", api.inside, methods=["GET", "POST"]),
        ]
    )
    return Weather(app, lambda method, path, _body: method == "POST" and path == "/api/bills", books.end_all), books


class _Api:
    def __init__(self, books: Books):
        self.books = books
        self.used: set[int] = set()

    async def login(self, request: Request) -> Response:
        given = await request.json()
        window = int(time.time() // TOTP.interval)
        right = (
            given["user"] == "robot" and given["password"] == "geheim-7" and TOTP.verify(given["code"], valid_window=1)
        )
        if not right or window in self.used:  # a code is good once
            return JSONResponse({"error": "Wrong user, password or code"}, 403)
        self.used.add(window)
        token = self.books.begin("robot")
        answer = JSONResponse({"csrf": token[::-1]})
        answer.set_cookie("token", token, httponly=True)
        return answer

    async def inside(self, request: Request) -> Response:
        token = request.cookies.get("token", "")
        if token not in self.books.sessions:
            return JSONResponse({"error": "token expired"}, 401)
        if request.method == "POST" and request.headers.get("x-csrf") != token[::-1]:
            return JSONResponse({"error": "CSRF"}, 403)
        what, query = request.path_params["what"], request.query_params.get("q", "")
        if what == "me":
            return JSONResponse({"user": "robot", "csrf": token[::-1]})
        if what == "suppliers":
            return JSONResponse(
                [f"{code} · {name}" for code, name in SUPPLIERS.items() if query.lower() in f"{code} {name}".lower()]
            )
        if request.method == "POST":
            return self.keep(await request.json())
        rows = [row for row in self.books.invoices() if query in row["ref"]]
        if "id" in request.query_params:
            return JSONResponse(self.books.invoice(int(request.query_params["id"])))
        start = int(request.query_params.get("from", "0"))
        return JSONResponse({"rows": rows[start : start + 8], "count": len(rows)})

    def keep(self, bill: dict[str, Any]) -> Response:
        if bill["supplier"].partition(" ")[0] not in SUPPLIERS:
            return JSONResponse({"error": "Choose a supplier from the list"}, 422)
        bill["total"] = f"{sum((Decimal(line['amount']) for line in bill['lines']), Decimal(0)):.2f}"
        return JSONResponse({"id": self.books.save(bill), "total": bill["total"]})
