"""Attacks on a log of 1,000 events: each is found once one anchor is later than the event attacked.

Anchors: the checkpoints beside the events, and heads that were kept elsewhere.  `TABLE` says which one finds what;
`benchmarks/records.py` prints it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from benchmarks.records import flip_bytes
from records import Records
from records.canonical import parse
from records.clock import to_micros
from records.event_rows import item_of, rows
from records.log import SignedCheckpoint
from records.merkle import leaf_hash, tree_root
from records.note import Checkpoint, checkpoint_text, sign_note
from records.schema import checkpoints, events, last_events
from records.tiles import Tiles
from tests.records.conftest import SESSION, Clock
from tests.records.logs import fill, sealed

SIZE = 1000


@dataclass
class Crime:
    """The scene: a log, its heads kept elsewhere, and an old backup."""

    records: Records
    clock: Clock
    backup: Path

    def sql(self, statement: str, **values: object) -> None:
        with self.records.begin() as tx:
            tx.connection.execute(text(statement), values)

    def bytes_of(self, seq: int) -> bytes:
        with self.records.read() as tx:
            return bytes(tx.connection.execute(select(events.c.bytes).where(events.c.seq == seq)).scalar_one())

    def write(self, seq: int, data: bytes) -> None:
        with self.records.begin() as tx:
            tx.connection.execute(update(events).where(events.c.seq == seq).values(bytes=data))

    def replace(self, seq: int, old: bytes, new: bytes) -> None:
        data = self.bytes_of(seq)
        assert old in data
        self.write(seq, data.replace(old, new, 1))

    def mend_last_events(self) -> None:
        """Let the table of each item's last event fit the events that are left."""
        with self.records.begin() as tx:
            last = {item_of(parse(data)): seq for seq, data in rows(tx.connection)}
            tx.connection.execute(delete(last_events))
            known = [{"item": item, "seq": seq} for item, seq in last.items() if item is not None]
            tx.connection.execute(last_events.insert(), known)

    def drop_tiles(self) -> None:
        shutil.rmtree(self.records.home / "log")

    def sign_again(self, *, signed: bool) -> None:
        """Make tree, tiles and checkpoints anew over the events as they are; with the log's key, when it was stolen."""
        self.drop_tiles()
        leaves = [leaf_hash(data) for _, data in self.records.log.events()]
        Tiles(self.records.home / "log").extend(len(leaves), lambda start, end: leaves[start:end])
        signer = self.records.log.signer
        with self.records.begin() as tx:
            for row in tx.connection.execute(select(checkpoints)).all():
                root = tree_root(leaves[: row.size])
                note = (
                    sign_note(checkpoint_text(Checkpoint(signer.name, row.size, root)), signer) if signed else row.note
                )
                new = {"root": root.hex(), "note": note}
                tx.connection.execute(update(checkpoints).where(checkpoints.c.size == row.size).values(new))


def edit(crime: Crime) -> None:
    crime.replace(520, b'"n":', b'"m":')


def delete_one(crime: Crime) -> None:
    crime.sql("DELETE FROM events WHERE seq = 520")


def swap(crime: Crime) -> None:
    one, other = crime.bytes_of(520), crime.bytes_of(521)
    crime.write(520, other)
    crime.write(521, one)


def insert(crime: Crime) -> None:
    data = crime.bytes_of(520)
    crime.sql("UPDATE events SET seq = -seq - 1 WHERE seq > 520")
    crime.sql("UPDATE events SET seq = -seq WHERE seq < 0")
    with crime.records.begin() as tx:
        tx.connection.execute(events.insert().values(seq=521, bytes=data))


def cut_tail(crime: Crime) -> None:
    crime.sql("DELETE FROM events WHERE seq >= 900")


def cut_tail_and_checkpoints(crime: Crime) -> None:
    crime.sql("DELETE FROM events WHERE seq >= 750")
    crime.sql("DELETE FROM checkpoints WHERE size > 750")
    crime.mend_last_events()
    crime.drop_tiles()


def restore_backup(crime: Crime) -> None:
    crime.records.close()
    for name in ("oficio.db-wal", "oficio.db-shm"):
        (crime.records.home / name).unlink(missing_ok=True)
    shutil.copyfile(crime.backup, crime.records.home / "oficio.db")


def delete_all_checkpoints(crime: Crime) -> None:
    edit(crime)
    crime.sql("DELETE FROM checkpoints")
    crime.drop_tiles()


