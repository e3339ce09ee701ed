"""`oficio read FILE...`: what was read, whether it is proven, and why not."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bots.reader import ReadFile, read_many
from bots.reader.picture import draw_safely
from config.errors import ConfigError, DocumentRefused
from console.readings import as_prediction, as_table, print_details, print_why
from console.words import err, out, print_error_reason, print_json

__all__ = ["read"]


def read(
    *files: Path,
    json: bool = False,
    json_dir: Path | None = None,
    picture: Path | None = None,
    why: str | None = None,
    workers: int | None = None,
) -> int:
    """Read invoices and print what was read, and why it is or is not certain.

    Args:
        files: PDFs, images, e-invoices; folders stand for the files in them.
        json: print everything as JSON.
        json_dir: write DIR/<file stem>.json a document, refused ones too: fields, lines, confident, and why not. A
            second file of the same stem becomes <stem>-2.json.
        picture: draw the first file's first page with its fields into this PNG.
        why: tell where one field comes from, what proves it and which candidates lost.
        workers: processes; as many as there are cores when left out.

    Returns:
        0 when every document proves itself, 3 when some need a person.
    """
    paths = list(_expand(files))
    if not paths:
        raise ConfigError("OF241")
    done: list[ReadFile] = []
    names = _Names()
    with _bar(len(paths), quiet=json) as bar:
        task = bar.add_task("reading", total=len(paths))
        for result in read_many(paths, workers, progress=lambda _: bar.advance(task)):
            if json_dir is not None:
                _write(json_dir / names.of(result.path), result)
            done.append(result if json_dir is None else _slim(result))
    if picture is not None:
        _draw(done[0], picture)
    _show(done, json=json, why=why, brief=json_dir is not None)
    return 0 if all(file.readings and all(r.confident for r in file.readings) for file in done) else 3


def _expand(files: tuple[Path, ...]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(child for child in path.iterdir() if child.is_file() and not child.name.startswith("."))
        else:
            yield path


def _bar(total: int, *, quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, disable=quiet or total < 2 or not err.is_terminal)


class _Names:
    """A name of its own for each file's JSON: files of different folders or kinds may have the same stem."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, path: Path) -> str:
        name, count = path.stem, 1
        while name.casefold() in self._taken:  # some disks take A and a for one
            count += 1
            name = f"{path.stem}-{count}"
        self._taken.add(name.casefold())
        return f"{name}.json"


def _write(target: Path, result: ReadFile) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json_module.dumps(as_prediction(result), ensure_ascii=False, indent=1)
    target.write_text(text + "\n", "utf-8")


def _slim(result: ReadFile) -> ReadFile:
    """What the table needs, so that a batch of any size stays small in memory."""
    return ReadFile(result.path, result.readings[:1], result.refused)


def _draw(file: ReadFile, target: Path) -> None:
    if not file.readings:
        raise ConfigError("OF242", str(file.path))
    try:
        target.write_bytes(draw_safely(file.path.read_bytes(), file.path.name, list(file.readings)))
    except DocumentRefused as refused:
        print_error_reason(refused.reason)


def _show(done: list[ReadFile], *, json: bool, why: str | None, brief: bool) -> None:
    if json:
        print_json([as_prediction(file, full=True) for file in done])
        return
    if why is not None:
        for file in done:
            print_why(file, why)
        return
    out.print(as_table(done))
    if not brief and len(done) == 1:
        print_details(done[0])
    proven = sum(bool(file.readings) and all(r.confident for r in file.readings) for file in done)
    out.print(f"{len(done)} read, [green]{proven}[/] proven, [yellow]{len(done) - proven}[/] for a person")
