"""Text as labels are compared: without case, accents, punctuation, small words and the many forms of "number"."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

__all__ = ["Token", "fold", "folded", "key", "tokens"]

_KEPT = 6_000
"""Words of which is kept what they come to: those of a language that are usual."""
_TOKEN = re.compile(r"(?<![^\W\d_])(?<!\.)n\.o(?![^\W\d_])|[^\W\d_]+|\d+|[%#]")
"""`N.º` is one, as `Nº` is; the same letters of an abbreviation (`S.N.O.`) are not."""
_SPECIAL = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE", "œ": "oe", "°": "o", "ı": "i",
     "ς": "σ"}
)  # fmt: skip
_NUMBER = frozenset(
    "no nr num number numero nummer nbr nro n numer numar broj zk zenbakia αριθμοσ αρ szama numarul".split()  # noqa: SIM905 - reads better
)
_SMALL = frozenset(
    "of the de la del d du der des da do di van het le l el al den das und die les los las".split()  # noqa: SIM905 - reads better
)


class Token(NamedTuple):
    """A folded token, and where it stands in the text it comes from."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=_KEPT)
def fold(text: str) -> str:
    """Lower case without accents: `Nº` becomes `no`, `Fällig` becomes `fallig`, `ß` becomes `ss`."""
    return folded(text)


def folded(text: str) -> str:
    """As `fold`, for a text that is not likely to come again: nothing is kept."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().translate(_SPECIAL)


@lru_cache(maxsize=_KEPT)
def tokens(word: str) -> tuple[Token, ...]:
    """The tokens of one printed word; `N°12572277` is `no` and `12572277`, `USt.-IdNr.` is `ust`, `idnr`.

    Offsets are exact for ASCII words and clamped to the word otherwise (folding may change lengths).
    """
    folded = fold(word)
    size = len(word)
    found = []
    for match in _TOKEN.finditer(folded):
        text = match.group()
        if text == "%":
            text = "percent"
        elif text in ("#", "n.o") or (text in _NUMBER and (text != "n" or _is_n(word))):
            text = "no"
        found.append(Token(text, min(match.start(), size), min(match.end(), size)))
    return tuple(found)


def _is_n(word: str) -> bool:
    """`N.` is "number"; the N of `N.I.F.` and of a letter-spaced title is not."""
    return len(word) > 1 and word.strip(".:°º").lower() == "n"


def small(token: str) -> bool:
    """Whether the token is a small word that labels do without."""
    return token in _SMALL


@lru_cache(maxsize=_KEPT)
def key(text: str) -> str:
    """What two forms of one label have in common: their tokens without small words, run together; small words alone
    are a label of their own (`De:` over the sender's address)."""
    found = [token.text for word in text.split() for token in tokens(word)]
    return "".join(token for token in found if token not in _SMALL) or "".join(found)
