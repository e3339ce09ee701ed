"""An office with the demo's legacy system: settings in a folder of its own, real records, real browser, real server."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bots.office import Office
from config.settings import load_settings
from records import Actor, Records, RunInfo, Session, work_items

CHECKOUT = Path(__file__).parent.parent.parent
PASSWORDS = {"demo-bot1": "robot-uno-1984", "demo-bot2": "robot-dos-1984"}
SUPPLIERS = [
    {"id": "ejemplo", "name": "Suministros Ejemplo, S.A.", "legacy_code": "P0001"},
    {"id": "muestra", "name": "Papelera Muestra, S.L.", "legacy_code": "P0002"},
]


def make_config(folder: Path, limits: Mapping[str, Any] | None = None, **changes: Any) -> Path:
    """A config/ of its own: the checkout's, with test suppliers, and the demo system with other limits."""
    config = folder / "config"
    config.mkdir(parents=True)
    for path in (CHECKOUT / "config").glob("*.yaml"):
        shutil.copy(path, config)
    shutil.copytree(CHECKOUT / "config" / "systems", config / "systems")
    (config / "suppliers.yaml").write_text(yaml.safe_dump({"suppliers": SUPPLIERS}), "utf-8")
    path = config / "systems" / "demo.yaml"
    system = yaml.safe_load(path.read_text("utf-8"))
    system["limits"] |= {"settle": 0.5, "lease": 4, "load": 5, "step": 4} | dict(limits or {})
    path.write_text(yaml.safe_dump(system | changes, allow_unicode=True, sort_keys=False), "utf-8")
    return config


def open_office(folder: Path, worker: str = "test:0:run") -> Office:
    """The office of a folder that `make_config` made."""
    settings = load_settings(folder / "home", folder / "config")
    secrets = settings.home / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    for name, password in PASSWORDS.items():
        (secrets / name).write_text(password, "utf-8")
        (secrets / name).chmod(0o600)
    session = Session(actor=Actor("bot", "data_entry"), run=RunInfo(id="test"))
    return Office(
        settings=settings,
        records=Records.open(settings.database_url, home=settings.home, session=session),
        worker=worker,
    )


def invoice_payload(number: str, supplier: str = "ejemplo", bases: Sequence[str] = ("100.00",), **more: str) -> Any:
    """A ready invoice: 21 % on each base."""
    from decimal import Decimal

    taxes = [
        {"base": base, "rate": "21", "amount": f"{(Decimal(base) * 21 / 100).quantize(Decimal('0.01'))}"}
        for base in bases
    ]
    net = sum(Decimal(base) for base in bases)
    tax = sum(Decimal(row["amount"]) for row in taxes)
    fields = {
        "invoice_number": number, "issue_date": "2026-03-31", "due_date": "2026-04-30", "currency": "EUR",
        "net_total": f"{net:.2f}", "tax_total": f"{tax:.2f}", "gross_total": f"{net + tax:.2f}",
    }  # fmt: skip
    return {
        "invoice": {"type": "invoice", "fields": fields | more, "lines": [], "taxes": taxes},
        "supplier": supplier,
        "reading": {},
        "facts": {},
    }


def add_ready(office: Office, *payloads: Any) -> list[str]:
    """Invoices in state `ready`; their ids."""
    made = []
    with office.records.begin() as tx:
        for payload in payloads:
            item = work_items.create(tx, process="invoices", payload=payload)
            item = work_items.move(tx, item, "read", action="test.read")
            made.append(work_items.move(tx, item, "ready", action="test.ready").id)
    return made


def states(office: Office, ids: Sequence[str]) -> list[str]:
    """The state of each item."""
    with office.records.read() as tx:
        return [work_items.get(tx, item_id).state for item_id in ids]


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Until a condition holds; an AssertionError when it does not within so long."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "the condition did not come true"
        time.sleep(0.02)
