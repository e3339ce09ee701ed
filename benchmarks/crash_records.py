"""Kill the office at random and look what is left of its records: `python -m benchmarks.crash_records [--kills 1000]`.

Nothing acknowledged may be lost, the log has no gap and verifies, and each item is done exactly once however many
processes race for it, are stopped (SIGSTOP) or killed (SIGKILL).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select as polling
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from config.errors import ApplicationException, OficioError
from records import Actor, Records, Session, audit, work_items
from records.canonical import parse
from tests.records.postgres import Cluster, programs

__all__ = ["Loss", "Race", "kill_at_random", "power_cuts", "race"]

SESSION = Session(Actor("bot", "crash"))


@dataclass
class Loss:
    """What was lost: all zero is what must be."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    gaps: int = 0
    broken: int = 0


@dataclass
class Race:
    """What came of a race."""

    workers: int
    items: int
    killed: int = 0
    stopped: int = 0
    done_once: int = 0
    done_twice: int = 0
    lost: int = 0
    seconds: float = 0.0


def _forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - a child of a test must not run on as its parent
        os._exit(1)
    os._exit(0)


def _append_for_ever(url: str, home: Path, pipe: int, seed: int) -> NoReturn:
    """Append numbered events for ever, and tell each number after its commit."""
    chance = random.Random(seed)
    with Records.open(url, home=home, session=SESSION) as records:
        with records.read() as tx:
            number = _highest(tx.connection.exec_driver_sql(_LAST).scalar())
        while True:
            with records.begin() as tx:
                for _ in range(chance.choice((1, 1, 3, 20))):
                    number += 1
                    audit.append(tx, action="crash.noted", after={"n": number})
            os.write(pipe, number.to_bytes(8, "big"))
            if chance.random() < 0.1:
                records.log.checkpoint()


_LAST = "SELECT coalesce((SELECT bytes FROM events ORDER BY seq DESC LIMIT 1), NULL)"


def _highest(data: object) -> int:
    return int(parse(bytes(data))["after"]["n"]) if isinstance(data, bytes | memoryview) else 0


def _drained(pipe: int) -> int:
    last = b""
    while polling.select([pipe], [], [], 0)[0]:
        data = os.read(pipe, 65536)
        if not data:
            break
        last = (last + data)[-8:]
    return int.from_bytes(last, "big")


def kill_at_random(home: Path, kills: int, seed: int = 1) -> Loss:
    """SIGKILL a process that appends, again and again, at a random moment of its work (SQLite)."""
    chance, loss = random.Random(seed), Loss()
    for turn in range(kills):
        reader, writer = os.pipe()
        pid = _forked(lambda: _append_for_ever("", home, writer, chance.randrange(2**32)))  # noqa: B023 - runs at once
        polling.select([reader], [], [], 60)
        time.sleep(chance.random() * 0.03)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(writer)
        acknowledged = _drained(reader)
        os.close(reader)
        loss.kills += 1
        _inspect("", home, acknowledged, loss, whole=turn % 25 == 24 or turn == kills - 1)
    return loss


def power_cuts(home: Path, cluster: Cluster, cuts: int, seed: int = 1) -> Loss:
    """Stop PostgreSQL at once (`immediate`) while a process appends, start it again, and look."""
    chance, loss, url = random.Random(seed), Loss(), cluster.new_database()
    for turn in range(cuts):
        reader, writer = os.pipe()
        pid = _forked(lambda: _append_for_ever(url, home, writer, chance.randrange(2**32)))  # noqa: B023 - runs at once
        polling.select([reader], [], [], 60)
        time.sleep(chance.random() * 0.05)
        cluster.stop("immediate")
        os.waitpid(pid, 0)  # it ends by itself: its database is gone
        cluster.start()
        os.close(writer)
        acknowledged = _drained(reader)
        os.close(reader)
        loss.kills += 1
        _inspect(url, home, acknowledged, loss, whole=turn % 25 == 24 or turn == cuts - 1)
    return loss


def _inspect(url: str, home: Path, acknowledged: int, loss: Loss, *, whole: bool) -> None:
    loss.acknowledged = max(loss.acknowledged, acknowledged)
    with Records.open(url, home=home, session=SESSION) as records:
        records.log.sequence()
        with records.read() as tx:
            last = tx.connection.exec_driver_sql(_LAST).scalar()
            count = tx.connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one() if whole else 0
        loss.lost += _highest(last) < acknowledged
        if whole:
            loss.gaps += _highest(last) != count
            loss.broken += not records.log.verify().ok


