"""A witness as a small process: `python -m records.witness_server FOLDER --log KEY ... --port 7380`.

Run it as another user or on another host than the office.  FOLDER keeps its key (made at first start) and the last
head of each log.  It speaks C2SP tlog-witness (`POST /add-checkpoint`) over plain HTTP: put a TLS proxy in front when
it is reached over a network.
"""

from __future__ import annotations

import argparse
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from records.keys import load_signer
from records.note import VerifierKey
from records.witness import Answer, Witness

__all__ = ["main", "serve"]

_MOST = 64 * 1024
_SIZE_TYPE = "text/x.tlog.size"


def serve(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """A server for a witness, bound and not yet running (`serve_forever`); port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._answer(Answer(404, "there is only /add-checkpoint\n"))
            elif not length.isdecimal() or int(length) > _MOST:
                self._answer(Answer(413, "too large\n"))
            else:
                self._answer(witness.add_checkpoint(self.rfile.read(int(length))))

        def _answer(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", _SIZE_TYPE if answer.status == 409 else "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            sys.stderr.write(f"{self.address_string()} {format % args}\n")

    return ThreadingHTTPServer((host, port), Handler)


def main(arguments: list[str] | None = None) -> int:
    """Run until it is interrupted; prints the witness's own key first."""
    parser = argparse.ArgumentParser(description="Witness the heads of audit logs.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="oficio-witness")
    parser.add_argument("--log", action="append", default=[], required=True, help="verifier key of a log to watch")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7380)
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    logs: dict[str, list[VerifierKey]] = {}
    for text in given.log:
        key = VerifierKey.parse(text)
        logs.setdefault(key.name, []).append(key)
    witness = Witness(given.folder / "heads.json", load_signer(given.folder, given.name), logs, time.time)
    with serve(witness, given.host, given.port) as server:
        sys.stdout.write(f"{witness.key}\n{server.server_address[1]}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
