"""Bodies of writes that the browser does not show to who intercepts them: those with files or blobs in them.

Such a write could only be let through as it is, and Chromium repeats one when a kept-alive connection breaks before the
answer.  So `watch.js` keeps form data and request bodies at hand, and they are encoded here as the browser would
(HTML Standard, "multipart/form-data encoding algorithm").
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

__all__ = ["Body", "body_of", "multipart_in"]

_TAKE = "form => { const watch = window[Symbol.for('oficio')]; return watch ? watch.take(form) : null; }"


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a request and the content type that fits them ("" for that of the request itself)."""

    content_type: str
    data: bytes


def body_of(page: Page, request: Request) -> Body | None:
    """The body of a request that is held back: as the browser shows it, else as the page kept it; None when neither."""
    shown = request.post_data_buffer
    if shown is not None:
        return Body("", shown)
    if "content-length" not in request.headers and "content-type" not in request.headers:
        return Body("", b"")
    form = request.is_navigation_request()
    for frame in page.frames:
        answer = frame.evaluate(_TAKE, form)
        if answer is not None:
            data = base64.b64decode(answer["data"])
            if form:
                data = multipart_in(data, answer["type"], answer["charset"])
            return Body(answer["type"], data)
    return None


def multipart_in(data: bytes, content_type: str, charset: str) -> bytes:
    """A multipart body in UTF-8 with its names and texts in a page's own charset; bytes of files stay as they are.

    What the charset lacks becomes `&#NNN;`, as in browsers.
    """
    boundary = re.search("boundary=([^;]+)", content_type)
    if boundary is None or charset.lower() == "utf-8":
        return data
    mark = b"--" + boundary[1].encode()
    return mark.join(_part_in(part, charset) for part in data.split(mark))


def _part_in(part: bytes, charset: str) -> bytes:
    head, gap, content = part.partition(b"\r\n\r\n")
    if b"filename=" not in head:
        content = _in(content, charset)
    return _in(head, charset) + gap + content


def _in(text: bytes, charset: str) -> bytes:
    return text.decode().encode(charset, "xmlcharrefreplace")
