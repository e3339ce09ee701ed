"""Every hostile file is read or refused with a reason: no crash, no hang, no untyped error, bounded memory.

    OFICIO_DATA=... OFICIO_TOOLS=... uv run python -m benchmarks.hostile [--workers N] [--ocr] [--limit N] [--log FILE]

Reads all of `$OFICIO_DATA/hostile/pdf`, and what `$OFICIO_TOOLS/make_hostile.py` writes (PDF, XML, spreadsheets, zips,
mails: whatever a mailbox may bring), through `bots.reader.read_many`, which is how the product reads them.
With `--log FILE` each outcome is written down as soon as it is there, and a run that was ended goes on after it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bots.reader.safely import ReadFile, read_many
from bots.reader.sources import SourceLimits

UNTYPED = "OF219"
"""The code of a reader that raised something that nobody expected: a defect."""
DIED = "OF209"
"""The code of a worker that died: bounded, but to be looked at."""


def main() -> int:
    """Run, print one line a corpus and the codes; exit 1 when a file crashed the run or was an untyped error."""
    options = _options()
    log = _Log(options.log)
    for name, paths in _corpora():
        left = [path for path in paths[: options.limit] if not log.knows(name, path)]
        for done in _read(left, options, log):
            log.note(name, done)
        outcomes = Counter(entry["outcome"] for entry in log.entries.values() if entry["corpus"] == name)
        codes = ", ".join(f"{code} {count}" for code, count in sorted(outcomes.items()))
        print(f"{name:12} {outcomes.total():5} files   {codes}", flush=True)
    entries = list(log.entries.values())
    peak = max((entry["peak"] for entry in entries), default=0)
    print(f"all          {len(entries):5} files   peak memory of any process {peak} MB")
    slowest = sorted(entries, key=lambda entry: -entry["seconds"])[:8]
    print("slowest:", ", ".join(f"{entry['file']} {entry['seconds']:.1f} s" for entry in slowest))
    for code, word in ((UNTYPED, "untyped"), (DIED, "worker died")):
        found = [entry["file"] for entry in entries if entry["outcome"] == code]
        print(f"{word}: {len(found)} {' '.join(found)}")
    return 1 if any(entry["outcome"] == UNTYPED for entry in entries) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--ocr", action="store_true", help="also read pages without text by OCR (much slower)")
    parser.add_argument("--limit", type=int, default=None, help="only so many files a corpus")
    parser.add_argument("--log", type=Path, default=None, help="write each outcome here, and go on from what is there")
    return parser.parse_args()


class _Log:
    """Outcomes by corpus and file, in memory and, when asked for, in a file of JSON lines."""

    def __init__(self, path: Path | None):
        self.path = path
        self.entries: dict[tuple[str, str], dict[str, Any]] = {}
        self.seconds: dict[Path, float] = {}
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                entry = json.loads(line)
                self.entries[entry["corpus"], entry["file"]] = entry

    def knows(self, corpus: str, path: Path) -> bool:
        return (corpus, path.name) in self.entries

    def note(self, corpus: str, done: ReadFile) -> None:
        entry = {
            "corpus": corpus,
            "file": done.path.name,
            "outcome": done.refused.code if done.refused else "read",
            "seconds": round(self.seconds.pop(done.path, 0.0), 1),
            "peak": _peak(),
        }
        self.entries[corpus, done.path.name] = entry
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


def _peak() -> int:
    """The highest resident memory in MB that any process of this run has had (Linux)."""
    group, peaks = os.getpgrp(), [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == group:
                peaks += [int(kilobytes) // 1024 for kilobytes in re.findall(r"VmHWM:\s+(\d+)", status.read_text())]
        except OSError:  # it has just ended
            continue
    return max(peaks)


def _read(paths: list[Path], options: argparse.Namespace, log: _Log) -> Iterator[ReadFile]:
    """The files' outcomes; the log gets the seconds from one result to the next."""
    last = time.perf_counter()

    def watch(done: ReadFile) -> None:
        nonlocal last
        now = time.perf_counter()
        log.seconds[done.path] = now - last
        last = now

    limits = SourceLimits() if options.ocr else SourceLimits(ocr_pages=0)
    yield from read_many(paths, options.workers, watch, limits=limits)


def _corpora() -> Iterator[tuple[str, list[Path]]]:
    data = os.environ.get("OFICIO_DATA")
    if data:
        for folder in sorted((Path(data) / "hostile" / "pdf").iterdir()):
            yield folder.name, sorted(path for path in folder.rglob("*") if path.is_file())
    tools = os.environ.get("OFICIO_TOOLS")
    if tools:
        with tempfile.TemporaryDirectory() as made:
            subprocess.run(
                [sys.executable, str(Path(tools) / "make_hostile.py"), made], check=True, capture_output=True
            )
            for folder in sorted(path for path in Path(made).iterdir() if path.is_dir()):
                yield f"made {folder.name}", sorted(folder.iterdir())
    if not data and not tools:
        print("set OFICIO_DATA or OFICIO_TOOLS", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
