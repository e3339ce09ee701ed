"""A relay between a client and a server that breaks connections on demand, so that "in the middle" is a place."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

__all__ = ["Relay"]


class Relay:
    """Listens on `port` and passes bytes to and from `target`.

    Args:
        target: port on 127.0.0.1 to pass to.
        cut_after: bytes from the server after which each of the next `times` connections is cut.
        refuse: connections that are closed at once, before anything is passed.
    """

    def __init__(self, target: int, *, cut_after: int = 0, times: int = 0, refuse: int = 0):
        self.target = target
        self.cut_after = cut_after
        self.times = times
        self.refuse = refuse
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._ends: list[socket.socket] = []
        self._down = threading.Event()

    def cut(self) -> None:
        """Break all connections and refuse new ones, until `mend`."""
        self._down.set()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Pass connections again."""
        self._down.clear()

    def __enter__(self) -> Relay:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]  # any callable of ours
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.connections <= self.refuse or self._down.is_set():
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            self._ends += [client, server]
            limit = self.cut_after if self.connections - self.refuse <= self.times else 0
            self._start(self._pass, client, server, 0)
            self._start(self._pass, server, client, limit)

    def _pass(self, source: socket.socket, sink: socket.socket, limit: int) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(65_536):
                passed += len(data)
                if limit and passed > limit:
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
