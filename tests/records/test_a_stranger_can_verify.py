"""The export bundle and the stand-alone verifier, which imports nothing of ours."""

from __future__ import annotations

import ast
import filecmp
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from records import Actor, DocumentRef, Evidence, Records, audit, work_items
from records import standalone_verify as standalone
from records.export import Choice, export
from records.tiles import unpack_entries
from tests.records.conftest import Clock
from tests.records.logs import fill, sealed


def run(bundle: Path, *more: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-I", str(bundle / "verify.py"), str(bundle), "--json", *more],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout)


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    tree = ast.parse(Path(standalone.__file__).read_text())
    names = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_whole_log_verifies(records: Records, clock: Clock, tmp_path: Path) -> None:
    sha256 = records.archive.put(b"%PDF")
    with records.begin() as tx:
        item = work_items.create(tx, process="invoices", payload={}, documents=[DocumentRef(sha256)])
        audit.append(tx, action="x", item=item, evidence=[Evidence(records.archive.put(b"png"), "screenshot")])
    sealed(records, clock, 600, every=300)
    bundle = export(records.log, records.archive, tmp_path / "out")
    code, result = run(bundle.folder, "--key", str(records.log.key))
    assert (code, result) == (0, {
        "ok": True, "events": 602, "checkpoints": 2, "evidence": 2, "chosen": "the whole log", "key": "given",
    })  # fmt: skip
    entries = (bundle.folder / "tile" / "entries" / "001").read_bytes()
    assert unpack_entries(entries)[0] == bundle.events[256].bytes


def test_the_same_log_gives_the_same_bundle(records: Records, clock: Clock, tmp_path: Path) -> None:
    sealed(records, clock, 300)
    first, second = (export(records.log, records.archive, tmp_path / name).folder for name in "ab")
    files = sorted(str(path.relative_to(first)) for path in first.rglob("*") if path.is_file())
    assert filecmp.cmpfiles(first, second, files, shallow=False) == (files, [], [])


def test_a_part_verifies_by_its_proofs(records: Records, clock: Clock, tmp_path: Path) -> None:
    start = clock()
    fill(records, clock, 300)
    with records.read() as tx:
        item = work_items.find(tx)[3]
        count = len(audit.of_item(tx, item.id))
    bundle = export(records.log, records.archive, tmp_path / "item", Choice(item=item.id))
    assert run(bundle.folder)[1]["events"] == count
    period = Choice(process="invoices", since=start + timedelta(seconds=2), until=start + timedelta(seconds=4))
    code, result = run(export(records.log, records.archive, tmp_path / "period", period).folder)
    assert (code, result["events"]) == (0, 100)


def test_an_event_taken_out_of_a_part_is_missed(records: Records, clock: Clock, tmp_path: Path) -> None:
    start = clock()
    fill(records, clock, 300)
    with records.read() as tx:
        item = work_items.find(tx)[3]
    one = export(records.log, records.archive, tmp_path / "item", Choice(item=item.id)).folder
    period = Choice(since=start + timedelta(seconds=2), until=start + timedelta(seconds=4))
    some = export(records.log, records.archive, tmp_path / "period", period).folder
    for folder, gone in ((one, 0), (one, 1), (some, 7)):
        assert run(folder)[0] == 0
        before = {name: (folder / name).read_bytes() for name in ("events.jsonl", "log.json")}
        lines = before["events.jsonl"].splitlines(keepends=True)
        (folder / "events.jsonl").write_bytes(b"".join([*lines[:gone], *lines[gone + 1 :]]))
        about = json.loads(before["log.json"])
        (folder / "log.json").write_text(json.dumps({**about, "events": len(lines) - 1}))
        code, result = run(folder)
        assert (code, result["kind"]) == (4, "missing"), (folder, gone)
        for name, data in before.items():
            (folder / name).write_bytes(data)


def test_a_period_in_which_the_clock_was_set_back_verifies(records: Records, clock: Clock, tmp_path: Path) -> None:
    start = clock()
    fill(records, clock, 100)
    clock.moment = start - timedelta(hours=1)
    fill(records, clock, 50)
    clock.moment = start + timedelta(seconds=1)
    fill(records, clock, 50)
    folder = export(records.log, records.archive, tmp_path / "period", Choice(since=start)).folder
    code, result = run(folder)
    assert (code, result.get("says")) == (0, None)


def test_a_file_may_be_gone_when_an_event_tells_of_its_disposal(records: Records, clock: Clock, tmp_path: Path) -> None:
    sha256 = records.archive.put(b"%PDF")
    with records.begin() as tx:
        item = work_items.create(tx, process="invoices", payload={}, documents=[DocumentRef(sha256)])
    fill(records, clock, 20)
    records.archive.path(sha256).unlink()
    lost = export(records.log, records.archive, tmp_path / "lost", Choice(item=item.id))
    code, result = run(lost.folder)
    assert (code, result["kind"], lost.absent) == (4, "missing", (sha256,))
    assert "no event tells of its disposal" in str(result["says"])
    with records.begin() as tx:
        audit.append(tx, action="document.disposed", documents=[DocumentRef(sha256)], after={"kind": "invoice"})
    for name, choice in (("item", Choice(item=item.id)), ("whole", Choice())):
        bundle = export(records.log, records.archive, tmp_path / name, choice)
        assert run(bundle.folder)[0] == 0, name
        assert bundle.events[-1].action == "document.disposed"


def test_changes_are_named(records: Records, clock: Clock, tmp_path: Path) -> None:
    heads = sealed(records, clock, 500)
    folder = export(records.log, records.archive, tmp_path / "out").folder
    events = folder / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)

    def verdict(changed: list[bytes], *more: str) -> tuple[object, object]:
        events.write_bytes(b"".join(changed))
        code, result = run(folder, *more)
        assert code == 4
        return result["kind"], result["seq"]

    edited = [*lines[:123], lines[123].replace(b"noted", b"moted"), *lines[124:]]
    assert verdict(edited) == ("edited", 123)
    assert verdict([*lines[:9], *lines[10:]]) == ("missing", 9)
    assert verdict([*lines[:20], lines[20].replace(b'{"', b'{ "', 1), *lines[21:]]) == ("bad form", 20)
    doubled = lines[20].replace(b'"outcome":', b'"outcome":"ok","outcome":')
    assert verdict([*lines[:20], doubled, *lines[21:]]) == ("bad form", 20)
    assert verdict(lines[:400]) == ("cut", 400)
    for note in (folder / "checkpoints").glob("*500.note"):
        note.unlink()
    kept = tmp_path / "kept.note"
    kept.write_text(heads[-1].note)
    assert verdict(lines[:250], "--head", str(kept)) == ("rolled back", 250)


