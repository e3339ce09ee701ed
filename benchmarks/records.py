"""Speed and strength of the records, in one table: `python -m benchmarks.records [--events 1000000]`.

Every rate stands beside the raw one of the same bytes on the same disk in the same run, and the ratio is what counts.
`benchmarks/crash_records.py` tries the same records under kills.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert, text

from records import Actor, Records, RunInfo, Session, Where, WorkItem, audit, work_items
from records.canonical import is_canonical, parse
from records.findings import Finding
from records.note import VerifierKey
from records.schema import payloads
from records.schema import work_items as items_table
from records.verifier import verify_log
from tests.records.postgres import Cluster, programs

__all__ = ["Flips", "flip_bytes"]

SESSION = Session(Actor("bot", "reader", "s1"), RunInfo("run-1", "invoices", "abc", "cfg"))
PLACE = Where("demo", "http://127.0.0.1:8080", "invoices")


def say(name: str, measured: str, must: str, ok: bool) -> bool:
    """One row of the table."""
    sys.stdout.write(f"{name:<58} {measured:<44} {must:<14} {'ok' if ok else 'MISSED'}\n")
    sys.stdout.flush()
    return ok


_Changes = Sequence[tuple[WorkItem, dict[str, str], dict[str, str]]]
"""What happens in one transaction: items with their values before and after."""


def _changes(items: Sequence[WorkItem], batch: int) -> _Changes:
    return [
        (items[number % len(items)], {"state": "received"}, {"state": "read", "total": "1234.50", "n": str(number)})
        for number in range(batch)
    ]


def _append(records: Records, changes: _Changes, turns: int = 1) -> None:
    for _ in range(turns):
        with records.begin() as tx:
            for item, before, after in changes:
                audit.append(tx, action="invoice.read", item=item, where=PLACE, before=before, after=after)


class _RawSqlite:
    """A plain table on the same disk, with the same settings."""

    def __init__(self, path: Path):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("CREATE TABLE raw (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")

    def insert(self, rows: Sequence[tuple[int, bytes]]) -> None:
        """One transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO raw VALUES (?, ?)", rows)
        self.connection.execute("COMMIT")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _some_items(records: Records, count: int) -> list[WorkItem]:
    with records.begin() as tx:
        return [work_items.create(tx, process="invoices", payload={}) for _ in range(count)]


def append_sqlite(folder: Path) -> bool:
    """Append against the raw insert of the same bytes, transaction by transaction in turns; medians of both.

    The raw insert gets its rows ready made and in one `executemany`, which is faster than any application that makes
    them one by one; ours gets the values before and after, and encodes, checks, numbers and chains them.
    """
    good, plain = True, _RawSqlite(folder / "raw.db")
    with closing(plain.connection), Records.open(home=folder / "append", session=SESSION) as records:
        items = _some_items(records, 20)
        for batch, turns, must in ((1, 300, 0.9), (20, 200, 0.6), (1000, 60, 0.5)):
            changes, ours, raw = _changes(items, batch), [], []
            for _ in range(turns):
                ours.append(_seconds(lambda: _append(records, changes)))  # noqa: B023 - runs at once
                with records.read() as tx:
                    last = tx.connection.execute(text("SELECT max(seq) FROM events")).scalar_one()
                    rows = [(event.seq, event.bytes) for event in audit.read(tx, last - batch + 1, limit=batch)]
                raw.append(_seconds(lambda: plain.insert(rows)))  # noqa: B023 - runs at once
            ratio = statistics.median(raw) / statistics.median(ours)
            measured = f"{batch / statistics.median(ours):,.0f}/s, ratio {ratio:.2f}"
            good &= say(f"append, SQLite FULL, batch {batch}", measured, f">= {must}", ratio >= must)
    return good


