"""Where every byte of a zip stands: members STORED, their sizes and CRC32s given, so that the entries determine it all.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.files.hashing import crc32, joined_crc32

UTF8 = 1 << 11
STORED = 0
PLAIN, ZIP64 = 20, 45  # version needed to extract
UNIX = 3 << 8
REGULAR_0644 = 0o100644 << 16
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF  # in a field: the value stands in the ZIP64 record instead

# Anywhere: a backslash, a control character, an empty component, "." or ".."; at the start: "/" or a drive.
_UNSAFE_PATH = re.compile(r"\\|[\x00-\x1f\x7f]|(?:^|/)\.{0,2}(?:/|\Z)|^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Entry:
    """A future member. Its bytes are `content`, or else those at `source`: a key that only `read` understands.

    path: relative, with "/". size: bytes. crc32: unsigned, of all of them; None where it will be known only once they
    have been copied. modified_at: written as the clock time that it shows and, where it has a zone, as the instant too.
    """

    path: str
    size: int
    crc32: int | None
    source: Any = None
    content: bytes | None = None
    modified_at: datetime | None = None

    @classmethod
    def of(cls, path: str, content: bytes, modified_at: datetime | None = None) -> Entry:
        return cls(path, len(content), crc32(content), content=content, modified_at=modified_at)


@dataclass(frozen=True, slots=True)
class Literal:
    """Bytes that the plan itself holds: headers, the directory, an entry's content."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes start..end of a source, end excluded. crc32: of them, where they are a whole member of known CRC32."""

    source: Any
    start: int
    end: int
    crc32: int | None = field(default=None, compare=False)

    @property
    def size(self) -> int:
        return self.end - self.start


Segment = Literal | Range


class CrcUnknown(Exception):
    """The CRC32 of the member of a requested header or directory record is not known yet."""


