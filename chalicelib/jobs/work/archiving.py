"""Zips of files, put together inside the object store: resumable, in constant memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from chalicelib.files.archive import COPY, COPY_FROM, MIN_PART, Entry, Plan, SourceChanged, plan
from chalicelib.files.hashing import crc32, joined_crc32
from chalicelib.jobs.errors import ChecksumRefused, ObjectMissing, PartsGone
from chalicelib.jobs.ports.outside import ObjectStore, UploadedPart
from chalicelib.jobs.work.zip_parts import FileChanged, PartMaker, Source, make_all
from chalicelib.jobs.work.zip_slices import Ahead, Share, Target, shareable, shares, write_shares
from chalicelib.pipelines.base import InspectedFile, Member, StoredFile

log = logging.getLogger(__name__)

__all__ = [
    "PASSED_THROUGH",
    "FileChanged",
    "Source",
    "Watcher",
    "make_share",
    "plan_archive",
    "share_archives",
    "write_archive",
]

PASSED_THROUGH = 24 * 1024 * 1024
"""The largest part that is put together here: a larger one takes more memory for each worker, a smaller one more
requests."""
COPY_FROM_ANY = 1024 * 1024
"""The size of a member from which a copy and the part for its header take less time than passing it through here."""
LOCAL_PIECE = 32 * 1024 * 1024


class Watcher(Protocol):
    """The run that the zip is part of. It receives the zip's progress and may stop it by raising."""

    @property
    def upload(self) -> Mapping[str, Any] | None: ...
    def note_upload(self, upload: Mapping[str, Any]) -> None: ...
    def progress(self, percent: float, filename: str | None = None) -> None: ...


def write_archive(run: Watcher, objects: ObjectStore, key: str, planned: Plan, tags: Mapping[str, str] | None) -> int:
    """Stores the zip under `key` and returns its size in bytes.

    Parts that the store has from an earlier try at the very same zip are kept; the store itself copies parts inside one
    large member, and only the others pass through here, a few at a time. The store returns the CRC32 of a large member
    that has none as it copies its bytes, and the headers are written after them. Raises SourceChanged where a file is
    no longer the inspected version: the store, too, compares the whole with the plan.
    """
    if planned.size < MIN_PART:
        with PartMaker(objects, key, "") as maker:
            objects.put(key, maker.assemble(planned.parts[0]), "application/zip", tags=tags)
        return planned.size
    making = Making(run, objects, key, planned)
    if making.join(tags):
        making.finish()
    return planned.size


def plan_archive(members: Iterable[Member], files: Mapping[int, Source], smallest: int = MIN_PART) -> Plan:
    """The zip of the members, cut into parts. smallest: bytes that the store wants a part to have. Raises ValueError
    for a file without CRC32 that is too small to be copied, or of no known version."""
    entries = [_entry(member, files) for member in members]
    # The store can't copy bytes on our own disk; they pass through memory, so their pieces stay small.
    local = any(isinstance(entry.source, Path) and entry.size >= COPY_FROM for entry in entries)
    # A header is a part by itself where the store allows that, so that no byte of a copy passes through here.
    copy_from = COPY_FROM if smallest >= MIN_PART else COPY_FROM_ANY
    copy = LOCAL_PIECE if local else COPY
    return plan(entries, part=PASSED_THROUGH, copy_from=copy_from, copy=copy, min_part=smallest)


def share_archives(
    objects: ObjectStore,
    zips: Mapping[str, Plan],
    tags: Mapping[str, str] | None,
    count: int,
    out: BinaryIO,
    begun: dict[str, Mapping[str, Any]],
) -> int:
    """Begins the zips, or continues them, and writes to `out` the shares that at most `count` workers make before
    `write_archive` completes each zip; returns the number of shares, 0 where too little is missing. zips: by their
    keys. begun: the notes of their uploads, by the same keys; new ones are added."""
    ahead: list[Ahead] = []
    for key, planned in zips.items():
        making = Making(Noted(begun, key), objects, key, planned)
        if planned.size >= MIN_PART and making.join(tags):
            to = Target(key, begun[key]["id"], planned)
            ahead += [(to, number) for number in shareable(planned, making.missing())]
    groups = shares(ahead, count)
    if len(groups) < 2:
        return 0
    write_shares(groups, out)
    return len(groups)


def make_share(run: Watcher, objects: ObjectStore, several: Iterable[Share], again: bool) -> None:
    """Makes a slice's parts, without those that an earlier try has made. An upload that was ended elsewhere is skipped:
    the run that completes the zip notices. Raises SourceChanged."""
    for share in several:
        try:
            there = {part.number: part.size for part in objects.parts(share.key, share.upload_id)} if again else {}
            left = [part for part in share.parts if there.get(part.number) != part.size]
            with PartMaker(objects, share.key, share.upload_id) as maker:
                works = ((part.copy_of is not None, partial(maker.make, part)) for part in left)
                make_all(works, lambda part: None, lambda: run.progress(0.0))
        except PartsGone:
            log.info("the upload of a slice is gone", extra={"key": share.key})


class Noted:
    """Keeps the note of one of several uploads under its key. It watches nothing else."""

    def __init__(self, begun: dict[str, Mapping[str, Any]], key: str) -> None:
        self._begun = begun
        self._key = key

    @property
    def upload(self) -> Mapping[str, Any] | None:
        return self._begun.get(self._key)

    def note_upload(self, upload: Mapping[str, Any]) -> None:
        self._begun[self._key] = dict(upload)

    def progress(self, percent: float, filename: str | None = None) -> None: ...


