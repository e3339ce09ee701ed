"""Measure reconciling: accuracy by class, CPU, memory and growth, with polars' own join and datacompy beside it.

    python -m benchmarks.reconciling [--big] [--seed N]
    python -m benchmarks.reconciling --survey 10000 --seeds 1 2 3    # accuracy alone, over settings of the generator

The problems come from a seeded generator with known truth (OFICIO_GENERATOR, or ../shared/tools beside the checkout).
Each measurement runs in a process of its own, so that memory is its own and nothing is warm.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
GENERATOR = Path(os.environ.get("OFICIO_GENERATOR", ROOT.parent / "shared" / "tools" / "make_reconciliation.py"))


SETTINGS: tuple[dict[str, Any], ...] = (
    {}, {"n_suppliers": 40}, {"iban_rate": 0.0}, {"iban_rate": 1.0}, {"recurring": 0.0}, {"recurring": 0.5},
    {"bank_sign": -1}, {"tol_minor": 50}, {"days": 90}, {"days": 1000}, {"max_group": 10},
    {"currencies": (("JPY", 0.3), ("KWD", 0.2), ("EUR", 0.5))},
)  # fmt: skip
"""Parameters of the generator, each away from its default; {} are the defaults."""
BARS = {"brief": (0.997, 0.9999), "hard": (0.975, 0.998)}
"""F1 and precision that are asked for."""


def generator() -> ModuleType:
    """The problem generator and its scorer."""
    spec = importlib.util.spec_from_file_location("make_reconciliation", GENERATOR)
    if spec is None or spec.loader is None or not GENERATOR.exists():
        sys.exit(f"no generator at {GENERATOR}; set OFICIO_GENERATOR")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measured(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """CPU seconds (all threads), wall seconds and peak memory of this process around `work`."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    result |= {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**result, "gb": peak / 1e6}


def ours(folder: Path) -> dict[str, Any]:
    """Read both files and match them; the groups go to a file for the scorer."""
    from bots.reconciler.matching import match
    from bots.reconciler.sources import beside, read_items
    from config.reconciliation_rules import read_rules

    rules = read_rules("bank-against-ledger")
    left, right = read_items(folder / "ledger.csv", rules.left), read_items(folder / "bank.csv", rules.right)
    rules, parties, _ = beside(rules, folder / "ledger.csv")
    started = time.process_time()
    made = match(left.frame, right.frame, rules, parties=parties)
    seconds = time.process_time() - started
    made.groups.select("left", "right").write_ndjson(folder / "groups.ndjson")
    return {"match": seconds, "rows": left.frame.height + right.frame.height}


def polars_join(folder: Path) -> dict[str, Any]:
    """The exact keys in polars: read both files, take the words of the text, join on reference, amount and currency."""
    import polars as pl

    left = pl.scan_csv(folder / "ledger.csv").with_columns(word=pl.col("reference").cast(pl.String))
    right = pl.scan_csv(folder / "bank.csv").with_columns(word=pl.col("text").str.split(" ")).explode("word")
    keys = ["word", "amount_minor", "currency"]
    return {"found": left.join(right, on=keys).select(pl.len()).collect().item()}


def polars_join_only(folder: Path) -> dict[str, Any]:
    """The bare join: the same keys, read and split before the clock starts (the hardest yardstick)."""
    import polars as pl

    left = pl.read_csv(folder / "ledger.csv").with_columns(word=pl.col("reference").cast(pl.String))
    right = pl.read_csv(folder / "bank.csv").with_columns(word=pl.col("text").str.split(" ")).explode("word")
    started = time.process_time()
    found = left.join(right, on=["word", "amount_minor", "currency"]).height
    return {"found": found, "match": time.process_time() - started}


def datacompy(folder: Path) -> dict[str, Any]:
    """datacompy with polars on the exact keys (when it is installed)."""
    import polars as pl

    peer = importlib.import_module("datacompy")
    plain = pl.DataFrame.join

    def join(self: pl.DataFrame, *args: Any, join_nulls: bool = False, **more: Any) -> pl.DataFrame:
        return plain(self, *args, nulls_equal=join_nulls, **more)

    setattr(pl.DataFrame, "join", join)  # noqa: B010 - datacompy 1.1 uses the name that polars 2 has dropped

    left = pl.read_csv(folder / "ledger.csv").with_columns(word=pl.col("reference").cast(pl.String))
    right = pl.read_csv(folder / "bank.csv").with_columns(word=pl.col("text").str.split(" ")).explode("word")
    keys = ["word", "amount_minor", "currency"]
    chosen = left.join(right.select(keys).unique(), on=keys, how="semi")
    other = right.join(left.select(keys).unique(), on=keys, how="semi")
    started = time.process_time()
    found = peer.PolarsCompare(chosen.select(keys), other.select(keys), join_columns=keys).intersect_rows.height
    return {"found": found, "match": time.process_time() - started}


