"""What the media pipeline does once all files of a job are in: duplicates, names, the zip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.pipelines.base import InspectedFile, Member, RunContext, Step
from chalicelib.pipelines.media import manifest
from chalicelib.pipelines.media.naming import Names
from chalicelib.pipelines.media.similar import similar_groups


def find_duplicates(ctx: RunContext) -> None:
    """Marks exact duplicates (the first in the job's order is kept) and groups near ones.

    Artifact `duplicates`: {"groups": [{"kind", "kept", "files"}]}, files by their numbers, the kept one first. `exact`:
    the zip holds only `kept`. `similar`: the zip holds all of them; `kept` is the one with the most pixels.
    """
    exact: dict[str, list[int]] = {}
    photos: list[tuple[int, int, int, int]] = []
    total = 0
    for file in ctx.files():
        total += 1
        ctx.progress(0, file.filename)
        if not _usable(file):
            continue
        group = exact.setdefault(file.sha256 or f"unknown {file.number}", [])
        group.append(file.number)
        found = file.metadata
        if len(group) == 1 and "phash" in found:
            photos.append((-found["width"] * found["height"], -file.size, file.number, int(found["phash"], 16)))
    kept = {number: group[0] for group in exact.values() for number in group[1:]}
    ctx.mark_duplicates(kept)
    ctx.progress(50)
    similar = similar_groups(((number, value) for *_, number, value in sorted(photos)), ctx.options.similar_distance)
    groups = [_group("exact", group) for group in exact.values() if len(group) > 1]
    groups += [_group("similar", group) for group in sorted(similar, key=min)]
    ctx.artifact("duplicates", _json({"groups": groups}), "duplicates.json", "application/json")
    ctx.save("duplicates.json", _json({"kept": kept, "total": total, "similar_groups": len(similar)}))


def complete_checksums(ctx: RunContext) -> None:
    """Reads what inspection didn't need in whole, as a zip states each member's CRC32. Each is recorded at once."""
    found = _load(ctx, "duplicates.json")
    for file in _counted(ctx, found["total"]):
        if _usable(file) and file.crc32 is None and str(file.number) not in found["kept"]:
            ctx.checksum(file)


def name_files(ctx: RunContext) -> None:
    """Decides every path, and writes the manifests that tell it."""
    found = _load(ctx, "duplicates.json")
    kept: dict[str, int] = found["kept"]
    names = Names(ctx.options.zone)
    paths: dict[int, str] = {}
    confidences = dict.fromkeys(("high", "medium", "low", "none"), 0)
    rejected = 0
    with manifest.Manifest(ctx.scratch, ctx.options.timezone) as writer:
        for file in _counted(ctx, found["total"]):
            original = kept.get(str(file.number))
            if not _usable(file):
                rejected += 1
            elif original is None:
                paths[file.number] = names.path(file.number, file.filename, file.content_type, taken_at(file))
                confidences[file.metadata.get("confidence", "none")] += 1
            writer.add(file, paths.get(file.number), None if original is None else paths[original])
    ctx.save("manifest.json", writer.json_path)
    ctx.save("manifest.csv", writer.csv_path)
    ctx.save("paths.json", _json(paths))
    counts = {
        "files": found["total"],
        "in_zip": len(paths),
        "exact_duplicates": len(kept),
        "similar_groups": found["similar_groups"],
        "rejected": rejected,
        "confidence": confidences,
    }
    ctx.save("counts.json", _json(counts))


def write_zip(ctx: RunContext) -> None:
    """Artifact `complete`, and the result: its quality is the share of files in the zip whose time is of high or medium
    confidence, None for an empty zip."""
    counts = _load(ctx, "counts.json")
    ctx.archive("complete", f"{ctx.job_name}_results.zip", _members(ctx, counts["files"]))
    sure = counts["confidence"]["high"] + counts["confidence"]["medium"]
    quality = round(sure / counts["in_zip"], 4) if counts["in_zip"] else None
    summary = (
        f"{_plural(counts['files'], 'file')}: {counts['in_zip']} in the zip, "
        f"{_plural(counts['exact_duplicates'], 'exact duplicate')}, {counts['rejected']} rejected, "
        f"{_plural(counts['similar_groups'], 'group')} of near duplicates."
    )
    ctx.result(summary, quality, counts)


STEPS = (
    Step("Finding duplicates", find_duplicates, 1),
    Step("Completing checksums", complete_checksums, 2),
    Step("Naming files", name_files, 1),
    Step("Writing the zip", write_zip, 6),
)


def taken_at(file: InspectedFile) -> datetime | None:
    detected = file.metadata.get("detected_timestamp")
    return datetime.fromisoformat(detected) if detected else None


def _members(ctx: RunContext, total: int) -> Iterator[Member]:
    paths = _load(ctx, "paths.json")
    for file in _counted(ctx, total):
        if path := paths.get(str(file.number)):
            at = taken_at(file)
            yield Member(path, file, at.astimezone(ctx.options.zone) if at else None)
    yield Member("manifest.json", ctx.load("manifest.json"))
    yield Member("manifest.csv", ctx.load("manifest.csv"))


def _usable(file: InspectedFile) -> bool:
    """A duplicate too: a step that is run again finds the files already marked."""
    return file.state in ("inspected", "duplicate")


def _counted(ctx: RunContext, total: int) -> Iterator[InspectedFile]:
    for done, file in enumerate(ctx.files()):
        ctx.progress(100 * done / total, file.filename)
        yield file


def _group(kind: str, numbers: list[int]) -> dict[str, Any]:
    return {"kind": kind, "kept": numbers[0], "files": numbers}


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _load(ctx: RunContext, name: str) -> Any:
    return json.loads(ctx.load(name).read_bytes())
