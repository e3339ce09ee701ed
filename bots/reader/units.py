"""Units of quantities: whether what a page prints is another one than the code of an e-invoice says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bots.reader.folding import fold

__all__ = ["is_another_unit"]

_WORDS: Mapping[str, str] = {
    "H87": "h87 stück stk st pcs pc piece pieces pce ea each ud uds unidad unidades unité unités pièce pièces pz pezzo "
    "pezzi stuk stuks szt ks db buc styk unitat unitats unidade unidades τεμ τεμάχια unitate unit units",
    "HUR": "hur h hr hrs hour hours std stunde stunden hora horas hores heure heures ora ore uur uren godz hod hodina "
    "óra timme timmar time timer ώρα ώρες ordu",
    "DAY": "day days tag tage día días dia dias jour jours giorno giorni dag dagen dzień dni den dní nap dage zi zile "
    "ημέρα ημέρες egun",
    "MON": "mon month months monat monate mes meses mesos mois mese mesi maand maanden miesiąc měsíc hónap månad måned "
    "lună μήνας hilabete",
    "MIN": "min minute minutes minuten minuto minutos minuti",
    "KGM": "kgm kg kilo kilogramm kilogram kilogramo", "GRM": "grm g gr gramm gram gramo",
    "TNE": "tne t to tonne tonnen tonelada",
    "MTR": "mtr m meter metre metro mètre lfm", "CMT": "cmt cm", "MMT": "mmt mm", "KMT": "kmt km",
    "MTK": "mtk m2 m² qm", "MTQ": "mtq m3 m³ cbm", "LTR": "l lt ltr liter litre litro", "MLT": "mlt ml",
    "CLT": "clt cl",
    "KWH": "kwh", "MWH": "mwh", "SET": "set satz", "PR": "pr paar pair par paire paio",
}  # fmt: skip
_SAME = {"EA": "H87", "NAR": "H87", "PCE": "H87", "LM": "MTR"}
"""Codes of UN/ECE Recommendation 20 that are used for the same; C62, "one", is used for anything."""
_CODES: defaultdict[str, set[str]] = defaultdict(set)
"""The codes that each word may stand for."""
for _code, _words in _WORDS.items():
    for _word in map(fold, _words.split()):
        _CODES[_word].add(_code)


def is_another_unit(code: str | None, printed: str) -> bool:
    """Whether the printed word is a unit that we know, and not the one of this code, which we know too."""
    own = _SAME.get(code or "", code or "")
    found = _CODES.get(fold(printed).partition("(")[0].strip(" .:"), set())
    return bool(found) and own in _WORDS and own not in found
