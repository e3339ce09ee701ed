"""What happens to the demo company in the spring of 2026: the documents that come, how, and what should become of each.

Only facts stand here; `demo.company` turns them into mails, files and bank statements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from demo.invoices import Case, Item
from demo.invoices.model import cents

__all__ = ["DOCUMENTS", "FILES", "MAILS", "PAYMENTS", "Outcome", "Payment", "Planned", "PlannedMail"]

Outcome = Literal["entered", "review", "duplicate", "ignored"]
Form = Literal["born digital", "scan", "hybrid", "picture", "encrypted", "bomb"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One document.

    Attributes:
        outcome: `entered` once in the legacy system; a task for a person (`review`, also what cannot be read at all);
            `duplicate`; `ignored`: a mail without any document.
        codes: reasons of which at least one must be given; empty for good ones.
        iban: printed instead of the supplier's own.
    """

    supplier: str
    number: str
    issued: date
    days: int = 30
    case: Case = "standard"
    items: tuple[Item, ...] = ()
    order: str = ""
    corrects: str = ""
    form: Form = "born digital"
    outcome: Outcome = "entered"
    codes: tuple[str, ...] = ()
    currency: str = "EUR"
    iban: str = ""


@dataclass(frozen=True, slots=True)
class PlannedMail:
    """One mail; `what` completes "please find attached ..."; attachments are (file name, key of DOCUMENTS)."""

    supplier: str
    sent: str
    subject: str
    what: str
    attachments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """One bank line that settles documents; `fee` is what the bank kept on top."""

    booked: date
    documents: tuple[str, ...]
    text: str
    fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of one tax rate, short to write: description, quantity, unit, price."""

    rate: str
    rows: tuple[tuple[str, str, str, str], ...] = field(default_factory=tuple)

    def items(self) -> tuple[Item, ...]:
        return tuple(
            Item(
                description=description,
                quantity=Decimal(quantity),
                unit=unit,
                unit_price=Decimal(price),
                rate=Decimal(self.rate),
                total=cents(Decimal(quantity) * Decimal(price)),
                sku=f"{sum(map(ord, description)) * 7919 % 89999 + 10000}",
            )
            for description, quantity, unit, price in self.rows
        )


def _items(*lines: _Lines) -> tuple[Item, ...]:
    return tuple(item for some in lines for item in some.items())


def _day(month: int, day: int) -> date:
    return date(2026, month, day)


DOCUMENTS: dict[str, Planned] = {
    "suministros-1": Planned(
        "suministros-coruna", "2026/000418", _day(2, 27), 30,
        items=_items(_Lines("21", (
            ("Tornillo hexagonal DIN 933 M8x40 cincado", "500", "ud.", "0.12"),
            ("Disco de corte inox 125x1,0 mm", "50", "ud.", "1.35"),
            ("Aceite hidráulico ISO VG 46, bidón 20 l", "4", "ud.", "71.50"),
        ))),
    ),
    "suministros-2": Planned(
        "suministros-coruna", "2026/000467", _day(3, 6), 30,
        items=_items(_Lines("21", (
            ("Guantes de protección nitrilo talla 9 (caja 100)", "12", "caja", "9.80"),
            ("Varilla roscada A2 M12, 1 m", "40", "ud.", "3.15"),
        ))),
    ),
    "suministros-3": Planned(
        "suministros-coruna", "2026/000512", _day(3, 13), 30, "several rates",
        items=_items(
            _Lines("21", (("Chapa galvanizada 2000x1000x1,5 mm", "10", "ud.", "38.40"),)),
            _Lines("10", (("Agua mineral, garrafa 8 l", "24", "ud.", "2.15"),)),
        ),
    ),
    "rodamientos-1": Planned(
        "rodamientos-atlantico", "A26-0731", _day(3, 3), 60, order="PC-2026-0141",
        items=_items(_Lines("21", (
            ("Rodamiento rígido de bolas 6204-2RS", "120", "ud.", "5.60"),
            ("Rodamiento de rodillos cónicos 30206", "40", "ud.", "12.90"),
        ))),
    ),
    "rodamientos-over-order": Planned(
        "rodamientos-atlantico", "A26-0802", _day(3, 17), 60, order="PC-2026-0158",
        items=_items(_Lines("21", (("Soporte de pie UCP 208", "32", "ud.", "24.75"),))),
        outcome="review", codes=("OF411",),
    ),
    "souto-1": Planned(
        "souto-asesoria", "26-0031", _day(2, 28), 15, "withholding",
        items=_items(_Lines("21", (
            ("Asesoramiento fiscal y contable, febrero 2026", "1", "mes", "320.00"),
            ("Confección de nóminas", "14", "ud.", "11.50"),
        ))),
    ),
    "transportes-1": Planned(
        "transportes-ria-ares", "F-26-0188", _day(3, 2), 30,
        items=_items(_Lines("21", (("Transporte Ferrol - Vigo, 6 palets", "1", "ud.", "212.00"),))),
    ),
    "transportes-2": Planned(
        "transportes-ria-ares", "F-26-0204", _day(3, 9), 30,
        items=_items(_Lines("21", (
            ("Transporte Ferrol - Bilbao, carga completa", "1", "ud.", "640.00"),
            ("Horas de espera en carga", "2.5", "h", "38.00"),
        ))),
    ),
    "transportes-3": Planned(
        "transportes-ria-ares", "F-26-0219", _day(3, 16), 30,
        items=_items(_Lines("21", (("Recogida y entrega paquetería, 11 bultos", "11", "ud.", "7.40"),))),
    ),
    "luz-1": Planned(
        "luz-noroeste", "LN26-0304512", _day(3, 5), 20,
        items=_items(_Lines("21", (
            ("Término de energía, 4.812 kWh", "4812", "kWh", "0.1384"),
            ("Término de potencia, 45 kW, 28 días", "1260", "kW día", "0.0865"),
            ("Alquiler de equipo de medida", "1", "mes", "14.20"),
        ))),
    ),
    "pennine-1": Planned(
        "pennine-fasteners", "INV-004512", _day(3, 16), 45, "intra-community", currency="GBP", order="PC-2026-0163",
        items=_items(_Lines("0", (
            ("Stainless hex bolts M10 x 50, box of 100", "14", "box", "31.20"),
            ("Nyloc nuts M10 A4, box of 200", "9", "box", "24.90"),
            ("Carriage and packing", "1", "ea", "58.00"),
        ))),
    ),
    "pennine-contradiction": Planned(
        "pennine-fasteners", "INV-004533", _day(3, 18), 45, "contradiction", currency="GBP",
        items=_items(_Lines("20", (
            ("Threaded rod M16 x 1 m, zinc", "60", "ea", "4.35"),
            ("Anchor bolts M12 x 110, box of 25", "6", "box", "19.80"),
        ))),
        outcome="review", codes=("OF223", "OF210", "OF221", "OF222", "OF226", "OF229"),
    ),
    "shannon-1": Planned(
        "shannon-cloud", "5340DF53-0011", _day(3, 1), 14, "reverse charge",
        items=_items(_Lines("0", (
            ("Cloud hosting, standard plan, March 2026", "3", "node", "64.00"),
            ("Backup storage, 500 GB", "1", "month", "22.50"),
        ))),
    ),
    "shannon-2": Planned(
        "shannon-cloud", "5340DF53-0012", _day(4, 1), 14, "reverse charge",
        items=_items(_Lines("0", (("Cloud hosting, standard plan, April 2026", "4", "node", "64.00"),))),
    ),
    "brandt-1": Planned(
        "brandt-werkzeugtechnik", "RE-2026-1187", _day(3, 4), 30, "intra-community", order="PC-2026-0149",
        items=_items(_Lines("0", (
            ("Präzisionsfräser VHM Ø 12 mm, 4 Schneiden", "20", "Stk.", "54.90"),
            ("Spannzangensatz ER32, 18-teilig", "3", "Satz", "189.00"),
        ))),
    ),
    "brandt-large": Planned(
        "brandt-werkzeugtechnik", "RE-2026-1264", _day(3, 19), 30, "intra-community", order="PC-2026-0152",
        items=_items(_Lines("0", (
            ("Werkzeugvoreinstellgerät TP-400", "1", "Stk.", "5980.00"),
            ("Inbetriebnahme und Einweisung", "4", "Std.", "92.00"),
        ))),
        outcome="review", codes=("OF412",),
    ),
    "nordlicht-1": Planned(
        "nordlicht-messtechnik", "202603-118", _day(3, 11), 30, "intra-community", form="hybrid",
        items=_items(_Lines("0", (
            ("Messschieber digital 150 mm, IP67", "6", "Stk.", "89.50"),
            ("Werkskalibrierung mit Protokoll", "6", "Stk.", "34.00"),
        ))),
    ),
    "vogel-new-iban": Planned(
        "vogel-antriebstechnik", "R-260417", _day(3, 12), 30, "intra-community", order="PC-2026-0170",
        items=_items(_Lines("0", (("Frequenzumrichter 2,2 kW, 3~400 V", "3", "Stk.", "368.00"),))),
        outcome="review", codes=("OF405",), iban="DE24270700240133469771",
    ),
    "duval-1": Planned(
        "duval-robinetterie", "FAC202600871", _day(3, 2), 45, "intra-community",
        items=_items(_Lines("0", (
            ("Vanne à bille inox 316L DN25", "24", "pce", "46.80"),
            ("Joint torique NBR 70 Sh 24x3", "200", "pce", "0.55"),
        ))),
    ),
    "duval-2": Planned(
        "duval-robinetterie", "FAC202600934", _day(3, 9), 45, "intra-community",
        items=_items(_Lines("0", (("Clapet anti-retour laiton DN40", "18", "pce", "27.30"),))),
    ),
    "duval-credit": Planned(
        "duval-robinetterie", "AV202600052", _day(3, 20), 0, "credit note", corrects="FAC202600871",
        items=_items(_Lines("0", (("Vanne à bille inox 316L DN25, retour", "2", "pce", "46.80"),))),
    ),
    "oceane-scan": Planned(
        "oceane-impression", "26.0417", _day(3, 6), 30, form="scan",
        items=_items(_Lines("20", (
            ("Impression dépliants A4 3 volets, 135 g", "2000", "ex.", "0.19"),
            ("Mise en page, forfait", "1", "forfait", "160.00"),
        ))),
    ),
    "oceane-1": Planned(
        "oceane-impression", "26.0452", _day(3, 17), 30,
        items=_items(_Lines("20", (("Catalogue 48 pages, dos carré collé", "250", "ex.", "2.64"),))),
    ),
    "ferreteria-unknown": Planned(
        "ferreteria-puente-nuevo", "000731", _day(3, 10), 0,
        items=_items(_Lines("21", (
            ("Candado laton 50 mm", "6", "ud.", "11.90"),
            ("Cinta aislante 20 m negra", "24", "ud.", "1.05"),
        ))),
        outcome="review", codes=("OF402",),
    ),
    "rodamientos-encrypted": Planned(
        "rodamientos-atlantico", "A26-0844", _day(3, 24), 60, order="PC-2026-0141", form="encrypted",
        items=_items(_Lines("21", (("Retén doble labio 35x52x7", "30", "ud.", "1.95"),))),
        outcome="review", codes=("OF203",),
    ),
    "luz-picture": Planned(
        "luz-noroeste", "LN26-0404773", _day(4, 6), 20, form="picture",
        items=_items(_Lines("21", (
            ("Término de energía, 4.395 kWh", "4395", "kWh", "0.1384"),
            ("Término de potencia, 45 kW, 31 días", "1395", "kW día", "0.0865"),
        ))),
    ),
    "bomb": Planned("", "", _day(3, 23), form="bomb", outcome="review", codes=("OF2",)),
}  # fmt: skip
"""By key; a code of three characters stands for its whole group."""

MAILS: tuple[PlannedMail, ...] = (
    PlannedMail(
        "suministros-coruna", "2026-02-27 13:05", "Factura 2026/000418",
        "la factura 2026/000418",
        (("Factura_2026-000418.pdf", "suministros-1"),),
    ),
    PlannedMail(
        "souto-asesoria", "2026-02-28 18:40", "Minuta febrero",
        "la minuta de febrero",
        (("minuta 26-0031.pdf", "souto-1"),),
    ),
    PlannedMail(
        "shannon-cloud", "2026-03-01 06:00", "Your invoice 5340DF53-0011",
        "your invoice for March",
        (("Invoice-5340DF53-0011.pdf", "shannon-1"),),
    ),
    PlannedMail(
        "duval-robinetterie", "2026-03-02 10:12", "Facture FAC202600871",
        "notre facture",
        (("FAC202600871.pdf", "duval-1"),),
    ),
    PlannedMail(
        "rodamientos-atlantico", "2026-03-03 16:21", "Fra. A26-0731 / pedido PC-2026-0141",
        "la factura de su pedido PC-2026-0141",
        (("A26-0731.pdf", "rodamientos-1"),),
    ),
    PlannedMail(
        "brandt-werkzeugtechnik", "2026-03-04 09:30", "Rechnung RE-2026-1187",
        "unsere Rechnung zu Ihrer Bestellung",
        (("RE-2026-1187.pdf", "brandt-1"),),
    ),
    PlannedMail(
        "luz-noroeste", "2026-03-05 07:15", "Su factura de la luz ya está disponible",
        "su factura de febrero",
        (("LN26-0304512.pdf", "luz-1"),),
    ),
    PlannedMail(
        "duval-robinetterie", "2026-03-09 10:02", "Facture FAC202600934",
        "notre facture",
        (("FAC202600934.pdf", "duval-2"),),
    ),
    PlannedMail(
        "pennine-fasteners", "2026-03-16 15:44", "Invoice INV-004512",
        "our invoice INV-004512",
        (("INV-004512.pdf", "pennine-1"),),
    ),
    PlannedMail(
        "ferreteria-puente-nuevo", "2026-03-10 19:58", "factura",
        "factura de su compra en tienda",
        (("fra731.pdf", "ferreteria-unknown"),),
    ),
    PlannedMail(
        "nordlicht-messtechnik", "2026-03-11 11:11", "E-Rechnung 202603-118 (Factur-X)",
        "unsere elektronische Rechnung im Format Factur-X",
        (("Rechnung_202603-118.pdf", "nordlicht-1"),),
    ),
    PlannedMail(
        "vogel-antriebstechnik", "2026-03-12 08:20", "Rechnung R-260417, neue Bankverbindung",
        "unsere Rechnung. Bitte beachten Sie unsere neue Bankverbindung",
        (("R-260417.pdf", "vogel-new-iban"),),
    ),
    PlannedMail(
        "suministros-coruna", "2026-03-13 13:10", "Factura 2026/000512",
        "la factura 2026/000512",
        (("Factura_2026-000512.pdf", "suministros-3"),),
    ),
    PlannedMail(
        "transportes-ria-ares", "2026-03-16 20:05", "Facturas de marzo",
        "las facturas F-26-0188, F-26-0204 y F-26-0219",
        (("F-26-0188.pdf", "transportes-1"), ("F-26-0204.pdf", "transportes-2"), ("F-26-0219.pdf", "transportes-3")),
    ),
    PlannedMail(
        "rodamientos-atlantico", "2026-03-17 16:30", "Fra. A26-0802 / pedido PC-2026-0158",
        "la factura de su pedido PC-2026-0158",
        (("A26-0802.pdf", "rodamientos-over-order"),),
    ),
    PlannedMail(
        "oceane-impression", "2026-03-17 17:15", "Facture 26.0452",
        "la facture du catalogue",
        (("facture_26.0452.pdf", "oceane-1"),),
    ),
    PlannedMail(
        "brandt-werkzeugtechnik", "2026-03-18 09:00", "WG: Rechnung RE-2026-1187 (Kopie)",
        "nochmals unsere Rechnung RE-2026-1187 in Kopie",
        (("Kopie RE-2026-1187.pdf", "brandt-1"),),
    ),
    PlannedMail(
        "pennine-fasteners", "2026-03-18 15:02", "Invoice INV-004533",
        "our invoice INV-004533",
        (("INV-004533.pdf", "pennine-contradiction"),),
    ),
    PlannedMail(
        "brandt-werkzeugtechnik", "2026-03-19 14:45", "Rechnung RE-2026-1264",
        "unsere Rechnung über das Voreinstellgerät",
        (("RE-2026-1264.pdf", "brandt-large"),),
    ),
    PlannedMail(
        "duval-robinetterie", "2026-03-20 10:30", "Avoir AV202600052",
        "notre avoir sur la facture FAC202600871",
        (("AV202600052.pdf", "duval-credit"),),
    ),
    PlannedMail(
        "suministros-coruna", "2026-03-21 09:15", "Horario de Semana Santa",
        "nuestro horario: el almacén permanecerá cerrado los días 2 y 3 de abril",
    ),
    PlannedMail(
        "rodamientos-atlantico", "2026-03-24 16:05", "Fra. A26-0844",
        "la factura A26-0844 protegida con contraseña",
        (("A26-0844.pdf", "rodamientos-encrypted"),),
    ),
    PlannedMail(
        "luz-noroeste", "2026-04-06 07:20", "Su factura de la luz ya está disponible",
        "su factura de marzo",
        (("factura-marzo.png", "luz-picture"),),
    ),
)  # fmt: skip
"""In the order of their delivery."""

FILES: tuple[tuple[str, str], ...] = (
    ("Factura 2026-000467 Suministros.pdf", "suministros-2"),
    ("escaneo_0007.pdf", "oceane-scan"),
    ("Shannon April.pdf", "shannon-2"),
    ("oferta_urgente.pdf", "bomb"),
)
"""What people drop into the watched folder."""

PAYMENTS: tuple[Payment, ...] = (
    Payment(_day(3, 15), ("souto-1",), "MINUTA 26-0031"),
    Payment(_day(3, 16), ("shannon-1",), "SEPA CREDIT TRANSFER 5340DF53-0011"),
    Payment(_day(3, 30), ("suministros-1", "suministros-2"), "FRAS 2026/000418 Y 2026/000467"),
    Payment(_day(4, 3), ("brandt-1",), "RE-2026-1187 GASTOS INCLUIDOS", fee=Decimal("12.50")),
    Payment(_day(4, 10), ("oceane-scan",), "FACTURE 26.0417"),
    Payment(_day(4, 10), ("nordlicht-1",), "RG 202603-118"),
    Payment(_day(4, 13), ("suministros-3",), "FRA 2026/000512"),
    Payment(_day(4, 15), ("transportes-1", "transportes-2", "transportes-3"), "FRAS F-26-0188 F-26-0204 F-26-0219"),
    Payment(_day(4, 15), ("shannon-2",), "5340DF53-0012"),
    Payment(_day(4, 16), ("oceane-1",), "FACTURE 26.0452"),
    Payment(_day(4, 20), ("duval-1", "duval-2", "duval-credit"), "FAC202600871 FAC202600934 MOINS AVOIR AV202600052"),
    Payment(_day(4, 26), ("luz-picture",), "RECIBO LN26-0404773"),
    Payment(_day(5, 4), ("rodamientos-1",), "FRA A26-0731 PEDIDO PC-2026-0141"),
)  # fmt: skip
"""Lines of the bank statement; `luz-1` stays unpaid, `pennine-1` is paid in pounds from another account."""
