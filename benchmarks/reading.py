"""Reading invoices, with peers beside: how many right, how many proven and wrong, how fast, in how much memory.

    OFICIO_DATA=... python -m benchmarks.reading [--generated N] [--held-out DIR ...] [--scans] [--json FILE]
    uv run --with invoice2data python -m benchmarks.reading        (that peer too)

`--generated` adds N documents of `demo.invoices`, which nothing is tuned to; `--held-out` scores folders of your own
(`DIR/pdf/*.pdf`, `DIR/truth/*.json`): layouts that the reader was never mended on; `--scans` reads the scans and
receipts (OCR, minutes).  Speed is pages a CPU second of one core: ours for the whole reading,
pdfplumber's for `extract_words` alone.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from benchmarks.reading_peers import peers
from benchmarks.reading_scores import WHOLE, Plain, Score, score
from bots.reader import read
from bots.reader.reading import Reading
from demo.invoices import generate

_LONG = (50, 500, 2_000)
"""Pages of the documents whose memory is measured; the last is the most that is opened."""


def main() -> int:
    """Print the table; 1 when a confident document was wrong."""
    options = _options()
    data = Path(os.environ.get("OFICIO_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    rows: list[dict[str, Any]] = []
    wrong = 0
    pdfs = sorted((data / "invoices" / "pdf").glob("*.pdf"))
    if pdfs:
        truths = _truths(data / "invoices" / "truth")
        ours = _ours(pdfs)
        rows.append(_row("oficio, invoices/pdf", score(ours, truths)))
        wrong += score(ours, truths).false_accepts
        for name, reader in peers().items():
            rows.append(_row(f"{name}, invoices/pdf", score(_all(pdfs, reader), truths)))
        rows.append(_speed(pdfs))
    if options.generated:
        found = _generated(options.generated)
        rows.append(_row(f"oficio, {options.generated} generated", found))
        wrong += found.false_accepts
    for folder in options.held_out:
        found = score(_ours(sorted((folder / "pdf").glob("*.pdf"))), _truths(folder / "truth"))
        rows.append(_row(f"oficio, held out: {folder.name}", found))
        wrong += found.false_accepts
    if options.scans:
        for found_row, count in _scans(data):
            rows.append(found_row)
            wrong += count
    rows += [_memory("of invoices", _long), _memory("of sentences", _sentences)]
    _print(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--generated", type=int, default=0, metavar="N")
    parser.add_argument("--held-out", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument("--scans", action="store_true")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _truths(folder: Path, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    truths = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return [truth for truth in truths if ids is None or truth["id"] in ids]


def _ours(paths: Sequence[Path]) -> dict[str, Plain]:
    return {path.stem: plain(read(path.read_bytes(), path.name)[0]) for path in paths}


def _all(paths: Sequence[Path], reader: Callable[[Path], Plain]) -> dict[str, Plain]:
    return {path.stem: reader(path) for path in paths}


def plain(reading: Reading) -> Plain:
    """A reading as the scorer takes it."""
    names = ("description", "quantity", "unit_price", "line_total")
    return {
        "fields": {name: value.value for name, value in reading.fields.items()},
        "lines": [
            {n: v.value if (v := getattr(line, n)) is not None else None for n in names} for line in reading.lines
        ],
        "confident": reading.confident,
    }


def _generated(count: int) -> Score:
    readings, truths = {}, []
    for seed in range(count):
        specimen = generate(f"benchmark {seed}")
        name = f"g{seed:05}"
        readings[name] = plain(read(specimen.pdf, name)[0])
        truths.append({"layout": specimen.layout, **specimen.truth, "id": name})
    return score(readings, truths)


def _scans(data: Path) -> Iterator[tuple[dict[str, Any], int]]:
    scans = sorted((data / "invoices" / "scan").glob("*.pdf"))
    found = score(_ours(scans), _truths(data / "invoices" / "truth", [path.stem for path in scans]))
    yield _row("oficio, invoices/scan", found), found.false_accepts
    receipts = sorted((data / "invoices" / "receipts" / "img").glob("*.jpg"))
    truths = _truths(data / "invoices" / "receipts" / "truth")
    found = score(_ours(receipts), truths, ("issue_date", "gross_total"))
    yield _row("oficio, receipts (date, total)", found), found.false_accepts


def _row(name: str, found: Score) -> dict[str, Any]:
    count = found.documents or 1
    return {
        "what": name,
        "documents": found.documents,
        "wholly right %": round(100 * found.whole / count, 1),
        "mean over layouts %": round(100 * found.mean_over_layouts, 1),
        "confident %": round(100 * found.confident / count, 1),
        "false accepts": found.false_accepts,
        "lines F1 %": round(100 * found.f1, 1),
    }


def _speed(paths: Sequence[Path]) -> dict[str, Any]:
    """Both on the same files, one after the other; the lexicon is read before the clock starts."""
    read(paths[0].read_bytes(), paths[0].name)
    pages = sum(_count(path) for path in paths)
    ours = _cpu(lambda: [read(path.read_bytes(), path.name) for path in paths])
    theirs = _cpu(lambda: [_plumb(path) for path in paths])
    return {
        "what": "speed, pages a CPU second",
        "oficio, whole reading": round(pages / ours, 1),
        "pdfplumber, words only": round(pages / theirs, 1),
        "times": round(theirs / ours, 1),
    }


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _count(path: Path) -> int:
    document = pdfium.PdfDocument(path)
    pages = len(document)
    document.close()
    return pages


def _plumb(path: Path) -> int:
    with pdfplumber.open(path) as document:
        return sum(len(page.extract_words()) for page in document.pages)


def _memory(what: str, document: Callable[[int], bytes]) -> dict[str, Any]:
    """Peak memory, and CPU time a page, of a fresh process for each length."""
    context = multiprocessing.get_context("spawn")
    row: dict[str, Any] = {"what": f"memory, pages {what}"}
    for pages in _LONG:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "long.pdf"
            path.write_bytes(document(pages))
            with context.Pool(1) as pool:
                peak, seconds = pool.apply(_peak, (path,))
        row[f"{pages} pages"] = f"{peak} MB, {1000 * seconds / pages:.0f} ms a page"
    return row


def _long(pages: int) -> bytes:
    single = pdfium.PdfDocument(generate("a long one", case="long").pdf)
    target = pdfium.PdfDocument.new()
    while len(target) < pages:
        target.import_pages(single)
    with tempfile.TemporaryFile() as file:
        target.save(file)
        file.seek(0)
        return file.read()


def _sentences(pages: int) -> bytes:
    """A contract: full pages, no invoice."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    for page in range(1, pages + 1):
        for row in range(50):
            text = (
                f"Clause {page}.{row}: the parties to this agreement bind their heirs, and nobody else, to what it says"
            )
            canvas.drawString(50, A4[1] - 50 - 15 * row, text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _peak(path: Path) -> tuple[int, float]:
    """The highest resident memory in MB, and CPU seconds; `ru_maxrss` would keep the memory of the process which
    started this one."""
    seconds = _cpu(lambda: read(path.read_bytes(), path.name))
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024, seconds


def _print(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        print(f"{row['what']:<34} " + "  ".join(f"{name} {value}" for name, value in row.items() if name != "what"))
    print(f"\nwholly right: {', '.join(WHOLE)}")


if __name__ == "__main__":
    sys.exit(main())
