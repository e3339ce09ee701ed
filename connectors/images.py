"""Pictures as documents: PNG, JPEG, TIFF (each frame a page) and the like, drawn and sized as pages."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from types import TracebackType

from PIL import Image, ImageOps

from config.errors import DocumentRefused

__all__ = ["IMAGE_TYPES", "Pictures"]

IMAGE_TYPES = frozenset({"png", "jpeg", "tiff", "gif", "webp", "bmp"})

_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP")
_MAX_PIXELS = 120_000_000
_MAX_PAGES = 200
_A4_LONG = 842.0  # points


@dataclass(slots=True)
class Pictures:
    """An open image file; the same questions as a `Pdf` is asked.  Use it as a context manager, or close it."""

    image: Image.Image
    name: str = ""

    @classmethod
    def open(cls, data: bytes, name: str = "") -> Pictures:
        """Open an image by its bytes.

        Raises:
            DocumentRefused: OF217, it is damaged, has too many pixels or frames, or is of a kind that is not read.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of large pictures and of odd metadata: judged below
                image = Image.open(io.BytesIO(data), formats=_FORMATS)
                frames = getattr(image, "n_frames", 1)
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise DocumentRefused("OF217", name, why=str(error)[:120]) from error
        width, height = image.size
        if width * height > _MAX_PIXELS or frames > _MAX_PAGES:
            image.close()
            raise DocumentRefused("OF217", name, why=f"{width} x {height} dots, {frames} pages")
        return cls(image, name)

    @property
    def page_count(self) -> int:
        """Number of frames; an animation (GIF, WebP) counts as one page."""
        return int(getattr(self.image, "n_frames", 1)) if self.image.format == "TIFF" else 1

    def picture(self, page: int) -> Image.Image:
        """One page (from 1) in RGB, turned as its EXIF data say.

        Raises:
            DocumentRefused: OF217, this page is damaged.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.image.seek(page - 1)
                upright = ImageOps.exif_transpose(self.image)
                return _on_white(upright)
        except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, Image.DecompressionBombError) as error:
            raise DocumentRefused("OF217", f"{self.name} page {page}", why=str(error)[:120]) from error

    def size(self, page: int) -> tuple[float, float]:
        """Width and height in points, by the picture's own resolution where it is believable, else as large as A4."""
        picture = self.picture(page)
        dpi = self._dpi() or max(picture.size) / _A4_LONG * 72
        return picture.width * 72 / dpi, picture.height * 72 / dpi

    def _dpi(self) -> float | None:
        told = self.image.info.get("dpi", (0, 0))
        dpi = float(told[0]) if isinstance(told, tuple) and told else 0.0
        long = max(self.image.size) / dpi * 72 if dpi > 0 else 0.0
        return dpi if 100 <= dpi <= 1200 and 100 <= long <= 3000 else None  # 72 and 96 are what programs make up

    def png(self, page: int, dpi: float = 150) -> bytes:
        """One page (from 1) as PNG bytes, made smaller when it has more dots than asked for."""
        picture = self.picture(page)
        width, height = self.size(page)
        picture.thumbnail((round(width * dpi / 72), round(height * dpi / 72)))
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def close(self) -> None:
        """Give the memory back."""
        self.image.close()

    def __enter__(self) -> Pictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode.startswith("I;16") or image.mode == "I":  # 16-bit scans: keep the upper eight bits
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGB")
