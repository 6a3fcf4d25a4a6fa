"""Thumbnails in packs: those of files that were inspected together lie one behind the other in one object.

A PUT of ten costs as much as a PUT of one, which costs as much as the photo's own (docs/decisions/0011). A pack belongs
to one job, and its name to one claim of one file, so that nothing else is ever written under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from chalicelib.jobs import keys
from chalicelib.jobs.errors import Busy, ObjectMissing
from chalicelib.jobs.model import File, FileOutcome, StoredObject, Thumbnail
from chalicelib.jobs.ports.outside import ObjectStore

PACK, PICTURE = "application/octet-stream", "image/jpeg"
TRIES = 10
"""The most retries while other workers erase pictures of the same pack."""


def pack(objects: ObjectStore, job_id: str, outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
    """Stores the pictures of files of one job, and returns the place of each."""
    pictures = {outcome.number: outcome.picture for outcome in outcomes if outcome.picture}
    if not pictures:
        return list(outcomes)
    first = next(outcome for outcome in outcomes if outcome.picture)
    name = f"{first.number:08d}-{first.attempt}"
    objects.put(keys.thumbnail(job_id, name), b"".join(pictures.values()), PACK)
    ends = accumulate(map(len, pictures.values()))
    places = {
        number: Thumbnail(name, end - len(picture), end)
        for (number, picture), end in zip(pictures.items(), ends, strict=True)
    }
    return [replace(outcome, thumbnail=places.get(outcome.number), picture=None) for outcome in outcomes]


def place(file: File, thumbnail: Thumbnail) -> tuple[str, int, int | None]:
    """The object that holds the file's picture, and the range of its bytes; None: to the end."""
    if not thumbnail.pack:
        return _by_itself(file.job_id, file.number, ""), 0, None
    return keys.thumbnail(file.job_id, thumbnail.pack), thumbnail.start, thumbnail.end


def by_itself(objects: ObjectStore, file: File) -> StoredObject:
    """The object that holds this one picture, made at the first call. ObjectMissing where the file has no picture."""
    if file.thumbnail is None:
        raise ObjectMissing(file.id)
    packed, start, end = file.thumbnail
    key = _by_itself(file.job_id, file.number, packed)
    try:
        return objects.stat(key)
    except ObjectMissing:
        if not packed:
            raise
    picture = b"".join(objects.stream(keys.thumbnail(file.job_id, packed), start, end))
    objects.put(key, picture, PICTURE)
    return objects.stat(key)


def erase(objects: ObjectStore, job_id: str, number: int, thumbnail: Thumbnail) -> None:
    """Removes the picture of a file, also from its pack, where the others stay as they are. Busy where too many are
    erased at the same time."""
    packed, start, end = thumbnail
    objects.delete([_by_itself(job_id, number, packed)])
    if not packed:
        return
    key = keys.thumbnail(job_id, packed)
    for _ in range(TRIES):
        try:
            there = objects.stat(key)
        except ObjectMissing:
            return
        try:
            content = bytearray().join(objects.stream(key, 0, there.size, etag=there.etag))
            if any(content[start:end]):
                content[start:end] = bytes(end - start)
                if any(content):
                    objects.put(key, content, PACK, replacing=there.etag)
                else:
                    objects.delete([key])
            return
        except ObjectMissing:
            continue  # it was replaced meanwhile
    raise Busy(key)


def _by_itself(job_id: str, number: int, packed: str) -> str:
    # The pack's name is part of the key: a file that was replaced has another picture, in another pack.
    return keys.thumbnail(job_id, f"{number:08d}.{packed}.jpg" if packed else f"{number:08d}.jpg")
