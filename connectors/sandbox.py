"""Run what parses strangers' bytes in a child process with limits, and survive whatever it does.

A `Sandbox` keeps a few warm workers, forked from a server that has the parsers loaded, so that one item costs less
than a millisecond.  Limits on address space, processor seconds, wall time and size of the answer; a worker may not
dump core or write files, but for one without a name (`connectors.scratch`).  A worker that dies or hangs yields a typed
error and is replaced.  What a worker answers is unpickled by a reader that knows only plain values and this project's
own records and errors, so that a worker taken over by its document cannot make the parent run code.
"""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import io
import logging
import multiprocessing
import pickle
import queue
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar, cast

from config.errors import DocumentRefused, OficioError
from connectors.scratch import reserve

__all__ = ["Limits", "Sandbox"]

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger("oficio.sandbox")
_OURS = ("bots", "config", "connectors", "records")
_PLAIN = {"set", "frozenset", "bytearray", "complex"}
_STANDARD = {
    ("datetime", "date"), ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone"),
    ("decimal", "Decimal"), ("collections", "OrderedDict"), ("collections", "Counter"), ("config.errors", "_rebuild"),
}  # fmt: skip
_JOBS_A_WORKER = 500
"""After so many jobs a worker is replaced, so that what its parsers leak is given back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: bytes of address space, processor seconds, seconds on the wall, bytes of the answer.

    A worker that still holds more than `kept` bytes when its job is done is replaced: engines' caches are never freed.
    """

    memory: int = 3_000_000_000
    cpu_seconds: int = 60
    wall_seconds: float = 120.0
    answer: int = 64_000_000
    kept: int = 800_000_000


class Sandbox:
    """A pool of warm, limited worker processes.  Use as a context manager, or call `close`.

    Args:
        workers: at most so many processes at a time; they are started when first needed.
        limits: of every job, unless `run_within` is given others.
        preload: modules that the fork server imports once; name the parsers that the jobs will use.
    """

    def __init__(self, workers: int = 1, limits: Limits | None = None, preload: Sequence[str] = ()):
        self.limits = limits or Limits()
        self._context = _context(tuple(preload))
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._closed = threading.Event()
        for _ in range(workers):
            self._slots.put(None)

    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`function(*args, **kwargs)` in a worker; waits for a free one.  Threads may call this at the same time.

        Args:
            function: importable by name; its answer consists of plain values and records of this project.

        Raises:
            OficioError: whatever of ours the function raised.
            DocumentRefused: OF207 time, OF208 memory or size of the answer, OF209 the worker died,
                OF218 nested too deeply, OF219 the function raised anything else (logged with its traceback).
        """
        return self.run_within(self.limits, function, *args, **kwargs)

    def run_within(self, limits: Limits, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `run`, with these limits."""
        job = pickle.dumps((function, args, kwargs, limits))
        worker = self._slots.get()
        try:
            if worker is None or not worker.usable:
                worker = _Worker(self._context)
            return cast(R, worker.work(job, limits))
        finally:
            if worker is not None and not worker.usable:
                worker.end()
                worker = None
            if worker is not None and self._closed.is_set():
                worker.end()
            self._slots.put(worker)

    def close(self) -> None:
        """End all workers that are free; busy ones end with their job."""
        self._closed.set()
        with suppress(queue.Empty):
            while True:
                worker = self._slots.get_nowait()
                if worker is not None:
                    worker.end()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _context(preload: tuple[str, ...]) -> BaseContext:
    """A fork server where there is one (Linux, macOS): forking a threaded parent is not safe, spawning is slow."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["connectors.one_thread", __name__, *preload])
    return context


class _Worker:
    """One child process and the pipe to it; used by one thread at a time."""

    def __init__(self, context: BaseContext):
        self._pipe, theirs = context.Pipe()
        self._process = cast(Any, context).Process(target=_serve, args=(theirs,), daemon=True, name="oficio-sandbox")
        self._process.start()
        theirs.close()
        self._jobs = 0
        self._broken = False
        self._full = False

    @property
    def usable(self) -> bool:
        return not (self._broken or self._full) and self._jobs < _JOBS_A_WORKER

    def work(self, job: bytes, limits: Limits) -> object:
        self._jobs += 1
        try:
            return self._exchange(job, limits)
        except BaseException as error:
            self._broken = self._broken or not isinstance(error, OficioError)
            raise

    def _exchange(self, job: bytes, limits: Limits) -> object:
        try:
            self._pipe.send_bytes(job)
            answered = self._pipe.poll(limits.wall_seconds)
            answer = self._pipe.recv_bytes(limits.answer + 1_000) if answered else b""
        except (OSError, EOFError) as error:  # the other end is gone, or its answer is too long
            raise self._death(limits, error) from error
        if not answered:
            self._broken = True
            raise DocumentRefused("OF207", limit=f"{limits.wall_seconds:g} s")
        self._full = _resident(self._process.pid) > limits.kept
        return _unwrap(answer, limits)

    def _death(self, limits: Limits, error: Exception) -> DocumentRefused:
        self._broken = True
        if str(error) == "bad message length":
            return DocumentRefused("OF208", limit=_megabytes(limits.answer))
        self._process.join(5)
        code = self._process.exitcode
        if code == -signal.SIGXCPU:
            return DocumentRefused("OF207", limit=f"{limits.cpu_seconds} CPU s")
        why = f"signal {signal.Signals(-code).name}" if code and code < 0 else f"exit code {code}"
        return DocumentRefused("OF209", why=why)

    def end(self) -> None:
        """Kill it and wait for its end."""
        self._broken = True
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()


def _resident(process: int | None) -> int:
    """Bytes of memory that a process holds; 0 when it has ended, and on systems without `/proc`."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _unwrap(answer: bytes, limits: Limits) -> object:
    try:
        kind, content = _Reader(io.BytesIO(answer)).load()
    except Exception as error:  # a worker that was taken over may answer anything
        raise DocumentRefused("OF209", why=f"it answered nonsense: {type(error).__name__}") from error
    if kind == "ok":
        return content
    if kind == "ours" and isinstance(content, OficioError):
        raise content
    if kind == "memory":
        raise DocumentRefused("OF208", limit=_megabytes(limits.memory))
    if kind == "depth":
        raise DocumentRefused("OF218", depth=sys.getrecursionlimit())
    if kind == "answer":
        raise DocumentRefused("OF208", limit=_megabytes(limits.answer))
    _log.error("a sandboxed function failed\n%s", content)
    raise DocumentRefused("OF219", why=str(content).strip().rpartition("\n")[2][:200])


