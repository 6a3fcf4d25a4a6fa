"""Parts of zips as slices of a step: which worker makes which, and the object that lists each worker's own.

A slice's parts are written out in full, so that a worker needs neither the plan nor the job's files. Parts that wait
for CRC32s, lie on a worker's disk or belong to the directory are left to the run that completes the zips.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

from chalicelib.files.archive import Literal, Part, Plan, Range, Segment
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.work.zip_estimate import part_seconds
from chalicelib.jobs.work.zip_parts import Source

HEAD = struct.Struct("<L")
PLACE = struct.Struct("<QQ")


@dataclass(frozen=True, eq=False)
class Target:
    """A zip that was begun, and its upload."""

    key: str
    upload_id: str
    planned: Plan


Ahead = tuple[Target, int]
"""A part, by its number, to be made ahead of the run that completes its zip."""


@dataclass(frozen=True)
class Share:
    """The parts of one upload that a slice makes."""

    key: str
    upload_id: str
    parts: Sequence[Part]


def shareable(planned: Plan, missing: Iterable[int]) -> list[int]:
    """The parts among those that any worker can make by itself."""
    found = []
    for number in missing:
        source = planned.lies_in(number)
        if source is not None and not isinstance(source, Source):
            continue
        if planned.cuts[number] <= planned.layout.directory_at and not planned.waits(number):
            found.append(number)
    return found


def shares(ahead: Sequence[Ahead], count: int) -> list[list[Ahead]]:
    """The parts in at most `count` groups of neighbours, which take about the same time."""
    costs = [part_seconds(to.planned, number) for to, number in ahead]
    total, done = sum(costs), 0.0
    groups: list[list[Ahead]] = [[]]
    for one, cost in zip(ahead, costs, strict=True):
        if groups[-1] and done + cost / 2 > total * len(groups) / count:
            groups.append([])
        groups[-1].append(one)
        done += cost
    return [group for group in groups if group]


def write_shares(groups: Sequence[Sequence[Ahead]], out: BinaryIO) -> None:
    """Writes one object for all slices: their number, the position of each, and each by itself."""
    out.write(HEAD.pack(len(groups)))
    out.write(bytes(PLACE.size * len(groups)))
    places = []
    for group in groups:
        content = zlib.compress(_written(group), 1)
        places.append((out.tell(), out.tell() + len(content)))
        out.write(content)
    out.seek(HEAD.size)
    for place in places:
        out.write(PLACE.pack(*place))


def read_share(objects: ObjectStore, key: str, number: int) -> list[Share]:
    """The parts that slice `number`, from 0, makes of each zip. ObjectMissing."""

    def read(start: int, end: int) -> bytes:
        return b"".join(objects.stream(key, start, end))

    at = HEAD.size + PLACE.size * number
    return list(_read(zlib.decompress(read(*PLACE.unpack(read(at, at + PLACE.size))))))


def _written(group: Iterable[Ahead]) -> bytes:
    sources: dict[Source, int] = {}

    def segment(one: Segment) -> Any:
        if isinstance(one, Literal):
            return base64.b64encode(one.content).decode()
        return [sources.setdefault(one.source, len(sources)), one.start, one.end, one.crc32]

    uploads = []
    for to, some in groupby(group, key=lambda one: one[0]):
        parts = (to.planned.parts[number - 1] for _, number in some)
        found = [[part.number, part.start, [segment(one) for one in part.segments]] for part in parts]
        uploads.append({"key": to.key, "id": to.upload_id, "parts": found})
    told = [[source.number, source.key, source.size, source.etag, source.bucket, source.filename] for source in sources]
    return json.dumps({"uploads": uploads, "sources": told}, separators=(",", ":")).encode()


def _read(content: bytes) -> Iterator[Share]:
    found = json.loads(content)
    sources = [Source(*fields) for fields in found["sources"]]

    def segment(one: Any) -> Segment:
        if isinstance(one, str):
            return Literal(base64.b64decode(one))
        index, start, end, crc = one
        return Range(sources[index], start, end, crc)

    for upload in found["uploads"]:
        parts = [
            Part.of(number, start, tuple(segment(one) for one in segments))
            for number, start, segments in upload["parts"]
        ]
        yield Share(upload["key"], upload["id"], parts)
