"""The path of each chosen file in an archive: safe on every system, and unique even where case is ignored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from chalicelib.files.names import safe_part

Layout = Literal["organised", "original", "flat"]

UNDATED, UNNAMED = "undated", "file"
LONGEST_BYTES = 200
"""The most bytes of a stem: file systems take names of 255 bytes, and an extension and a number follow."""
LONGEST_EXTENSION, DEEPEST = 20, 12
BESIDE = frozenset({"xmp", "aae", "json", "gz"})
"""Extensions that follow another one and refer to that file: `IMG_1.CR2.xmp` goes with `IMG_1.CR2`."""

Key = tuple[str, tuple[str, ...], str, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A file as naming sees it. local: its wall-clock time, where that is known."""

    job_id: str
    job_name: str
    filename: str
    local: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Split:
    folders: tuple[str, ...]
    stem: str
    extension: str


def paths(files: Sequence[Named], layout: Layout) -> list[str]:
    """One path for each file.

    organised: folders by year and month; files without a time are in `undated`. original: the folders that the files
    came in, below one for each job where there are several. flat: no folders. Files of one job, folder and stem keep a
    common stem, so that a photo, its film and its sidecar stay together, in the folder of the one with a time.
    """
    split = [_split(file.filename) for file in files]
    keys = _keys(files, split)
    jobs = _job_folders(files)
    times = {key: file.local for key, file in zip(keys, files, strict=True) if file.local}
    groups: dict[Key, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    bases = {
        key: "/".join([*_folders(layout, jobs[key[0]], split[some[0]].folders, times.get(key)), split[some[0]].stem])
        for key, some in groups.items()
    }
    return _unique(groups, bases, split)


def _keys(files: Sequence[Named], split: Sequence[_Split]) -> list[Key]:
    """A key for each group of files that belong together. The same name twice in one folder means two unrelated
    files."""
    seen: Counter[tuple[str, tuple[str, ...], str]] = Counter()
    found = []
    for file, parts in zip(files, split, strict=True):
        folders = tuple(folder.casefold() for folder in parts.folders)
        name = (parts.stem + parts.extension).casefold()
        found.append((file.job_id, folders, parts.stem.casefold(), seen[file.job_id, folders, name]))
        seen[file.job_id, folders, name] += 1
    return found


def _folders(layout: Layout, job: tuple[str, ...], own: tuple[str, ...], local: datetime | None) -> tuple[str, ...]:
    if layout == "flat":
        return ()
    if layout == "original":
        return job + own
    return (f"{local.year:04}", f"{local.month:02}") if local else (UNDATED, *job)


def _job_folders(files: Sequence[Named]) -> Mapping[str, tuple[str, ...]]:
    """The folder of each job; none where there is only one job."""
    names = {file.job_id: file.job_name for file in files}
    if len(names) < 2:
        return dict.fromkeys(names, ())
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for job_id, name in names.items():
        base = _short(safe_part(name)) or job_id
        folder, count = base, 1
        while folder.casefold() in taken:
            count += 1
            folder = f"{base} ({count})"
        taken.add(folder.casefold())
        found[job_id] = (folder,)
    return found


def _unique(groups: Mapping[Key, Sequence[int]], bases: Mapping[Key, str], split: Sequence[_Split]) -> list[str]:
    used: set[str] = set()
    for base in bases.values():  # a member can't have the name of a folder
        while base := base.rpartition("/")[0]:
            used.add(base.casefold())
    found = [""] * len(split)
    counts: Counter[str] = Counter()
    for key, some in groups.items():
        base = bases[key]
        while True:
            count = counts[base.casefold()] = counts[base.casefold()] + 1
            stem = base if count == 1 else f"{base} ({count})"
            members = {index: stem + split[index].extension for index in some}
            if used.isdisjoint(path.casefold() for path in members.values()):
                break
        for index, path in members.items():
            found[index] = path
            used.add(path.casefold())
    return found


def _split(filename: str) -> _Split:
    *folders, name = re.split(r"[/\\]", filename)
    stem, extension = _extension(name)
    kept = tuple(part for raw in folders[:DEEPEST] if (part := _folder(raw)))
    safe = safe_part(extension, LONGEST_EXTENSION)
    return _Split(kept, _short(safe_part(stem)) or UNNAMED, f".{safe}" if safe else "")


@lru_cache(maxsize=1024)  # many files share few folders
def _folder(raw: str) -> str:
    return _short(safe_part(raw))


def _extension(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem:
        return name, ""
    inner, dot, before = stem.rpartition(".")
    if extension.casefold() in BESIDE and inner and re.fullmatch(r"[A-Za-z0-9]{2,5}", before):
        return inner, f"{before}.{extension}"
    return stem, extension


def _short(part: str) -> str:
    if len(part) <= LONGEST_BYTES and part.isascii():
        return part
    return part.encode()[:LONGEST_BYTES].decode(errors="ignore").strip(" .")
