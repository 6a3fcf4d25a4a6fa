"""A seekable file over ranged reads: only the blocks that are touched are fetched, each once while it is remembered."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Buffer, Callable

Fetch = Callable[[int, int], bytes]
"""(start, end) → the bytes start..end, end excluded; 0 <= start < end <= size."""

BLOCK = 128 * 1024
REMEMBERED = 64
LARGEST_FETCH = 8 * 1024 * 1024


class RangeReader(io.RawIOBase):
    """Reads `size` bytes through `fetch`, in aligned blocks of 128 KiB, the last 64 of which are remembered.

    Neighbouring missing blocks come in one fetch, and reading in order doubles the fetch up to 8 MiB, so that a header
    costs one small request and a whole file few large ones.
    """

    name = ""
    """Empty; libraries such as pydicom ask a buffered reader for its name."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next = -1
        self._ahead = 1

    def remember(self, start: int, content: bytes) -> None:
        """Puts bytes that have already been fetched into the cache; `start` is a multiple of BLOCK. Partial blocks are
        left out, unless they end the file."""
        for offset in range(0, len(content), BLOCK):
            block = content[offset : offset + BLOCK]
            if len(block) == BLOCK or start + offset + len(block) == self._size:
                self._keep((start + offset) // BLOCK, bytes(block))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._size - self._at)
        if wanted <= 0:
            return 0
        index, within = divmod(self._at, BLOCK)
        block = self._block(index, -(-(self._at + wanted) // BLOCK))
        piece = block[within : within + wanted]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _block(self, index: int, end: int) -> bytes:
        if index in self._blocks:
            self._blocks.move_to_end(index)
            return self._blocks[index]
        self._ahead = min(self._ahead * 2, LARGEST_FETCH // BLOCK) if index == self._next else 1
        stop = min(max(index + self._ahead, end), index + REMEMBERED, -(-self._size // BLOCK))
        while stop > index + 1 and stop - 1 in self._blocks:
            stop -= 1
        start_at = index * BLOCK
        content = self._fetch(start_at, min(stop * BLOCK, self._size))
        for offset in range(0, len(content), BLOCK):
            self._keep((start_at + offset) // BLOCK, content[offset : offset + BLOCK])
        self._next = stop
        return content[:BLOCK]

    def _keep(self, index: int, block: bytes) -> None:
        self._blocks[index] = block
        self._blocks.move_to_end(index)
        while len(self._blocks) > REMEMBERED:
            self._blocks.popitem(last=False)
