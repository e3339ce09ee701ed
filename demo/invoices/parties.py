"""Made-up companies, each with address, VAT id and bank account that pass their check digits."""

from __future__ import annotations

import unicodedata
from random import Random

from schwifty import BIC

from demo.invoices.identifiers import bank_account, spanish_person_id, vat_id
from demo.invoices.model import Party

__all__ = ["COUNTRIES", "draw_party"]

COUNTRIES: dict[str, tuple[str, ...]] = {
    "es": ("ES",),
    "ca": ("ES",),
    "en": ("GB", "IE", "GB"),
    "de": ("DE", "DE", "AT", "CH"),
    "fr": ("FR", "FR", "BE"),
    "it": ("IT",),
    "pt": ("PT",),
    "nl": ("NL", "BE"),
    "pl": ("PL",),
    "sv": ("SE",),
    "da": ("DK",),
    "gl": ("ES",),
    "eu": ("ES",),
    "cs": ("CZ",),
    "hu": ("HU",),
    "ro": ("RO",),
    "el": ("GR",),
}
"""Where the sellers of a language may sit."""

_CITIES: dict[str, tuple[str, ...]] = {
    "ES": ("15403 Ferrol", "36201 Vigo", "08018 Barcelona", "48001 Bilbao", "28037 Madrid", "46014 València"),
    "GB": ("Leeds LS11 5DY", "Bristol BS1 4TR", "Glasgow G2 8JB", "London EC1V 9BD"),
    "IE": ("Dublin D02 X285", "Cork T12 RK2V", "Limerick V94 T28R"),
    "DE": ("20457 Hamburg", "70563 Stuttgart", "04103 Leipzig", "81379 München", "50933 Köln"),
    "AT": ("1030 Wien", "4020 Linz", "8010 Graz"),
    "CH": ("8005 Zürich", "3011 Bern", "9000 St. Gallen"),
    "FR": ("69007 Lyon", "44000 Nantes", "33300 Bordeaux", "75011 Paris"),
    "BE": ("1070 Bruxelles", "2000 Antwerpen", "9000 Gent"),
    "IT": ("20154 Milano", "40128 Bologna", "10141 Torino", "35131 Padova"),
    "PT": ("4100-321 Porto", "1500-151 Lisboa", "3800-159 Aveiro"),
    "NL": ("3542 AB Utrecht", "1043 NX Amsterdam", "5612 AX Eindhoven"),
    "PL": ("61-731 Poznań", "50-062 Wrocław", "80-890 Gdańsk", "90-330 Łódź"),
    "SE": ("411 05 Göteborg", "211 20 Malmö", "112 51 Stockholm"),
    "DK": ("8000 Aarhus C", "5000 Odense C", "2300 København S"),
    "CZ": ("110 00 Praha 1", "602 00 Brno", "301 00 Plzeň"),
    "HU": ("1051 Budapest", "4024 Debrecen", "6720 Szeged"),
    "RO": ("010061 București", "400001 Cluj-Napoca", "300001 Timișoara"),
    "GR": ("105 63 Αθήνα", "546 24 Θεσσαλονίκη", "185 31 Πειραιάς"),
}
_STREETS: dict[str, tuple[str, ...]] = {
    "ES": (
        "Pol. Ind. Río do Pozo, parcela {n}",
        "C/ Real, {n}",
        "Avda. de la Industria, {n}",
        "Carrer de Pallars, {n}",
    ),
    "GB": ("{n} Albion Street", "Unit {n}, Kingsway Park", "{n} Harbour Road"),
    "IE": ("{n} Merrion Row", "Unit {n}, Ballymount Estate"),
    "DE": ("Hafenstraße {n}", "Industrieweg {n}", "Am Alten Bahnhof {n}", "Goethestr. {n}"),
    "AT": ("Mariahilfer Straße {n}", "Werkgasse {n}"),
    "CH": ("Hardturmstrasse {n}", "Seeweg {n}"),
    "FR": ("{n}, rue de la République", "{n} bis, avenue Jean Jaurès", "ZA Les Peupliers, lot {n}"),
    "BE": ("Rue de l'Étuve {n}", "Havenlaan {n}"),
    "IT": ("Via dell'Artigianato, {n}", "Corso Vittorio Emanuele II, {n}"),
    "PT": ("Rua do Ouro, {n}", "Zona Industrial, lote {n}"),
    "NL": ("Keizersgracht {n}", "Energieweg {n}"),
    "PL": ("ul. Święty Marcin {n}", "ul. Przemysłowa {n}"),
    "SE": ("Kungsgatan {n}", "Industrivägen {n}"),
    "DK": ("Vestergade {n}", "Håndværkervej {n}"),
    "CZ": ("Dlouhá {n}", "Průmyslová {n}"),
    "HU": ("Kossuth Lajos utca {n}.", "Ipari út {n}."),
    "RO": ("Str. Victoriei nr. {n}", "Bd. Unirii nr. {n}"),
    "GR": ("Ερμού {n}", "Λεωφόρος Κηφισίας {n}"),
}
_NAMES: dict[str, tuple[str, ...]] = {
    "ES": ("Suministros", "Ferretería", "Talleres", "Rodamientos", "Gestoría", "Transportes", "Electricidad", "Grupo"),
    "GB": ("Marlow", "Ashdown", "Pennine", "Thornbury", "Kestrel", "Halden"),
    "IE": ("Liffey", "Shannon", "Corrib", "Emerald"),
    "DE": ("Brandt", "Nordlicht", "Schäfer", "Vogel & Söhne", "Kranich", "Holzmann"),
    "AT": ("Alpen", "Donau", "Gruber"),
    "CH": ("Säntis", "Rütli", "Keller"),
    "FR": ("Lefèvre", "Atlantique", "Rhône", "Duval et Fils", "Océane", "Mistral"),
    "BE": ("Escaut", "Meuse", "Brabant"),
    "IT": ("Bianchi", "Meccanica", "Officine", "Fratelli Conti"),
    "PT": ("Douro", "Atlântico", "Irmãos Sousa", "Metalúrgica"),
    "NL": ("De Vries", "Maas", "Polder", "Van Dijk"),
    "PL": ("Bałtyk", "Wiśniewski", "Żuraw", "Stalprodukt"),
    "SE": ("Björk", "Nordsjö", "Vänern", "Åström"),
    "DK": ("Øresund", "Søgaard", "Fjord", "Bjerg"),
    "CZ": ("Vltava", "Dvořák", "Morava", "Šumava"),
    "HU": ("Duna", "Szabó", "Tisza", "Őrségi"),
    "RO": ("Carpați", "Dunărea", "Munteanu", "Transilvania"),
    "GR": ("Αιγαίο", "Παππάς", "Όλυμπος", "Πειραιάς"),
}
_TRADES: dict[str, tuple[str, ...]] = {
    "ES": ("Industriales", "del Atlántico", "Hermanos Castro", "Navales", "Galicia", "y Servicios Integrales"),
    "GB": ("Engineering", "Supplies", "Software", "Logistics", "Fasteners"),
    "IE": ("Cloud Services", "Freight", "Controls"),
    "DE": ("Werkzeugtechnik", "Bürobedarf", "Antriebstechnik", "Logistik", "Messtechnik"),
    "AT": ("Hydraulik", "Elektro"),
    "CH": ("Präzision", "Uhrwerke", "Informatik"),
    "FR": ("Robinetterie", "Conseil", "Matériaux", "Impression", "Électricité"),
    "BE": ("Transport", "Chimie", "Trading"),
    "IT": ("Ricambi", "Utensili", "Impianti"),
    "PT": ("Ferramentas", "Transportes", "Moldes"),
    "NL": ("Techniek", "Logistiek", "Verpakkingen"),
    "PL": ("Narzędzia", "Transport", "Instalacje"),
    "SE": ("Verktyg", "Åkeri", "Teknik"),
    "DK": ("Værktøj", "Transport", "Teknik"),
    "CZ": ("Nářadí", "Doprava", "Kovovýroba"),
    "HU": ("Szerszám", "Szállítás", "Gépgyártó"),
    "RO": ("Scule", "Transport", "Instalații"),
    "GR": ("Εργαλεία", "Μεταφορές", "Μεταλλική"),
}
_FORMS: dict[str, tuple[str, ...]] = {
    "ES": (", S.L.", ", S.A.", " S.L.U.", ", S. Coop. Galega"),
    "GB": (" Ltd", " Limited", " PLC", " & Co. Ltd"),
    "IE": (" Ltd", " DAC"),
    "DE": (" GmbH", " GmbH & Co. KG", " AG", " e.K."),
    "AT": (" GmbH", " OG"),
    "CH": (" AG", " GmbH"),
    "FR": (" SARL", " SAS", " S.A.", " EURL"),
    "BE": (" SRL", " BV", " NV"),
    "IT": (" S.r.l.", " S.p.A.", " S.n.c."),
    "PT": (", Lda.", ", S.A.", " - Unipessoal, Lda."),
    "NL": (" B.V.", " N.V."),
    "PL": (" Sp. z o.o.", " S.A.", " sp.j."),
    "SE": (" AB",),
    "DK": (" ApS", " A/S"),
    "CZ": (" s.r.o.", " a.s."),
    "HU": (" Kft.", " Zrt.", " Bt."),
    "RO": (" SRL", " SA"),
    "GR": (" Α.Ε.", " Ε.Π.Ε."),
}
_PERSONS = ("Uxía Rey Lamas", "Brais Otero Vidal", "Carmen Souto Prieto", "Iago Feal Díaz", "Núria Puig Soler")
_DIALS = {
    "ES": "+34 9", "GB": "+44 1", "IE": "+353 1", "DE": "+49 40", "AT": "+43 1", "CH": "+41 44", "FR": "+33 4",
    "BE": "+32 2", "IT": "+39 02", "PT": "+351 22", "NL": "+31 30", "PL": "+48 61", "SE": "+46 31", "DK": "+45 8",
    "CZ": "+420 2", "HU": "+36 1", "RO": "+40 21", "GR": "+30 21",
}  # fmt: skip


