"""Pick a date in a calendar that takes no typing: turn months until the right one shows, press its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from bots.data_entry.ladders import ladder_of
from config.errors import BusinessException
from config.systems import Calendar
from connectors.browser.ladder import Ladder
from connectors.browser.session import Session

__all__ = ["month_shown", "pick_date"]

_TURNS = 600


def pick_date(session: Session, frame: str | None, calendar: Calendar, value: str, field: str) -> None:
    """Press a day (ISO date) in a calendar that is open.

    Raises:
        BusinessException: OF506 it is no date; OF542 the calendar does not come to its month.
    """
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BusinessException("OF506", session.page.url, value=value, table="date") from None
    wanted, names = (day.year, day.month), {"day": day.day}
    title = ladder_of(calendar.title, "any", names, itself=True)
    session.wait(frame, title)
    for _ in range(_TURNS):
        text = session.look(frame, [title])[0].text or ""
        shown = month_shown(text, calendar.months)
        if shown == wanted:
            session.press(frame, ladder_of(calendar.day, "any", names, itself=True))
            return
        if shown is None:
            break
        turn = ladder_of(calendar.next if shown < wanted else calendar.previous, "press", names)
        session.press(frame, turn)
        if not session.changed(partial(_differs, session, frame, title, text)):
            break
    raise BusinessException("OF542", session.page.url, field=field, wanted=value, shown=text)


def _differs(session: Session, frame: str | None, title: Ladder, text: str) -> bool:
    return session.look(frame, [title])[0].text != text


def month_shown(title: str, months: Sequence[str]) -> tuple[int, int] | None:
    """The year and month that a calendar's title names ("März 2026", "03/2026"); None when it names none."""
    year = re.search(r"(?<!\d)\d{4}(?!\d)", title)
    if year is None:
        return None
    rest = (title[: year.start()] + " " + title[year.end() :]).casefold()
    for number, name in enumerate(months, 1):
        if name.casefold() in rest:
            return int(year[0]), number
    for number, name in enumerate(months, 1):
        if re.search(rf"\b{re.escape(name.casefold()[:3])}", rest):
            return int(year[0]), number
    numeric = re.search(r"(?<!\d)(1[0-2]|0?[1-9])(?!\d)", rest)
    return (int(year[0]), int(numeric[1])) if numeric else None