class Layout:
    """Where everything in the zip of `entries` stands: no CRC32 matters for that, so some may be unknown at first.
    Raises ValueError for entries that can't make a valid zip."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        _check(entries)
        self._entries = tuple(entries)
        self._headers = array("Q")  # offset of each member's header
        self._directory = array("Q")  # offset of each member's record in the directory
        at = 0
        for entry in entries:
            self._headers.append(at)
            at += _header_size(entry) + entry.size
        self.directory_at = at
        for entry, header_at in zip(entries, self._headers, strict=True):
            self._directory.append(at)
            at += _record_size(entry, header_at)
        self.trailer_at = at
        self._trailer = _trailer(len(entries), self.directory_at, self.trailer_at)
        self.size = at + len(self._trailer)
        self.unknown = array("L", (index for index, entry in enumerate(entries) if entry.crc32 is None))

    def entry(self, index: int) -> Entry:
        return self._entries[index]

    def data_of(self, index: int) -> tuple[int, int]:
        """(start, end) in the zip of a member's data."""
        end = self._member_end(index)
        return end - self._entries[index].size, end

    @property
    def count(self) -> int:
        return len(self._entries)

    def members_in(self, start: int, end: int) -> int:
        """The number of members with data or a header among the bytes start..end of the zip."""
        end = min(end, self.directory_at)
        first = max(bisect_right(self._headers, start) - 1, 0)
        return max(0, bisect_left(self._headers, end) - first) if start < end else 0

    def source_of(self, start: int, end: int) -> Any:
        """The source of the member that holds all of the bytes start..end of the zip; None where none does."""
        index = bisect_right(self._headers, start) - 1
        if index < 0 or self._entries[index].content is not None:
            return None
        first, last = self.data_of(index)
        return self._entries[index].source if first <= start < end <= last else None

    def knowing(self, crcs: Mapping[int, int]) -> Layout:
        """The same layout with the CRC32s of those members, by their indexes."""
        entries = list(self._entries)
        for index, crc in crcs.items():
            entries[index] = replace(entries[index], crc32=crc)
        other = copy(self)
        other._entries = tuple(entries)
        other.unknown = array("L", (index for index in self.unknown if index not in crcs))
        return other

    def awaits(self, start: int, end: int) -> bool:
        """Whether the bytes start..end of the zip hold a header or a record whose member's CRC32 is unknown."""
        if not self.unknown:
            return False
        # The members whose headers begin in the range, and the one before them, whose header may reach into it.
        first = max(bisect_right(self._headers, start) - 1, 0)
        for index in self._unknown_among(first, bisect_left(self._headers, end)):
            if self._headers[index] < end and self.data_of(index)[0] > start:
                return True
        first = max(bisect_right(self._directory, start) - 1, 0)
        last = bisect_left(self._directory, end)
        return start < self.trailer_at and end > self.directory_at and bool(self._unknown_among(first, last))

    def _unknown_among(self, first: int, last: int) -> array[int]:
        return self.unknown[bisect_left(self.unknown, first) : bisect_left(self.unknown, last)]

    def large_members(self, smallest: int) -> Iterator[tuple[int, int]]:
        """(start, end) in the zip of the data of every sourced member of at least `smallest` bytes."""
        for index, entry in enumerate(self._entries):
            if entry.size >= smallest and entry.content is None:
                end = self._member_end(index)
                yield end - entry.size, end

    def header_before(self, offset: int) -> int:
        """The beginning of the last member that begins at or before `offset`; 0 where there is none."""
        return self._headers[bisect_right(self._headers, offset) - 1] if self._headers else 0

    def segments(self, start: int, end: int) -> tuple[Segment, ...]:
        """The segments of the zip's bytes start..end, in order; neighbouring literals are joined."""
        found: list[Segment] = []
        literal = bytearray()
        for at, piece in self._pieces(start, end):
            low, high = max(start - at, 0), min(end - at, piece.size)
            if low >= high:
                continue
            if isinstance(piece, Literal):
                literal += memoryview(piece.content)[low:high]
                continue
            if literal:
                found.append(Literal(bytes(literal)))
                literal.clear()
            whole = (low, high) == (0, piece.size)
            found.append(Range(piece.source, low, high, piece.crc32 if whole else None))
        if literal:
            found.append(Literal(bytes(literal)))
        return tuple(found)

    def crc32(self) -> int:
        """The CRC32 of the whole zip, by arithmetic alone: the one that a store with full-object CRC32s must find.
        Raises CrcUnknown."""
        crc = 0
        for entry in self._entries:
            crc = joined_crc32(crc32(_header(entry), crc), _known(entry), entry.size)
        for entry, header_at in zip(self._entries, self._headers, strict=True):
            crc = crc32(_directory_record(entry, header_at), crc)
        return crc32(self._trailer, crc)

    def _member_end(self, index: int) -> int:
        return self._headers[index + 1] if index + 1 < len(self._headers) else self.directory_at

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, Segment]]:
        """(offset, piece) in order: those before `end`, from the one that `start` falls into or an earlier one."""
        first = max(bisect_right(self._headers, start) - 1, 0)
        for index in range(first, bisect_left(self._headers, end)):
            entry = self._entries[index]
            data_at, _ = self.data_of(index)
            if data_at > start:
                yield self._headers[index], Literal(_header(entry))
            if entry.content is None:
                yield data_at, Range(entry.source, 0, entry.size, entry.crc32)
            else:
                yield data_at, Literal(entry.content)
        first = max(bisect_right(self._directory, start) - 1, 0)
        for index in range(first, bisect_left(self._directory, end)):
            yield self._directory[index], Literal(_directory_record(self._entries[index], self._headers[index]))
        yield self.trailer_at, Literal(self._trailer)


def _check(entries: Sequence[Entry]) -> None:
    paths: set[str] = set()
    folders: set[str] = set()
    for entry in entries:
        path = entry.path
        if _UNSAFE_PATH.search(path) or len(path.encode()) > FULL_16:
            raise ValueError(f"not a safe path for a zip: {path[:200]!r}")
        if path in paths:
            raise ValueError(f"two members with the path {path!r}")
        paths.add(path)
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
        if entry.size < 0 or (entry.crc32 is not None and not 0 <= entry.crc32 <= FULL_32):
            raise ValueError(f"impossible size or CRC32 of {path!r}")
        if entry.content is not None and (len(entry.content), crc32(entry.content)) != (entry.size, entry.crc32):
            raise ValueError(f"the content of {path!r} has another size or CRC32 than its entry says")
    if clash := paths & folders:
        raise ValueError(f"both a member and a folder: {min(clash)!r}")


