"""The audit log as a whole: signed checkpoints over its Merkle tree, and its verification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from config import crashpoints
from config.errors import ApplicationException, AuditBroken, ConfigError, OficioError
from records import audit, schema, sequencer
from records.canonical import parse
from records.chain import Chain
from records.clock import to_micros
from records.event_rows import is_of, item_rows, last_events, last_of, notes, rows
from records.findings import Verification
from records.ids import new_id
from records.keys import load_signer, move_to_keyring, replace_key, retired_keys
from records.merkle import Frontier, consistency_proof, leaf_hash, tree_root
from records.note import (
    Checkpoint,
    Signer,
    VerifierKey,
    checkpoint_text,
    open_note,
    parse_checkpoint,
    parse_note,
    sign_note,
)
from records.tiles import Tiles
from records.verifier import verify_item, verify_log, verify_since

if TYPE_CHECKING:
    from records.store import Records

__all__ = ["Log", "SignedCheckpoint", "Verification"]

_checkpoints, _meta = schema.checkpoints, schema.meta


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint: how many events, their root (hex), and the signed note."""

    size: int
    root: str
    note: str


class Log:
    """Sign and verify the events of a database."""

    def __init__(self, records: Records):
        self._records = records
        self._signer: Signer | None = None
        self.tiles = Tiles(records.home / "log")

    @property
    def signer(self) -> Signer:
        """The log's key under the log's name (`oficio/<id>`), both made at first use.

        Raises:
            ConfigError: OF716, the key cannot be used, or it is not this log's (another machine made it: copy `keys/`).
        """
        if self._signer is None:
            signer = load_signer(self._keys, self._told("origin", f"oficio/{new_id()}"))
            registered = self._told("key", str(signer.verifier))
            if registered != str(signer.verifier):
                raise ConfigError(
                    "OF716", str(self._keys), why=f"the log is signed with {registered[-12:]}, not with it"
                )
            self._signer = signer
        return self._signer

    @property
    def key(self) -> VerifierKey:
        """What a verifier needs to know of us."""
        return self.signer.verifier

    @property
    def _keys(self) -> Path:
        return self._records.home / "keys"

    def known_keys(self) -> list[VerifierKey]:
        """All keys that the log was ever signed with, the present one last."""
        return [*retired_keys(self._keys), self.key]

    def rotate_key(self) -> VerifierKey:
        """Hand the log over to a new key: an event names both, both sign a checkpoint, the old one is destroyed.

        Returns:
            The new key. It may be called again after it was interrupted.
        """
        old = self.signer
        new = load_signer(self._keys, old.name, file="next.pem")
        with self._records.begin() as tx:
            body = {"old": str(old.verifier), "new": str(new.verifier)}
            audit.append(tx, action="audit.key_handover", before={"key": body["old"]}, after={"key": body["new"]})
        self.checkpoint(new)
        with self._records.begin() as tx:
            tx.connection.execute(update(_meta).where(_meta.c.name == "key").values(value=body["new"]))
            replace_key(self._keys, old.verifier)
        self._signer = new
        return new.verifier

    def move_key_to_keyring(self) -> VerifierKey:
        """Keep the private key in the keyring of the operating system from now on; what verifies it stays the same.

        Raises:
            ConfigError: OF716, there is no keyring that keeps it.
        """
        key = self.key
        move_to_keyring(self._keys, key.name)
        return key

    def _told(self, name: str, value: str) -> str:
        with self._records.begin() as tx:
            upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
            tx.connection.execute(upsert(_meta).values(name=name, value=value).on_conflict_do_nothing())
            return str(tx.connection.execute(select(_meta.c.value).where(_meta.c.name == name)).scalar_one())

    def sequence(self) -> None:
        """Give pending events their places (PostgreSQL; see `sequencer`)."""
        with self._records.typed(), self._records.engine.connect() as connection:
            sequencer.sequence(connection)

    def checkpoint(self, *others: Signer) -> SignedCheckpoint:
        """Sign the log as it is now; the last checkpoint again when nothing has come since.

        Args:
            others: further signers, when a key is handed over.

        Raises:
            ApplicationException: as `Records.begin`.
        """
        signer = self.signer
        self.sequence()
        crashpoints.reach("audit.appended")
        with self._records.begin() as tx:
            known = _last(tx.connection)
            frontier = _frontier(known, self.known_keys())
            frontier.extend(leaf_hash(data) for _, data in rows(tx.connection, frontier.size))
            if known and known.size == frontier.size:
                return SignedCheckpoint(known.size, known.root, known.note)
            root = frontier.root()
            note = sign_note(checkpoint_text(Checkpoint(signer.name, frontier.size, root)), signer, *others)
            tx.connection.execute(
                insert(_checkpoints).values(
                    size=frontier.size, root=root.hex(), note=note, frontier=frontier.pack(),
                    signed_at=to_micros(tx.now),
                )
            )  # fmt: skip
        crashpoints.reach("audit.checkpointed")
        self._write_tiles(frontier.size)
        return SignedCheckpoint(frontier.size, root.hex(), note)

    def _write_tiles(self, size: int) -> None:
        with self._records.reading() as connection:
            try:
                self.tiles.extend(
                    size, lambda start, end: [leaf_hash(data) for _, data in rows(connection, start, end)]
                )
            except OSError as error:
                raise ApplicationException("OF705", str(self.tiles.folder), why=error) from error

    def checkpoints(self) -> list[SignedCheckpoint]:
        """All checkpoints, oldest first."""
        with self._records.reading() as connection:
            found = connection.execute(select(_checkpoints).order_by(_checkpoints.c.size))
            return [SignedCheckpoint(row.size, row.root, row.note) for row in found]

    def events(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(number, bytes) of the events from `start` to before `end`."""
        with self._records.typed(), self._records.reading() as connection:
            yield from rows(connection, start, end)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of `old` events is a prefix of that of `new` (RFC 6962 section 2.1.2)."""
        leaves = [leaf_hash(data) for _, data in self.events(0, new)]
        return consistency_proof(old, new, lambda start, end: tree_root(leaves[start:end]))

    def verify(self, heads: Sequence[str] = ()) -> Verification:
        """Verify every event and every checkpoint, and that the log contains the `heads` that were kept elsewhere.

        Args:
            heads: signed notes of checkpoints that were handed out before.
        """
        keys = self.known_keys()
        self.sequence()
        with self._records.typed(), self._records.reading() as connection:
            return verify_log(
                rows(connection), notes(connection), keys=keys, heads=heads, tiles=self.tiles.read,
                last_events=last_events(connection),
            )  # fmt: skip

    def verify_since(self, head: str) -> Verification:
        """Verify what came after a head that was kept; the head itself vouches for what lies before it.

        Raises:
            OficioError: OF733, the log has no checkpoint of the head's size: verify all of it.
        """
        keys = self.known_keys()
        self.sequence()
        with self._records.typed(), self._records.reading() as connection:
            size = _size_of(head)
            row = connection.execute(select(_checkpoints.c.frontier).where(_checkpoints.c.size == size)).first()
            if row is None or len(row.frontier) != 32 * size.bit_count():
                raise OficioError("OF733", size=size)
            last = next((data for _, data in rows(connection, size - 1, size)), b"{}")
            chain = Chain(
                lambda item, seq: seq < size and is_of(connection, item, seq), stamp=str(parse(last).get("ts", ""))
            )
            tree = Frontier.unpack(size, row.frontier)
            return verify_since(
                rows(connection, size), notes(connection), keys=keys, head=head, tree=tree, chain=chain,
                last_events=last_events(connection, size),
            )  # fmt: skip

    def verify_item(self, item: str, heads: Sequence[str] = ()) -> Verification:
        """Verify one item's events by their inclusion in the log that was signed last, without reading the others.

        Raises:
            ApplicationException: OF705, a tile is missing: verify all of the log.
        """
        keys = self.known_keys()
        self.sequence()
        with self._records.typed(), self._records.reading() as connection:
            events = item_rows(connection, item)
            try:
                return verify_item(
                    item, events, notes(connection), keys=keys, heads=heads, subtree=self.tiles.subtree,
                    last=last_of(connection, item),
                )  # fmt: skip
            except OSError as error:
                raise ApplicationException("OF705", str(self.tiles.folder), why=error) from error


def _size_of(head: str) -> int:
    try:
        return parse_checkpoint(parse_note(head).text).size
    except ValueError as error:
        raise AuditBroken("OF720", why=f"the head is not a checkpoint: {error}") from error


@dataclass(frozen=True, slots=True)
class _Known:
    size: int
    root: str
    note: str
    frontier: bytes


def _last(connection: Connection) -> _Known | None:
    row = connection.execute(select(_checkpoints).order_by(_checkpoints.c.size.desc()).limit(1)).first()
    return _Known(row.size, row.root, row.note, row.frontier) if row is not None else None


def _frontier(known: _Known | None, keys: Sequence[VerifierKey]) -> Frontier:
    """The tree as the last checkpoint has it: never taken on trust, for the next one is signed over it."""
    if known is None:
        return Frontier()
    try:
        frontier = Frontier.unpack(known.size, known.frontier)
        signed = parse_checkpoint(open_note(known.note, keys)[0].text)
    except ValueError as error:
        raise AuditBroken(
            "OF720", why=f"the last checkpoint, over {known.size} events, was changed: {error}"
        ) from error
    if (signed.size, signed.root) != (known.size, frontier.root()) or known.root != signed.root.hex():
        raise AuditBroken("OF720", why=f"the last checkpoint, over {known.size} events, contradicts itself")
    return frontier
