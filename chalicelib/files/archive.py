"""A zip planned as data, built part by part.

The entries determine every byte of the zip before any is read. `plan` cuts it into the parts of a multipart upload:
each can be built alone, in any order, anywhere, and a part that lies inside one large member is copied inside the store
without passing through here. To resume is to build `plan.missing(...)`. The module knows only the limits of a store.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, BinaryIO, overload

from chalicelib.files.hashing import crc32
from chalicelib.files.zip_layout import CrcUnknown, Entry, Layout, Literal, Range, Segment

__all__ = [
    "CrcUnknown",
    "Entry",
    "Literal",
    "Part",
    "Plan",
    "Range",
    "Read",
    "Segment",
    "SourceChanged",
    "assemble",
    "plan",
    "write",
]

MIB = 1024 * 1024
MIN_PART = 5 * MIB  # S3's limits: parts from here (the last may be smaller) ...
MAX_PART = 5 * 1024 * MIB  # ... to here ...
MAX_PARTS = 10_000  # ... and so many
PART = 16 * MIB
COPY_FROM = 16 * MIB
COPY = 1024 * MIB  # far under the limit, so that the copies of one large member run side by side
CHUNK = 8 * MIB

Read = Callable[[Any, int, int], bytes]
"""(source, start, end) → the bytes start..end of that source, end excluded."""
Spread = Callable[[Callable[[Any], None], Iterable[Any]], Iterable[None]]


class SourceChanged(Exception):
    """A source gave other bytes than its entry promised: it was replaced since its inspection. source: its key, where
    that is known."""

    def __init__(self, told: str, source: Any = None) -> None:
        super().__init__(told)
        self.source = source


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the upload. number: from 1. start: its offset in the zip, in bytes. copy_of: the range that it
    consists of, where the store can copy it (UploadPartCopy); otherwise None, and `assemble` makes its bytes."""

    number: int
    start: int
    segments: tuple[Segment, ...]
    copy_of: Range | None

    @classmethod
    def of(cls, number: int, start: int, segments: tuple[Segment, ...]) -> Part:
        # A part of one range is never too small to be copied: only the last may be small, and that ends in a record.
        only = segments[0] if len(segments) == 1 else None
        return cls(number, start, segments, only if isinstance(only, Range) else None)

    @property
    def size(self) -> int:
        return sum(segment.size for segment in self.segments)


@dataclass(frozen=True)
class Plan:
    """A zip cut into parts. size: of the zip in bytes. crc32: of the whole zip, known before any byte is read, so that
    a store that keeps full-object CRC32s can check the assembled object. cuts: the starts of the parts, and the end.

    Members whose CRC32 is unknown have their bodies copied first: parts that hold a header or a record of one wait
    (`waits`) until `knowing` has been given the CRC32s that the store found.
    """

    layout: Layout
    cuts: array[int]

    @property
    def size(self) -> int:
        return self.layout.size

    @cached_property
    def crc32(self) -> int:
        return self.layout.crc32()

    @cached_property
    def fingerprint(self) -> str:
        """Equal for plans of the same bytes with the same cuts: parts made for one may then complete the other. A
        member of unknown CRC32 is identified by its source, whose `repr` must name the version of the bytes."""
        unknown = dict.fromkeys(self.layout.unknown, 0)
        sources = [(index, repr(self.layout.entry(index).source)) for index in unknown]
        crc = self.layout.knowing(unknown).crc32()
        return hashlib.sha256(f"2 {self.size} {crc} {self.cuts.tolist()} {sources}".encode()).hexdigest()

    def knowing(self, crcs: Mapping[int, int]) -> Plan:
        """The same plan with the CRC32s of those members, by their indexes."""
        return Plan(self.layout.knowing(crcs), self.cuts)

    def waits(self, number: int) -> bool:
        """Whether part `number` can't be made before further CRC32s are known."""
        return self.layout.awaits(self.cuts[number - 1], self.cuts[number])

    def lies_in(self, number: int) -> Any:
        """The source that part `number` can be copied from as it is; None where it must be assembled."""
        return self.layout.source_of(self.cuts[number - 1], self.cuts[number])

    def reads(self, number: int) -> int:
        """The number of members with bytes in part `number`, which is the most requests that assembling it takes."""
        return self.layout.members_in(self.cuts[number - 1], self.cuts[number])

    def pieces(self, index: int) -> list[tuple[int, int, int]]:
        """(part's number, start, end) of a member's data in the order of its parts, in bytes of its source."""
        start, end = self.layout.data_of(index)
        first = bisect_right(self.cuts, start)
        found = []
        for number in range(first, len(self.cuts)):
            low, high = max(start, self.cuts[number - 1]), min(end, self.cuts[number])
            if low >= high:
                break
            found.append((number, low - start, high - start))
        return found

    @property
    def parts(self) -> Parts:
        return Parts(self)

    def missing(self, uploaded: Mapping[int, int]) -> Iterator[Part]:
        """The parts still to be made, given number → size in bytes of those that the store has (ListParts). Those must
        come from a plan with the same fingerprint; a part of another size is made again."""
        for number in self.missing_numbers(uploaded):
            yield self.parts[number - 1]

    def missing_numbers(self, uploaded: Mapping[int, int]) -> list[int]:
        """The numbers of those parts."""
        sizes = (end - start for start, end in pairwise(self.cuts))
        return [number for number, size in enumerate(sizes, 1) if uploaded.get(number) != size]


