"""Turn a PDF into what a scanner makes of it: one grey picture a page, askew, speckled, unevenly lit, JPEG."""

from __future__ import annotations

import io
from random import Random

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageFilter

__all__ = ["picture", "scan"]


def scan(pdf: bytes, rng: Random, *, dpi: int = 200) -> bytes:
    """An image-only PDF of the same pages."""
    out = pikepdf.new()
    source = pypdfium2.PdfDocument(pdf)
    angle = rng.uniform(-1.3, 1.3)
    for page in source:
        wide, high = page.get_size()
        grey = page.render(scale=dpi / 72, grayscale=True).to_pil()
        _add_page(out, _worn(grey, angle + rng.uniform(-0.15, 0.15), rng), wide, high)
    source.close()
    buffer = io.BytesIO()
    out.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def picture(pdf: bytes, *, dpi: int = 150) -> bytes:
    """The first page as a PNG, as people photograph or export it."""
    source = pypdfium2.PdfDocument(pdf)
    image = source[0].render(scale=dpi / 72).to_pil()
    source.close()
    buffer = io.BytesIO()
    image.save(buffer, "PNG", dpi=(dpi, dpi))
    return buffer.getvalue()


def _worn(page: Image.Image, angle: float, rng: Random) -> Image.Image:
    noise = np.random.default_rng(rng.getrandbits(63))
    turned = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if rng.random() < 0.6:
        turned = turned.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8)))
    grey = np.asarray(turned, dtype=np.float32)
    light = np.linspace(rng.uniform(0.9, 1.0), 1.0, grey.shape[1], dtype=np.float32)
    grey = grey * light * rng.uniform(0.93, 1.0) + rng.uniform(0, 18)
    grey += noise.standard_normal(grey.shape, dtype=np.float32) * rng.uniform(2, 9)
    for _ in range(rng.randint(20, 220)):  # dust
        y, x = int(noise.integers(grey.shape[0] - 3)), int(noise.integers(grey.shape[1] - 3))
        grey[y : y + 2, x : x + int(noise.integers(1, 3))] = noise.integers(0, 160)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8), "L")


def _add_page(out: pikepdf.Pdf, image: Image.Image, wide: float, high: float) -> None:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70)
    stream = pikepdf.Stream(
        out,
        buffer.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    content = pikepdf.Stream(out, f"q {wide:.2f} 0 0 {high:.2f} 0 0 cm /Scan Do Q".encode())
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, round(wide, 2), round(high, 2)],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=out.make_indirect(stream))),
        Contents=out.make_indirect(content),
    )
    out.pages.append(pikepdf.Page(out.make_indirect(page)))
