"""The planned members of an archive, chosen and named: kept between the request and the work, and cut into several
zips."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.pipelines.base import StoredFile

HEADERS, TRAILER = 256, 256
"""The most bytes that a member takes besides its content and twice its name, and a zip besides its members: fixed
fields of 30 and 46, ZIP64's 20 and 32, its time's 9 twice; at the end 22, 56 and 20."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A member. file_id: of a file; None for an artifact."""

    path: str
    stored: StoredFile
    modified_at: datetime | None = None
    file_id: str | None = None


class MemberTooLarge(Exception):
    """A member that no zip of the wanted size can hold."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__(f"{path} has {size:,} bytes")


def cut(members: Sequence[Planned], most: int) -> list[int]:
    """The number of members, in their order, in each zip of at most `most` bytes. MemberTooLarge."""
    counts: list[int] = []
    room = -1
    for member in members:
        needed = HEADERS + 2 * len(member.path.encode()) + member.stored.size
        if needed + TRAILER > most:
            raise MemberTooLarge(member.path, member.stored.size)
        if needed > room:
            counts.append(0)
            room = most - TRAILER
        counts[-1] += 1
        room -= needed
    return counts


def parts(members: Sequence[Planned], counts: Iterable[int]) -> Iterator[Sequence[Planned]]:
    start = 0
    for count in counts:
        yield members[start : start + count]
        start += count


def packed(members: Iterable[Planned]) -> bytes:
    packing = zlib.compressobj(6)
    content = bytearray()
    for member in members:
        content += packing.compress(json.dumps(_row(member), ensure_ascii=False).encode() + b"\n")
    return bytes(content + packing.flush())


def unpacked(content: bytes) -> list[Planned]:
    return [_member(json.loads(line)) for line in zlib.decompress(content).splitlines()]


def _row(member: Planned) -> list[Any]:
    stored = member.stored
    modified = member.modified_at.isoformat() if member.modified_at else None
    return [
        member.path,
        modified,
        member.file_id,
        stored.filename,
        stored.key,
        stored.size,
        stored.crc32,
        stored.etag,
        stored.bucket,
    ]


def _member(row: Sequence[Any]) -> Planned:
    path, modified, file_id, *stored = row
    return Planned(path, StoredFile(*stored), datetime.fromisoformat(modified) if modified else None, file_id)