class Making:
    """A planned zip and its upload in parts."""

    def __init__(self, run: Watcher, objects: ObjectStore, key: str, planned: Plan) -> None:
        self._run = run
        self._objects = objects
        self._key = key
        self._plan = planned
        self._same = planned.fingerprint
        self._upload_id = ""
        self._there: dict[int, UploadedPart] = {}
        self._done = 0

    def join(self, tags: Mapping[str, str] | None) -> bool:
        """Continues the upload in which the same zip was begun, or begins one; False where it was completed."""
        before = self._run.upload
        if before and before.get("zip") == self._same and before.get("key") == self._key:
            try:
                for part in self._objects.parts(self._key, before["id"]):
                    self._take(part)
                self._upload_id = before["id"]
                return True
            except ObjectMissing:
                if self._is_there(before.get("crc32")):
                    return False
        elif before:
            self._objects.abort_parts(before["key"], before["id"])
        self._upload_id = self._objects.start_parts(self._key, "application/zip", checksum=True, tags=tags)
        self._note()
        return True

    def finish(self) -> None:
        """Makes the missing parts and completes the upload, unless it was completed meanwhile."""
        with PartMaker(self._objects, self._key, self._upload_id) as maker:
            self._make(maker, [number for number in self.missing() if not self._plan.waits(number)])
            if self._plan.layout.unknown:
                self._learn(maker)
                self._make(maker, self.missing())
                # A run that continues after the completion can't learn them any more.
                self._note(crc32=self._plan.crc32)
        parts = [self._there[number] for number in sorted(self._there)]
        if _joined(parts) not in {None, self._plan.crc32}:
            raise SourceChanged("the parts hold other bytes than the files' CRC32s say")
        try:
            self._objects.finish_parts(self._key, self._upload_id, parts, crc32=self._plan.crc32)
        except ChecksumRefused:
            raise SourceChanged("the store found other bytes than the files' CRC32s say") from None
        except PartsGone:
            if not self._is_there(self._plan.crc32):
                raise

    def _make(self, maker: PartMaker, numbers: Iterable[int]) -> None:
        def made(number: int) -> UploadedPart:
            return maker.make(self._plan.parts[number - 1])

        works = ((isinstance(self._plan.lies_in(number), Source), partial(made, number)) for number in numbers)
        make_all(works, self._take, self._progress)

    def _learn(self, maker: PartMaker) -> None:
        """Finds the CRC32s of the members that have none, from those that the store returned for their copied pieces.
        The bytes before those, in the part with the header, are read once for both."""
        found: dict[int, int] = {}

        def learned(index: int) -> UploadedPart | None:
            source, crc, own = self._plan.layout.entry(index).source, 0, None
            for number, start, end in self._plan.pieces(index):
                told = self._there[number].crc32 if self._plan.lies_in(number) else None
                if told is not None:
                    piece = told
                elif end <= MIN_PART:
                    own, piece = number, maker.keep_head(source, end)
                else:  # a store that returns no CRC32, or too many parts for this member to be copied
                    piece = maker.crc32(source, start, end)
                crc = joined_crc32(crc, piece, end - start)
            found[index] = crc
            try:
                planned = self._plan.knowing({index: crc})
                makes = own is not None and own not in self._there and not planned.waits(own)
                return maker.make(planned.parts[own - 1]) if makes and own else None
            finally:
                maker.drop_head(source)

        works = ((False, partial(learned, index)) for index in self._plan.layout.unknown)
        make_all(works, self._take, self._progress)
        self._plan = self._plan.knowing(found)

    def missing(self) -> list[int]:
        """The numbers of the parts that the store doesn't have yet."""
        return self._plan.missing_numbers({part.number: part.size for part in self._there.values()})

    def _take(self, part: UploadedPart) -> None:
        self._done += part.size
        self._there[part.number] = part

    def _progress(self) -> None:
        self._run.progress(min(100.0, 100 * self._done / self._plan.size))

    def _note(self, **more: Any) -> None:
        self._run.note_upload({"zip": self._same, "key": self._key, "id": self._upload_id, **more})

    def _is_there(self, crc: int | None) -> bool:
        """Whether the upload was completed before, by a run that died right after it."""
        if crc is None:
            if self._plan.layout.unknown:
                return False
            crc = self._plan.crc32
        try:
            return self._objects.stat(self._key).size == self._plan.size and self._objects.crc32(self._key) == crc
        except ObjectMissing:
            return False


def _joined(parts: Iterable[UploadedPart]) -> int | None:
    """The CRC32 of all parts together; None where one isn't known."""
    crc = 0
    for part in parts:
        if part.crc32 is None:
            return None
        crc = joined_crc32(crc, part.crc32, part.size)
    return crc


def _entry(member: Member, files: Mapping[int, Source]) -> Entry:
    content = member.content
    if isinstance(content, bytes):
        return Entry.of(member.path, content, member.modified_at)
    if isinstance(content, Path):
        crc = 0
        with content.open("rb") as opened:
            while chunk := opened.read(1024 * 1024):
                crc = crc32(chunk, crc)
        return Entry(member.path, content.stat().st_size, crc, source=content, modified_at=member.modified_at)
    if not isinstance(content, InspectedFile | StoredFile):
        raise TypeError(f"{member.path}: neither a file nor bytes of its own")
    source = Source.elsewhere(content) if isinstance(content, StoredFile) else files[content.number]
    if content.crc32 is None and (source.size < COPY_FROM or not source.etag):
        raise ValueError(f"{member.path}: its CRC32 is not known; ask for it with checksum() first")
    return Entry(member.path, source.size, content.crc32, source=source, modified_at=member.modified_at)
