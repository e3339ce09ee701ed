"""Progress on the terminal while the clerks work: a line a stage, on stderr."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from config.errors import Language
from console.phrases import say
from console.words import err

__all__ = ["ProgressView"]

STAGES = {
    "collect": "collecting mail and files",
    "read": "reading documents",
    "check": "checking them",
    "enter": "entering in the legacy system",
    "reconcile": "reconciling with list and bank",
    "seal": "sealing the audit log",
}


class ProgressView:
    """A `bots.office.Progress` that draws; on something that is not a terminal it names each stage at most.

    Args:
        quiet: say nothing.
        keep: the lines stay when all is done, and are written (without bars) where there is no terminal.
    """

    def __init__(self, *, quiet: bool = False, keep: bool = False, language: Language = "en"):
        self._language: Language = language
        self._lines = keep and not quiet and not err.is_terminal
        self._stage = ""
        self._task: TaskID | None = None
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=20),
            TextColumn("{task.completed:>5.0f}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=err,
            transient=not keep,
            disable=quiet or not err.is_terminal,
        )

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        if stage != self._stage:
            self._end()
            self._stage = stage
            name = say(STAGES.get(stage, stage), self._language)
            self._task = self._bars.add_task(name, total=total, note="")
            if self._lines:
                err.print(f"{name} ...")
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total, note=note[:30])

    def line(self, line: Mapping[str, Any]) -> None:
        """One JSON line of `flows.desk.progress_lines`, from another process."""
        self(str(line.get("stage")), int(line.get("done", 0)), line.get("total"), str(line.get("note", "")))

    def _end(self) -> None:
        """The stage at hand is done: its line keeps how many it took and how long."""
        if self._task is not None:
            done = max(1, next(task.completed for task in self._bars.tasks if task.id == self._task))
            self._bars.update(self._task, completed=done, total=done, note="")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._end()
        self._bars.stop()
