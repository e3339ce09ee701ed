"""The demo's IMAP server as a process of its own: pymap over a Maildir, bound to 127.0.0.1.

Run as `python -m demo.mail_server ROOT PORT`; prints the port when it is ready, ends when its standard input closes,
so that it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import socket
import sys
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from contextlib import AsyncExitStack, closing, suppress
from email.message import Message as Mail
from mailbox import MaildirMessage
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.sock import SocketInfo
from pymap.backend.maildir import Config, Identity, Login
from pymap.backend.maildir import MaildirBackend as Backend
from pymap.backend.maildir.layout import MaildirLayout
from pymap.backend.maildir.mailbox import Maildir
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.interfaces.login import IdentityInterface
from pymap.parsing.response import Response

__all__ = ["main"]


class _AsDelivered(MaildirMessage):
    """A stored mail whose bytes are those that were delivered, with CRLF line ends as RFC 3501 asks."""

    def __init__(self, raw: bytes):
        super().__init__(Mail())
        self.raw = raw

    def __bytes__(self) -> bytes:
        return self.raw


class _Maildir(Maildir):
    """pymap parses a stored mail and writes it anew for each fetch, with bare line feeds; here it comes as it is."""

    def keys(self) -> list[str]:
        """Sorted, so that UIDs follow the order of delivery and not the directory's."""
        return sorted(super().keys())

    def get_message(self, key: str) -> MaildirMessage:
        lines = (Path(self._join(self._lookup(key)))).read_bytes().replace(b"\r\n", b"\n")
        return _AsDelivered(lines.replace(b"\n", b"\r\n"))


class _Identity(Identity):
    def _load_maildir(self, mailbox_path: str) -> tuple[Maildir, MaildirLayout[Any]]:
        path = str(Path(self.config.base_dir) / mailbox_path)
        return _Maildir(path, create=not Path(path).exists()), MaildirLayout.get(path, self.config.layout, _Maildir)


class _Login(Login):
    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> _Identity:
        allowed = await super().authorize(authenticated, authzid)
        return _Identity(self.config, self.tokens, allowed.name, None, allowed.roles)


class _Connection(IMAPConnection):
    async def write_response(self, resp: Response) -> None:
        """A response in one piece: imapclient's `idle_check` gives up on half a line."""
        whole = io.BytesIO()
        await resp.async_write(whole)
        with suppress(ConnectionError):
            self.writer.write(whole.getvalue())
            await self.writer.drain()


class _Server(IMAPServer):
    async def __call__(self, reader: StreamReader, writer: StreamWriter, sock_info: SocketInfo) -> None:
        connection = _Connection(self.commands, self._config, reader, writer, sock_info)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(ConnectionState(self._login, self._config))


async def _serve(root: str, port: int) -> None:
    args = Namespace(
        base_dir=root,
        layout="++",
        colon=None,
        concurrency=2,
        host="127.0.0.1",
        port=port,
        debug=False,
        cert=None,
        key=None,
        tls=False,
        passlib_cfg=None,
        proxy_protocol=None,
        inherited_sockets=None,
    )
    config = Config.from_args(args, reject_dnsbl=False)
    backend = Backend(_Login(config), config)
    config.apply_context()
    listening = socket.create_server(("127.0.0.1", port))
    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(_Server(backend.login, config))
    async with await asyncio.start_server(callback, sock=listening):
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.buffer.read)  # until whoever started us closes it, or dies


def main() -> None:
    """Serve until standard input closes."""
    logging.basicConfig(level=logging.WARNING)
    os.environ.setdefault("FQDN", "localhost")  # pymap would ask the resolver for the name it greets with
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
    os._exit(0)  # connections that are still idling must not keep the process


if __name__ == "__main__":
    main()
