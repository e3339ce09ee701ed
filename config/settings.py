"""The typed contents of `config/`: what operations may change without Python.

One file a subject, each checked against a model here; `docs/02-configuration.md` lists every key.
A text value may name an environment variable as `${NAME}` or `${NAME:-default}`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field

from config.errors import ConfigError, Language
from config.yaml_file import Strict, read_yaml

__all__ = [
    "CheckRules",
    "Identity",
    "InvoiceProcess",
    "Mailbox",
    "PurchaseOrder",
    "Settings",
    "Supplier",
    "WatchedFolder",
    "load_settings",
]

CONFIG = Path(__file__).parent
Named = TypeVar("Named")


def _compact(text: str) -> str:
    """An id without blanks, points and hyphens, in capitals."""
    return "".join(text.split()).replace(".", "").replace("-", "").upper()


Compact = Annotated[str, AfterValidator(_compact)]


class Identity(Strict):
    """Who we are: the buyer of the invoices we receive."""

    name: str
    aliases: tuple[str, ...] = ()
    vat_id: Compact
    country: str = Field(pattern="^[A-Z]{2}$")
    ibans: tuple[Compact, ...] = ()


class Supplier(Strict):
    """One row of the supplier master."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    vat_id: Compact | None = None
    ibans: tuple[Compact, ...] = ()
    legacy_code: str = ""
    country: str = Field(default="ES", pattern="^[A-Z]{2}$")
    language: str = Field(default="es", pattern="^[a-z]{2}$")
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    po_required: bool = False
    blocked: bool = False


class PurchaseOrder(Strict):
    """One order that we placed; `net_total` in the order's currency."""

    number: str
    supplier: str
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    net_total: Decimal


class Mailbox(Strict):
    """One IMAP mailbox that is read; `secret` names its password or token, never holds it."""

    name: str
    host: str
    port: int = Field(default=993, ge=1, le=65535)
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str
    secret: str
    auth: Literal["password", "xoauth2"] = "password"
    folders: tuple[str, ...] = ("INBOX",)
    done: Literal["keyword", "move"] = "keyword"
    done_to: str = "Oficio"
    timeout_seconds: float = Field(default=30, gt=0)
    trusted_authserv: str = ""


class WatchedFolder(Strict):
    """One folder that people drop files in; a relative path is below the office's home."""

    name: str
    path: Path
    settle_seconds: float = Field(default=2, ge=0)


class CheckRules(Strict):
    """What a document must pass before a bot goes on alone (bots/checker)."""

    approve_over: Mapping[str, Decimal] = Field(default_factory=dict)
    """Gross amounts per currency above which a person must approve; "*" for the currencies not named."""
    po_tolerance_percent: Decimal = Decimal(0)
    po_tolerance_amount: Decimal = Decimal(0)
    future_days: int = Field(default=3, ge=0)
    oldest_days: int = Field(default=730, ge=1)
    iban_change_persons: Literal[1, 2] = 2


class InvoiceProcess(Strict):
    """How the process `invoices` is run."""

    system: str = "demo"
    form: str = "invoice"
    batch: int = Field(default=200, ge=1, le=5000)
    chunk: int = Field(default=50, ge=1, le=500)
    lease_minutes: int = Field(default=5, ge=1)
    bank_files: str = ""
    """Glob, below the office's home, of the bank files to reconcile with; "" for none."""


class _Office(Strict):
    office: Identity
    language: Language = "en"
    timezone: str = "Europe/Madrid"
    database: str = ""
    invoices: InvoiceProcess = InvoiceProcess()
    checks: CheckRules = CheckRules()


class _Suppliers(Strict):
    suppliers: tuple[Supplier, ...] = ()


class _Orders(Strict):
    purchase_orders: tuple[PurchaseOrder, ...] = ()


class _Mailboxes(Strict):
    mailboxes: tuple[Mailbox, ...] = ()


class _Folders(Strict):
    folders: tuple[WatchedFolder, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Everything that operations wrote, checked.

    Attributes:
        home: where the office keeps its database, archive, keys, secrets, inbox and output.
        directory: the config/ directory that was read.
        database_url: SQLAlchemy URL; SQLite below `home` unless set.
        suppliers, purchase_orders: by id and by number.
        fingerprint: SHA-256 (hex) over all files of the directory; goes into every audit event.
    """

    home: Path
    directory: Path
    office: Identity
    language: Language
    timezone: str
    database_url: str
    suppliers: Mapping[str, Supplier]
    purchase_orders: Mapping[str, PurchaseOrder]
    mailboxes: Mapping[str, Mailbox]
    folders: Mapping[str, WatchedFolder]
    checks: CheckRules
    invoices: InvoiceProcess
    fingerprint: str

    @property
    def out(self) -> Path:
        """Where workbooks and exports are written."""
        return self.home / "out"

    @property
    def systems(self) -> Path:
        """Where the descriptions of legacy systems are."""
        return self.directory / "systems"

    @property
    def reconciliations(self) -> Path:
        """Where the rules of reconciliations are."""
        return self.directory / "reconciliations"


def default_home() -> Path:
    """The office's home: OFICIO_HOME, else `.oficio` in the current directory."""
    return Path(os.environ.get("OFICIO_HOME") or ".oficio").resolve()


def load_settings(home: Path | None = None, directory: Path | None = None) -> Settings:
    """Read and check `config/`.

    Args:
        home: defaults to OFICIO_HOME, else `.oficio`.
        directory: defaults to OFICIO_CONFIG, else the checkout's `config/`.

    Raises:
        ConfigError: OF101, OF102, OF103 with file and line; OF106 when something is named twice.
    """
    home = (home or default_home()).resolve()
    directory = (directory or Path(os.environ.get("OFICIO_CONFIG") or CONFIG)).resolve()
    office = read_yaml(directory / "oficio.yaml", _Office)
    suppliers = read_yaml(directory / "suppliers.yaml", _Suppliers).suppliers
    orders = read_yaml(directory / "purchase_orders.yaml", _Orders).purchase_orders
    mailboxes = read_yaml(directory / "mailboxes.yaml", _Mailboxes).mailboxes
    folders = read_yaml(directory / "folders.yaml", _Folders).folders
    return Settings(
        home=home,
        directory=directory,
        office=office.office,
        language=office.language,
        timezone=office.timezone,
        database_url=office.database or f"sqlite:///{home / 'oficio.db'}",
        suppliers=_by({supplier.id: supplier for supplier in suppliers}, len(suppliers), directory / "suppliers.yaml"),
        purchase_orders=_by({order.number: order for order in orders}, len(orders), directory / "purchase_orders.yaml"),
        mailboxes=_by({mailbox.name: mailbox for mailbox in mailboxes}, len(mailboxes), directory / "mailboxes.yaml"),
        folders=_by({folder.name: folder for folder in folders}, len(folders), directory / "folders.yaml"),
        checks=office.checks,
        invoices=office.invoices,
        fingerprint=_fingerprint(directory),
    )


def _by(named: dict[str, Named], count: int, path: Path) -> dict[str, Named]:
    if len(named) != count:
        raise ConfigError("OF106", str(path))
    return named


def _fingerprint(directory: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*.yaml")):
        digest.update(path.relative_to(directory).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
