"""Zip containers made by hand, so that they can be wrong in one way at a time."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED, level: int = 6) -> bytes:
    """An ordinary archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression, level)
    return out.getvalue()


def bomb(megabytes: int, name: str = "word/document.xml") -> bytes:
    """An archive with one entry of that many megabytes of spaces."""
    return zipped({name: b" " * (megabytes * 1_000_000)}, level=1)


def lying(inflated: bytes, declared: int) -> bytes:
    """An archive whose directory declares another size than its entry unpacks to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return handmade(["word/document.xml"], packer.compress(inflated) + packer.flush(), declared)


def handmade(names: list[str], packed: bytes, declared: int) -> bytes:
    """An archive whose directory names one stretch of bytes as often as there are names."""
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(packed), declared, len(names[0]), 0)
    body = head + names[0].encode() + packed
    directory = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(packed), declared,
                    len(name), 0, 0, 0, 0, 0, 0) + name.encode()
        for name in names
    )  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return body + directory + end


def encrypted(data: bytes) -> bytes:
    """The archive with the flag of encryption set in every header."""
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data = _flagged(data, magic, offset)
    return data


def _flagged(data: bytes, magic: bytes, offset: int) -> bytes:
    changed, at = bytearray(data), data.find(magic)
    while at >= 0:
        changed[at + offset] |= 1
        at = data.find(magic, at + 4)
    return bytes(changed)
