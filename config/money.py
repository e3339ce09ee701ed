"""Money: int64 minor units and ISO 4217 inside, Decimal at the edges.

Exponents: ISO 4217 list one; every currency not named here has two decimal places.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["exponent", "format_minor", "from_minor", "round_money", "to_minor"]

_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_MAX_MINOR = 2**63 - 1


def exponent(currency: str) -> int:
    """Decimal places of a currency (EUR 2, JPY 0, KWD 3)."""
    return _EXPONENTS.get(currency.upper(), 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of an amount that has no more decimal places than its currency.

    Raises:
        ValueError: the amount is not finite, is finer than a minor unit, or does not fit in 64 bits.
    """
    if not amount.is_finite():
        raise ValueError(f"not an amount: {amount}")
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled)
    if minor != scaled:
        raise ValueError(f"{amount} is finer than a minor unit of {currency}")
    if abs(minor) > _MAX_MINOR:
        raise ValueError(f"{amount} {currency} does not fit in 64 bits")
    return minor


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of so many minor units, with the currency's decimal places."""
    return Decimal(minor).scaleb(-exponent(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half up to the currency's minor unit."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_UP)


def format_minor(minor: int, currency: str) -> str:
    """Canonical text of an amount, as in payloads and audit events: `-1234.50`."""
    return f"{from_minor(minor, currency):f}"
