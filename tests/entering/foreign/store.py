"""A small table of invoices in SQLite, and who is logged in: all that the foreign systems have in common."""

from __future__ import annotations

import json
import secrets
import sqlite3
from pathlib import Path
from typing import Any

__all__ = ["SUPPLIERS", "Books"]

SUPPLIERS = {"P0001": "Suministros Ejemplo, S.A.", "P0002": "Papelera Muestra, S.L.", "P0010": "Muster & Söhne GmbH"}


class Books:
    """Invoices as the system keeps them: texts; sessions in memory, one an account."""

    def __init__(self, path: Path):
        self.path = path
        self.sessions: dict[str, dict[str, Any]] = {}
        with self._open() as db:
            db.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, data TEXT NOT NULL)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def save(self, data: dict[str, Any]) -> int:
        with self._open() as db:
            return int(db.execute("INSERT INTO invoices (data) VALUES (?)", (json.dumps(data),)).lastrowid or 0)

    def invoices(self) -> list[dict[str, Any]]:
        with self._open() as db:
            return [{"id": row[0], **json.loads(row[1])} for row in db.execute("SELECT id, data FROM invoices")]

    def invoice(self, number: int) -> dict[str, Any]:
        return next(row for row in self.invoices() if row["id"] == number)

    def begin(self, user: str) -> str:
        self.sessions = {sid: state for sid, state in self.sessions.items() if state["user"] != user}
        sid = secrets.token_hex(12)
        self.sessions[sid] = {"user": user}
        return sid

    def end_all(self) -> None:
        self.sessions.clear()
