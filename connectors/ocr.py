"""OCR: a picture of a page to words with boxes, by RapidOCR (models in its wheel) or by the system's tesseract.

RapidOCR reads small print, photographs and accents better and is the one that is used when it is installed; tesseract
is three to five times faster.  Neither loads anything from a network: RapidOCR is given the files of its own wheel by
path, and is not used when they are not there.
"""

from __future__ import annotations

import importlib.util
import io
import math
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from PIL import Image

from config.errors import DocumentRefused
from connectors.words import Word

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Engine", "Recognised", "engines", "recognise"]

Engine = Literal["rapidocr", "tesseract"]
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]

_TESSERACT_SECONDS = 60
_TOO_SLANTED = 15.0
"""Degrees; more is a page that lies on its side, which turning handles, not straightening."""
_BLANK, _PHRASE = 0.25, 0.9
"""Parts of a line's height: the gap of a blank, and the gap that is more than one."""
_WORD = re.compile(r"\S+")
_SPECK = re.compile(r"[.·•]+[^\W\d_]")
_GLUED = re.compile(r"(\d[./-]\d\d[./-](?:19|20)\d\d)(?=\d{1,2}:\d\d)|(N[°º])(?=[^\W\d_])")
_MAX_SIDE = 2600
"""Dots; more cost memory and time and are not read better: A4 at 220 dots an inch."""
_DETECTED_SIDE = 1600
"""Dots at which lines are looked for; they are read at full resolution."""
_GOOD = 0.9
_POOR = 0.75
"""A page whose words are less sure than this on average is tried in the other three directions."""


class Found(NamedTuple):
    """One word in pixels: its corners clockwise from the top left, and the number of the printed line it is on."""

    text: str
    corners: Quad
    sure: float
    line: int


