"""Vectors that nobody on this project wrote; `PROVENANCE.md` beside them names their sources."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.errors import OficioError
from records.canonical import canonical, foreign, parse
from records.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from records.note import Signer, VerifierKey, open_note, parse_checkpoint, parse_note
from records.witness import Witness

pytestmark = pytest.mark.data


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof_of(case: dict[str, Any], name: str = "proof") -> list[bytes]:
    return [b64(node) for node in case[name] or ()]


def cases(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.json")):
        yield str(path.relative_to(folder)), json.loads(path.read_text())


def test_all_98_inclusion_proofs(vectors: Path) -> None:
    seen = 0
    for name, case in cases(vectors / "merkle-proofs" / "inclusion"):
        leaf, root = b64(case["leafHash"]), b64(case["root"])
        verdict = verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof_of(case), root)
        assert verdict is not case["wantErr"], name
        seen += 1
    assert seen == 98


def test_all_98_consistency_proofs(vectors: Path) -> None:
    seen = 0
    for name, case in cases(vectors / "merkle-proofs" / "consistency"):
        old, new = b64(case["root1"]), b64(case["root2"])
        verdict = verify_consistency(case["size1"], case["size2"], old, new, proof_of(case))
        assert verdict is not case["wantErr"], name
        seen += 1
    assert seen == 98


def test_the_reference_tree_of_certificate_transparency(vectors: Path) -> None:
    tree = json.loads((vectors / "rfc6962" / "ct_reference_tree.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(data)) for data in tree["leaf_inputs_hex"]]
    roots = [bytes.fromhex(root) for root in tree["root_by_size_hex"]]
    assert [leaf.hex() for leaf in leaves] == tree["node_hashes_by_level_hex"][0]

    def subtree(start: int, end: int) -> bytes:
        return tree_root(leaves[start:end])

    for size, root in enumerate(roots):
        assert tree_root(leaves[:size]) == root
        for index in range(size):
            assert verify_inclusion(index, size, leaves[index], inclusion_proof(index, size, subtree), root)
        for old in range(1, size + 1):
            assert verify_consistency(old, size, roots[old], root, consistency_proof(old, size, subtree))


def test_all_16_heads_of_a_tessera_log(vectors: Path) -> None:
    log = vectors / "tessera-log"
    given = json.loads((log / "KEY.json").read_text())
    key = VerifierKey.parse(given["vkey"])
    assert str(key) == given["vkey"]
    frontier = Frontier()
    for size in range(16):
        note, _ = open_note((log / f"checkpoint.{size}").read_bytes(), [key])
        checkpoint = parse_checkpoint(note.text)
        assert (checkpoint.size, checkpoint.root) == (size, frontier.root())
        if size < 15:
            frontier.append(leaf_hash(given["entries"][size].encode()))


def test_all_15_signed_notes(vectors: Path) -> None:
    given = json.loads((vectors / "signed-note" / "cases.json").read_text())
    for case in given["cases"]:
        note = b64(case["note_b64"]) if "note_b64" in case else case["note"]
        keys = [VerifierKey.parse(key) for key in case["vkeys"]]
        if case["ok"]:
            assert len(open_note(note, keys)[1]) == case["verified"], case["name"]
        else:
            with pytest.raises(ValueError):
                open_note(note, keys)
    for key in given["bad_vkeys"]:
        with pytest.raises(ValueError):
            VerifierKey.parse(key)
    assert len(given["cases"]) == 15


def test_all_6_documents_of_rfc_8785(vectors: Path) -> None:
    inputs = sorted((vectors / "jcs" / "input").iterdir())
    assert len(inputs) == 6
    for path in inputs:
        assert foreign(parse(path.read_bytes())) == (vectors / "jcs" / "output" / path.name).read_bytes(), path.name


def test_rfc_8785_inside_the_profile_of_events_and_refused_outside(vectors: Path) -> None:
    inside = set()
    for path in sorted((vectors / "jcs" / "input").iterdir()):
        value = orjson.loads(path.read_bytes())
        expected = (vectors / "jcs" / "output" / path.name).read_bytes()
        try:
            written = canonical(value)
        except OficioError as error:
            assert error.code == "OF708"  # noqa: PT017 - the other branch asserts too
        else:
            assert written == expected, path.name
            inside.add(path.stem)
    assert inside == {"arrays", "unicode"}  # the others have floats or keys that are not ASCII


def test_all_151_ed25519_signatures(vectors: Path) -> None:
    given = json.loads((vectors / "ed25519" / "ed25519_test.json").read_text())
    seen = 0
    for group in given["testGroups"]:
        key = VerifierKey("wycheproof", bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            verdict = key.verifies(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert verdict is (case["result"] == "valid"), case["tcId"]
            seen += 1
    assert seen == given["numberOfTests"] == 151


def _entries(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("bundle*.json")):
        try:
            bundle = json.loads(path.read_text())
        except ValueError:
            continue
        yield from bundle.get("verificationMaterial", {}).get("tlogEntries", ())


def _included(entry: dict[str, Any]) -> bool:
    proof = entry["inclusionProof"]
    root, size = b64(proof["rootHash"]), int(proof["treeSize"])
    leaf = leaf_hash(b64(entry["canonicalizedBody"]))
    included = verify_inclusion(int(proof.get("logIndex", 0)), size, leaf, proof_of(proof, "hashes"), root)
    if "checkpoint" not in proof:  # bundles before v0.2
        return included
    head = parse_checkpoint(parse_note(proof["checkpoint"]["envelope"]).text)
    return included and (head.size, head.root) == (size, root)


def test_sigstore_inclusion_proofs_and_heads(vectors: Path) -> None:
    good = 0
    for folder in sorted((vectors / "sigstore-conformance" / "bundle-verify").iterdir()):
        if not folder.is_dir() or folder.name.endswith("_fail"):
            continue
        for entry in _entries(folder):
            if "inclusionProof" in entry:
                assert _included(entry), folder.name
                good += 1
    assert good >= 20


BAD = [
    "inclusion-proof-corrupted-hash_fail",
    "invalid-inclusion-proof_fail",
    "checkpoint-wrong-roothash_fail",
    "rekor2-checkpoint-missing-root-hash_fail",
    "rekor2-checkpoint-missing-size_fail",
]


@pytest.mark.parametrize("name", BAD)
def test_sigstore_bundles_with_a_wrong_proof_or_head_are_refused(vectors: Path, name: str) -> None:
    (entry,) = _entries(vectors / "sigstore-conformance" / "bundle-verify" / name)
    try:
        verdict = _included(entry)
    except ValueError:
        verdict = False
    assert not verdict


REQUEST = re.compile(r"^POST .*?\n```\n(.*?)```\nHTTP (\d+)\n\[Asserts\]\nbody (contains|==) (.*?)$", re.S | re.M)
LOG = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
LOG_KEY = VerifierKey(LOG, bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"))
SUMDB_KEY = VerifierKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")


def test_all_11_answers_of_a_witness(vectors: Path, tmp_path: Path) -> None:
    seen = 0
    for path in sorted((vectors / "witness-protocol").glob("*.txt")):
        signer = Signer("example.com/witness", Ed25519PrivateKey.generate())
        logs = {LOG: [LOG_KEY], "go.sum database tree": [SUMDB_KEY]}
        witness = Witness(tmp_path / f"{path.stem}.json", signer, logs, now=lambda: 1_800_000_000.0)
        for body, status, how, expected in REQUEST.findall(path.read_text()):
            answer = witness.add_checkpoint(body.encode())
            assert answer.status == int(status), answer
            wanted = json.loads(expected)
            assert answer.body == wanted if how == "==" else wanted in answer.body, answer
            seen += 1
    assert seen == 11
