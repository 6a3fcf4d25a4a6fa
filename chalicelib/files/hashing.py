"""SHA-256 and CRC32 of a stream in one pass."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Digests:
    """sha256: lower-case hex, or None where only the CRC was asked for. crc32: unsigned. size: bytes seen."""

    sha256: str
    crc32: int
    size: int


class Hasher:
    """Takes chunks, gives their digests. One object, so that no byte is walked through memory from Python twice."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self._size = 0

    def update(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self._crc32 = zlib.crc32(chunk, self._crc32)
        self._size += len(chunk)

    def digests(self) -> Digests:
        return Digests(self._sha256.hexdigest(), self._crc32, self._size)

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks unchanged, hashed as they pass."""
        for chunk in chunks:
            self.update(chunk)
            yield chunk