def _dos_time(moment: datetime | None) -> tuple[int, int]:
    """(time, date) as MS-DOS counts them: from 1980 to 2107, in steps of two seconds."""
    if moment is None or moment.year < 1980:
        moment = datetime(1980, 1, 1)  # noqa: DTZ001  # a zip's clock has no zone
    elif moment.year > 2107:
        moment = datetime(2107, 12, 31, 23, 59, 58)  # noqa: DTZ001  # likewise
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - 1980) << 9 | moment.month << 5 | moment.day


def _zip64_extra(*values: int) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _instant_extra(moment: datetime | None) -> bytes:
    """The extended timestamp (Info-ZIP's extra field 0x5455): the instant of the last change in seconds since 1970,
    which the clock time alone doesn't give. For moments with a zone, as far as 32 bits go."""
    if moment is None or moment.tzinfo is None:
        return b""
    seconds = int(moment.timestamp())
    return struct.pack("<HHBi", 0x5455, 5, 1, seconds) if -(1 << 31) <= seconds < 1 << 31 else b""


def _known(entry: Entry) -> int:
    if entry.crc32 is None:
        raise CrcUnknown(entry.path)
    return entry.crc32


def _header_size(entry: Entry) -> int:
    large = 20 if entry.size >= FULL_32 else 0
    return 30 + len(entry.path.encode()) + large + len(_instant_extra(entry.modified_at))


def _record_size(entry: Entry, header_at: int) -> int:
    values = sum(value >= FULL_32 for value in (entry.size, entry.size, header_at))
    large = 4 + 8 * values if values else 0
    return 46 + len(entry.path.encode()) + large + len(_instant_extra(entry.modified_at))


def _header(entry: Entry) -> bytes:
    name = entry.path.encode()
    # A local header must carry both sizes or neither.
    large = _zip64_extra(entry.size, entry.size) if entry.size >= FULL_32 else b""
    extra = large + _instant_extra(entry.modified_at)
    size = min(entry.size, FULL_32)
    fields = (ZIP64 if large else PLAIN, UTF8, STORED, *_dos_time(entry.modified_at), _known(entry), size, size)
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields, len(name), len(extra)) + name + extra


def _directory_record(entry: Entry, header_at: int) -> bytes:
    name = entry.path.encode()
    large = _zip64_extra(*(value for value in (entry.size, entry.size, header_at) if value >= FULL_32))
    extra = large + _instant_extra(entry.modified_at)
    version = ZIP64 if large else PLAIN
    size = min(entry.size, FULL_32)
    fields = (UNIX | version, version, UTF8, STORED, *_dos_time(entry.modified_at), _known(entry), size, size)
    return (
        struct.pack("<4s6H3L3H", b"PK\x01\x02", *fields, len(name), len(extra), 0)
        + struct.pack("<2H2L", 0, 0, REGULAR_0644, min(header_at, FULL_32))
        + name
        + extra
    )


def _trailer(count: int, directory_at: int, directory_end: int) -> bytes:
    """The end record, after the ZIP64 one with its locator where the plain one has no room for the numbers."""
    size = directory_end - directory_at
    large = b""
    if count >= FULL_16 or size >= FULL_32 or directory_at >= FULL_32:
        large = struct.pack(
            "<4sQ2H2L4Q", b"PK\x06\x06", 44, UNIX | ZIP64, ZIP64, 0, 0, count, count, size, directory_at
        )
        large += struct.pack("<4sLQL", b"PK\x06\x07", 0, directory_end, 1)
    members = min(count, FULL_16)
    sizes = (min(size, FULL_32), min(directory_at, FULL_32))
    return large + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, members, members, *sizes, 0)
