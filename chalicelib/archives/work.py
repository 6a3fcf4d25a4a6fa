"""The work that makes an archive of the chosen files of other jobs, which it only reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.archives.naming import Layout
from chalicelib.archives.plan import Planned, parts, unpacked
from chalicelib.files.archive import COPY_FROM
from chalicelib.pipelines.base import Member, PipelineFailed, RunContext, Step, StoredFile, Strategy
from chalicelib.pipelines.workers import Worker, Workers

NAME = "archive"
SELECTION, CHECKSUMS = "selection", "checksums"
COMPLETE, CONTENTS = "complete", "contents"
PIECE = 256 * 1024 * 1024
"""Bytes read between two checkpoints: some seconds' work."""
SAVED_AFTER = 100
"""Checksums between two checkpoints: the most small files that are read again where a worker dies."""


class Estimated(BaseModel):
    """The estimate of making the archive: concurrent workers, seconds, US dollars."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    strategy: Literal["fast", "cheap"]
    workers: int
    seconds: float
    usd: float


class Options(BaseModel):
    """The outcome of the plan. counts, sizes: the number of members and of bytes of each zip. estimate: None where an
    earlier version, which made none, began the archive."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    layout: Layout
    filename: str = Field(max_length=255)
    file_count: int
    size_bytes: int
    counts: list[int]
    sizes: list[int]
    strategy: Strategy = "auto"
    estimate: Estimated | None = None


class ArchiveWork:
    name = NAME
    title = "Archive"
    description = "One zip, or several, of files that were chosen from one job or many."
    Options: type[BaseModel] = Options
    workers = Workers(run=Worker(results=True))

    def __init__(self) -> None:
        self.steps: tuple[Step, ...] = (
            Step("Completing checksums", complete_checksums, 2),
            Step(
                "Filling the zip",
                lambda ctx: ctx.progress(0),
                3,
                slices=share,
                work=lambda ctx, number: ctx.archive_slice(number),
                invoked=True,
            ),
            Step("Writing the zip", write, 3),
        )

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        return None


def complete_checksums(ctx: RunContext) -> None:
    """Reads the files that have no CRC32 and get none as they are copied: most have one from their inspection."""
    members = _members(ctx)
    found = _checksums(ctx)
    unknown = [i for i, member in enumerate(members) if must_be_read(member.stored)]
    total = sum(members[i].stored.size for i in unknown) or 1
    done = 0
    unsaved = 0
    for i in unknown:
        stored = members[i].stored
        if str(i) not in found:
            found[str(i)] = _checksum(ctx, i, stored, done, total)
            unsaved += 1
        done += stored.size
        if unsaved >= SAVED_AFTER or (unsaved and stored.size >= PIECE):
            ctx.save(CHECKSUMS, json.dumps(found).encode())
            unsaved = 0
    ctx.save(CHECKSUMS, json.dumps(found).encode())


def must_be_read(stored: StoredFile) -> bool:
    """Whether only reading the file yields its CRC32."""
    return stored.crc32 is None and (stored.size < COPY_FROM or not stored.etag)


def share(ctx: RunContext) -> int:
    """The number of slices that the zips are divided into."""
    options: Options = ctx.options
    names = zip_names(options.filename, len(options.counts))
    several = zip(names, parts(_complete(ctx), options.counts), strict=True)
    return ctx.share_archives(((name, _zipped(some)) for (name, _), some in several), options.strategy)


def _checksum(ctx: RunContext, number: int, stored: StoredFile, before: int, total: int) -> int:
    """before, total: bytes read before it, and bytes to be read in all."""
    from chalicelib.files.hashing import crc32

    at = crc = 0
    if ctx.state and ctx.state["member"] == number:
        at, crc = ctx.state["at"], ctx.state["crc"]
    while at < stored.size:
        ctx.progress(100 * (before + at) / total, stored.filename)
        end = min(at + PIECE, stored.size)
        for chunk in ctx.stream(stored, at, end):
            crc, at = crc32(chunk, crc), at + len(chunk)
        if at != end:
            raise PipelineFailed(
                "source_changed", f"A file is shorter than it was when it was chosen: {stored.filename}"
            )
        if end < stored.size:
            ctx.checkpoint({"member": number, "at": at, "crc": crc})
    return crc


def write(ctx: RunContext) -> None:
    """Artifact `complete`, or `part01`, `part02` and so on, each a zip by itself; and `contents`, which lists it."""
    options: Options = ctx.options
    members = _complete(ctx)
    state: Mapping[str, Any] = ctx.state or {}
    names = zip_names(options.filename, len(options.counts))
    for number, (some, (name, filename)) in enumerate(zip(parts(members, options.counts), names, strict=True)):
        if number < state.get("zips", 0):
            continue
        ctx.archive(name, filename, _zipped(some))
        ctx.checkpoint({"zips": number + 1})
    listed = [{"path": m.path, "size_bytes": m.stored.size, "file_id": m.file_id} for m in members]
    content = json.dumps({"files": listed}, ensure_ascii=False).encode()
    ctx.artifact(CONTENTS, content, f"{options.filename}_contents.json", "application/json")
    summary = f"{options.file_count:,} files in {len(options.counts)} zip{'' if len(options.counts) == 1 else 's'}"
    ctx.result(summary, None, {"files": options.file_count, "size_bytes": options.size_bytes, "zips": len(names)})


def zip_names(filename: str, count: int) -> list[tuple[str, str]]:
    """For each zip the name of its artifact, and the filename under which it is saved."""
    if count == 1:
        return [(COMPLETE, f"{filename}.zip")]
    return [(f"part{number:02d}", f"{filename}_part{number:02d}.zip") for number in range(1, count + 1)]


def _members(ctx: RunContext) -> list[Planned]:
    try:
        return unpacked(ctx.load(SELECTION).read_bytes())
    except KeyError:
        raise PipelineFailed("selection_gone", "The selection is no longer stored. Choose the files again.") from None


def _complete(ctx: RunContext) -> list[Planned]:
    """The members, completed by what was read of them."""
    found = _checksums(ctx)
    return [
        _with_checksum(member, found[str(i)]) if must_be_read(member.stored) else member
        for i, member in enumerate(_members(ctx))
    ]


def _zipped(members: Sequence[Planned]) -> list[Member]:
    return [Member(one.path, one.stored, one.modified_at) for one in members]


def _checksums(ctx: RunContext) -> dict[str, int]:
    try:
        found: dict[str, int] = json.loads(ctx.load(CHECKSUMS).read_bytes())
        return found
    except KeyError:
        return {}


def _with_checksum(member: Planned, crc: int) -> Planned:
    return replace(member, stored=replace(member.stored, crc32=crc))
