"""Random statements for property tests."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.figures.writers import Line, Written

__all__ = ["statements"]

_WORD = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12)
_WORDS = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)
_AMOUNT = st.integers(-(10**11), 10**11).filter(bool)


def statements(*currencies: str) -> st.SearchStrategy[Written]:
    """Statements of one to twenty entries in 2026, of an account with an 18-digit number."""
    line = st.builds(
        Line,
        booked=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        amount=_AMOUNT,
        reference=_WORD.map(lambda word: "R" + word),
        text=_WORDS,
        name=_WORDS.map(lambda words: "N" + words),
    )
    return st.builds(
        Written,
        account=st.integers(10**17, 10**18 - 1).map(str),
        currency=st.sampled_from(currencies or ("EUR", "USD", "JPY", "KWD")),
        opening=st.integers(-(10**12), 10**12),
        lines=st.lists(line, min_size=1, max_size=20),
    )
