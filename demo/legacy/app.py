"""CONTAPLUS 97, a web application as legacy systems really are.

Frameset; labels that are table cells; choosing the supplier submits the form; tax only after "Actualizar"; confirm();
one session an account; a time-out whose page repeats the pending request when the password is typed; no uniqueness
on invoice numbers; no receipt after saving.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.legacy import forms
from demo.legacy.faults import Faults
from demo.legacy.store import DEMO_SUPPLIERS, DEMO_USERS, Session, Store

__all__ = ["Dropped", "create_app"]

PAGE = 10
Handler = Callable[[Request, Session], Awaitable[Response]]


def create_app(
    db_path: Path,
    *,
    faults: Faults | None = None,
    suppliers: Mapping[str, str] | None = None,
    users: Mapping[str, str] | None = None,
    timeout: float = 1800,
) -> Starlette:
    """The application on its own SQLite file.

    Args:
        suppliers: name by code; two examples when left out.
        users: password by name; the demo's when left out.
        timeout: seconds after which an idle session ends.
    """
    store = Store(db_path, timeout)
    store.set_up(DEMO_SUPPLIERS if suppliers is None else suppliers, DEMO_USERS if users is None else users)
    return _Legacy(store, faults or Faults()).app()


class _Legacy:
    def __init__(self, store: Store, faults: Faults):
        self.store = store
        self.faults = faults
        folder = Path(__file__).parent / "templates"
        self.pages = Environment(loader=FileSystemLoader(folder), autoescape=True)

    def app(self) -> Starlette:
        inside = self.inside
        return Starlette(
            routes=[
                Route("/", self.root),
                Route("/login", self.login, methods=["POST"]),
                Route("/relogin", self.relogin, methods=["POST"]),
                Route("/logout", self.logout),
                Route("/head", inside(self.simple("head.html"))),
                Route("/menu", inside(self.simple("menu.html"))),
                Route("/welcome", inside(self.simple("welcome.html"))),
                Route("/invoice/new", inside(self.new)),
                Route("/invoice/edit", inside(self.edit), methods=["POST"]),
                Route("/invoice/list", inside(self.list)),
                Route("/invoice/{record:int}", inside(self.detail)),
            ]
        )

    def page(self, template: str, **values: Any) -> HTMLResponse:
        return HTMLResponse(self.pages.get_template(template).render(**values), headers={"Cache-Control": "no-store"})

    def inside(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Only with a session; without one, the page that will repeat the request."""

        async def guarded(request: Request) -> Response:
            fault = self.faults.on_request() if request.method == "GET" else None
            if fault == "error_before":
                return _broken()
            if fault == "drop_before":
                return Dropped()
            if fault == "lost_before":
                self.store.end(request.cookies.get("sid", ""))
            session = self.store.session(request.cookies.get("sid"))
            if session is None:
                pending = [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
                return self.page("expired.html", path=request.url.path, pending=pending)
            return await handler(request, session)

        return guarded

    async def root(self, request: Request) -> Response:
        if self.store.session(request.cookies.get("sid")) is None:
            return self.page("login.html")
        return self.page("frames.html")

    async def login(self, request: Request) -> Response:
        form = await request.form()
        session = self.store.log_in(str(form.get("u", "")), str(form.get("p", "")))
        if session is None:
            return self.page("login.html", message="Usuario o clave incorrectos")
        return _with_session(RedirectResponse("/", 303), session)

    async def relogin(self, request: Request) -> Response:
        """The trap: the pending request is carried out as soon as the password is right."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        sid = self.store.log_in(form.pop("relogin_u", ""), form.pop("relogin_p", ""))
        session = self.store.session(sid)
        if sid is None or session is None:
            return self.page("login.html", message="Usuario o clave incorrectos")
        if form.pop("relogin_path", "") == "/invoice/edit":
            lines = sum(name.endswith("_concept") for name in form)
            draft = forms.blank() | {"lines": forms.blank()["lines"] * max(lines, 1), "totals": {"total": ""}}
            answer = await self.apply(form, session, draft)
        else:
            answer = RedirectResponse("/welcome", 303)
        return _with_session(answer, sid)

    async def logout(self, request: Request) -> Response:
        self.store.end(request.cookies.get("sid", ""))
        return RedirectResponse("/", 303)

    def simple(self, template: str) -> Handler:
        async def show(_request: Request, session: Session) -> Response:
            return self.page(template, user=session.user)

        return show

    async def new(self, _request: Request, session: Session) -> Response:
        draft = forms.blank()
        self.store.keep_draft(session, draft)
        return self.form(draft)

    def form(self, draft: Mapping[str, Any], message: str = "") -> Response:
        return self.page(
            "edit.html", d=draft, message=message, suppliers=self.store.suppliers(), codes=forms.TAX_CODES,
            currencies=forms.CURRENCIES,
        )  # fmt: skip

    async def edit(self, request: Request, session: Session) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return await self.apply(form, session, session.draft or forms.blank())

    async def apply(self, form: Mapping[str, str], session: Session, old: Mapping[str, Any]) -> Response:
        draft = forms.posted(form, old)
        try:
            match form.get("op"):
                case "add":
                    forms.add_line(draft)
                case "update":
                    draft = forms.computed(draft)
                case "save":
                    return await self.save(forms.computed(draft) if draft["totals"] else draft, session)
        except forms.Refused as refusal:
            self.store.keep_draft(session, draft)
            return self.form(draft, str(refusal))
        self.store.keep_draft(session, draft)
        return self.form(draft)

    async def save(self, draft: Mapping[str, Any], session: Session) -> Response:
        forms.check(draft, self.store.suppliers())
        fault = self.faults.on_save()
        if fault == "slow":
            await asyncio.sleep(self.faults.slow_seconds)
        if fault == "lost_before":
            self.store.end(session.id)
            pending = [("op", "save"), *_posted_again(draft)]
            return self.page("expired.html", path="/invoice/edit", pending=pending)
        if fault not in ("error_before", "drop_before"):
            self.store.save(session.user, draft, draft["totals"])
        if fault in ("drop_before", "drop_after"):
            return Dropped()
        if fault in ("error_before", "error_after"):
            return _broken()
        if fault == "lost_after":
            self.store.end(session.id)
            return self.page("expired.html", path="/invoice/new", pending=[])
        empty = forms.blank()
        self.store.keep_draft(session, empty)
        return self.form(empty)

    async def list(self, request: Request, _session: Session) -> Response:
        query = request.query_params.get("q", "").strip()
        page = max(1, int(request.query_params.get("page", "1") or 1))
        rows, count = self.store.page(query, page, PAGE)
        return self.page("list.html", rows=rows, query=query, page=page, pages=max(1, ceil(count / PAGE)))

    async def detail(self, request: Request, _session: Session) -> Response:
        row = self.store.invoice(request.path_params["record"])
        if row is None:
            return HTMLResponse("No existe", 404)
        name = self.store.suppliers().get(row["supplier"], "")
        return self.page("detail.html", row=row, lines=json.loads(row["lines"]), name=name)


class Dropped(Response):
    """The connection is cut without an answer."""

    async def __call__(self, _scope: Any, receive: Any, _send: Any) -> None:
        cycle = getattr(receive, "__self__", None)  # uvicorn's request cycle, which holds the connection
        transport = getattr(cycle, "transport", None)
        if transport is None:
            raise ConnectionAbortedError
        transport.abort()


def _broken() -> Response:
    return HTMLResponse("<h1>Error interno 500</h1><p>ORA-01012</p>", 500)


def _posted_again(draft: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = ("supplier", "number", "date", "due", "currency", "reference", "withheld")
    fields = [(name, draft[name]) for name in names]
    for n, line in enumerate(draft["lines"], 1):
        fields += [(f"l{n}_{name}", line[name]) for name in forms.LINE_FIELDS]
    return fields


def _with_session(response: Response, session: str) -> Response:
    response.set_cookie("sid", session, httponly=True)
    return response
