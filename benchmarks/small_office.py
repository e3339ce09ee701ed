"""A small real office for proofs: generated invoices in its mailbox and its folder, and what must come of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import yaml

from bots.reader import OwnIdentity, read
from bots.reader.reading import Reading
from config.settings import CONFIG, load_settings
from demo.invoices import Specimen, generate
from demo.invoices.model import Party
from demo.rig import MAILBOX_USER, Rig, copy_config, open_rig
from flows.desk import open_office
from records import Verification, documents, work_items

__all__ = ["SmallOffice", "small_office"]

TODAY = datetime.now(UTC).date()
LIMIT = Decimal(5000)
"""Above it the shipped rules ask a person to approve."""
RATES = {Decimal(rate) for rate in ("21", "10", "4", "0", "19", "7", "20", "5.5")}
"""The tax rates that the demo's legacy system knows."""
SETTLE = 3
"""Seconds: longer than the slowest save of a legacy system without faults, so that a killed entry is settled soon."""
STILL = ("received", "read", "checked", "ready", "entering", "uncertain")


@dataclass(frozen=True)
class SmallOffice:
    """The office, and its truth.

    Attributes:
        good: number -> gross total of each invoice that must be entered.
        digests: SHA-256 of every document that was delivered.
    """

    rig: Rig
    good: dict[str, str]
    digests: frozenset[str]

    def unfinished(self) -> int:
        """Work items that a further run would go on with."""
        with open_office(self.rig.home, self.rig.config, flow="proof") as office, office.records.read() as tx:
            return len(work_items.find(tx, "invoices", states=STILL))

    def documents_missing(self) -> int:
        """Documents that are not in the records."""
        with open_office(self.rig.home, self.rig.config, flow="proof") as office, office.records.read() as tx:
            return sum(1 for digest in self.digests if not documents.items_with(tx, digest))

    def verify(self) -> Verification:
        """The audit log's verification, after sealing what is there."""
        with open_office(self.rig.home, self.rig.config, flow="proof") as office:
            office.records.log.checkpoint()
            return office.records.log.verify()


@contextmanager
def small_office(folder: Path, *, invoices: int = 5, seed: int = 1) -> Iterator[SmallOffice]:
    """A running office in `folder`: the first half of its invoices lies in the mailbox, the rest in the folder.

    The documents are those of the generator that the reader proves: what is tried here is what comes after reading.
    """
    specimens = _proven(invoices, seed)
    sellers = {specimen.invoice.seller.name: specimen.invoice.seller for specimen in specimens}
    suppliers = [_supplier(f"s{n}", f"P{n:04d}", seller) for n, seller in enumerate(sellers.values(), 1)]
    home = folder / "home"
    config = copy_config(
        folder / "config",
        suppliers=yaml.safe_dump({"suppliers": suppliers}, allow_unicode=True),
        purchase_orders="purchase_orders: []\n",
        folders="folders:\n  - {name: inbox, path: inbox, settle_seconds: 0}\n",
        **{
            "oficio": _changed(CONFIG / "oficio.yaml", "invoices", batch=max(200, invoices)),
            "systems/demo": _changed(CONFIG / "systems" / "demo.yaml", "limits", settle=SETTLE),
        },
    )
    codes = {str(supplier["legacy_code"]): str(supplier["name"]) for supplier in suppliers}
    (home / "inbox").mkdir(parents=True)
    with open_rig(home, config=config, suppliers=codes) as rig:
        for number, specimen in enumerate(specimens):
            if number % 2:
                (home / "inbox" / f"{number}.pdf").write_bytes(specimen.pdf)
            else:
                rig.mailbox.deliver(MAILBOX_USER, _mail(number, specimen))
        good = {specimen.invoice.number: _gross(specimen) for specimen in specimens}
        yield SmallOffice(rig, good, frozenset(hashlib.sha256(specimen.pdf).hexdigest() for specimen in specimens))


def _changed(path: Path, section: str, **values: object) -> str:
    """A file of the shipped configuration with some values of a section replaced."""
    content = yaml.safe_load(path.read_text("utf-8"))
    content[section] |= values
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


@cache
def _proven(count: int, seed: int) -> tuple[Specimen, ...]:
    us = load_settings(Path(), None).office
    buyer = Party(us.name, "Rúa do Porto 14", "15403 Ferrol", us.country, us.vat_id)
    own = OwnIdentity(names=(us.name,), vat_ids=(us.vat_id,))
    found: list[Specimen] = []
    for number in range(count * 30):
        specimen = generate(
            f"proof {seed}/{number}", case="standard", language=("es", "en", "de", "fr")[number % 4], buyer=buyer,
            currency="EUR", issued=TODAY - timedelta(days=number % 60), order="",
        )  # fmt: skip
        readings = read(specimen.pdf, f"{number}.pdf", own)
        invoice = specimen.invoice
        fresh = all(invoice.number != other.invoice.number for other in found)
        fresh &= Decimal(_gross(specimen)) < LIMIT
        fresh &= {row.rate for row in invoice.taxes} <= RATES and _rates_read(readings) <= RATES
        fresh &= all(_same_seller(invoice.seller, other.invoice.seller) for other in found)
        if (
            len(readings) == 1
            and readings[0].confident
            and fresh
            and readings[0].get("gross_total") == _gross(specimen)
        ):
            found.append(specimen)
        if len(found) == count:
            return tuple(found)
    raise RuntimeError(f"the reader proves only {len(found)} of {count * 30} generated invoices")


def _rates_read(readings: Sequence[Reading]) -> set[Decimal]:
    return {Decimal(tax.rate.value) for reading in readings for tax in reading.taxes if tax.rate is not None}


def _same_seller(one: Party, other: Party) -> bool:
    """Two sellers are one supplier or share nothing: neither name nor VAT id nor IBAN."""
    same = (one.name == other.name, one.vat_id == other.vat_id, one.iban == other.iban)
    return all(same) or not any(same) or (same == (False, False, True) and not one.iban)


def _gross(specimen: Specimen) -> str:
    return f"{specimen.truth['fields']['gross_total']}"


def _supplier(identity: str, code: str, seller: Party) -> dict[str, object]:
    return {
        "id": identity,
        "name": seller.name,
        "vat_id": seller.vat_id,
        "ibans": [seller.iban] if seller.iban else [],
        "legacy_code": code,
        "country": seller.country,
        "currency": "EUR",
    }


def _mail(number: int, specimen: Specimen) -> bytes:
    mail = EmailMessage()
    mail["From"] = f"facturas@proveedor{number}.example"
    mail["To"] = "facturas@oficina.example"
    mail["Subject"] = f"Factura {specimen.invoice.number}"
    mail["Date"] = "Fri, 20 Nov 2026 09:00:00 +0100"
    mail["Message-ID"] = f"<proof-{number}@proveedor{number}.example>"
    mail.set_content("Adjuntamos la factura.")
    mail.add_attachment(specimen.pdf, maintype="application", subtype="pdf", filename=f"factura-{number}.pdf")
    return mail.as_bytes()
