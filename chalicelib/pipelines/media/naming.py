"""Where each file goes in the zip: folders by time or as they came, one stem for files that belong together."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.files.names import safe_part
from chalicelib.pipelines.media.filenames import counter
from chalicelib.pipelines.media.kinds import BY_TYPE
from chalicelib.pipelines.media.sidecars import TYPES

LAYOUTS = {"year": "%Y", "year/month": "%Y/%m", "year/month-day": "%Y/%m-%d"}
EXTENSIONS = {kind: known.names[0] for kind, known in BY_TYPE.items()} | {kind: name for name, kind in TYPES.items()}
UNKNOWN = "unknown"
OWN = frozenset({"manifest.json", "manifest.csv"})
DEEPEST = 12
_WRAP = 5_000


@dataclass(frozen=True)
class Entry:
    """A file as naming sees it. local: its wall clock with its parts of a second; None where it is unknown."""

    number: int
    filename: str
    content_type: str
    role: str = "primary"
    local: datetime | None = None


def paths(groups: Iterable[Sequence[Entry]], layout: str, names: str) -> dict[int, str]:
    """Number → path, each path once, whatever the case of its letters.

    groups: the files that share a stem, the one that gives it first. layout: a key of LAYOUTS, or `original`, the
    folders they came in. names: `time`, numbered where several share a second, in the order of their parts of a second
    and then of the camera's counter; or `original`, with the time in front where two collide.
    """
    every = [(group, _base(group[0], layout, names)) for group in groups]
    if names == "original":
        taken = Counter(base.casefold() for _, base in every)
        every = [(g, _timed(g[0], base) if taken[base.casefold()] > 1 else base) for g, base in every]
    found: dict[int, str] = {}
    used = set(OWN)
    # A member can't have the name of a folder.
    for _, base in every:
        while base := base.rpartition("/")[0]:
            used.add(base.casefold())
    same: defaultdict[str, list[tuple[Sequence[Entry], str]]] = defaultdict(list)
    for entry in every:
        same[entry[1].casefold()].append(entry)
    stems: set[str] = set()
    for together in same.values():
        for group, base in _in_order(together):
            count, stem, members = 0, base, _members(group, base)
            while stem.casefold() in stems or used & {path.casefold() for path in members.values()}:
                count += 1
                stem = f"{base}_{count:03d}"
                members = _members(group, stem)
            stems.add(stem.casefold())
            used |= {path.casefold() for path in members.values()}
            found |= members
    return found


def _base(first: Entry, layout: str, names: str) -> str:
    """The stem that a group would have if it were alone."""
    *folders, name = re.split(r"[/\\]", first.filename)
    own = _kept(name.rpartition(".")[0] or name)
    if layout == "original":
        folder = "/".join(part for raw in folders[:DEEPEST] if (part := _kept(raw)))
    else:
        folder = first.local.strftime(LAYOUTS[layout]) if first.local else UNKNOWN
    if first.local is None and layout != "original":
        stem = _harmless(name)
        return f"{UNKNOWN}/{first.number:05d}{'_' if stem else ''}{stem}"
    named = first.local.strftime("%Y%m%d_%H%M%S") if names == "time" and first.local else own
    return f"{folder}/{named or f'{first.number:05d}'}".lstrip("/")


def _timed(first: Entry, base: str) -> str:
    folder, slash, name = base.rpartition("/")
    return f"{folder}{slash}{first.local.strftime('%Y%m%d_%H%M%S')}_{name}" if first.local else base


def _in_order(same: list[tuple[Sequence[Entry], str]]) -> list[tuple[Sequence[Entry], str]]:
    """The order by time with fractions of a second, then by the camera's counter: 9999 comes before 0001 where both
    occur."""
    if len(same) < 2:
        return same
    counts = {group[0].number: counter(group[0].filename) for group, _ in same}
    largest = max((count or 0 for _, count in counts.values()), default=0)

    def key(entry: tuple[Sequence[Entry], str]) -> tuple[datetime, str, int, int]:
        first = entry[0][0]
        prefix, count = counts[first.number]
        turned = count is not None and largest - count > _WRAP
        # Only for sorting: files without a time come first.
        return first.local or datetime.min, prefix, (count or 0) + (10_000 if turned else 0), first.number  # noqa: DTZ901

    return sorted(same, key=key)


def _members(group: Sequence[Entry], stem: str) -> dict[int, str]:
    """A path for each member of a group: the stem and its own extension, and its role where that path is taken."""
    found: dict[int, str] = {}
    taken: set[str] = set()
    for entry in group:
        extension = EXTENSIONS[entry.content_type]
        path, count = stem + extension, 1
        while path in taken:
            apart = f"_{entry.role}" if entry.role != "sidecar" else _inner(entry.filename)
            path = f"{stem}{apart}{'' if count == 1 else f'_{count}'}{extension}"
            count += 1
        taken.add(path)
        found[entry.number] = path
    return found


def _inner(filename: str) -> str:
    """`.cr2` of IMG_1.CR2.xmp."""
    match = re.search(r"(\.[A-Za-z0-9]{2,4})\.[^./\\]+(?:\(\d+\))?\.?[A-Za-z]*$", filename)
    return match[1].lower() if match else "_sidecar"


def _kept(part: str) -> str:
    part = safe_part(part)
    return f"{part}_" if part.casefold() in OWN else part


def _harmless(filename: str) -> str:
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    stem = name.rpartition(".")[0] or name
    return re.sub(r"[^\w-]+", "_", stem).strip("_-")[:50]


def local_time(metadata: Mapping[str, object]) -> datetime | None:
    """A file's wall clock with its parts of a second, from its metadata."""
    said = metadata.get("taken_local")
    if not isinstance(said, str):
        return None
    part = metadata.get("subsecond")
    return datetime.fromisoformat(said).replace(
        microsecond=min(round(part * 1_000_000), 999_999) if isinstance(part, float | int) else 0
    )
