"""Which column of a bank's table is what, by the words that banks print, in ten languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors.sheets.header import plain

__all__ = ["Columns", "find_columns", "is_debit", "is_pending"]

_ROLES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("value_date", (
        r"value ?date", r"valuta ?datum", r"^valuta$", r"wertstellung", r"^wert$", r"fecha ?(?:de ?)?valor",
        r"f\.? ?valor", r"date ?(?:de ?)?valeur", r"data ?valuta", r"data ?valor",
        r"rentedatum", r"interest date", r"valueringsdag",
    )),
    ("booked", (
        r"^(?:date|day)\b", r"(?:book|post)(?:ing|ed)?.?(?:date|day)", r"transaction.?date",
        r"(?:started|completed) date", r"^datum", r"buchungs(?:tag|datum)", r"^buchung$",
        r"fecha", r"f\.? ?(?:operacion|contable)",
        r"date ?(?:d.)?(?:operation|comptab)", r"^data\b", r"(?:boekings?|boek|transactie) ?datum", r"bokforingsdag",
        r"^dato$", r"kuupaev", r"^entry ?date",
    )),
    ("balance", (r"balance", r"saldo", r"solde", r"kontostand")),
    ("fee", (r"^fees?$", r"^gebuhr", r"^comision$", r"^frais$")),
    ("currency", (
        r"^(?:currency|ccy|curr\.?|wahrung|waehrung|devise|divisa|moneda|munt|monnaie|moeda|waluta|mena)$",
        r"currency ?code", r"(?:account|transaction|konto) ?(?:currency|wahrung)",
    )),
    ("indicator", (
        r"^(?:soll ?/ ?haben|s/h|af ?/? ?bij|dr ?/? ?cr|cr ?/? ?dr|d/c|c/d|signo|sens)$",
        r"^(?:debit ?/ ?credit|credit ?/ ?debit|debit ?credit ?(?:indicator|code)|credit ?debit ?(?:indicator|code))$",
    )),
    ("credit", (
        r"^(?:credit|cr|haben|abonos?|haber|ingresos?|money in|paid in|amount in|gutschrift(?:en)?|avere|entrate|"
        r"accrediti?|bij|credito|deposits?|recettes|encaissement|zugang|credit ?amount|amount ?credit)"
        r"(?: ?\(?(?:[a-z€$£]{0,3}|euros?)\)?)?$",
    )),
    ("debit", (
        r"^(?:debit|dr|soll|cargos?|debe|gastos?|money out|paid out|amount out|lastschrift(?:en)?|dare|uscite|"
        r"addebiti?|af|debito|withdrawals?|depenses|decaissement|abgang|debit ?amount|amount ?debit)"
        r"(?: ?\(?(?:[a-z€$£]{0,3}|euros?)\)?)?$",
    )),
    ("amount", (
        r"^(?:amount|amt|betrag|umsatz|importe?|montante?|bedrag|belopp|belob|beloep|valor|value|kwota|castka|sum)\b"
        r"(?!.*(?:currency|foreign|original|fee))",
        r"^(?:importo|betrag|importe|montant|bedrag)", r"^(?:transaction|net|booked) ?amount", r"^net(?:to|o)?$",
    )),
    ("own_account", (
        r"^(?:account|account ?(?:number|no\.?|iban)?|konto(?:nummer)?|cuenta|ccc|iban konto|compte|conto|rekening|"
        r"auftragskonto|own ?account|rekeningnummer|iban ?/ ?bban|my account)$",
    )),
    ("iban", (
        r"iban", r"counter(?:party)? ?account", r"(?:beneficiary|payee|partner|recipient).?account", r"tegenrekening",
        r"gegenkonto", r"bank ?account", r"cuenta ?(?:destino|origen|beneficiar)", r"compte ?(?:beneficiaire|tiers)",
    )),
    ("party", (
        r"(?:begue?nstigte\w*|empfange\w*) ?[/ ] ?(?:zahlungspflicht|auftraggeber)", r"counter ?party", r"partner",
        r"(?:zahlungspflicht\w*|auftraggeber\w*|payer|sender|debtor) ?[/ ] ?(?:payee|empfang|begue?nstigt|recipient)",
    )),
    ("payer", (
        r"payer", r"zahlungspflicht", r"auftraggeber", r"ordenante", r"debtor", r"sender", r"remitter", r"donneur",
    )),
    ("payee", (
        r"payee", r"beneficiar", r"beneficiaire", r"begue?nstigt", r"empfanger", r"creditor", r"recipient", r"merchant",
    )),
    ("party", (r"name", r"tiers", r"contraparte", r"controparte", r"naam")),
    ("status", (r"^(?:status|state|estado|statut|stato|etat)$",)),
    ("end_to_end_id", (r"end.?to.?end", r"\be2e\b")),
    ("reference", (
        r"^ref\b", r"referen[ct]", r"referenz", r"riferimento", r"kenmerk", r"^numero", r"document", r"cheque",
        r"check ?(?:no|num)", r"transaction ?id", r"^id$", r"mandat", r"invoice",
    )),
    ("text", (
        r"descri", r"detail", r"memo", r"narrative", r"text", r"label", r"libelle", r"zweck", r"concepto?\b", r"observ",
        r"purpose", r"mededeling", r"omschrijving", r"causale", r"message", r"remittance", r"remark", r"particular",
        r"informacion", r"movimiento", r"comment", r"\bnote", r"communication", r"category", r"type",
    )),
)  # fmt: skip
"""In order: the first role with a pattern that fits takes the column. Patterns see names in lower case, without
accents.
"""

_COMPILED: Final = tuple((role, re.compile("|".join(f"(?:{one})" for one in patterns))) for role, patterns in _ROLES)
_SINGLE: Final = frozenset(
    {"value_date", "booked", "balance", "currency", "indicator", "credit", "debit", "amount", "own_account", "fee"}
)
_PENDING: Final = re.compile(r"pend|revert|declin|fail|cancel|vorgemerkt|annul|rechaz|refus|en cours|in attesa")
_DEBIT: Final = frozenset(
    {
        "d",
        "dr",
        "db",
        "debit",
        "dbit",
        "soll",
        "s",
        "af",
        "debe",
        "cargo",
        "-",
        "out",
        "debet",
        "dare",
        "adeudo",
        "debito",
    }
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Role -> names of columns; text, party, reference and iban may have several."""

    by_role: dict[str, tuple[str, ...]]

    def one(self, role: str) -> str | None:
        """The column of a role, None when there is none."""
        names = self.by_role.get(role)
        return names[0] if names else None

    def all(self, role: str) -> tuple[str, ...]:
        """All columns of a role."""
        return self.by_role.get(role, ())


def find_columns(names: Iterable[str]) -> Columns:
    """Tell the columns of a bank's table apart by their names."""
    roles: dict[str, list[str]] = {}
    for name in names:
        words = re.sub(r"[_\s]+", " ", plain(name)).strip()
        for role, pattern in _COMPILED:
            if pattern.search(words) and not (role in _SINGLE and role in roles):
                roles.setdefault(role, []).append(name)
                break
    return Columns({role: tuple(found) for role, found in roles.items()})


def is_debit(word: str) -> bool:
    """Whether a sign column says debit (`D`, `Soll`, `Af`, `Debe`)."""
    return plain(word) in _DEBIT


def is_pending(word: str) -> bool:
    """Whether a status column says that the line is not booked: pending, reverted, declined, vorgemerkt."""
    return _PENDING.search(plain(word)) is not None