@dataclass(frozen=True, slots=True)
class Recognised:
    """The words of one page picture.

    Attributes:
        words: in PDF points of the page as if it stood straight.
        width, height: of the page in points, after turning.
        tilt: degrees clockwise by which the print is slanted; `on_paper` turns a box back.
        turned: degrees (0, 90, 180, 270) clockwise by which the picture was turned to stand upright.
        engine: which one read it.
    """

    words: tuple[Word, ...]
    width: float
    height: float
    tilt: float
    turned: int
    engine: Engine

    def on_paper(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Where a box of `words` stands on the page as it was drawn, slanted and turned."""
        centre = (self.width / 2, self.height / 2)
        corners = [_turn(point, centre, self.tilt) for point in _corners(box)]
        corners = [_unturn(point, self.width, self.height, self.turned) for point in corners]
        return _around(corners)


@cache
def engines() -> tuple[Engine, ...]:
    """The engines that this machine has, best first."""
    found: list[Engine] = []
    if _models() is not None and importlib.util.find_spec("onnxruntime") is not None:
        found.append("rapidocr")
    if shutil.which("tesseract"):
        found.append("tesseract")
    return tuple(found)


def recognise(picture: Image.Image, page: int, width: float, height: float, engine: Engine | None = None) -> Recognised:
    """Read a picture of a page.

    Args:
        picture: the whole page; 200 dots an inch are enough.
        page: its number, for the words.
        width, height: of the page in points.
        engine: which one to use; the best that is installed when None.

    Raises:
        DocumentRefused: OF216, no engine is installed (or not this one); OF217, tesseract failed on the picture.
    """
    chosen = engine or next(iter(engines()), None)
    if chosen is None or chosen not in engines():
        raise DocumentRefused("OF216")
    read = _rapidocr if chosen == "rapidocr" else _tesseract
    grey = picture.convert("RGB")
    found, turned = read(grey), 0
    if found and (_standing(found) or _sureness(found) < _POOR):
        found, turned = _other_ways(read, grey, found)
    if turned in (90, 270):
        width, height = height, width
    pixels = picture.height if turned in (90, 270) else picture.width
    scale = width / pixels
    tilt = _tilt(found, pixels)
    words = tuple(_words(found, tilt, scale, (width / 2, height / 2), page))
    return Recognised(words, width, height, tilt, turned, chosen)


def _other_ways(
    read: Callable[[Image.Image], list[Found]], picture: Image.Image, first: list[Found]
) -> tuple[list[Found], int]:
    """The most evident of the directions in which the page can be read, and the degrees to it; stops at a good one."""
    best, turned = first, 0
    for angle in (90, 270) if _standing(first) else (180, 90, 270):
        tried = read(_turned(picture, angle))
        if _evidence(tried) > _evidence(best):
            best, turned = tried, angle
        if _sureness(tried) > _GOOD and not _standing(tried):
            break
    return best, turned


def _turned(picture: Image.Image, clockwise: int) -> Image.Image:
    return picture.rotate(-clockwise, expand=True)


def _standing(found: Sequence[Found]) -> bool:
    """Whether most words of several letters are taller than wide: the page lies on its side."""
    long = [word for word in found if len(word.text) >= 4]
    tall = sum(_size(word)[1] > _size(word)[0] for word in long)
    return tall > len(long) / 2


def _size(word: Found) -> Point:
    x0, y0, x1, y1 = _around(word.corners)
    return x1 - x0, y1 - y0


def _sureness(found: Sequence[Found]) -> float:
    letters = sum(len(word.text) for word in found)
    return sum(word.sure * len(word.text) for word in found) / letters if letters else 0.0


def _evidence(found: Sequence[Found]) -> float:
    """How much a direction has to say for itself: letters read surely, in words that lie."""
    return sum(
        len(word.text) * word.sure**4 for word in found if _size(word)[0] >= _size(word)[1] or len(word.text) < 4
    )


def _tilt(found: Sequence[Found], width: float) -> float:
    """Degrees clockwise of the printed lines: the median over lines, long lines counting more."""
    lines: dict[int, list[Found]] = {}
    for word in found:
        lines.setdefault(word.line, []).append(word)
    slopes: list[tuple[float, float]] = []
    for line in lines.values():
        start, end = min(_left(word) for word in line), max(_right(word) for word in line)
        run = end[0] - start[0]
        angle = math.degrees(math.atan2(end[1] - start[1], run)) if run > 0.04 * width else _TOO_SLANTED
        if abs(angle) < _TOO_SLANTED:
            slopes.append((angle, run))
    half = sum(run for _, run in slopes) / 2
    for angle, run in sorted(slopes):
        half -= run
        if half <= 0:
            return angle
    return 0.0


def _left(word: Found) -> Point:
    (x0, y0), _, _, (x1, y1) = word.corners
    return ((x0 + x1) / 2, (y0 + y1) / 2)


def _right(word: Found) -> Point:
    _, (x0, y0), (x1, y1), _ = word.corners
    return ((x0 + x1) / 2, (y0 + y1) / 2)


def _words(found: Iterable[Found], tilt: float, scale: float, centre: Point, page: int) -> Iterable[Word]:
    for word in found:
        box = _around([_turn((x * scale, y * scale), centre, -tilt) for x, y in word.corners])
        if box[2] > box[0] and box[3] > box[1]:
            yield Word(word.text, *box, page, box[3] - box[1], round(word.sure, 3))


def _turn(point: Point, centre: Point, degrees: float) -> Point:
    """Turned clockwise (y runs downwards) about the centre."""
    if not degrees:
        return point
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x, y = point[0] - centre[0], point[1] - centre[1]
    return (centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine)


def _unturn(point: Point, width: float, height: float, turned: int) -> Point:
    x, y = point
    return {0: (x, y), 90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[turned]


def _corners(box: tuple[float, float, float, float]) -> Quad:
    x0, y0, x1, y1 = box
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _around(points: Iterable[Point]) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


# ---- RapidOCR ---------------------------------------------------------------------------------------------------


def _models() -> dict[str, Path] | None:
    """The detection, direction and recognition models of the wheel; None when one is missing."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "models"
    found = {kind: sorted(folder.glob(f"*_{kind}_*.onnx")) for kind in ("det", "cls", "rec")}
    return {kind: paths[-1] for kind, paths in found.items()} if all(found.values()) else None


@cache
def _rapidocr_engine() -> Any:
    from rapidocr import RapidOCR

    models = _models()
    if models is None:
        raise DocumentRefused("OF216")
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.return_word_box": True,
            "Global.text_score": 0.3,
            "Global.max_side_len": _MAX_SIDE,
            "Det.box_thresh": 0.3,  # 0.5 overlooks a lone "1"
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_SIDE,
            "Rec.rec_batch_num": 1,  # in a batch, short lines are padded to the longest: slower, and blanks get lost
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # it holds on to the most that any page took
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # a batch runs one worker a core
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(models["det"]),  # by path: without it, a missing file would be downloaded
            "Cls.model_path": str(models["cls"]),
            "Rec.model_path": str(models["rec"]),
        }
    )


