"""Every hostile file is read or refused with a reason: no crash, no hang, no untyped error, bounded memory.

    OFICIO_DATA=... OFICIO_TOOLS=... uv run python -m benchmarks.hostile [--workers N] [--ocr] [--limit N]

Reads all of `$OFICIO_DATA/hostile/pdf`, and what `$OFICIO_TOOLS/make_hostile.py` writes (PDF, XML, spreadsheets, zips,
mails: whatever a mailbox may bring), through `bots.reader.read_many`, which is how the product reads them.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bots.reader.safely import ReadFile, read_many
from bots.reader.sources import SourceLimits

UNTYPED = "OF219"
"""The code of a reader that raised something that nobody expected: a defect."""


def main() -> int:
    """Run, print one line a corpus and the codes; exit 1 when a file crashed the run or was an untyped error."""
    options = _options()
    slow: list[tuple[float, Path]] = []
    untyped: list[Path] = []
    total = 0
    for name, paths in _corpora():
        begun = time.perf_counter()
        outcomes: Counter[str] = Counter()
        for done in _timed(paths[: options.limit], options, slow):
            outcomes[done.refused.code if done.refused else "read"] += 1
            untyped += [done.path] if done.refused and done.refused.code == UNTYPED else []
        total += outcomes.total()
        codes = ", ".join(f"{code} {count}" for code, count in sorted(outcomes.items()))
        print(f"{name:12} {outcomes.total():5} files  {time.perf_counter() - begun:7.1f} s   {codes}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"all          {total:5} files   untyped {len(untyped)}   parent's peak memory {peak} MB")
    print("slowest:", ", ".join(f"{path.name} {seconds:.1f} s" for seconds, path in sorted(slow, reverse=True)[:8]))
    for path in untyped:
        print("untyped:", path)
    return 1 if untyped else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--ocr", action="store_true", help="also read pages without text by OCR (much slower)")
    parser.add_argument("--limit", type=int, default=None, help="only so many files a corpus")
    return parser.parse_args()


def _timed(paths: list[Path], options: argparse.Namespace, slow: list[tuple[float, Path]]) -> Iterator[ReadFile]:
    """The files' outcomes; `slow` gets the seconds from one result to the next of each worker."""
    last = time.perf_counter()

    def watch(done: ReadFile) -> None:
        nonlocal last
        now = time.perf_counter()
        slow.append((now - last, done.path))
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
