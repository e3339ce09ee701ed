"""What a bank file says: statements of accounts with their entries, balances and problems.

Amounts of entries are int64 minor units, signed as the account holder sees them (a credit is positive); balances and
totals are exact Decimals as printed.  A statement that does not balance is reported in `problems`, never refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from config.errors import Reason
from config.money import exponent

__all__ = ["BankFile", "Detail", "Draft", "Entry", "Statement"]

_MAX_MINOR = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment inside an entry that books several at once (ISO 20022 `TxDtls` of a batch booking)."""

    amount: int | None
    currency: str
    reference: str = ""
    end_to_end_id: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    bank_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement.

    Attributes:
        booked, value_date: None when the file does not say, or says a day that does not exist (see the problems).
        amount: minor units of `currency`, positive for a credit; rounded half up only where `exact` is set.
        reference: the payer's or customer's reference (structured creditor reference, :61: reference, cheque number).
        end_to_end_id: the ISO 20022 end-to-end id, or what the dialect calls EREF.
        name, iban: the other party and its account (a domestic number where there is no IBAN).
        text: remittance information and whatever the bank prints, blanks folded.
        bank_ids: the bank's own ids of the entry (account servicer reference, transaction id, FITID).
        reversal: this entry takes back an earlier one; its sign is already its own.
        pending: not booked (ISO 20022 PDNG and INFO, MT942 expected): not in the totals nor in the balance.
        code: the bank's transaction code (`PMNT/RCDT/ESCT`, `NTRF`, `165`).
        line: where in the file, counted from 1; for XML and CSV the record's number in its statement.
        exact: the amount as printed where it is finer than a minor unit, else None.
        details: the payments of a batch booking, empty when there is one or none.
    """

    booked: date | None
    value_date: date | None
    amount: int
    currency: str
    reference: str = ""
    end_to_end_id: str = ""
    name: str = ""
    iban: str = ""
    text: str = ""
    bank_ids: tuple[str, ...] = ()
    reversal: bool = False
    pending: bool = False
    code: str = ""
    line: int = 0
    exact: Decimal | None = None
    details: tuple[Detail, ...] = ()

    @property
    def value(self) -> Decimal:
        """The amount as a Decimal, exactly as printed."""
        return self.exact if self.exact is not None else Decimal(self.amount).scaleb(-exponent(self.currency))


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, report or notification about one account in one currency.

    Attributes:
        account: IBAN, or the account as the file names it; "" when it does not.
        currency: ISO 4217 code of the account; "" when the file does not say.
        opening, closing: booked balances; None when the file does not give them.
        credit, debit: sums of booked entries, both positive.
        balanced: opening + credit - debit = closing; None when a balance is missing.
        problems: what does not hold, one reason each; their codes are OF685 and up.
        kind: statement, report (intraday), notification.
    """

    account: str
    currency: str
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...]
    credit: Decimal
    debit: Decimal
    balanced: bool | None
    problems: tuple[Reason, ...] = ()
    kind: str = "statement"
    number: str = ""


@dataclass(frozen=True, slots=True)
class BankFile:
    """A bank file as read: its format, its statements and what a person should know about the file as a whole."""

    format: str
    statements: tuple[Statement, ...]
    remarks: tuple[Reason, ...] = ()

    def entries(self) -> Iterator[tuple[Statement, Entry]]:
        """Every entry with its statement, in the order of the file."""
        for statement in self.statements:
            for entry in statement.entries:
                yield statement, entry

    @property
    def problems(self) -> tuple[Reason, ...]:
        """The problems of all statements."""
        return tuple(problem for statement in self.statements for problem in statement.problems)


@dataclass(slots=True)
class Draft:
    """A statement while it is read: entries are booked into it, then `done` draws the balance.

    `prior` is the balance of the period before, which opens this one when the file gives no opening; `declared` holds
    the bank's own control totals: credit, debit, count (of booked entries or of all).
    """

    account: str = ""
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    kind: str = "statement"
    number: str = ""
    entries: list[Entry] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    credit: Decimal = Decimal(0)
    debit: Decimal = Decimal(0)
    foreign: set[str] = field(default_factory=set)
    prior: Decimal | None = None
    declared: dict[str, Decimal] = field(default_factory=dict)

    def note(self, code: str, where: str = "", **facts: object) -> None:
        """Keep a problem."""
        self.problems.append(Reason(code, where, {name: str(value) for name, value in facts.items()}))

    def book(
        self,
        amount: Decimal,
        *,
        line: int,
        booked: date | None,
        value_date: date | None = None,
        currency: str = "",
        reference: str = "",
        end_to_end_id: str = "",
        name: str = "",
        iban: str = "",
        text: str = "",
        bank_ids: tuple[str, ...] = (),
        reversal: bool = False,
        pending: bool = False,
        code: str = "",
        details: tuple[Detail, ...] = (),
    ) -> None:
        """Add one entry of a signed amount; an amount that int64 minor units cannot hold becomes a problem instead."""
        money = currency or self.currency
        minor, exact = split_minor(amount, money)
        if abs(minor) > _MAX_MINOR:
            self.note("OF686", f"entry {line}", value=f"{amount}"[:60], field="amount")
            return
        if exact is not None:
            self.note("OF687", f"entry {line}", amount=amount, currency=money or "?")
        if not pending:
            if amount >= 0:
                self.credit += amount
            else:
                self.debit -= amount
        if money != self.currency and self.currency:
            self.foreign.add(money)
        self.entries.append(
            Entry(
                booked, value_date, minor, money, reference, end_to_end_id, name, iban, text, bank_ids, reversal,
                pending, code, line, exact, details,
            )
        )  # fmt: skip

    def done(self) -> Statement:
        """The statement, with its balance drawn and its gaps named."""
        balanced = None
        self.opening = self.prior if self.opening is None else self.opening
        self._check_controls()
        if self.opening is not None and self.closing is not None:
            gap = self.closing - (self.opening + self.credit - self.debit)
            balanced = gap == 0
            if gap:
                self.note(
                    "OF685",
                    self.account,
                    opening=self.opening, closing=self.closing, credit=self.credit, debit=self.debit, gap=gap,
                )  # fmt: skip
        if self.foreign:
            self.note("OF688", self.account, currency=self.currency, others=", ".join(sorted(self.foreign)))
        if not self.account:
            self.note("OF689", "", field="account")
        return Statement(
            self.account, self.currency, self.opening, self.closing, tuple(self.entries), self.credit, self.debit,
            balanced, tuple(self.problems), self.kind, self.number,
        )  # fmt: skip

    def _check_controls(self) -> None:
        booked = sum(not entry.pending for entry in self.entries)
        found = {"credit": (self.credit,), "debit": (self.debit,), "count": (len(self.entries), booked)}
        for control, declared in self.declared.items():
            if declared not in found[control]:
                self.note("OF691", self.account, control=control, declared=declared, found=found[control][0])


def split_minor(amount: Decimal, currency: str) -> tuple[int, Decimal | None]:
    """Minor units of an amount, and the amount itself where it is finer than a minor unit.

    An unknown currency ("") counts with two decimals, as ISO 4217 has it for most.
    """
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled)
    if minor == scaled:
        return minor, None
    return int(scaled.to_integral_value(rounding=ROUND_HALF_UP)), amount