def append_postgresql(folder: Path, cluster: Cluster, writers: int = 8, batch: int = 20, rounds: int = 11) -> bool:
    """Eight writers, each transaction with 20 events, against the raw insert of the same bytes in as many transactions.

    Our time ends when every event has its number; `placing` is what the sequencer still needed after the last commit.
    """
    url, count = cluster.new_database(), 25
    raw = create_engine(url, pool_size=writers)
    with raw.begin() as connection:
        connection.execute(text("CREATE TABLE raw (seq bigserial PRIMARY KEY, bytes bytea NOT NULL)"))
    raws, ours, lags = [], [], []
    with Records.open(url, home=folder / "pg", session=SESSION) as records, ThreadPoolExecutor(writers) as pool:
        changes = _changes(_some_items(records, batch), batch)
        _append(records, changes)
        with records.read() as tx:
            rows = [{"bytes": event.bytes} for event in audit.read(tx, limit=2 * batch)[batch:]]

        def raw_writer(_: int) -> None:
            for _turn in range(count):
                with raw.begin() as connection:
                    connection.execute(text("INSERT INTO raw (bytes) VALUES (:bytes)"), rows)

        def our_writer(_: int) -> None:
            _append(records, changes, count)

        for _ in range(rounds):
            plain = _seconds(lambda: list(pool.map(raw_writer, range(writers))))
            writing = _seconds(lambda: list(pool.map(our_writer, range(writers))))
            placing = _seconds(records.log.sequence)
            raws.append(plain)
            ours.append(writing + placing)
            lags.append(placing)
    raw.dispose()
    ratio = statistics.median(raws) / statistics.median(ours)
    rate = writers * batch * count / statistics.median(ours)
    measured = f"{rate:,.0f}/s, ratio {ratio:.2f}, placing at most {max(lags):.2f} s"
    return say(f"append, PostgreSQL, {writers} writers, batch {batch}", measured, ">= 0.6", ratio >= 0.6)