def draw_party(rng: Random, country: str, *, person: bool = False) -> Party:
    """A company of a country; `person`: a Spanish professional on own account, who suffers withholding."""
    name = rng.choice(_PERSONS) if person else _company(rng, country)
    iban, bic = bank_account(rng, country)
    host = _host(name if person else name.rsplit(" ", 1)[0]) + {"GB": ".co.uk", "ES": ".es", "IE": ".ie"}.get(
        country, f".{country.lower()}"
    )
    banks = BIC(bic).bank_names
    return Party(
        name=name,
        street=rng.choice(_STREETS[country]).format(n=rng.randint(2, 190)),
        city=rng.choice(_CITIES[country]),
        country=country,
        vat_id=spanish_person_id(rng) if person else vat_id(rng, country),
        iban=iban,
        bic=bic,
        bank=banks[0][:40] if banks else "",
        phone=f"{_DIALS[country]}{rng.randint(10, 99)} {rng.randint(100, 999)} {rng.randint(100, 999)}",
        email=f"{rng.choice(('info', 'billing', 'admin', 'office'))}@{host}",
        web=f"www.{host}",
        trade=rng.choice(_TRADES[country]),
    )


def _company(rng: Random, country: str) -> str:
    return f"{rng.choice(_NAMES[country])} {rng.choice(_TRADES[country])}{rng.choice(_FORMS[country])}"


def _host(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ø", "o").replace("Ø", "O").replace("ß", "ss"))
    return "".join(char for char in plain.lower() if char.isascii() and char.isalnum())[:18] or "firma"
