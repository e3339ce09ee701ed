"""How fast and how exact the intake is, on a private Dovecot: `python -m benchmarks.intake [--mails N] [--size BYTES]`.

Three figures in one run on the same mails: imapclient's own fetch, as it comes and with its debug output off; our
fetch up to the archive, every mail on the disk (fsync); and the whole intake by two processes that race, killed in the
middle, after which each mail must be there exactly once.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import imapclient

from bots.intake.stage import collect_mail
from connectors.mail.mailbox import open_mailbox
from records import work_items
from records.archive import Archive
from tests.intake.conftest import actions, mailbox, open_office
from tests.intake.dovecot import PASSWORD, Dovecot, unavailable

_ROOT = Path(__file__).parents[1]
_HEAD = (
    "From: Proveedor {n} <cobros@proveedor{n}.example>\r\nTo: facturas@oficina.example\r\nSubject: Factura {n}\r\n"
    "Message-ID: <{n}@proveedor.example>\r\nDate: Mon, 05 Jan 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="parte"\r\n\r\n--parte\r\nContent-Type: text/plain\r\n\r\nAdjunto.\r\n'
    "--parte\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="factura-{n}.pdf"\r\n\r\n'
)


def mails(count: int, size: int, seed: int) -> Iterator[bytes]:
    """Mails of about `size` bytes, each with one document of its own."""
    rng = random.Random(seed)
    for number in range(count):
        body = base64.encodebytes(b"%PDF-1.4\n" + rng.randbytes(int(size * 0.73)))
        yield _HEAD.format(n=number).encode() + body.replace(b"\n", b"\r\n") + b"--parte--\r\n"


def plain_rate(port: int, count: int, *, debug_off: bool) -> float:
    """Mails a second that imapclient fetches and forgets, in batches of 100."""
    client = imapclient.IMAPClient("127.0.0.1", port=port, ssl=False, timeout=30)
    if debug_off:
        client._imap.debug = 0
    client.login("bot", PASSWORD)
    client.select_folder("INBOX", readonly=True)
    uids = client.search(["UID", "1:*"])
    started = time.perf_counter()
    for start in range(0, len(uids), 100):
        client.fetch(uids[start : start + 100], ["BODY.PEEK[]", "INTERNALDATE"])
    rate = count / (time.perf_counter() - started)
    client.logout()
    return float(rate)


def archive_rate(server: Dovecot, count: int) -> float:
    """Mails a second from the mailbox to the archive, on the disk, as the intake does it."""
    with tempfile.TemporaryDirectory() as folder, open_mailbox(mailbox(server), PASSWORD) as session:
        archive = Archive(Path(folder))
        session.select("INBOX")
        uids = session.uids_above(0)
        started = time.perf_counter()
        with ThreadPoolExecutor(4) as writers:
            for batch in session.fetch(uids, 10**9):
                list(writers.map(archive.put, [mail.raw for mail in batch]))
        return count / (time.perf_counter() - started)


def whole_rate(server: Dovecot, count: int) -> tuple[float, float]:
    """Mails a second, and a second of the processor, through the whole intake: parsed, committed, marked."""
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        started, used = time.perf_counter(), time.process_time()
        collect_mail(office, mailbox(server, done_to="Medido"), password=lambda: PASSWORD)
        return count / (time.perf_counter() - started), count / (time.process_time() - used)


def race(server: Dovecot, count: int, rounds: int, seed: int) -> dict[str, object]:
    """Two intakes at one mailbox, killed at random points, then another to the end; each mail must be there once."""
    rng = random.Random(seed)
    wrong = killed = 0
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            with open_office(home):
                pass
            point = rng.choice(["fetched", "archived", "committed", "acted"])
            times = rng.randint(1, max(1, count // 100) if point == "acted" else count)
            crash = {"OFICIO_CRASH_AT": f"intake.{point}:{times}", "DONE_TO": f"Ronda{number}"}
            both = [_worker(home, server.port, **crash) for _ in range(2)]  # whoever has the turn is killed
            killed += [process.wait() for process in both].count(-signal.SIGKILL)
            _worker(home, server.port, DONE_TO=f"Ronda{number}").wait()
            with open_office(home) as office:
                with office.records.read() as tx:
                    items = work_items.counts(tx, "invoices")
                taken = actions(office)["mail.received"]
                whole = office.records.log.verify().ok
            if items != {"received": count} or taken != count or not whole:
                wrong += 1
    return {"rounds": rounds, "killed": killed, "wrong": wrong}


def _worker(home: Path, port: int, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.intake.worker", str(home), "mail", str(port)]
    return subprocess.Popen(command, cwd=_ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL)


def main() -> int:
    """Measure and print; 1 when a mail was lost or taken twice, or the archive is slower than half of imapclient."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if why := unavailable():
        print(why)
        return 1
    with Dovecot.create() as server:
        server.deliver("bot", mails(given.mails, given.size, given.seed))
        with open_mailbox(mailbox(server), PASSWORD) as session:
            session.select("INBOX")  # Dovecot builds its index once, before anything is measured
        rates: dict[str, list[float]] = {"imapclient": [], "imapclient, debug off": [], "archive": []}
        for _ in range(given.repeats):
            rates["imapclient"].append(plain_rate(server.port, given.mails, debug_off=False))
            rates["imapclient, debug off"].append(plain_rate(server.port, given.mails, debug_off=True))
            rates["archive"].append(archive_rate(server, given.mails))
        whole, whole_cpu = whole_rate(server, given.mails)
        raced = race(server, given.mails, given.rounds, given.seed)
    rate = {name: round(median(values)) for name, values in rates.items()}
    ratio = rate["archive"] / rate["imapclient"]
    result = {
        "mails": given.mails,
        "bytes": given.size,
        "mails per second": rate | {"whole intake": round(whole)},
        "whole intake, mails per CPU second": round(whole_cpu),
        "archive / imapclient": round(ratio, 2),
        "archive / imapclient with debug off": round(rate["archive"] / rate["imapclient, debug off"], 2),
        "race": raced,
    }
    print(json.dumps(result, indent=2))
    return 0 if ratio >= 0.5 and raced["wrong"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
