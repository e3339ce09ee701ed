"""Who plays in the demo: the office (the buyer) and its suppliers, as their letterheads name them.

The same companies stand in `config/oficio.yaml` and `config/suppliers.yaml`, which the office itself reads; VAT ids and
IBANs have valid check digits and belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.invoices import Party

__all__ = ["OFFICE", "OFFICE_BIC", "OFFICE_IBAN", "SUPPLIERS", "Player"]

OFFICE_IBAN = "ES4520800040603040012345"
OFFICE_BIC = "CAGLESMM"
OFFICE = Party(
    name="Talleres Ferrol Norte, S.L.",
    street="Pol. Ind. Río do Pozo, parcela 48",
    city="15578 Narón",
    country="ES",
    vat_id="ESB15999998",
    iban=OFFICE_IBAN,
    bic=OFFICE_BIC,
    email="facturas@talleresferrolnorte.example",
)


@dataclass(frozen=True, slots=True)
class Player:
    """A supplier: letterhead, language, the layout of its invoices, and its code in the legacy system ("" if none)."""

    party: Party
    language: str
    layout: str
    legacy_code: str


def _player(
    name: str,
    address: tuple[str, str, str],
    ids: tuple[str, str, str],
    site: str,
    phone: str,
    looks: tuple[str, str, str],
) -> Player:
    street, city, country = address
    vat_id, iban, bic = ids
    language, layout, legacy_code = looks
    party = Party(
        name=name,
        street=street,
        city=city,
        country=country,
        vat_id=vat_id,
        iban=iban,
        bic=bic,
        phone=phone,
        email=f"facturacion@{site}" if language == "es" else f"billing@{site}",
        web=f"www.{site}",
    )
    return Player(party, language, layout, legacy_code)


SUPPLIERS: dict[str, Player] = {
    "suministros-coruna": _player(
        "Suministros Industriales Coruña, S.L.",
        ("Avda. de la Industria, 27", "15008 A Coruña", "ES"),
        ("ESB12393310", "ES3601682815629640946478", "BBRUESMX"),
        "suministros-coruna.example", "+34 981 204 518", ("es", "facturier", "400012"),
    ),
    "rodamientos-atlantico": _player(
        "Rodamientos del Atlántico, S.A.",
        ("C/ Gutenberg, 14", "36213 Vigo", "ES"),
        ("ESB15338973", "ES6631181728345367925692", "CCRIES2A118"),
        "rodamientos-atlantico.example", "+34 986 417 702", ("es", "tira", "400027"),
    ),
    "souto-asesoria": _player(
        "Carmen Souto Prieto",
        ("C/ Real, 112, 2º dcha.", "15402 Ferrol", "ES"),
        ("ES56256831G", "ES1402201210319103895000", "FIOFESM1"),
        "souto-asesoria.example", "+34 981 350 226", ("es", "minimal", "410003"),
    ),
    "transportes-ria-ares": _player(
        "Transportes Ría de Ares, S.L.",
        ("Muelle de Ares, s/n", "15624 Ares", "ES"),
        ("ESB18385419", "ES1402026200600734633993", "BBVAESMM"),
        "transportes-riadeares.example", "+34 981 448 090", ("es", "workshop", "400031"),
    ),
    "luz-noroeste": _player(
        "Luz del Noroeste Comercializadora, S.A.",
        ("Plaza de Lugo, 3", "15004 A Coruña", "ES"),
        ("ESB16382954", "ES4015868457793960627940", "TRBKESM2XXX"),
        "luz-noroeste.example", "+34 900 104 220", ("es", "telecom", "410010"),
    ),
    "pennine-fasteners": _player(
        "Pennine Fasteners Ltd",
        ("Unit 9, Kingsway Park", "Leeds LS11 5DY", "GB"),
        ("GB933659440", "GB03PLUK89102579939426", "PLUKGB21XXX"),
        "pennine-fasteners.example", "+44 113 496 0277", ("en", "wholesale", "400101"),
    ),
    "shannon-cloud": _player(
        "Shannon Cloud Services DAC",
        ("14 Merrion Row", "Dublin D02 X285", "IE"),
        ("IE8895847D", "IE83BOFI92981291495275", "BOFIIE2D"),
        "shannon-cloud.example", "+353 1 531 4470", ("en", "startup", "410102"),
    ),
    "brandt-werkzeugtechnik": _player(
        "Brandt Werkzeugtechnik GmbH",
        ("Industrieweg 31", "70563 Stuttgart", "DE"),
        ("DE185677681", "DE88721690139002943220", "GENODEF1ARH"),
        "brandt-werkzeugtechnik.example", "+49 711 782 3140", ("de", "briefbogen", "400203"),
    ),
    "nordlicht-messtechnik": _player(
        "Nordlicht Messtechnik AG",
        ("Hafenstraße 8", "20457 Hamburg", "DE"),
        ("DE331367415", "DE04500700565037668118", "DEUTDEFFXXX"),
        "nordlicht-messtechnik.example", "+49 40 3197 550", ("de", "banner", "400204"),
    ),
    "vogel-antriebstechnik": _player(
        "Vogel Antriebstechnik GmbH & Co. KG",
        ("Am Alten Bahnhof 5", "04103 Leipzig", "DE"),
        ("DE272127487", "DE80570400445335163250", "COBADEFFXXX"),
        "vogel-antriebstechnik.example", "+49 341 226 7180", ("de", "ledger", "400205"),
    ),
    "duval-robinetterie": _player(
        "Robinetterie Duval et Fils SAS",
        ("42, rue de la République", "69007 Lyon", "FR"),
        ("FR48615898020", "FR7630003020000001234567810", "SOGEFRPP"),
        "robinetterie-duval-et-fils.example", "+33 4 72 91 30 08", ("fr", "export", "400301"),
    ),
    "oceane-impression": _player(
        "Océane Impression SARL",
        ("ZA Les Peupliers, lot 6", "44000 Nantes", "FR"),
        ("FR81404198053", "FR7616958000010009876543244", "QNTOFRP1XXX"),
        "oceane-impression.example", "+33 2 40 18 77 61", ("fr", "ledger", "410303"),
    ),
    "ferreteria-puente-nuevo": _player(  # not in the supplier master
        "Ferretería Puente Nuevo, S.L.",
        ("Carretera de Castilla, 605", "15404 Ferrol", "ES"),
        ("ESB11349529", "ES4914801008194012920551", "VOWAES21"),
        "ferreteria-puentenuevo.example", "+34 981 377 541", ("es", "ledger", ""),
    ),
}  # fmt: skip
