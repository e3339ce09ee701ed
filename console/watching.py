"""Progress on the terminal while the clerks work: a line a stage, on stderr, gone when it is done."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from console.words import err

__all__ = ["ProgressView"]


class ProgressView:
    """An `bots.office.Progress` that draws; on something that is not a terminal it is silent."""

    def __init__(self, *, quiet: bool = False, names: dict[str, str] | None = None):
        self._names = names or {}
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<12}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=err,
            transient=True,
            disable=quiet or not err.is_terminal,
        )

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bars.stop_task(task)
            self._tasks[stage] = self._bars.add_task(self._names.get(stage, stage), total=total, note="")
        self._bars.update(self._tasks[stage], completed=done, total=total, note=note[:60])

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
