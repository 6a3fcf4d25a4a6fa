"""What the media pipeline does once all files of a job are in: what belongs together, names, the zip."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.pipelines.base import InspectedFile, Member, RunContext, Step, archive_slices
from chalicelib.pipelines.media import manifest
from chalicelib.pipelines.media.grouping import Grouping, Item, group
from chalicelib.pipelines.media.layout import FILM_LENGTH, cells
from chalicelib.pipelines.media.naming import Entry, local_time, paths
from chalicelib.pipelines.media.redating import as_inspected, redated, tags_of
from chalicelib.pipelines.media.similar import Film, Look, similar_films, similar_groups
from chalicelib.pipelines.media.sources import BY_NAME
from chalicelib.pipelines.media.timestamps import Candidate
from chalicelib.pipelines.media.witnesses import Shot, shot, witnesses
from chalicelib.pipelines.media.writing import utc_offset

MOST_NAMED = 20


def group_files(ctx: RunContext) -> None:
    """Marks exact duplicates (the one whose time is best known is kept), puts together what belongs together, gives
    each photo what its sidecars say, decides every path, and groups near duplicates.

    Artifact `duplicates`: {"groups": [{"kind", "kept", "files"}]}, files by their numbers, the kept one first. `exact`:
    the zip holds only `kept`. `similar`: the zip holds all of them; `kept` is the one with the most pixels.
    """
    items: list[Item] = []
    entries: dict[int, Entry] = {}
    ranks: dict[int, int] = {}
    looks: list[tuple[int, int, int, bytes]] = []
    films: list[tuple[int, int, int, Film]] = []
    shots: list[Shot] = []
    total = 0
    for file in ctx.files():
        total += 1
        ctx.progress(0, file.filename)
        if not _usable(file):
            continue
        found = as_inspected(file.metadata)
        items.append(Item.of(replace(file, metadata=found)))
        entries[file.number] = Entry(file.number, file.filename, file.content_type, local=local_time(found))
        ranks[file.number] = _weight(found)
        if numbered := shot(file.number, file.filename, found):
            shots.append(numbered)
        best = -found.get("width", 0) * found.get("height", 0), -file.size, file.number
        if look := cells(found.get("layout")):
            looks.append((*best, look))
        elif (frames := cells(found.get("layout"), FILM_LENGTH)) and "duration_seconds" in found:
            films.append((*best, Film(file.number, found["duration_seconds"], frames)))
    together = group(items)
    ctx.mark_duplicates(together.kept)
    ctx.progress(30)
    for number, (entry, weight) in _described(ctx, together, witnesses(shots)).items():
        entries[number], ranks[number] = entry, weight
    ctx.progress(60)
    behind = {number for members in together.groups for number, _ in members[1:]} | set(together.kept)
    distance = ctx.options.similar_distance
    similar = similar_groups((Look(n, look) for *_, n, look in sorted(looks) if n not in behind), distance)
    best_films = sorted(films, key=lambda entry: entry[:3])
    similar += similar_films((film for *_, n, film in best_films if n not in behind), distance)
    exact: dict[int, list[int]] = {}
    for number, kept in sorted(together.kept.items()):
        exact.setdefault(kept, [kept]).append(number)
    groups = [_group("exact", numbers) for _, numbers in sorted(exact.items(), key=lambda pair: min(pair[1]))]
    groups += [_group("similar", numbers) for numbers in sorted(similar, key=min)]
    ctx.artifact("duplicates", _json({"groups": groups}), "duplicates.json", "application/json")
    shared = [_named_together(members, entries, ranks) for members in together.groups]
    grouped = {entry.number for members in shared for entry in members}
    alone = [[entry] for number, entry in entries.items() if number not in grouped and number not in together.kept]
    ctx.save("paths.json", _json(paths([*shared, *alone], ctx.options.layout, ctx.options.names)))
    kept_groups = sum(any(role != "sidecar" for _, role in members[1:]) for members in together.groups)
    plan = {
        "kept": together.kept,
        "total": total,
        "similar_groups": len(similar),
        "groups": kept_groups,
        "lonely": together.lonely,
    }
    ctx.save("duplicates.json", _json(plan))


def _described(ctx: RunContext, together: Grouping, witnessed: Mapping[int, Candidate]) -> dict[int, tuple[Entry, int]]:
    """Writes to each file what the job as a whole knows of it; returns how those whose time that changes are named."""
    roles = {number: (members, role) for members in together.groups for number, role in members}
    said = dict(together.sidecars)
    for members in together.groups:
        # An edited version and a Live Photo's film have no sidecar of their own in a Takeout.
        words = said.get(members[0][0])
        for number, role in members[1:]:
            if words and role in ("edited", "motion") and number not in said:
                said[number] = [word for word in words if word.get("kind") == "takeout"]
    changed: dict[int, tuple[Entry, int]] = {}
    wanted = {*roles, *said, *together.albums, *witnessed}
    for file in ctx.files() if wanted else ():
        if file.number not in wanted or not _usable(file):
            continue
        ctx.progress(30, file.filename)
        words, witness = said.get(file.number, []), witnessed.get(file.number)
        found = redated(file.metadata, words, ctx.options, witness) if words or witness else as_inspected(file.metadata)
        if file.number in roles:
            members, role = roles[file.number]
            found |= {"group": members[0][0], "group_role": role}
            if role == "primary":
                found["group_roles"] = sorted({other for _, other in members[1:]})
        albums = together.albums.get(file.number, [])
        if albums:
            found["albums"] = albums[:20]
        entry = Entry(file.number, file.filename, file.content_type, local=local_time(found))
        changed[file.number] = entry, _weight(found)
        tags = [*albums, *tags_of(words)]
        if found != file.metadata or tags:
            ctx.describe(file, found, title=found.get("title"), description=found.get("description"), tags=tags)
    return changed


def _named_together(
    members: list[tuple[int, str]], entries: Mapping[int, Entry], ranks: Mapping[int, int]
) -> list[Entry]:
    """A group for naming: its time is the primary's or, where that is hardly known, the best of its members'."""
    first = members[0][0]
    best = first if ranks[first] >= 5 else max((number for number, _ in members), key=lambda n: ranks[n])
    named = [replace(entries[number], role=role) for number, role in members]
    return [replace(named[0], local=entries[best].local), *named[1:]]


def complete_checksums(ctx: RunContext) -> None:
    """Reads what inspection didn't need in whole, as a zip states each member's CRC32. Each is recorded at once."""
    found = _load(ctx, "duplicates.json")
    for file in _counted(ctx, found["total"]):
        if _usable(file) and file.crc32 is None and str(file.number) not in found["kept"]:
            ctx.checksum(file)


def write_manifests(ctx: RunContext) -> None:
    """Writes the manifests, which tell where each file went, and counts."""
    found = _load(ctx, "duplicates.json")
    kept: dict[str, int] = found["kept"]
    places = _load(ctx, "paths.json")
    confidences = dict.fromkeys(("high", "medium", "low", "none"), 0)
    lonely = set(found["lonely"])
    rejected, sidecars, damaged, unpaired = 0, 0, 0, []
    with manifest.Manifest(ctx.scratch, ctx.options.timezone) as writer:
        for file in _counted(ctx, found["total"]):
            original = kept.get(str(file.number))
            if not _usable(file):
                rejected += 1
            elif "sidecar" in file.metadata:
                sidecars += 1
                if file.number in lonely:
                    unpaired.append(file.filename)
            elif original is None:
                confidences[file.metadata.get("confidence", "none")] += 1
                damaged += bool(file.metadata.get("damaged"))
            writer.add(file, places.get(str(file.number)), None if original is None else places[str(original)])
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
    ctx.save("counts.json", _json(counts | ({"warnings": writer.warnings} if writer.warnings else {})))


def _warnings(damaged: int, unpaired: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if damaged:
        sentence = f"{_plural(damaged, 'photo')} could be read in part only: what is missing is grey."
        found.append({"code": "damaged", "message": sentence, "count": damaged})
    if unpaired:
        sentence = f"{_plural(len(unpaired), 'sidecar')} without a photo in this job."
        told = {"code": "sidecar_without_photo", "message": sentence, "count": len(unpaired)}
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
        f"{_plural(counts['files'], 'file')}: {counts['in_zip']} in the zip, "
        f"{_plural(counts['exact_duplicates'], 'exact duplicate')}, {counts['rejected']} rejected, "
        f"{_plural(counts['similar_groups'], 'group')} of near duplicates."
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
    """The instant, told by the clock of the place where it was known."""
    detected = file.metadata.get("detected_timestamp")
    if not detected:
        return None
    return datetime.fromisoformat(detected).astimezone(utc_offset(file.metadata.get("utc_offset", "Z")))


def _weight(metadata: Mapping[str, Any]) -> int:
    source = metadata.get("timestamp_source")
    return BY_NAME[source].weight if source else 0


def _members(ctx: RunContext, total: int) -> Iterator[Member]:
    places = _load(ctx, "paths.json")
    for file in _counted(ctx, total):
        if path := places.get(str(file.number)):
            yield Member(path, file, taken_at(file))
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
