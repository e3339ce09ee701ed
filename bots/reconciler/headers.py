"""What the columns of a table are, by their names in several languages and by what stands in them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bots.reconciler.words import squash

__all__ = ["guess_columns"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "amount_minor": (
        "amount_minor", "minor", "cents", "centimos",
    ),
    "credit": (
        "credit", "credits", "haber", "abono", "abonos", "ingreso", "paid in", "money in", "gutschrift", "crédit",
    ),
    "debit": (
        "debit", "debits", "debe", "cargo", "cargos", "withdrawal", "paid out", "money out", "lastschrift",
        "débit",
    ),
    "amount": (
        "amount", "importe", "betrag", "montant", "importo", "bedrag", "gross", "gross total", "total", "value",
        "monto", "importe total", "total factura", "invoice total", "open amount", "saldo pendiente",
        "balance due", "umsatz",
    ),
    "id": (
        "id", "line id", "ledger id", "bank id", "entry", "entry no", "asiento", "item id", "record", "row id",
        "belegnr",
    ),
    "party_id": (
        "supplier id", "vendor id", "party id", "customer id", "account", "supplier code", "proveedor codigo",
        "kreditor", "codigo proveedor", "cod proveedor", "vendor no", "company",
    ),
    "party": (
        "supplier", "vendor", "party", "counterparty", "name", "customer", "proveedor", "cliente", "beneficiary",
        "payee", "beneficiario", "ordenante", "lieferant", "empfänger", "fournisseur", "fornitore", "leverancier",
        "tercero", "beneficiario ordenante", "ordenante beneficiario", "beneficiario remitente", "payee payer",
        "empfänger auftraggeber", "auftraggeber empfänger", "name empfänger", "contraparte", "gegenpartei",
        "tegenpartij",
    ),
    "reference": (
        "reference", "ref", "invoice", "invoice number", "invoice no", "number", "numero", "factura",
        "nº factura", "num factura", "rechnung", "rechnungsnummer", "document", "document no", "documento",
        "numéro", "belegnummer", "facture", "referencia",
    ),
    "text": (
        "text", "description", "concepto", "details", "narrative", "memo", "remittance", "verwendungszweck",
        "libellé", "descripcion", "observaciones", "buchungstext", "motivo", "purpose", "particulars",
    ),
    "iban": (
        "iban", "account iban", "cuenta", "iban contrapartida", "counterparty iban",
    ),
    "due": (
        "due", "due date", "vencimiento", "fecha vencimiento", "fällig", "échéance", "scadenza",
    ),
    "date": (
        "date", "fecha", "datum", "booking date", "value date", "posting date", "invoice date", "issue date",
        "data", "booked", "fecha operacion", "fecha valor", "fecha factura", "buchungstag", "valuta",
        "transaction date",
    ),
    "currency": (
        "currency", "moneda", "divisa", "währung", "waehrung", "devise", "valuta code", "ccy", "cur",
    ),
    "quantity": (
        "quantity", "qty", "cantidad", "menge", "quantité", "units", "unidades",
    ),
    "unit_price": (
        "unit price", "price", "precio", "precio unitario", "einzelpreis", "prix unitaire", "preis",
    ),
}  # fmt: skip
_SYNONYMS = {squash(name): (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)}
_CURRENCY = r"^[A-Za-z]{3}$"


def guess_columns(frame: pl.DataFrame) -> dict[str, str]:
    """Our name -> the column's name, for the columns that can be told; the best synonym wins.

    What names do not tell, contents do: IBANs, ISO currency codes, the only column of dates, the longest text.
    """
    found: dict[str, tuple[int, str]] = {}
    for column in frame.columns:
        known = _SYNONYMS.get(squash(column))
        if known and (known[0] not in found or known[1] < found[known[0]][0]):
            found[known[0]] = (known[1], column)
    columns = {field: column for field, (_, column) in found.items()}
    if "credit" in columns and "debit" in columns:
        columns.pop("amount", None)
    elif "amount" in columns or "amount_minor" in columns:
        columns = {field: column for field, column in columns.items() if field not in ("credit", "debit")}
    if "amount_minor" in columns:
        columns.pop("amount", None)
    if "party" in columns and "party_id" not in columns and _are_codes(frame[columns["party"]]):
        columns["party_id"] = columns.pop("party")
    _by_content(frame, columns)
    return columns


def _are_codes(values: pl.Series) -> bool:
    """Whether a column of parties gives codes (P0001) rather than names."""
    some = values.drop_nulls().cast(pl.String).head(200)
    return not some.is_empty() and _share(some, r"^\s*[\p{L}./-]*\d[\p{L}\d./-]*\s*$") > 0.95


def _by_content(frame: pl.DataFrame, columns: dict[str, str]) -> None:
    free = [name for name in frame.columns if name not in columns.values()]
    for name in free:
        values = frame[name].drop_nulls().head(200)
        if values.is_empty():
            continue
        if values.dtype.is_temporal():
            columns.setdefault("date", name)
        elif values.dtype.is_numeric() and not {"amount", "amount_minor", "credit"} & set(columns):
            columns["amount"] = name
        elif values.dtype == pl.String:
            _text_by_content(name, values, columns)


def _text_by_content(name: str, values: pl.Series, columns: dict[str, str]) -> None:
    if "iban" not in columns and _share(values, r"^[A-Z]{2}\d{2}[A-Z0-9 ]{11,}$") > 0.9:
        columns["iban"] = name
    elif "currency" not in columns and values.str.contains(_CURRENCY).all() and values.n_unique() <= 20:
        columns["currency"] = name
    elif "date" not in columns and values.str.contains(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}").all():
        columns["date"] = name
    elif (
        "text" not in columns
        and int(values.str.len_chars().sum()) > 14 * len(values)
        and values.n_unique() > len(values) // 2
    ):
        columns["text"] = name


def _share(values: pl.Series, pattern: str) -> float:
    """Which share of texts has a form."""
    return int(values.str.contains(pattern).sum()) / len(values)
