"""A picture of how the left balance becomes the right one: settled differences, what stays open, step by step (SVG)."""

from __future__ import annotations

from html import escape

import polars as pl

from bots.reconciler.matching import Matching
from config.money import format_minor

__all__ = ["steps", "waterfall"]

_WIDTH, _HEIGHT, _MARGIN, _FOOT = 960, 320, 60, 70
_TOTAL, _UP, _DOWN = "#33658a", "#2e7d32", "#b23a48"


def steps(matching: Matching, currency: str) -> list[tuple[str, int]]:
    """Label and change in minor units, from the left balance to the right one; they sum to the right balance."""
    rules = matching.rules
    row = matching.control.row(by_predicate=pl.col("currency") == currency, named=True)
    return [
        (rules.left.label or "left", row["left"]),
        ("left, open", -row["left_open"] - row["left_suggested"]),
        ("part paid, rest", -row["residual"]),
        ("differences", -row["difference"]),
        ("exchange", -row["exchanged"]),
        ("right, open", row["right_open"] + row["right_suggested"]),
    ]


def waterfall(matching: Matching) -> str:
    """An SVG with one panel for each currency."""
    currencies = matching.control["currency"].to_list()
    panels = [
        _panel(steps(matching, currency), currency, matching.rules.right.label or "right", number * _HEIGHT)
        for number, currency in enumerate(currencies)
    ]
    height = max(1, len(currencies)) * _HEIGHT
    box = f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>'
    return head + f'<rect width="{_WIDTH}" height="{height}" fill="white"/>' + "".join(panels) + "</svg>\n"


def _panel(changes: list[tuple[str, int]], currency: str, last: str, top: int) -> str:
    """Bars of one currency: totals at both ends, changes hanging between."""
    total = sum(change for _, change in changes)
    levels = [0]
    for _, change in changes:
        levels.append(levels[-1] + change)
    low, high = min(levels), max(levels)
    span = max(high - low, 1)

    def y(value: int) -> float:
        return top + 30 + (high - value) / span * (_HEIGHT - 30 - _FOOT)

    width = (_WIDTH - 2 * _MARGIN) / (len(changes) + 1)
    bars = [f'<text x="{_MARGIN}" y="{top + 18}" font-weight="bold">{escape(currency)}</text>']
    for at, (label, change) in enumerate([*changes, (last, total)]):
        ends = at in (0, len(changes))
        start, end = (0, change) if ends else (levels[at], levels[at + 1])
        colour = _TOTAL if ends else _UP if change >= 0 else _DOWN
        x, upper = _MARGIN + at * width, min(y(start), y(end))
        amount, tall, middle = format_minor(change, currency), max(abs(y(end) - y(start)), 1), x + width / 2
        bars.append(
            f'<rect x="{x + 8:.1f}" y="{upper:.1f}" width="{width - 16:.1f}" height="{tall:.1f}" fill="{colour}">'
            f"<title>{escape(label)}: {amount}</title></rect>"
            f'<text x="{middle:.1f}" y="{upper - 4:.1f}" text-anchor="middle">{amount}</text>'
            f'<text x="{middle:.1f}" y="{top + _HEIGHT - _FOOT + 20}" text-anchor="middle">{escape(label)}</text>'
        )
    return "".join(bars)
