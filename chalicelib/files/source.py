"""One stored file as a pipeline sees it: read once, hashed on the way, seekable at every moment."""

from __future__ import annotations

import io
from collections.abc import Buffer, Callable, Iterator
from datetime import datetime
from typing import BinaryIO, cast

from chalicelib.files.hashing import Digests, Hasher
from chalicelib.files.ranges import BLOCK, RangeReader

Stream = Callable[[int, int], Iterator[bytes]]
"""(start, end) → the chunks of that range of the object; one request to the store for each call."""

HEAD = BLOCK
IN_MEMORY = 64 * 1024 * 1024
TAIL = 8 * BLOCK


class SourceFile:
    """A file of `size` bytes that the user calls `name`.

    verified_sha256: given where the store itself has checked the bytes against it, so that they need not all be
    read for a hash. modified_at: the file's time at its source, as the client states it; None where it states none.
    role: see FileRules.

    A pipeline calls head() to recognise the file, then either load(), which reads every byte once (hashing it) and
    serves all later reads of a file up to 64 MiB from memory, or only open(), which fetches the parts that are read.
    """

    def __init__(
        self,
        name: str,
        size: int,
        stream: Stream,
        *,
        verified_sha256: str | None = None,
        modified_at: datetime | None = None,
        role: str | None = None,
    ) -> None:
        self.name = name
        self.size = size
        self.verified_sha256 = verified_sha256
        self.modified_at = modified_at
        self.role = role
        self.digests: Digests | None = None
        self._stream = stream
        self._sequential: Iterator[bytes] | None = None
        self._head: bytes | None = None
        self._asked = 0
        self._whole: bytes | None = None
        self._reader = RangeReader(self._fetch, size)

    @property
    def sha256(self) -> str | None:
        return self.digests.sha256 if self.digests else self.verified_sha256

    def head(self) -> bytes:
        """The first 128 KiB, or all of a smaller file."""
        if self._head is None:
            # A file that will most likely be read to its end is requested at once: a file to be hashed, or one as small
            # as a photo. A reader that stops after the head has requested more than it took, which costs nothing.
            self._asked = min(HEAD, self.size) if self.verified_sha256 and self.size > IN_MEMORY else self.size
            self._sequential = self._stream(0, self._asked) if self._asked else iter(())
            head = bytearray()
            while len(head) < min(HEAD, self.size) and (chunk := next(self._sequential, b"")):
                head += chunk
            self._head = bytes(head)
            self._reader.remember(0, self._head)
        return self._head[:HEAD]

    def load(self) -> Digests:
        """Reads every byte once, unless that was done before, and returns their digests."""
        if self.digests is None:
            head = self.head()
            hasher = Hasher()
            kept: list[bytes] | None = [] if self.size <= IN_MEMORY else None
            tail = _Tail(self.size)
            for chunk in hasher.through(self._from_start(self._head or head)):
                if kept is not None:
                    kept.append(chunk)
                else:
                    tail.add(chunk)
            if kept is not None:
                self._whole = b"".join(kept)
            else:
                self._reader.remember(tail.start, tail.content())
            self.digests = hasher.digests()
        return self.digests

    def open(self) -> BinaryIO:
        """The file from its start, seekable: from memory where it was loaded, else by ranges."""
        if self._whole is not None:
            return io.BytesIO(self._whole)
        return cast(BinaryIO, io.BufferedReader(_Unclosed(self._reader), BLOCK))

    def _from_start(self, head: bytes) -> Iterator[bytes]:
        yield head
        if self._asked < self.size:
            self._sequential = self._stream(len(head), self.size)
        yield from self._sequential or ()

    def _fetch(self, start: int, end: int) -> bytes:
        return b"".join(self._stream(start, end))


class _Tail:
    """The last mebibyte of a stream: where containers like to keep their index."""

    def __init__(self, size: int) -> None:
        self.start = max(0, size - TAIL) // BLOCK * BLOCK
        self._at = 0
        self._chunks: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        end = self._at + len(chunk)
        if end > self.start:
            self._chunks.append(chunk[max(0, self.start - self._at) :])
        self._at = end

    def content(self) -> bytes:
        return b"".join(self._chunks)


class _Unclosed(io.RawIOBase):
    """A view with its own position, which may be closed (libraries do so) without closing the reader and its cache."""

    name = RangeReader.name

    def __init__(self, reader: RangeReader) -> None:
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._reader.seek(self._at)
        self._at = self._reader.seek(offset, whence)
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        self._reader.seek(self._at)
        read = self._reader.readinto(buffer)
        self._at += read
        return read