def test_a_key_from_elsewhere_counts(records: Records, clock: Clock, tmp_path: Path) -> None:
    sealed(records, clock, 20, every=20)
    folder = export(records.log, records.archive, tmp_path / "out").folder
    other = str(records.log.key)
    with Records.open(home=tmp_path / "other", session=records.session) as foreign:
        other = str(foreign.log.key)
    code, result = run(folder, "--key", other)
    assert (code, result["kind"]) == (4, "wrong key")


def test_a_key_is_handed_over(records: Records, url: str, clock: Clock, tmp_path: Path) -> None:
    old = records.log.key
    sealed(records, clock, 20, every=20)
    new = records.log.rotate_key()
    fill(records, clock, 20)
    records.log.checkpoint()
    assert (records.log.key, records.log.known_keys()) == (new, [old, new])
    assert new != old
    with Records.open(url, home=records.home, session=records.session) as again:
        assert again.log.key == new
        verification = again.log.verify()
        assert (verification.ok, verification.checkpoints) == (True, 3)
        handover = [e for e in _all(again) if e.action == "audit.key_handover"]
        assert handover[0].body["after"] == {"key": str(new)}
    folder = export(records.log, records.archive, tmp_path / "out").folder
    assert run(folder, "--key", str(old), "--key", str(new))[0] == 0


def _all(records: Records) -> list[audit.Event]:
    with records.read() as tx:
        return audit.read(tx, limit=10_000)


@pytest.mark.data
def test_plain_python_ed25519_on_all_151_vectors(vectors: Path) -> None:
    given = json.loads((vectors / "ed25519" / "ed25519_test.json").read_text())
    for group in given["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            verdict = standalone.ed25519_verify_slowly(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert verdict is (case["result"] == "valid"), case["tcId"]


def test_openssl_and_coreutils_open_a_checkpoint(records: Records, clock: Clock, tmp_path: Path) -> None:
    sealed(records, clock, 20, every=20)
    folder = export(records.log, records.archive, tmp_path / "out").folder
    script = (Path(__file__).parent / "open_checkpoint.sh").read_text()
    note = next((folder / "checkpoints").iterdir())
    done = subprocess.run(
        ["bash", "-c", script, "open", str(note), str(records.log.key)], capture_output=True, text=True, check=False
    )
    assert "Signature Verified Successfully" in done.stdout, done.stderr
    changed = tmp_path / "changed.note"
    changed.write_text(note.read_text().replace("\n20\n", "\n21\n"))
    done = subprocess.run(
        ["bash", "-c", script, "open", str(changed), str(records.log.key)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0


def test_the_actor_of_an_event_is_who_acted(records: Records) -> None:
    with records.acting(Actor("bot", "reader", "s9")).begin() as tx:
        audit.append(tx, action="x")
    assert _all(records)[-1].body["actor"] == {"kind": "bot", "id": "reader", "session": "s9"}
