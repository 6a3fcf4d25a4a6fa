"""SHA-256 and CRC32 of a stream in one pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Where the processor has SHA instructions, the standard zlib costs a quarter of SHA-256's time, this one a twentieth.
from zlib_ng import zlib_ng


@dataclass(frozen=True)
class Digests:
    """sha256: lower-case hex. crc32: unsigned. size: bytes seen."""

    sha256: str
    crc32: int
    size: int


class Hasher:
    """Takes chunks, gives their digests. One object computes both, so that Python passes over each byte once."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self._size = 0

    def update(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self._crc32 = zlib_ng.crc32(chunk, self._crc32)
        self._size += len(chunk)

    def digests(self) -> Digests:
        return Digests(self._sha256.hexdigest(), self._crc32, self._size)

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks unchanged, hashed as they pass."""
        for chunk in chunks:
            self.update(chunk)
            yield chunk


def crc32(content: bytes | bytearray | memoryview, before: int = 0) -> int:
    """The unsigned CRC32 of `content`, or of bytes with the CRC32 `before` followed by it."""
    return zlib_ng.crc32(content, before)


def joined_crc32(first: int, second: int, second_size: int) -> int:
    """The CRC32 of two byte strings one after the other, from theirs alone; `second_size` in bytes, above 4 GiB too."""
    return zlib_ng.crc32_combine(first, second, second_size)
