"""The rules of a reconciliation: `config/reconciliations/NAME.yaml`, read and checked by `read_rules`.

Amounts are minor units of the item's currency, percentages are percent, days are calendar days.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.yaml_file import Strict, read_yaml

__all__ = [
    "FIELDS",
    "REQUIRED",
    "Discount",
    "Exchange",
    "Fee",
    "Kind",
    "Parties",
    "Rules",
    "Source",
    "Tolerance",
    "Window",
    "Workbook",
    "known_rules",
    "read_rules",
]

Kind = Literal["match", "three-way", "versions"]
FIELDS = (
    "id", "party_id", "party", "reference", "text", "iban", "date", "due", "amount", "currency", "quantity",
    "unit_price",
)  # fmt: skip
"""Columns that the reconciler understands; a source maps its own names to them."""
REQUIRED = ("amount", "date")
"""A source of items must have these (the amount may come as `amount_minor`, or as `credit` and `debit`)."""

Percent = Annotated[Decimal, Field(ge=0, le=100)]
Minor = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(ge=0, le=3650)]
MAPPED = (*FIELDS, "amount_minor", "credit", "debit")


class Source(Strict):
    """One side: what its columns are called and how it is read.

    Attributes:
        label: how people call it ("Ledger", "Bank").
        columns: our name -> the file's name. What is not given is inferred from the header.
        constants: our name -> a value that every row has (currency: EUR).
        sign: multiplies the amounts so that both sides of a settled item have the same sign; auto: inferred from
            what can be matched, and reported.
        key: columns that name a row where there is no `id` (versions: the key of a row).
        currency: of rows that do not say.
        files: glob, below the office's home, of the files that `oficio run reconcile` takes.
        database, query: or a query of a database: the name of the secret that holds its SQLAlchemy URL, and one SELECT;
            read in a transaction that may only read.
        system, listing: or a list of a system of config/systems, read through all its pages.
        items, states: or our own work items of a process, in these states.
        sheet, table, header_row, hidden_rows, totals, decimal_mark, date_order, encoding, delimiter: override what the
            reader infers (see connectors/sheets/options.py).
    """

    label: str = ""
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    sign: Literal[1, -1, "auto"] = 1
    key: tuple[str, ...] = ()
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    files: str = ""
    database: str = ""
    query: str = ""
    system: str = ""
    listing: str = "entries"
    items: str = ""
    states: tuple[str, ...] = ("entered", "reconciled")
    sheet: str | int | None = None
    table: Annotated[int, Field(ge=1)] = 1
    header_row: Annotated[int, Field(ge=0)] | None = None
    hidden_rows: Literal["keep", "drop"] = "keep"
    totals: Literal["drop", "keep"] = "drop"
    decimal_mark: Literal[",", "."] | None = None
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def placed(self) -> bool:
        """Whether the rules say where this side comes from."""
        return bool(self.files or self.query or self.system or self.items)

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        places = [self.files, self.query, self.system, self.items]
        if bool(self.database) != bool(self.query) or sum(map(bool, places)) > 1:
            raise ValueError("give `files`, or `database` and `query` together, or `system`, or `items`")
        return self

    @model_validator(mode="after")
    def _known_columns(self) -> Source:
        unknown = sorted((set(self.columns) | set(self.constants)) - set(MAPPED))
        if unknown:
            raise ValueError(f"unknown column {unknown[0]!r}; there are: {', '.join(MAPPED)}")
        return self


class Tolerance(Strict):
    """How far the amount may be off when the reference agrees, and how many days apart.

    Attributes:
        minor, percent: so many minor units, or so many percent of the item: the larger of both.
        most_percent: but never more than so many percent of the item.
    """

    minor: Minor = 5
    percent: Percent = Decimal(0)
    most_percent: Percent = Decimal(100)
    days: Days = 400


class Fee(Strict):
    """What a bank may keep for itself: at most so many minor units and so many percent of the item.

    Attributes:
        on_top: also when it was added to what was paid, rather than taken from it.
    """

    minor: Minor = 1500
    percent: Percent = Decimal(25)
    on_top: bool = False


class Discount(Strict):
    """Cash discount: one of these percentages, when paid within so many days of the item's date."""

    percents: tuple[Percent, ...] = (Decimal(1), Decimal(2), Decimal(3))
    days: Days = 14


class Exchange(Strict):
    """Payment in another currency.

    Attributes:
        base: the rates are units of this currency for one of theirs.
        rates: by currency; what is missing is learned from items that name each other, and reported.
        percent: how far a payment may be from the rate.
        file: a table beside the left file with columns currency and rate, taken when it is there.
    """

    base: str = "EUR"
    rates: dict[str, Decimal] = {}
    percent: Percent = Decimal(2)
    learn: bool = True
    file: str | None = None


class Window(Strict):
    """Without a reference: how many days before and after its item a payment may be."""

    before: Days = 3
    after: Days = 130
    sum_after: Days = 75


class Parties(Strict):
    """What is known of the other party: aliases (name in the text -> party id), and a table beside the left file."""

    aliases: dict[str, str] = {}
    ibans: dict[str, str] = {}
    file: str | None = None
    columns: dict[str, str] = {"party_id": "supplier_id", "party": "name", "iban": "iban"}


class Workbook(Strict):
    """The workbook's language, and how many rows its Matched sheet shows (all of them are in groups.parquet)."""

    language: Literal["en", "es"] = "en"
    matched_rows: Annotated[int, Field(ge=0, le=500_000)] = 20_000
    workbook: bool = True


class Rules(Strict):
    """One reconciliation.

    Attributes:
        name, title: what it is called.
        kind: match (items against items), three-way (order, delivery, invoice), versions (two states of one table).
        partial: accept a payment of less than the item that names it; the rest stays open as a residual.
        most_items: how many items one payment may settle without naming them.
        sign_off: groups whose difference or residual is larger (minor units) are for a person; None: none.
        whole: each run compares both sides whole, rather than what is new with what the last one left open.
        most_questions: above so many suggestions the workbook alone asks; up to it each one is a review task.
        certainty: how sure an item must be among its rivals to be taken without a person.
    """

    name: str = "reconciliation"
    title: str = ""
    kind: Kind = "match"
    left: Source = Source(label="Left")
    right: Source = Source(label="Right")
    third: Source | None = None
    tolerance: Tolerance = Tolerance()
    fee: Fee | None = Fee()
    discount: Discount | None = Discount()
    fx: Exchange | None = Exchange()
    window: Window = Window()
    parties: Parties = Parties()
    partial: bool = True
    whole: bool = False
    most_items: Annotated[int, Field(ge=1, le=12)] = 8
    certainty: Annotated[Decimal, Field(ge=Decimal("0.5"), le=1)] = Decimal("0.99")
    sign_off: Minor | None = None
    most_questions: Annotated[int, Field(ge=0, le=1000)] = 200
    price_percent: Percent = Decimal(0)
    quantity_percent: Percent = Decimal(0)
    workbook: Workbook = Workbook()

    def digest(self) -> str:
        """SHA-256 of the rules, whatever order their file has."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


_FOLDER = Path(__file__).parent / "reconciliations"


def read_rules(name: str | Path) -> Rules:
    """The rules in a file, or those shipped under that name. Raises ConfigError (OF101, OF102, OF103)."""
    path = Path(name)
    if not path.suffix and not path.is_file():
        path = _FOLDER / f"{name}.yaml"
    return read_yaml(path, Rules)


def known_rules() -> list[str]:
    """Names of the rules that are shipped."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))