def _megabytes(count: int) -> str:
    return f"{count // 1_000_000} MB"


class _Reader(pickle.Unpickler):
    """Unpickles plain values, and this project's records and errors; no other code is reachable."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "builtins" and name in _PLAIN:
            return getattr(builtins, name)
        if (module, name) in _STANDARD:
            return getattr(importlib.import_module(module), name)
        if module.partition(".")[0] in _OURS:
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, (OficioError, tuple))):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a record")


# ---- in the worker ---------------------------------------------------------------------------------------------


def _serve(pipe: Connection) -> None:
    """Take jobs until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    reserve()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    while True:
        try:
            job = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        function, args, kwargs, limits = pickle.loads(job)  # noqa: S301 - the parent is trusted, the document is not
        _restrict(limits)
        answer = _answer(function, args, kwargs, limits)
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _restrict(limits: Limits) -> None:
    with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, resource.RLIM_INFINITY))
    used = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + limits.cpu_seconds + 1, resource.RLIM_INFINITY))


def _answer(function: Callable[..., object], args: Any, kwargs: Any, limits: Limits) -> bytes:
    try:
        answer = pickle.dumps(("ok", function(*args, **kwargs)), protocol=5)
    except OficioError as error:
        return pickle.dumps(("ours", error), protocol=5)
    except MemoryError:
        return pickle.dumps(("memory", ""), protocol=5)
    except RecursionError:
        return pickle.dumps(("depth", ""), protocol=5)
    except Exception:  # noqa: BLE001 - the border of the item: the parent logs the traceback and refuses the item
        return pickle.dumps(("defect", traceback.format_exc()[-8_000:]), protocol=5)
    return answer if len(answer) <= limits.answer else pickle.dumps(("answer", ""), protocol=5)
