"""The legacy system's own database: suppliers, users, sessions, invoices; no uniqueness on invoice numbers."""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["DEMO_SUPPLIERS", "DEMO_USERS", "Store"]

DEMO_USERS = {"bot1": "robot-uno-1984", "bot2": "robot-dos-1984", "bot3": "robot-tres-1984", "maria": "maria-1984"}
DEMO_SUPPLIERS = {"P0001": "Suministros Ejemplo, S.A.", "P0002": "Papelera Muestra, S.L."}
_TABLES = """
CREATE TABLE IF NOT EXISTS suppliers (code TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, password TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, user TEXT NOT NULL, seen REAL NOT NULL, draft TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS invoices (
  id INTEGER PRIMARY KEY AUTOINCREMENT, supplier TEXT NOT NULL, number TEXT NOT NULL, date TEXT NOT NULL,
  due TEXT NOT NULL, currency TEXT NOT NULL, reference TEXT NOT NULL, withheld TEXT NOT NULL, lines TEXT NOT NULL,
  net TEXT NOT NULL, tax TEXT NOT NULL, total TEXT NOT NULL, user TEXT NOT NULL, saved REAL NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Session:
    """One login; its half-typed invoice is kept by the server."""

    id: str
    user: str
    draft: dict[str, Any]


class Store:
    """Opened for each request: a process killed at any moment leaves nothing half-written."""

    def __init__(self, path: Path, timeout: float = 1800):
        self.path = path
        self.timeout = timeout

    def set_up(self, suppliers: Mapping[str, str], users: Mapping[str, str]) -> None:
        """Make the tables; add suppliers and users that are new."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.executescript("PRAGMA journal_mode=WAL;" + _TABLES)
            db.executemany("INSERT OR REPLACE INTO suppliers VALUES (?, ?)", suppliers.items())
            db.executemany("INSERT OR REPLACE INTO users VALUES (?, ?)", users.items())

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=20)
        db.row_factory = sqlite3.Row
        try:
            with db:
                yield db
        finally:
            db.close()

    def log_in(self, user: str, password: str) -> str | None:
        """A new session's id; it ends the older sessions of the account. None when the password is wrong."""
        with self._open() as db:
            known = db.execute("SELECT 1 FROM users WHERE name = ? AND password = ?", (user, password)).fetchone()
            if known is None:
                return None
            session = secrets.token_hex(16)
            db.execute("DELETE FROM sessions WHERE user = ?", (user,))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, '{}')", (session, user, time.time()))
            return session

    def session(self, session_id: str | None) -> Session | None:
        """The live session of that id."""
        with self._open() as db:
            row = db.execute("SELECT * FROM sessions WHERE id = ?", (session_id or "",)).fetchone()
            if row is None or row["seen"] < time.time() - self.timeout:
                return None
            if row["seen"] < time.time() - 1:
                db.execute("UPDATE sessions SET seen = ? WHERE id = ?", (time.time(), row["id"]))
            return Session(row["id"], row["user"], json.loads(row["draft"]))

    def keep_draft(self, session: Session, draft: Mapping[str, Any]) -> None:
        """The half-typed invoice, as it now is."""
        with self._open() as db:
            db.execute("UPDATE sessions SET draft = ? WHERE id = ?", (json.dumps(draft), session.id))

    def end(self, session_id: str) -> None:
        """Log out."""
        with self._open() as db:
            db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))

    def suppliers(self) -> dict[str, str]:
        """Code and name of each."""
        with self._open() as db:
            return dict(map(tuple, db.execute("SELECT code, name FROM suppliers ORDER BY code")))

    def save(self, user: str, draft: Mapping[str, Any], totals: Mapping[str, str]) -> int:
        """Insert an invoice, whether or not there is one of its number; its record number."""
        row = [draft[name] for name in ("supplier", "number", "date", "due", "currency", "reference", "withheld")]
        row += [json.dumps(draft["lines"]), totals["net"], totals["tax"], totals["total"], user, time.time()]
        columns = "supplier, number, date, due, currency, reference, withheld, lines, net, tax, total, user, saved"
        with self._open() as db:
            done = db.execute(f"INSERT INTO invoices ({columns}) VALUES ({', '.join('?' * 13)})", row)
            return int(done.lastrowid or 0)

    def page(self, query: str, page: int, size: int) -> tuple[Sequence[sqlite3.Row], int]:
        """Invoices whose number, reference or supplier contains the query, newest first; and how many there are."""
        where = "number LIKE :q OR reference LIKE :q OR supplier IN (SELECT code FROM suppliers WHERE name LIKE :q)"
        asked = {"q": f"%{query}%", "size": size, "skip": (page - 1) * size}
        with self._open() as db:
            count = db.execute(f"SELECT count(*) FROM invoices WHERE {where}", asked).fetchone()[0]
            rows = db.execute(
                f"SELECT * FROM invoices WHERE {where} ORDER BY id DESC LIMIT :size OFFSET :skip", asked
            ).fetchall()
            return rows, count

    def invoice(self, record: int) -> sqlite3.Row | None:
        """One invoice."""
        with self._open() as db:
            row: sqlite3.Row | None = db.execute("SELECT * FROM invoices WHERE id = ?", (record,)).fetchone()
            return row

    def invoices(self) -> list[dict[str, Any]]:
        """All invoices with their lines, oldest first: what tests compare with the truth."""
        with self._open() as db:
            rows = [dict(row) for row in db.execute("SELECT * FROM invoices ORDER BY id")]
        for row in rows:
            row["lines"] = json.loads(row["lines"])
        return rows