CONTENDERS = {"oficio": ours, "polars": polars_join, "join": polars_join_only, "datacompy": datacompy}


def in_own_process(name: str, folder: Path) -> dict[str, Any] | None:
    """One measurement; None when the peer is not installed."""
    command = [sys.executable, "-m", "benchmarks.reconciling", "--one", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        print(f"  {name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return dict(json.loads(done.stdout))


def scored(module: ModuleType, folder: Path) -> dict[str, float]:
    """Precision, recall and F1 of all groups."""
    truth = [json.loads(line) for line in (folder / "truth.jsonl").open(encoding="utf-8")]
    rows = (json.loads(line) for line in (folder / "groups.ndjson").open(encoding="utf-8"))
    found = [{"ledger": row["left"], "bank": row["right"]} for row in rows]
    return dict(module.score(truth, found)["ALL"])


def survey(module: ModuleType, size: int, seeds: list[int]) -> None:
    """Print F1 and precision of both mixes under every setting and seed, and which fall short."""
    print("mix    seed  F1      P        R       wrong  setting")
    for mix, (least_f1, least_precision) in BARS.items():
        for setting in SETTINGS:
            for seed in seeds:
                with tempfile.TemporaryDirectory() as top:
                    module.write(module.generate(seed=seed, n=size, mix=mix, **setting), top)
                    ours(Path(top))
                    score = scored(module, Path(top))
                short = "" if score["F1"] >= least_f1 and score["P"] >= least_precision else "  short"
                told = f"{mix:<6} {seed:>4}  {score['F1']:.4f}  {score['P']:.5f}  {score['R']:.4f}  {score['fp']:>5.0f}"
                print(f"{told}  {setting or 'defaults'}{short}", flush=True)


def measure(module: ModuleType, mix: str, size: int, seed: int, top: Path) -> dict[str, Any]:
    """Generate one problem, run everybody on it, and print a line."""
    folder = top / f"{mix}-{size}"
    module.write(module.generate(seed=seed, n=size, mix=mix), str(folder))
    runs = {name: in_own_process(name, folder) for name in CONTENDERS}
    mine, joined, bare, peer = (runs[name] for name in ("oficio", "polars", "join", "datacompy"))
    if mine is None or joined is None or bare is None:
        sys.exit(1)
    score = scored(module, folder)
    ratio, hard = mine["cpu"] / joined["cpu"], mine["match"] / bare["match"]
    cells = (
        f"{mix:<6} {size:>9,}", f"{score['F1']:.4f}", f"{score['P']:.5f}", f"{score['R']:.4f}", f"{mine['cpu']:>6.2f}",
        f"{mine['match']:>6.2f}", f"{mine['gb']:>5.2f}", f"{joined['cpu']:>6.2f}", f"{ratio:>5.1f}",
        f"{bare['match']:>6.3f}", f"{hard:>5.1f}", f"{peer['match']:>9.2f}" if peer else "   absent",
    )  # fmt: skip
    print("  ".join(cells), flush=True)
    return {"mix": mix, "n": size, "score": score, **runs}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--big", action="store_true", help="also a million groups")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--survey", type=int, metavar="GROUPS", help="accuracy alone, over settings and seeds")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--one", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, folder = options.one
        print(json.dumps(measured(lambda: CONTENDERS[name](Path(folder)))))
        return
    if options.survey:
        survey(generator(), options.survey, options.seeds)
        return
    print("                                             whole  match         polars        bare          datacompy")
    print("mix       groups  F1      P        R       CPU s  CPU s     GB   CPU s  ratio  join s  ratio   exact s")
    with tempfile.TemporaryDirectory() as top:
        cases = [("brief", 100_000), ("hard", 100_000), *([("brief", 1_000_000)] if options.big else [])]
        results = [measure(generator(), mix, size, options.seed, Path(top)) for mix, size in cases]
    if options.big:
        growth = results[2]["oficio"]["match"] / results[0]["oficio"]["match"]
        print(f"growth 100k -> 1M: {growth:.1f} x the CPU of matching")


if __name__ == "__main__":
    main()
