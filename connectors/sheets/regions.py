"""Several tables on one sheet: side by side with an empty column between, or below each other with names repeated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from connectors.sheets.header import plain

__all__ = ["Region", "find_regions"]


@dataclass(frozen=True, slots=True)
class Region:
    """One table inside a block of cells: positions of its columns and rows, both half open.

    `header` is the position of its own row of names; None when its names are those of the block.
    """

    columns: tuple[int, int]
    rows: tuple[int, int]
    header: int | None = None

    def is_all_of(self, frame: pl.DataFrame) -> bool:
        """Whether the block is this one table."""
        return self.header is None and self.rows == (0, frame.height)


def find_regions(frame: pl.DataFrame) -> list[Region]:
    """The tables of a block, the one with most names first, each with those under it that repeat its names.

    A column without name and values parts tables; unnamed columns start with a zero character.
    """
    runs: list[list[int]] = [[]]
    for position, name in enumerate(frame.columns):
        if name.startswith("\0") and frame[name].null_count() == frame.height:
            runs.append([])
        else:
            runs[-1].append(position)
    runs = [run for run in runs if run]
    runs.sort(key=lambda run: -sum(not frame.columns[position].startswith("\0") for position in run))
    return [region for run in runs for region in _stacked(frame, run[0], run[-1] + 1)]


def _stacked(frame: pl.DataFrame, left: int, right: int) -> list[Region]:
    part = frame[:, left:right]
    names = {plain(name) for name in part.columns if not name.startswith("\0")}
    starts = [] if len(names) < 2 else [row for row in _after_gaps(part) if _repeats(part, row, names)]
    edges = [0, *starts, frame.height]
    return [
        Region((left, right), (start if start not in starts else start + 1, end), start if start in starts else None)
        for start, end in pairwise(edges)
    ]


def _after_gaps(part: pl.DataFrame) -> list[int]:
    blank = part.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return [int(row) for row in (~blank & blank.shift(1, fill_value=False)).arg_true()]


def _repeats(part: pl.DataFrame, row: int, names: set[str]) -> bool:
    cells = [str(cell) for cell in part.row(row) if cell is not None]
    return len(cells) >= 2 and sum(plain(cell) in names for cell in cells) * 2 > len(cells)
