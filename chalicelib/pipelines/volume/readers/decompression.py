"""Unpacks strangers' data: bounded in bytes by the file's promise, in time by the habits of honest packers.

zlib itself is used in place of the `gzip` module, which spends 15 µs on each member: a few megabytes of empty members
would keep it busy for minutes.
"""

from __future__ import annotations

import bz2
import io
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.limits import unreadable

PIECE = 1 << 20
FED = 1 << 16  # zlib copies the input that it has no room for on each call, so it gets little at a time
# Deflate reaches 1,032 : 1. bzip2 does far better on zeros, so no ratio is suspicious there.
BEST_DEFLATE = 1032
# bgzip packs 64 KiB into each member. Members that hold less than this on average only serve to cost time.
LEAST_MEMBER = 512
FREE_MEMBERS = 2_000


def bomb(what: str = "The file") -> UnreadableFile:
    return UnreadableFile("decompression_bomb", f"{what} unpacks to more than its header promises.")


def check_promise(promised: int, packed: int) -> None:
    """Refuses the impossible: `promised` bytes out of too few `packed` deflated ones. Raises UnreadableFile before any
    memory is taken."""
    if promised > BEST_DEFLATE * (packed + 64):
        raise unreadable("The file ends before its last voxel.")


class Unpacked(io.RawIOBase):
    """The content of a gzip, zlib or bzip2 stream, read forward and sought by reading again.

    Several members one after the other are one file, as gzip has it. Raises UnreadableFile for damage and for more
    members than any packer writes.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._start = stream.tell()
        self._new, self._several = _DECODERS[encoding]
        self._rewind()

    def _rewind(self) -> None:
        self._stream.seek(self._start)
        self._decoder: Any = self._new()
        self._packed = b""
        self._at = self._members = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a packed stream is unknown")
        target = offset + (self._at if whence == io.SEEK_CUR else 0)
        if target < self._at:
            self._rewind()
        while self._at < target and self.read(min(PIECE, target - self._at)):
            pass
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def readall(self) -> bytes:
        raise io.UnsupportedOperation("a packed stream is read in bounded pieces")

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; fewer, but at least one, before the end."""
        if size < 0:
            return self.readall()
        try:
            piece = self._piece(size) if size else b""
        except (zlib.error, OSError, EOFError, ValueError):
            raise unreadable("The packed file is damaged or cut short.") from None
        self._at += len(piece)
        return piece

    def _piece(self, size: int) -> bytes:
        while not self._ended:
            if self._decoder.eof:
                self._next_member()
                continue
            hungry = getattr(self._decoder, "needs_input", True)
            if not self._packed and hungry:
                self._packed = self._stream.read(FED)
            fed = len(self._packed)
            piece = self._decoder.decompress(self._packed, size)
            self._packed = getattr(self._decoder, "unconsumed_tail", b"")
            if piece:
                return bytes(piece)
            if hungry and not fed and not self._decoder.eof:
                raise EOFError
        return b""

    def _next_member(self) -> None:
        rest = self._decoder.unused_data or self._stream.read(FED)
        # Tapes pad with zeros, and so do some writers.
        while rest and not rest.strip(b"\0"):
            rest = self._stream.read(FED)
        rest = rest.lstrip(b"\0")
        if not rest or not self._several:
            self._ended = True
            return
        self._members += 1
        if self._members > FREE_MEMBERS + self._at // LEAST_MEMBER:
            raise UnreadableFile("decompression_bomb", "The file is packed in thousands of nearly empty pieces.")
        self._decoder, self._packed = self._new(), rest


_DECODERS: dict[str, tuple[Callable[[], Any], bool]] = {
    "gzip": (lambda: zlib.decompressobj(31), True),
    "zlib": (lambda: zlib.decompressobj(15), False),
    "deflate": (lambda: zlib.decompressobj(-15), False),
    "bzip2": (bz2.BZ2Decompressor, True),
}


def unpacked(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The stream that `stream` packs, from where it stands; encoding: a key of the table above."""
    return cast(BinaryIO, Unpacked(stream, encoding))