def rehash(crime: Crime) -> None:
    edit(crime)
    crime.sign_again(signed=False)


def resign(crime: Crime) -> None:
    edit(crime)
    crime.sign_again(signed=True)


def fork(crime: Crime) -> None:
    restore_backup(crime)
    fill(crime.records, crime.clock, SIZE)
    crime.records.log.checkpoint()
    with crime.records.begin() as tx:
        tx.connection.execute(delete(events).where(events.c.seq >= SIZE))
        tx.connection.execute(delete(checkpoints).where(checkpoints.c.size > SIZE))
    crime.mend_last_events()
    crime.drop_tiles()
    crime.records.log.checkpoint()


def clock_back(crime: Crime) -> None:
    data = crime.bytes_of(520)
    at = data.index(b'"ts":"') + 6
    crime.write(520, data[:at] + b"2001" + data[at + 4 :])


def duplicate_key(crime: Crime) -> None:
    crime.replace(520, b'"outcome":', b'"outcome":"failed","outcome":')


@dataclass(frozen=True)
class Attack:
    """What is done; what the office's own checkpoints find, and what a head kept elsewhere finds: kind and event."""

    do: Callable[[Crime], None]
    inside: tuple[str, int | None] | None
    outside: tuple[str, int | None]


TABLE = {
    "edit": Attack(edit, ("edited", 520), ("edited", 520)),
    "delete": Attack(delete_one, ("missing", 520), ("missing", 520)),
    "swap": Attack(swap, ("edited", 520), ("edited", 520)),
    "insert": Attack(insert, ("edited", 521), ("edited", 521)),
    "cut tail": Attack(cut_tail, ("cut", 900), ("cut", 900)),
    "cut tail and checkpoints": Attack(cut_tail_and_checkpoints, None, ("rolled back", 750)),
    "restore an old backup": Attack(restore_backup, None, ("rolled back", 500)),
    "delete all checkpoints": Attack(delete_all_checkpoints, None, ("edited", 500)),
    "re-hash without the key": Attack(rehash, ("edited", 500), ("edited", 500)),
    "re-sign with the stolen key": Attack(resign, None, ("forked", 749)),
    "fork": Attack(fork, None, ("forked", 999)),
    "clock back": Attack(clock_back, ("clock backwards", 520), ("clock backwards", 520)),
    "duplicate JSON key": Attack(duplicate_key, ("bad form", 520), ("bad form", 520)),
}


def scene(home: Path) -> tuple[Crime, list[SignedCheckpoint]]:
    """A log of 1,000 events with four checkpoints, and a backup from its middle."""
    clock = Clock()
    records = Records.open(home=home, session=SESSION, now=clock)
    heads = sealed(records, clock, SIZE // 2)
    backup = home / "backup.db"
    with records.engine.connect().execution_options(isolation_level="AUTOCOMMIT", reading=True) as connection:
        connection.rollback()
        connection.connection.execute("VACUUM INTO ?", (str(backup),))
    heads += sealed(records, clock, SIZE // 2)
    return Crime(records, clock, backup), heads


def found(crime: Crime, heads: list[SignedCheckpoint]) -> tuple[str, int | None] | None:
    """The first finding, or None."""
    verification = crime.records.log.verify([head.note for head in heads])
    first = verification.findings[0] if verification.findings else None
    return (first.kind, first.seq) if first else None


@pytest.mark.parametrize("name", TABLE)
def test_the_attack_is_found(tmp_path: Path, name: str) -> None:
    crime, heads = scene(tmp_path / "home")
    with crime.records:
        assert found(crime, heads) is None
        TABLE[name].do(crime)
        assert found(crime, []) == TABLE[name].inside
        assert found(crime, heads) == TABLE[name].outside


def test_any_flipped_byte_is_found_and_its_place_named(tmp_path: Path) -> None:
    """The short form of the 10,000 flips of `benchmarks/records.py`."""
    crime, _ = scene(tmp_path / "home")
    with crime.records:
        result = flip_bytes(crime.records, 200)
    assert (result.flips, result.found, result.named) == (200, 200, 200)


def test_signing_moments_are_kept(tmp_path: Path) -> None:
    crime, _ = scene(tmp_path / "home")
    with crime.records, crime.records.read() as tx:
        moments = tx.connection.execute(select(checkpoints.c.signed_at).order_by(checkpoints.c.size)).scalars().all()
        assert moments == sorted(moments)
        assert moments[-1] == to_micros(crime.clock())
