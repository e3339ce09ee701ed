from __future__ import annotations

import io

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bots.reader import sources
from bots.reader.sources import SourceLimits, find_sources, why_garbage
from config.errors import DocumentRefused
from connectors import ocr
from connectors.images import Pictures
from connectors.ocr import Engine, engines, recognise
from connectors.pdf import Pdf
from connectors.words import Word
from tests.papers import samples

DPI = 150
WANTED = {"R-2024-117", "31.01.2024", "1.020,00", "179,40", "1.199,40", "DE136695976"}


def drawn(turn: float = 0.0) -> Image.Image:
    """The sample's page as a picture, turned clockwise."""
    with Pdf.open(samples.printed_pdf()) as pdf:
        page: Image.Image = pdf.bitmap(1, DPI).to_pil()
    return page.convert("RGB").rotate(-turn, expand=turn % 90 == 0, fillcolor="white")


def scan_pdf(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.save()
    return out.getvalue()


@pytest.fixture(params=["rapidocr", "tesseract"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param not in engines():
        pytest.skip(f"{request.param} is not installed")
    found: Engine = request.param
    return found


def test_words_stand_where_they_are_printed(engine: Engine) -> None:
    seen = recognise(drawn(), 3, *A4, engine)
    assert {word.text for word in seen.words} >= WANTED
    (number,) = [word for word in seen.words if word.text == "1.199,40"]
    assert (number.page, seen.turned) == (3, 0)
    assert abs(number.x0 - 460) < 6
    assert abs(number.y1 - 456) < 6


def test_a_slanted_page_is_straightened_and_its_boxes_turn_back() -> None:
    seen = recognise(drawn(1.5), 1, *A4, _best())
    assert abs(seen.tilt - 1.5) < 0.3
    assert {word.text for word in seen.words} >= WANTED
    left = next(word for word in seen.words if word.text.startswith("Bohrmaschine"))
    right = next(word for word in seen.words if word.text == "900,00" and word.x0 > 400)
    assert abs((left.y0 + left.y1) - (right.y0 + right.y1)) / 2 < 4
    on_paper = seen.on_paper((right.x0, right.y0, right.x1, right.y1))
    assert on_paper[1] - right.y0 > 2


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_on_its_side_is_turned(turn: int) -> None:
    width, height = (A4[1], A4[0]) if turn != 180 else A4
    seen = recognise(drawn(turn), 1, width, height, _best())
    assert seen.turned == 360 - turn
    assert {word.text for word in seen.words} >= WANTED
    total = next(word for word in seen.words if word.text == "1.199,40")
    x0, y0, x1, y1 = seen.on_paper((total.x0, total.y0, total.x1, total.y1))
    assert 0 <= x0 < x1 <= width + 1
    assert 0 <= y0 < y1 <= height + 1


def test_a_scan_is_read_and_a_text_layer_is_preferred() -> None:
    _best()
    assert [page.source for page in find_sources(scan_pdf(drawn())).pages] == ["ocr"]
    assert [page.source for page in find_sources(samples.printed_pdf()).pages] == ["text"]


def test_pictures_are_documents_page_by_page() -> None:
    _best()
    out = io.BytesIO()
    drawn().save(out, "TIFF", save_all=True, append_images=[drawn()], dpi=(DPI, DPI), compression="tiff_lzw")
    found = find_sources(out.getvalue())
    assert (found.kind, [page.number for page in found.pages]) == ("tiff", [1, 2])
    assert abs(found.pages[0].width - A4[0]) < 2
    assert {word.text for word in found.pages[1].words} >= WANTED


def test_only_so_many_pages_are_scanned_and_it_is_said() -> None:
    _best()
    found = find_sources(scan_pdf(drawn()), limits=SourceLimits(ocr_pages=0))
    assert [note.code for note in found.notes] == ["OF205"]


def test_without_ocr_a_scan_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "engines", lambda: ())
    with pytest.raises(DocumentRefused) as refused:
        find_sources(scan_pdf(drawn()))
    assert refused.value.code == "OF216"


def test_a_missing_model_is_never_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_models", lambda: None)
    engines.cache_clear()
    try:
        assert "rapidocr" not in engines()
    finally:
        engines.cache_clear()


def test_damaged_and_oversized_pictures_are_refused() -> None:
    whole = io.BytesIO()
    drawn().save(whole, "PNG")
    huge = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    for data in (whole.getvalue()[:200], b"\x89PNG\r\n\x1a\n" + bytes(50), huge.getvalue()):
        with pytest.raises(DocumentRefused) as refused, Pictures.open(data) as pictures:
            pictures.picture(1)
        assert refused.value.code == "OF217"


def test_the_size_of_a_picture_is_believed_only_when_it_can_be() -> None:
    for dpi, width in ((200, 360.0), (72, 421.0)):
        out = io.BytesIO()
        Image.new("L", (1000, 2000), 255).save(out, "PNG", dpi=(dpi, dpi))
        with Pictures.open(out.getvalue()) as pictures:
            assert abs(pictures.size(1)[0] - width) < 2


@pytest.mark.parametrize(
    ("garbage", "text"),
    [
        (
            False,
            "Rechnung Nummer 4711 vom 31.01.2024 Gesamtbetrag 1.199,40 EUR zahlbar innerhalb von 14 Tagen ohne Abzug",
        ),
        (False, "Τιμολόγιο αριθμός 4711 ημερομηνία 31.01.2024 σύνολο 1.199,40 ευρώ πληρωτέο εντός δεκατεσσάρων ημερών"),
        (True, "\ue001\ue002\ue003\ue004 \ue005\ue006\ue007 \ufffd\ufffd\ufffd\ufffd " * 5),
        (True, "5HFKQXQJ 1XPPHU YRP *HVDPWEHWUDJ ]DKOEDU LQQHUKDOE YRQ 7DJHQ RKQH $E]XJ " * 3),
        (True, "!\"#$ %&'( )*+, -./: ;<=> ?@[\\ ]^_` {|}~ " * 4),
        (False, "4711"),
    ],
    ids=["german", "greek", "no meaning", "shifted", "marks", "too short"],
)
def test_a_text_layer_of_garbage_is_not_believed(garbage: bool, text: str) -> None:
    words = [Word(part, 0, 0, 1, 1, 1, 10) for part in text.split()]
    assert (why_garbage(words) is not None) is garbage


def _best() -> Engine:
    if not engines():
        pytest.skip("no OCR engine is installed")
    return engines()[0]
