"""Verify an exported audit log with nothing but Python 3.9 and this file.

    python verify.py BUNDLE [--key NAME+ID+BASE64 ...] [--head FILE ...] [--json]

BUNDLE is a folder made by `oficio audit export`.  Keys and heads are worth most when they come from elsewhere (the
auditor's own notes, a witness): without `--key`, the key in the bundle itself is used and said so.
Exit code 0: verified; 4: something is wrong (the first wrong event is named); 2: usage.

Formats: RFC 8785 (canonical JSON), RFC 6962 (Merkle tree), RFC 8032 (Ed25519), C2SP signed-note and tlog-checkpoint.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

# --- Ed25519, RFC 8032 section 5.1.7: used when the package `cryptography` is not there ------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def _add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(scalar: int, point: tuple[int, ...]) -> tuple[int, ...]:
    result: tuple[int, ...] = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def _point(data: bytes) -> tuple[int, ...] | None:
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _recover_x(_BASE_Y, 0) or 0
BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


def ed25519_verify_slowly(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032 in plain Python: some ten milliseconds a signature."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(scalar, BASE), _add(commitment, _times(challenge, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is that of the key, by `cryptography` where it is installed."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return ed25519_verify_slowly(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


# --- Merkle tree, RFC 6962 -------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Feed it leaf hashes, ask for the root."""

    def __init__(self) -> None:
        self.size = 0
        self.nodes: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        count = self.size
        while count & 1:
            leaf = node_hash(self.nodes.pop(), leaf)
            count >>= 1
        self.nodes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.nodes:
            return hashlib.sha256(b"").digest()
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def copy(self) -> Tree:
        """A tree that goes its own way from here."""
        other = Tree()
        other.size, other.nodes = self.size, list(self.nodes)
        return other


