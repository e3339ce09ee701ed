"""Signed envelopes (.p7m): CMS SignedData of RFC 5652 in DER or BER, PEM or bare base64, also one in another.

The content is taken out; the signature is not judged here.
"""

from __future__ import annotations

import base64
import binascii
import re

from asn1crypto import cms

from config.errors import DocumentRefused
from connectors.file_type import file_type

__all__ = ["open_envelope"]

_DEPTH = 5
_PEM = re.compile(rb"-----[A-Z0-9 ]+-----")


def open_envelope(data: bytes, name: str = "") -> bytes:
    """What is inside the envelope; bytes that are not one come back as they are.

    Raises:
        DocumentRefused: OF214 damaged, encrypted or without content; OF218 more than five envelopes in one another.
    """
    for _ in range(_DEPTH):
        if file_type(data) != "p7m":
            return data
        data = _content(data, name)
    if file_type(data) == "p7m":
        raise DocumentRefused("OF218", name, depth=_DEPTH)
    return data


def _content(data: bytes, name: str) -> bytes:
    try:
        signed = cms.ContentInfo.load(_binary(data))
        if signed["content_type"].native != "signed_data":
            raise DocumentRefused("OF214", name, why=f"it holds {signed['content_type'].native}")
        inside = signed["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error) as error:
        raise DocumentRefused("OF214", name, why=str(error)[:120]) from error
    if not isinstance(inside, bytes) or not inside:
        raise DocumentRefused("OF214", name, why="the signature is detached, there is no document in it")
    return inside


def _binary(data: bytes) -> bytes:
    if data[:1] == b"\x30":
        return data
    return base64.b64decode(b"".join(_PEM.sub(b"", data).split()), validate=True)
