"""A killed worker's items are free in the next run; a living one's are not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from records import Actor, Records, Session, leases, work_items
from records.takeover import release_dead, worker_name

CLAIM = """
import sys
from datetime import timedelta
from pathlib import Path
from records import Actor, Records, Session, leases, work_items
from records.takeover import worker_name
home = Path(sys.argv[1])
records = Records.open(f"sqlite:///{home}/o.db", home=home, session=Session(Actor("bot", "t")))
with records.begin() as tx:
    name = worker_name("run")
    work_items.claim(tx, "invoices", ["received"], limit=1, lease=timedelta(hours=1), worker=name)
    leases.acquire(tx, "mailbox", name, timedelta(hours=1))
print("claimed", flush=True)
sys.stdin.read()
"""


def test_the_dead_let_go_and_the_living_do_not(tmp_path: Path) -> None:
    records = Records.open(f"sqlite:///{tmp_path}/o.db", home=tmp_path, session=Session(Actor("bot", "t")))
    with records.begin() as tx:
        work_items.create(tx, process="invoices", payload={})
    with (
        records,
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as other,
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == b"claimed\n"
        with records.begin() as tx:
            assert release_dead(tx) == 0
            assert leases.acquire(tx, "mailbox", worker_name("here"), timedelta(hours=1)) is None
        other.kill()
        other.wait()
        with records.begin() as tx:
            assert release_dead(tx) == 2
            assert leases.acquire(tx, "mailbox", worker_name("here"), timedelta(hours=1)) is not None
