"""The demo's legacy system in a process of its own, as a real one is: it does not share the robots' interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from demo.legacy.app import create_app
from demo.legacy.server import serve

__all__ = ["legacy_system"]


def _serve(database: Path, answer: Connection) -> None:
    with serve(create_app(database)) as url:
        answer.send(url)
        answer.recv()


@contextmanager
def legacy_system(database: Path) -> Iterator[str]:
    """Its address, while the block runs; it keeps its entries in `database`."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(database, theirs), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        ours.send("end")
        process.join(timeout=10)
