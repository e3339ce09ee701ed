"""Due dates in business days: weekends and public holidays do not count (`holidays`, by country and region)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

from config.errors import ConfigError

__all__ = ["add_business_days", "is_business_day", "on_or_before"]

_DAY = timedelta(days=1)


@cache
def _holidays(country: str, region: str | None) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(country, subdiv=region)
    except NotImplementedError as error:
        raise ConfigError("OF723", country=country, region=region or "-") from error


def is_business_day(day: date, country: str, region: str | None = None) -> bool:
    """Whether offices work on a day.

    Args:
        country, region: ISO 3166 codes, such as ES and MD.

    Raises:
        ConfigError: OF723, no calendar is known for them.
    """
    known = _holidays(country, region)
    return day.weekday() not in known.weekend and day not in known


def add_business_days(start: date, days: int, country: str, region: str | None = None) -> date:
    """The day so many business days after (or, negative, before) a day; with 0 the next one on which offices work."""
    step = -_DAY if days < 0 else _DAY
    day = start
    for _ in range(abs(days)):
        day += step
        while not is_business_day(day, country, region):
            day += step
    while not is_business_day(day, country, region):
        day += step
    return day


def on_or_before(day: date, country: str, region: str | None = None) -> date:
    """The last business day not after a day: when to pay what is due on a holiday."""
    while not is_business_day(day, country, region):
        day -= _DAY
    return day
