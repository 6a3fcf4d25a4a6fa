"""Removes a library from the needs of a shared object, in place.

PyAV's wheels contain FFmpeg under the LGPL, and with it x264 and x265, which are GPL and only encode. Without them the
object must ask neither for them nor for their symbols: the needed entry goes, and the symbols become weak, so that they
resolve to nothing. Decoding never calls them.
Source: System V ABI, generic, chapters 4 and 5 (64 bits, little-endian).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

HEADER = b"\x7fELF\x02\x01"
DYNSYM, DYNAMIC = 11, 6  # section types
NEEDED = 1
WEAK = 2
UNDEFINED = 0


def without_libraries(content: bytes, libraries: Sequence[str], symbols: Sequence[str]) -> bytes:
    """The object without the need for `libraries` and with its undefined `symbols` weak; both are given by the
    beginnings of their names. Raises ValueError where it is no 64-bit object or doesn't need the libraries."""
    if not content.startswith(HEADER):
        raise ValueError("This is no 64-bit little-endian ELF object.")
    changed = bytearray(content)
    sections = _sections(content)
    table = next(section for section in sections if section[0] == DYNSYM)
    strings = sections[table[3]][1]
    for at in range(table[1], table[1] + table[2], 24):
        name, info, _, section = struct.unpack_from("<IBBH", content, at)
        if section == UNDEFINED and _text(content, strings + name).startswith(tuple(symbols)):
            changed[at + 4] = WEAK << 4 | info & 15
    _, start, size, _ = next(section for section in sections if section[0] == DYNAMIC)
    entries = [struct.unpack_from("<QQ", content, at) for at in range(start, start + size, 16)]
    kept = [
        (tag, value)
        for tag, value in entries
        if not (tag == NEEDED and _text(content, strings + value).startswith(tuple(libraries)))
    ]
    if len(kept) == len(entries):
        raise ValueError(f"The object doesn't need {' or '.join(libraries)}.")
    for number, entry in enumerate(kept + [(0, 0)] * (len(entries) - len(kept))):
        struct.pack_into("<QQ", changed, start + 16 * number, *entry)
    return bytes(changed)


def needed(content: bytes) -> list[str]:
    """The libraries that an object needs."""
    sections = _sections(content)
    strings = sections[next(section for section in sections if section[0] == DYNSYM)[3]][1]
    _, start, size, _ = next(section for section in sections if section[0] == DYNAMIC)
    entries = (struct.unpack_from("<QQ", content, at) for at in range(start, start + size, 16))
    return [_text(content, strings + value) for tag, value in entries if tag == NEEDED]


def _sections(content: bytes) -> list[tuple[int, int, int, int]]:
    """Type, offset, size and linked section of each."""
    (start,) = struct.unpack_from("<Q", content, 40)
    size, count = struct.unpack_from("<HH", content, 58)
    found = (struct.unpack_from("<IIQQQQI", content, start + number * size) for number in range(count))
    return [(kind, offset, length, link) for _, kind, _, _, offset, length, link in found]


def _text(content: bytes, at: int) -> str:
    return content[at : content.index(0, at)].decode()
