"""Two files that no reader opens: one needs a password, one claims a thousand million pages."""

from __future__ import annotations

import io

import pikepdf

__all__ = ["encrypted", "page_bomb"]


def encrypted(pdf: bytes, password: str) -> bytes:
    """The PDF behind a password (RC4, whose bytes do not depend on chance)."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        buffer = io.BytesIO()
        security = pikepdf.Encryption(owner=password + "-owner", user=password, R=3, aes=False, metadata=False)
        document.save(buffer, encryption=security, static_id=True)
    return buffer.getvalue()


def page_bomb(depth: int = 9, fan_out: int = 10) -> bytes:
    """A page tree whose nodes name the same child `fan_out` times, `depth` levels deep: a few hundred bytes a level."""
    objects = [f"<< /Type /Catalog /Pages {2} 0 R >>"]
    for level in range(depth):
        kids = f"{level + 3} 0 R " * fan_out
        parent = f"/Parent {level + 1} 0 R " if level else ""
        objects.append(f"<< /Type /Pages {parent}/Count {fan_out ** (depth - level)} /Kids [{kids}] >>")
    objects.append(f"<< /Type /Page /Parent {depth + 1} 0 R /MediaBox [0 0 595 842] >>")
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