def _rapidocr(picture: Image.Image) -> list[Found]:
    import numpy as np

    pixels: np.ndarray[Any, Any] = np.asarray(picture)[:, :, ::-1]  # it wants BGR
    result = _run(pixels)
    if result.txts is None:
        return []
    exact = len(result.word_results) == len(result.txts)
    found: list[Found] = []
    for number, (text, quad, sure) in enumerate(zip(result.txts, result.boxes, result.scores, strict=True)):
        line = _as_corners(quad)
        shares = (_exact_shares(text, result.word_results[number], line) if exact else None) or _even_shares(text)
        for word, first, last in shares:
            for piece, begin, end in _apart(word):
                room = last - first
                found.append(Found(piece, _part(line, first + begin * room, first + end * room), float(sure), number))
    return found


def _run(pixels: np.ndarray[Any, Any]) -> Any:
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    try:
        return _rapidocr_engine()(pixels)
    except ONNXRuntimeError as error:
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise DocumentRefused("OF217", why=str(error).strip().rpartition("\n")[2][:160]) from error


def _as_corners(quad: Any) -> Quad:
    first, second, third, fourth = ((float(x), float(y)) for x, y in quad)
    return (first, second, third, fourth)


def _exact_shares(text: str, parts: Any, line: Quad) -> list[tuple[str, float, float]] | None:
    """Each word with the shares of its line where it begins and ends, by the engine's own word boxes.

    These come from steps of the recognition and are a letter too narrow at times: small gaps are closed to a blank, so
    that words of one phrase stay together.  None when the boxes do not say the same as the line.
    """
    words = text.split()
    length, height = math.dist(line[0], line[1]), math.dist(line[0], line[3])
    if [str(part[0]) for part in parts] != words or length < 1:
        return None
    spans = [
        [math.dist(line[0], _as_corners(part[2])[0]), math.dist(line[0], _as_corners(part[2])[1])] for part in parts
    ]
    for before, after in pairwise(spans):
        spare = after[0] - before[1] - _BLANK * height
        if 0 < spare < (_PHRASE - _BLANK) * height:
            before[1] += spare / 2
            after[0] -= spare / 2
    return [(word, start / length, end / length) for word, (start, end) in zip(words, spans, strict=True)]


def _even_shares(text: str) -> list[tuple[str, float, float]]:
    """Each word of a line with room by its share of letters."""
    return [(match.group(), match.start() / len(text), match.end() / len(text)) for match in _WORD.finditer(text)]


def _part(line: Quad, first: float, last: float) -> Quad:
    """The part of a slanted line from one share of its length to another."""
    top_left, top_right, bottom_right, bottom_left = line
    return (
        _between(top_left, top_right, first),
        _between(top_left, top_right, last),
        _between(bottom_left, bottom_right, last),
        _between(bottom_left, bottom_right, first),
    )


def _between(start: Point, end: Point, share: float) -> Point:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _apart(text: str) -> list[tuple[str, float, float]]:
    """What recognition glues together, apart: a date and a time, `N°` and a word; and specks before a word, off."""
    text_start = len(text) - len(text.lstrip(".·•")) if _SPECK.match(text) else 0
    cuts = [match.end() for match in _GLUED.finditer(text)]
    edges = [text_start, *cuts, len(text)]
    return [(text[a:b], a / len(text), b / len(text)) for a, b in pairwise(edges) if b > a]


# ---- tesseract --------------------------------------------------------------------------------------------------


@cache
def _languages() -> str:
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=20, check=False)
    known = [line for line in listed.stdout.split() if len(line) == 3 and line.isalpha() and line != "osd"]
    return "+".join(sorted(known, key=lambda name: name != "eng")[:6]) or "eng"


def _tesseract(picture: Image.Image) -> list[Found]:
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG", compress_level=1)
    try:
        done = subprocess.run(
            ["tesseract", "-", "-", "--dpi", "200", "-l", _languages(), "tsv"],
            input=out.getvalue(),
            capture_output=True,
            timeout=_TESSERACT_SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise DocumentRefused("OF217", why=f"tesseract: {error}") from error
    return list(_rows(done.stdout.decode("utf-8", "replace")))


def _rows(tsv: str) -> Iterable[Found]:
    lines: dict[tuple[str, ...], int] = {}
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip(" |"):
            continue
        x, y, width, height = (float(cell) for cell in cells[6:10])
        line = lines.setdefault(tuple(cells[1:5]), len(lines))
        yield Found(cells[11].strip(), _corners((x, y, x + width, y + height)), float(cells[10]) / 100, line)