def verify_many(folder: Path, events: int) -> bool:
    """Verify a large log, against hashing the same bytes and the canonical check alone."""
    with Records.open(home=folder / "verify", session=SESSION) as records:
        _append(records, _changes(_some_items(records, 1000), 10_000), events // 10_000)
        records.log.checkpoint()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        verification = records.log.verify()
        ours = time.process_time() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        hashing = check = reading = 0.0
        started = time.process_time()
        sample = [data for _, data in records.log.events(0, min(events, 50_000))]
        reading = (time.process_time() - started) * verification.size / len(sample)
        started = time.process_time()
        for data in sample:
            hashlib.sha256(b"\x00" + data).digest()
            hashlib.sha256(b"\x01" + data[:64]).digest()
        hashing = (time.process_time() - started) * verification.size / len(sample)
        started = time.process_time()
        for data in sample:
            is_canonical(data, parse(data))
        check = (time.process_time() - started) * verification.size / len(sample)
    rest = (ours - check) / hashing
    measured = f"{ours:.1f} CPU s; hashing {hashing:.1f}, canonical {check:.1f}, reading {reading:.1f}; +{grown:.0f} MB"
    ok = verification.ok and rest <= 4
    return say(f"verify {verification.size:,} events (without the check: {rest:.1f} x hashing)", measured, "<= 4 x", ok)


def _bulk(records: Records, count: int, state: str) -> None:
    now = 1_700_000_000_000_000
    for start in range(0, count, 20_000):
        many = range(start, min(start + 20_000, count))
        common = {"process": "invoices", "state": state, "payload_version": 1, "priority": 5, "attempts": 0}
        common |= {"amount_rank": 0, "available_at": now, "version": 1, "created_at": now, "updated_at": now}
        names = [f"{state}{number:09d}" for number in many]
        with records.begin() as tx:
            tx.connection.execute(insert(items_table), [{**common, "id": name, "key": name} for name in names])
            row = {"version": 1, "payload": "{}", "sha256": "", "written_at": now, "written_by": "bot:bench"}
            tx.connection.execute(insert(payloads), [{**row, "item_id": name} for name in names])


def _claim_all(records: Records) -> None:
    while True:
        with records.begin() as tx:
            items = work_items.claim(
                tx, "invoices", states=["received"], limit=500, worker="w", lease=timedelta(hours=1)
            )
            for item in items:
                work_items.move(tx, item, "read", action="invoice.read")
        if not items:
            return


def claim_among_many(folder: Path, rows: int, items: int = 10_000) -> bool:
    """Claim and complete 10,000 items with few and with many rows in the table."""
    seconds = {}
    for others in (0, rows):
        with Records.open(home=folder / f"claim{others}", session=SESSION) as records:
            _bulk(records, others, "reconciled")
            _bulk(records, items, "received")
            seconds[others] = _seconds(lambda: _claim_all(records))
    ratio = seconds[rows] / seconds[0]
    measured = f"{items / seconds[rows]:,.0f}/s, {ratio:.2f} x the time with {items:,} rows"
    return say(f"claim and complete {items:,} among {rows:,} rows", measured, "<= 1.3 x", ratio <= 1.3)


@dataclass
class Flips:
    """How many bytes were flipped, how many of them were found, how many with the right event."""

    flips: int = 0
    found: int = 0
    named: int = 0


def flip_bytes(records: Records, flips: int, seed: int = 1) -> Flips:
    """Flip one random byte of a stored event, tile or checkpoint at a time, and verify."""
    chance, result = random.Random(seed), Flips()
    log = records.log
    with records.reading() as connection:
        rows = connection.execute(text("SELECT seq, bytes FROM events ORDER BY seq")).all()
    events = [(row.seq, bytes(row.bytes)) for row in rows]
    notes = [one.note.encode() for one in log.checkpoints()]
    paths = sorted(path for path in (log.tiles.folder / "tile").rglob("*") if path.is_file())
    for _ in range(flips):
        what = chance.choice(("event", "tile", "note"))
        result.flips += 1
        if what == "event":
            at = chance.randrange(len(events))
            seq, data = events[at]
            changed = [*events[:at], (seq, _flipped(chance, data)), *events[at + 1 :]]
            findings: Sequence[Finding] = verify_log(
                changed, _texts(notes), keys=log.known_keys(), tiles=log.tiles.read
            ).findings
            result.named += bool(findings) and findings[0].seq == seq
        elif what == "tile":
            path = chance.choice(paths)
            kept = path.read_bytes()
            path.write_bytes(_flipped(chance, kept))
            findings = verify_log(events, _texts(notes), keys=log.known_keys(), tiles=log.tiles.read).findings
            path.write_bytes(kept)
            result.named += bool(findings) and path.parent.name.removesuffix(".p") in findings[0].says
        else:
            at = chance.randrange(len(notes))
            changed_notes = [*notes[:at], _flipped(chance, notes[at]), *notes[at + 1 :]]
            findings = _verified(events, changed_notes, log.known_keys())
            result.named += bool(findings)
        result.found += bool(findings)
    return result


def _verified(
    events: Sequence[tuple[int, bytes]], notes: Sequence[bytes], keys: Sequence[VerifierKey]
) -> Sequence[Finding]:
    return verify_log(events, _texts(notes), keys=keys).findings


def _texts(notes: Sequence[bytes]) -> list[str]:
    return [note.decode("utf-8", "replace") for note in notes]  # a byte that is no UTF-8 becomes another character


def _flipped(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]


def mutations(folder: Path, flips: int) -> bool:
    """Flip bytes of a log of 600 events."""
    with Records.open(home=folder / "flips", session=SESSION) as records:
        changes = _changes(_some_items(records, 20), 145)
        for _ in range(4):
            _append(records, changes)
            records.log.checkpoint()
        result = flip_bytes(records, flips)
    measured = f"{result.found:,} found, {result.named:,} with the right place"
    return say(f"flip any byte of events, tiles, checkpoints {result.flips:,} x", measured, "all",
               result.found == result.named == result.flips)  # fmt: skip


def attacks(folder: Path) -> bool:
    """The table of attacks: what the office's own checkpoints find, and what a head kept elsewhere finds."""
    from tests.records.test_every_attack_is_found import TABLE, found, scene

    good = True
    for number, (name, attack) in enumerate(TABLE.items()):
        crime, heads = scene(folder / f"attack{number}")
        with crime.records:
            attack.do(crime)
            inside, outside = found(crime, []), found(crime, heads)
        told = [f"{one[0]} at {one[1]}" if one else "nothing" for one in (inside, outside)]
        measured = f"checkpoints: {told[0]}; head elsewhere: {told[1]}"
        good &= say(f"attack: {name}", measured, "found", outside is not None)
    return good


def main(arguments: list[str] | None = None) -> int:
    """Print the table; exit code 1 when anything was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--flips", type=int, default=10_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        good = [append_sqlite(folder)]
        found = programs()
        if found is not None:
            with Cluster(found) as cluster:
                good.append(append_postgresql(folder, cluster))
        good.append(attacks(folder))
        good.append(mutations(folder, given.flips))
        good.append(claim_among_many(folder, given.rows))
        good.append(verify_many(folder, given.events))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
