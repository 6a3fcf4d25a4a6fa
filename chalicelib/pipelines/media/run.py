"""The steps of the media pipeline once all files of a job are in: groups, names, the zip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.pipelines.archive_step import archive_slices
from chalicelib.pipelines.base import InspectedFile, Member, RunContext, Step
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.media import manifest
from chalicelib.pipelines.media.layout import FILM_LENGTH, cells
from chalicelib.pipelines.media.planning import Plan, usable
from chalicelib.pipelines.media.similar import Film, Look, similar_films, similar_groups
from chalicelib.pipelines.media.writing import utc_offset

MOST_NAMED = 20


def group_files(ctx: RunContext) -> None:
    """Marks exact duplicates (the one whose time is best known is kept), groups files that belong together, gives each
    photo the facts of its sidecars, decides every path, and groups near duplicates.

    Artifact `duplicates`: {"groups": [{"kind", "kept", "files"}]}, files by their numbers, the kept one first. `exact`:
    the zip holds only `kept`. `similar`: the zip holds all of them; `kept` is the one with the most pixels. The owner's
    decisions override both.
    """
    plan = Plan()
    looks: list[tuple[int, int, int, bytes]] = []
    films: list[tuple[int, int, int, Film]] = []
    total = unread = 0
    for file in ctx.files():
        total += 1
        ctx.progress(0, file.filename)
        if not usable(file):
            continue
        unread += file.crc32 is None
        found = plan.take(file)
        best = -found.get("width", 0) * found.get("height", 0), -file.size, file.number
        if look := cells(found.get("layout")):
            looks.append((*best, look))
        elif (frames := cells(found.get("layout"), FILM_LENGTH)) and "duration_seconds" in found:
            films.append((*best, Film(file.number, found["duration_seconds"], frames)))
    plan.group()
    together = plan.together
    ctx.mark_duplicates(together.kept)
    ctx.progress(30)
    for told in plan.told(ctx.files(), ctx.options):
        ctx.progress(30, told.file.filename)
        if told.metadata != told.file.metadata or told.tags:
            texts = {name: told.metadata.get(name) for name in ("title", "description")}
            ctx.describe(told.file, told.metadata, tags=told.tags, **texts)
    ctx.progress(60)
    # The first of identical photos stands for all: the choice of the kept one comes elsewhere.
    copies = {number for numbers in together.same for number in numbers[1:]}
    behind = {number for members in together.groups for number, _ in members[1:]} | copies
    distance = ctx.options.similar_distance
    similar = similar_groups((Look(n, look) for *_, n, look in sorted(looks) if n not in behind), distance)
    best_films = sorted(films, key=lambda entry: entry[:3])
    similar += similar_films((film for *_, n, film in best_films if n not in behind), distance)
    groups = [_group("exact", numbers) for numbers in sorted(together.same, key=min)]
    groups += [_group("similar", numbers) for numbers in sorted(similar, key=min)]
    ctx.artifact("duplicates", _json({"groups": groups}), "duplicates.json", "application/json")
    ctx.save("paths.json", _json(plan.places(ctx.options)))
    kept_groups = sum(any(role != "sidecar" for _, role in members[1:]) for members in together.groups)
    found_out = {
        "kept": together.kept,
        "dropped": sorted(together.dropped),
        "total": total,
        "unread": unread,
        "similar_groups": len(similar),
        "groups": kept_groups,
        "lonely": together.lonely,
    }
    ctx.save("duplicates.json", _json(found_out))


def complete_checksums(ctx: RunContext) -> None:
    """Reads the files that inspection didn't need in whole, as a zip states each member's CRC32. Each is recorded at
    once."""
    found = _load(ctx, "duplicates.json")
    if not found.get("unread", found["total"]):  # a run that an earlier version began hasn't counted them
        return
    places = _load(ctx, "paths.json")
    for file in _counted(ctx, found["total"]):
        if usable(file) and file.crc32 is None and str(file.number) in places:
            ctx.checksum(file)


def write_manifests(ctx: RunContext) -> None:
    """Writes the manifests, which say where each file went, and counts the outcomes."""
    found = _load(ctx, "duplicates.json")
    kept: dict[str, int] = found["kept"]
    places = _load(ctx, "paths.json")
    confidences = dict.fromkeys(("high", "medium", "low", "none"), 0)
    lonely, dropped = set(found["lonely"]), set(found.get("dropped", ()))
    rejected, sidecars, damaged, unpaired = 0, 0, 0, []
    with manifest.Manifest(ctx.scratch, ctx.options.timezone, ctx.revision) as writer:
        for file in _counted(ctx, found["total"]):
            original = kept.get(str(file.number))
            if not usable(file):
                rejected += 1
            elif "sidecar" in file.metadata:
                sidecars += 1
                if file.number in lonely:
                    unpaired.append(file.filename)
            elif original is None and file.number not in dropped:
                confidences[file.metadata.get("confidence", "none")] += 1
                damaged += bool(file.metadata.get("damaged"))
            same_as = None if original is None else places.get(str(original))
            out = file.number in dropped or (original is not None and same_as is None)
            writer.add(file, places.get(str(file.number)), same_as, dropped=out)
        writer.warnings = _warnings(damaged, unpaired)
    ctx.save("manifest.json", writer.json_path)
    ctx.save("manifest.csv", writer.csv_path)
    counts = {
        "files": found["total"],
        "in_zip": len(places),
        "exact_duplicates": len(kept),
        "similar_groups": found["similar_groups"],
        "groups": found["groups"],
        "sidecars": sidecars,
        "damaged": damaged,
        "rejected": rejected,
        "confidence": confidences,
    }
    if ctx.revision:
        counts["revision"] = ctx.revision
    if dropped:
        counts["dropped"] = len(dropped)
    ctx.save("counts.json", _json(counts | ({"warnings": writer.warnings} if writer.warnings else {})))


def _warnings(damaged: int, unpaired: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if damaged:
        sentence = f"{counted(damaged, 'photo')} could be read only in part: the rest is grey."
        found.append(Caution("damaged", sentence, {"count": damaged}).answered())
    if unpaired:
        sentence = f"{counted(len(unpaired), 'sidecar')} without a photo in this job."
        told: dict[str, Any] = Caution("sidecar_without_photo", sentence, {"count": len(unpaired)}).answered()
        found.append(told | {"files": unpaired[:MOST_NAMED]})
    return found


def write_zip(ctx: RunContext) -> None:
    """Artifact `complete`, and the result: its quality is the share of photos and videos in the zip whose time is of
    high or medium confidence, None where there are none."""
    counts = _load(ctx, "counts.json")
    ctx.archive("complete", f"{ctx.job_name}_results.zip", _members(ctx, counts["files"]))
    shown = sum(counts["confidence"].values())
    sure = counts["confidence"]["high"] + counts["confidence"]["medium"]
    quality = round(sure / shown, 4) if shown else None
    summary = (
        f"{counted(counts['files'], 'file')}: {counts['in_zip']:,} in the zip, "
        f"{counted(counts['exact_duplicates'], 'exact duplicate')}, {counts['rejected']:,} rejected, "
        f"{counted(counts['similar_groups'], 'group')} of near duplicates."
    )
    ctx.result(summary, quality, counts)


STEPS = (
    Step("Grouping files", group_files, 1),
    Step("Completing checksums", complete_checksums, 2),
    Step("Listing files", write_manifests, 1),
    archive_slices("Filling the zip", "complete", lambda ctx: _members(ctx, _load(ctx, "counts.json")["files"]), 3),
    Step("Writing the zip", write_zip, 3),
)


def taken_at(file: InspectedFile) -> datetime | None:
    """The instant, on the clock of its place where that is known."""
    detected = file.metadata.get("detected_timestamp")
    if not detected:
        return None
    return datetime.fromisoformat(detected).astimezone(utc_offset(file.metadata.get("utc_offset", "Z")))


def _members(ctx: RunContext, total: int) -> Iterator[Member]:
    places = _load(ctx, "paths.json")
    for file in _counted(ctx, total):
        if path := places.get(str(file.number)):
            yield Member(path, file, taken_at(file))
    yield Member("manifest.json", ctx.load("manifest.json"))
    yield Member("manifest.csv", ctx.load("manifest.csv"))


def _counted(ctx: RunContext, total: int) -> Iterator[InspectedFile]:
    for done, file in enumerate(ctx.files()):
        ctx.progress(100 * done / total, file.filename)
        yield file


def _group(kind: str, numbers: list[int]) -> dict[str, Any]:
    return {"kind": kind, "kept": numbers[0], "files": numbers}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _load(ctx: RunContext, name: str) -> Any:
    return json.loads(ctx.load(name).read_bytes())