def included(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """Whether a leaf hash is at an index of the tree with that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


# --- Signed notes and checkpoints, C2SP ------------------------------------------------------------------------------


class Wrong(Exception):  # noqa: N818 - a finding, not a failure of this program
    """Something is wrong: the kind, the first event concerned, a sentence."""

    def __init__(self, kind: str, seq: int | None, says: str):
        super().__init__(kind, seq, says)
        self.kind, self.seq, self.says = kind, seq, says


def decoded(text: str) -> bytes:
    """Base64 in its one canonical form."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def parse_key(text: str) -> tuple[str, bytes, bytes]:
    """(name, id, public key) of `name+hex id+base64`."""
    name, key_id, encoded = text.strip().split("+", 2)
    data = decoded(encoded)
    digest = hashlib.sha256(name.encode() + b"\n" + data).digest()
    if len(data) != 33 or data[0] != 1 or digest[:4].hex() != key_id:
        raise ValueError(f"not an Ed25519 verifier key: {text}")
    return name, digest[:4], data[1:]


def open_checkpoint(note: str, keys: list[tuple[str, bytes, bytes]], name: str) -> tuple[int, bytes]:
    """(size, root) of a checkpoint that one of the keys signed."""
    text, _, block = note.rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    try:
        size, root = int(lines[1]), decoded(lines[2])
        signatures = [line.split(" ") for line in block.rstrip("\n").split("\n")]
        signed = [(line[1], decoded(line[2])) for line in signatures if line[0] == "—"]
    except (ValueError, IndexError) as error:
        raise Wrong("bad form", None, f"{name} is not a checkpoint: {error}") from error
    if len(root) != 32 or lines[1] != str(size):
        raise Wrong("bad form", None, f"{name} is not a checkpoint")
    known = False
    for key_name, key_id, public in keys:
        for signer, blob in signed:
            if (signer, blob[:4]) == (key_name, key_id) and lines[0] == key_name:
                if not ed25519_verify(public, text.encode(), blob[4:]):
                    raise Wrong("re-signed", None, f"{name}: the signature of {key_name} is wrong")
                known = True
    if not known:
        raise Wrong("wrong key", None, f"{name} is signed by none of the known keys")
    return size, root


# --- Events, RFC 8785 ------------------------------------------------------------------------------------------------


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key is there twice")
    return result


def _no_float(text: str) -> object:
    raise ValueError(f"a number with a fraction: {text}")


def read_event(seq: int, data: bytes) -> dict[str, object]:
    """The event of these bytes, which must be its canonical form."""
    try:
        event = json.loads(data, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float)
        again = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Wrong("bad form", seq, f"event {seq} is not canonical JSON: {error}") from error
    if again != data or not isinstance(event, dict):
        raise Wrong("bad form", seq, f"event {seq} is not in canonical form")
    if event.get("seq") != seq or not isinstance(event.get("ts"), str):
        raise Wrong("edited", seq, f"event {seq} says that it is number {event.get('seq')}")
    return event


class Chain:
    """What the events say of their order.

    Args:
        whole: every event of the log comes by.
        lives: every event of each item that comes by does.
    """

    def __init__(self, whole: bool, lives: bool):
        self.whole, self.lives = whole, lives
        self.last: dict[str, int] = {}
        self.stamp = ""

    def check(self, seq: int, event: dict[str, object]) -> None:
        """Compare an event with those before it."""
        stamp = str(event["ts"])
        if stamp < self.stamp and event.get("action") != "clock.set_back":
            raise Wrong("clock backwards", seq, f"event {seq} is of {stamp}, the one before of {self.stamp}")
        self.stamp = stamp
        item = event.get("item")
        if not isinstance(item, dict):
            return
        name, before = str(item.get("id")), event.get("prev_item_seq")
        if (self.lives or name in self.last) and before != self.last.get(name):
            says = f"event {seq} names {before} as the one before it of {name}, there is {self.last.get(name)}"
            raise Wrong("missing" if not self.whole else "edited", seq, says)
        self.last[name] = seq


def within(event: dict[str, object], choice: dict[str, str]) -> bool:
    """Whether a choice by time alone takes an event: then it takes all events between two that it takes."""
    stamp = str(event["ts"])
    return (
        "item" not in choice and "process" not in choice
        and choice.get("since", "") <= stamp and ("until" not in choice or stamp < choice["until"])
    )  # fmt: skip


# --- The bundle ------------------------------------------------------------------------------------------------------


class Bundle:
    """An exported folder."""

    def __init__(self, folder: Path, keys: list[str], heads: list[Path]):
        self.folder = folder
        self.about = json.loads((folder / "log.json").read_text("utf-8"))
        self.keys = [parse_key(key) for key in (keys or self.about["keys"])]
        self.heads = heads
        self.signed: dict[int, bytes] = {}
        self.beside: set[int] = set()

    def read_checkpoints(self) -> int:
        """Open all checkpoints; their number."""
        inside = sorted((self.folder / "checkpoints").glob("*.note"))
        for path in [*inside, *self.heads]:
            size, root = open_checkpoint(path.read_text("utf-8"), self.keys, path.name)
            if self.signed.setdefault(size, root) != root:
                raise Wrong("forked", size - 1, f"{path.name}: two roots were signed over the same {size} events")
            if path in inside:
                self.beside.add(size)
        return len(inside) + len(self.heads)

    def leaf_in_tile(self, index: int) -> bytes | None:
        """The hash of an event as the tiles have it."""
        number, place = divmod(index, 256)
        groups, rest = [f"{number % 1000:03d}"], number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        path = self.folder.joinpath("tile", "0", *groups)
        if not path.is_file():
            widths = [int(one.name) for one in path.with_name(path.name + ".p").glob("*")]
            path = path.with_name(path.name + ".p") / str(max(widths, default=0))
        data = path.read_bytes() if path.is_file() else b""
        return data[32 * place : 32 * place + 32] or None

    def verify_whole(self) -> int:
        """Every event from the first one on, against every checkpoint."""
        tree, chain, covered = Tree(), Chain(whole=True, lives=True), 0
        told: Tree | None = None
        differs = -1
        for seq, data in self.lines():
            if seq != tree.size:
                raise Wrong("missing", tree.size, f"event {tree.size} is missing: the next one there is {seq}")
            chain.check(seq, read_event(seq, data))
            leaf, tile = leaf_hash(data), self.leaf_in_tile(seq)
            if told is None and tile is not None and tile != leaf:
                told, differs = tree.copy(), seq
            if told is not None:
                told.append(tile or leaf)
            tree.append(leaf)
            if tree.size in self.signed:
                if self.signed[tree.size] != tree.root():
                    exact = told is not None and told.root() == self.signed[tree.size]
                    says = (
                        f"event {differs} is not the one that was signed"
                        if exact
                        else f"an event from {covered} to {seq} is not the one that the next checkpoint signed"
                    )
                    raise Wrong("edited", differs if exact else covered, says)
                if told is not None:
                    raise Wrong("edited", differs, f"a tile was changed: its hash of event {differs} is wrong")
                covered = tree.size
        beyond = [size for size in self.signed if size > tree.size]
        if beyond:
            kind = "cut" if self.beside & set(beyond) else "rolled back"
            says = f"events from {tree.size} on are gone: a checkpoint over {max(beyond)} events was signed"
            raise Wrong(kind, tree.size, says)
        return tree.size

    def verify_part(self) -> int:
        """Chosen events, each by its inclusion proof against the last checkpoint."""
        proofs = json.loads((self.folder / "proofs.json").read_text("utf-8"))
        size, choice = max(self.signed), self.about["choice"]
        chain, count, last = Chain(whole=False, lives=set(choice) == {"item"}), 0, -1
        for seq, data in self.lines():
            event = read_event(seq, data)
            chain.check(seq, event)
            if event["action"] == "clock.set_back":
                last = -1
            elif within(event, choice):
                if last not in (-1, seq - 1):
                    raise Wrong("missing", last + 1, f"event {last + 1} is missing: it is of the same period")
                last = seq
            proof = [base64.b64decode(node) for node in proofs.get(str(seq), ())]
            if not included(seq, size, leaf_hash(data), proof, self.signed[size]):
                raise Wrong("edited", seq, f"event {seq} is not in the log that was signed")
            count += 1
        if count != self.about["events"]:
            raise Wrong("missing", None, f"{count} events are here, {self.about['events']} were exported")
        return count

    def lines(self) -> list[tuple[int, bytes]]:
        """(number, bytes) of every event here; the number is the one that the event claims."""
        found = []
        for place, line in enumerate((self.folder / "events.jsonl").read_bytes().splitlines()):
            try:
                seq = json.loads(line)["seq"]
            except (ValueError, KeyError, TypeError) as error:
                raise Wrong("bad form", place, f"line {place + 1} of events.jsonl is not an event") from error
            found.append((int(seq), line))
        return found

    def verify_evidence(self) -> int:
        """Every file of evidence against its name; those that events name must be there, or an event says why not."""
        count = 0
        wanted: dict[str, int] = {}
        disposed: set[str] = set()
        for seq, data in self.lines():
            event = json.loads(data)
            if event["action"] == "document.disposed":
                disposed |= {one["sha256"] for one in event.get("doc", ())}
            for one in [*event.get("evidence", ()), *event.get("doc", ())]:
                wanted.setdefault(one["sha256"], seq)
        for sha256, seq in wanted.items():
            path = self.folder / "evidence" / sha256
            if not path.exists():
                if sha256 in disposed:
                    continue
                says = f"the evidence {sha256[:16]} of event {seq} is missing, and no event tells of its disposal"
                raise Wrong("missing", seq, says)
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                raise Wrong("edited", seq, f"the evidence {sha256[:16]} of event {seq} was changed")
            count += 1
        return count


def verify(folder: Path, keys: list[str], heads: list[Path]) -> dict[str, object]:
    """What was verified; raises Wrong for the first thing that is wrong."""
    bundle = Bundle(folder, keys, heads)
    checkpoints = bundle.read_checkpoints()
    events = bundle.verify_whole() if bundle.about["whole"] else bundle.verify_part()
    result = {"ok": True, "events": events, "checkpoints": checkpoints, "evidence": bundle.verify_evidence()}
    chosen = "the whole log" if bundle.about["whole"] else bundle.about["choice"]
    return {
        **result,
        "chosen": chosen,
        "key": "given" if keys else "from the bundle itself: compare it with the one you were given",
    }


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Verify an exported audit log.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the log's verifier key, from elsewhere")
    parser.add_argument("--head", action="append", default=[], type=Path, help="a checkpoint kept elsewhere")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        result: dict[str, object] = verify(given.bundle, given.key, given.head)
    except Wrong as wrong:
        result = {"ok": False, "kind": wrong.kind, "seq": wrong.seq, "says": wrong.says}
    except (OSError, ValueError, KeyError, TypeError) as error:
        result = {"ok": False, "kind": "bad form", "seq": None, "says": f"the bundle cannot be read: {error!r}"}
    if given.json:
        sys.stdout.write(json.dumps(result) + "\n")
    elif result["ok"]:
        sys.stdout.write("verified: " + ", ".join(f"{name} {value}" for name, value in result.items()) + "\n")
    else:
        sys.stdout.write(f"WRONG ({result['kind']}): {result['says']}\n")
    return 0 if result["ok"] else 4


if __name__ == "__main__":
    sys.exit(main())
