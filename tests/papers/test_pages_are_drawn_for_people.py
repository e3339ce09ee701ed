from __future__ import annotations

import io

import pytest
from PIL import Image

from config.errors import DocumentRefused
from connectors.paper import page_picture
from connectors.sandbox import Sandbox
from tests.papers import samples


def tiff() -> bytes:
    out = io.BytesIO()
    page = Image.new("L", (827, 1169), 200)
    page.save(out, "TIFF", save_all=True, append_images=[page], dpi=(100, 100))
    return out.getvalue()


def test_pdf_and_picture_answer_alike() -> None:
    with Sandbox(1) as sandbox:
        for data, pages in ((samples.printed_pdf(), 1), (tiff(), 2)):
            png, count, (width, height) = sandbox.run(page_picture, data, "x", pages, 72)
            drawn = Image.open(io.BytesIO(png))
            assert count == pages
            assert (abs(width - 595) < 2, abs(height - 842) < 2) == (True, True)
            assert abs(drawn.width - 595) < 3


@pytest.mark.parametrize(("code", "data"), [("OF200", b""), ("OF201", samples.cii()), ("OF206", samples.printed_pdf())])
def test_what_has_no_such_page_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        page_picture(data, "x", page=2)
    assert refused.value.code == code