def _work(url: str, home: Path, lease: timedelta) -> None:
    """Claim and complete until nothing is left."""
    worker = f"w{os.getpid()}"
    chance = random.Random(os.getpid())
    with Records.open(url, home=home, session=SESSION) as records:
        while True:
            with records.begin() as tx:
                items = work_items.claim(tx, "invoices", states=["received"], limit=20, lease=lease, worker=worker)
            if not items:
                with records.read() as tx:
                    if work_items.counts(tx, "invoices").get("received", 0) == 0:
                        return
                time.sleep(0.05)
                continue
            for item in items:
                time.sleep(chance.random() * 0.001)
                try:
                    with records.begin() as tx:
                        work_items.move(tx, item, "read", action="invoice.read")
                except (OficioError, ApplicationException):
                    continue  # the lease was lost while this process was stopped


def race(url: str, home: Path, *, workers: int, items: int, seed: int = 1, disturb: bool = True) -> Race:
    """Processes race for items; some are stopped for longer than their lease, some are killed."""
    chance, lease, result = random.Random(seed), timedelta(seconds=1), Race(workers, items)
    with Records.open(url, home=home, session=SESSION) as records, records.begin() as tx:
        for _ in range(items):
            work_items.create(tx, process="invoices", payload={})
    started = time.monotonic()
    running = {_forked(lambda: _work(url, home, lease)) for _ in range(workers)}
    while running:
        gone, _ = os.waitpid(-1, os.WNOHANG)
        running.discard(gone)
        if not gone:
            time.sleep(0.05)
        if disturb and running and chance.random() < 0.1 and result.killed + result.stopped < workers:
            running |= _disturb(chance, sorted(running), result, lambda: _forked(lambda: _work(url, home, lease)))
    result.seconds = time.monotonic() - started
    with Records.open(url, home=home, session=SESSION) as records:
        records.log.sequence()
        _count(records, result)
    return result


def _disturb(chance: random.Random, running: list[int], result: Race, another: Callable[[], int]) -> set[int]:
    victim = chance.choice(running)
    if result.killed <= result.stopped:  # in turns: by chance alone a short race may see only one of them
        os.kill(victim, signal.SIGKILL)
        result.killed += 1
        return {another()}
    os.kill(victim, signal.SIGSTOP)
    time.sleep(1.3)
    os.kill(victim, signal.SIGCONT)
    result.stopped += 1
    return set()


def _count(records: Records, result: Race) -> None:
    done: Counter[str] = Counter()
    for _, data in records.log.events():
        body = parse(data)
        if body["action"] == "invoice.read":
            done[body["item"]["id"]] += 1
    with records.read() as tx:
        states = work_items.counts(tx, "invoices")
    result.done_once = sum(count == 1 for count in done.values())
    result.done_twice = sum(count > 1 for count in done.values())
    result.lost = result.items - states.get("read", 0)


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line a trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--items", type=int, default=10_000)
    given = parser.parse_args(arguments)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        loss = kill_at_random(Path(folder) / "kills", given.kills)
        bad += _report("kill -9, SQLite", loss, loss.lost + loss.gaps + loss.broken)
        for workers in (2, 4, 8):
            raced = race("", Path(folder) / f"race{workers}", workers=workers, items=given.items)
            bad += _report("race, SQLite", raced, raced.done_twice + raced.lost)
        found = programs()
        if found is None:
            sys.stdout.write("no PostgreSQL here\n")
            return 1 if bad else 0
        with Cluster(found) as cluster:
            loss = power_cuts(Path(folder) / "cuts", cluster, given.cuts)
            bad += _report("immediate stop, PostgreSQL", loss, loss.lost + loss.gaps + loss.broken)
            url = cluster.new_database()
            raced = race(url, Path(folder) / "racepg", workers=8, items=given.items)
            bad += _report("race, PostgreSQL", raced, raced.done_twice + raced.lost)
    return 1 if bad else 0


def _report(name: str, result: Loss | Race, wrong: int) -> int:
    sys.stdout.write(f"{name}: {'ok' if not wrong else 'WRONG'} {json.dumps(asdict(result))}\n")
    sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
