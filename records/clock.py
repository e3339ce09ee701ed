"""Moments as the records keep them: whole microseconds since 1970 in UTC in the tables, RFC 3339 in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["NEVER", "from_micros", "from_text", "to_micros", "to_text"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
NEVER = 2**62
"""Later than every moment: what is not due again."""


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970; ValueError for a datetime without a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return (moment - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    """The inverse of `to_micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def to_text(moment: datetime) -> str:
    """RFC 3339 in UTC with six decimals and a Z: sorts as text."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"  # strftime takes three times as long


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