class Parts(Sequence[Part]):
    """The parts of a plan, each made when it is asked for, so that a long list costs nothing."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __len__(self) -> int:
        return len(self._plan.cuts) - 1

    @overload
    def __getitem__(self, index: int) -> Part: ...
    @overload
    def __getitem__(self, index: slice) -> list[Part]: ...
    def __getitem__(self, index: int | slice) -> Part | list[Part]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        start, end = self._plan.cuts[index], self._plan.cuts[index + 1]
        return Part.of(index + 1, start, self._plan.layout.segments(start, end))


def plan(
    entries: Sequence[Entry],
    *,
    part: int = PART,
    copy_from: int = COPY_FROM,
    copy: int = COPY,
    min_part: int = MIN_PART,
    max_part: int = MAX_PART,
    max_parts: int = MAX_PARTS,
) -> Plan:
    """The zip of `entries`, in their order, cut into parts. The bytes depend on the entries alone, the cuts on all.

    part: largest part that passes through memory. copy_from: members at least this large are copied inside the store,
    in pieces up to `copy`. min_part, max_part, max_parts: the store's limits. All sizes in bytes. Where that gives too
    many parts, part, copy_from and copy are doubled until it doesn't: at 16 MiB, beyond some 150 GiB of small members.

    Raises ValueError for an unsafe or repeated path, an entry that its content contradicts, limits that don't fit
    together, or a zip that is larger than the store accepts.
    """
    if min(part, copy_from, copy) < 2 * min_part or max(part, copy) > max_part:
        raise ValueError("part, copy_from and copy must be at least twice min_part; part and copy at most max_part")
    layout = Layout(entries)
    while True:
        cuts = _cuts(layout, part, copy_from, copy, min_part)
        if len(cuts) - 1 <= max_parts:
            return Plan(layout, cuts)
        if part == max_part:
            raise ValueError(f"a zip of {layout.size} bytes does not fit into {max_parts} parts")
        part, copy_from, copy = min(2 * part, max_part), 2 * copy_from, min(2 * copy, max_part)


def _cuts(layout: Layout, part: int, copy_from: int, copy: int, min_part: int) -> array[int]:
    cuts = array("Q", [0])

    def fill(end: int) -> None:
        """Cuts the bytes to be assembled up to `end` into full parts, if possible where a member begins: then each
        small member is read in one request. The rest, at most one part, joins the following bytes."""
        while end - cuts[-1] > part:
            latest = cuts[-1] + part
            header_at = layout.header_before(latest)
            cuts.append(header_at if header_at >= cuts[-1] + min_part else latest)

    for start, end in layout.large_members(copy_from):
        fill(start)
        # The header can't be copied: it and the small members before it borrow from this one to make a part.
        copied_from = max(start, cuts[-1] + min_part)
        pieces = -(-(end - copied_from) // copy)
        cuts.extend(copied_from + (end - copied_from) * piece // pieces for piece in range(pieces + 1))
    fill(layout.size)
    cuts.append(layout.size)
    return cuts


def assemble(part: Part, read: Read, spread: Spread = map) -> bytearray:
    """The bytes of one part. spread: carries out its reads, possibly several at once, like an executor's `map`. Raises
    SourceChanged where `read` gives fewer or more bytes than it was asked for, or the whole of a member has another
    CRC32 than its entry; CrcUnknown for a part that waits."""
    content, at = bytearray(part.size), 0  # in place: joining the pieces at the end would hold the part twice
    ranges: list[tuple[int, Range]] = []
    for segment in part.segments:
        if isinstance(segment, Literal):
            content[at : at + segment.size] = segment.content
        else:
            ranges.append((at, segment))
        at += segment.size

    def fill(place: tuple[int, Range]) -> None:
        start, wanted = place
        found = _exactly(wanted, read)
        if wanted.crc32 is not None and crc32(found) != wanted.crc32:
            raise SourceChanged("a member holds other bytes than its CRC32 says", wanted.source)
        content[start : start + wanted.size] = found

    for _ in spread(fill, ranges):
        pass
    return content


def write(plan: Plan, read: Read, out: BinaryIO) -> None:
    """The whole zip in order, to a file or a pipe; reads at most 8 MiB at a time. Raises SourceChanged, at the end also
    where the sources had the right sizes but other bytes."""
    crc = 0
    for part in plan.parts:
        for segment in part.segments:
            for chunk in _chunks(segment, read):
                crc = crc32(chunk, crc)
                out.write(chunk)
    if crc != plan.crc32:
        raise SourceChanged("the sources hold other bytes than their entries' CRC32s say")


def _chunks(segment: Segment, read: Read) -> Iterator[bytes]:
    if isinstance(segment, Literal):
        yield segment.content
        return
    for start in range(segment.start, segment.end, CHUNK):
        yield _exactly(Range(segment.source, start, min(start + CHUNK, segment.end)), read)


def _exactly(wanted: Range, read: Read) -> bytes:
    content = read(wanted.source, wanted.start, wanted.end)
    if len(content) != wanted.size:
        told = f"{len(content)} bytes came where {wanted.size} were promised, from {wanted.start} on"
        raise SourceChanged(told, wanted.source)
    return content
