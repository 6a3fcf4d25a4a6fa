"""Which files of a job belong together: a Live Photo, RAW and JPEG, a photo and its edit, and their sidecars."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.pipelines.base import InspectedFile
from chalicelib.pipelines.media.correcting import Choice, choice_of
from chalicelib.pipelines.media.kinds import RAW_TYPES
from chalicelib.pipelines.media.matching import Named, origins, photo_of_aae, photo_of_takeout, photo_of_xmp
from chalicelib.pipelines.media.sources import BY_NAME, FILE_SYSTEM

CLOSE = timedelta(seconds=3)
ROLES = ("primary", "motion", "raw", "edited", "sidecar")
STILL, RAW, MOVIE, SIDECAR, ALBUM = "still", "raw", "movie", "sidecar", "album"
_OWN_SIDECARS = {"xmp": photo_of_xmp, "aae": photo_of_aae}


@dataclass(frozen=True, slots=True)
class Item:
    """A file as grouping sees it. local: its wall clock, at: the instant; None where unknown, or known by the file
    system alone. rank: how well its time is known. choice: its owner's decision. said: the content of a sidecar."""

    named: Named
    kind: str
    sha256: str | None
    local: datetime | None
    at: datetime | None
    rank: tuple[int, int]
    choice: Choice | None
    content_identifier: str | None
    said: Mapping[str, Any] | None

    @property
    def number(self) -> int:
        return self.named.number

    @classmethod
    def of(cls, file: InspectedFile) -> Item:
        found = file.metadata
        source = found.get("timestamp_source")
        own = source is not None and BY_NAME[source].clock != FILE_SYSTEM and source != "filename_date"
        said = found.get("sidecar")
        return cls(
            named(file.number, file.filename),
            _kind(file.content_type, said),
            file.sha256,
            datetime.fromisoformat(found["taken_local"]) if own and "taken_local" in found else None,
            datetime.fromisoformat(found["detected_timestamp"]) if own else None,
            (BY_NAME[source].weight if source else 0, CONFIDENCES.index(found.get("confidence", "none"))),
            choice_of(found),
            found.get("content_identifier"),
            said,
        )


CONFIDENCES = ("none", "low", "medium", "high")


@dataclass
class Grouping:
    """kept: number of a duplicate → of the file that the zip has. same: the numbers of identical files, the kept one
    first. dropped: the files that the owner leaves out, with all that belong to them. groups: of kept files, the
    primary first. sidecars: number of a photo → the contents of its sidecars. albums: number → titles. lonely: sidecars
    without a photo."""

    kept: dict[int, int] = field(default_factory=dict)
    same: list[list[int]] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    groups: list[list[tuple[int, str]]] = field(default_factory=list)
    sidecars: dict[int, list[Mapping[str, Any]]] = field(default_factory=dict)
    albums: dict[int, list[str]] = field(default_factory=dict)
    lonely: list[int] = field(default_factory=list)


def named(number: int, filename: str) -> Named:
    """A file's name, folded as case-insensitive file systems do."""
    path = unicodedata.normalize("NFC", filename.replace("\\", "/")).casefold()
    folder, _, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    return Named(number, folder, stem or name, dot + extension if stem else "")


def group(items: Iterable[Item]) -> Grouping:
    """The groups of a job; files are paired only where names or identifiers, and times, agree."""
    everything = list(items)
    media = {item.number: item for item in everything if item.kind not in (SIDECAR, ALBUM)}
    sides = {item.number: item for item in everything if item.kind == SIDECAR}
    by_folder: defaultdict[str, list[Item]] = defaultdict(list)
    for item in everything:
        by_folder[item.named.folder].append(item)
    owners: dict[int, list[int]] = {}
    links = _by_identifier(media.values())
    for beside in by_folder.values():
        owners |= _sidecars(beside)
        links += _pairs([item for item in beside if item.number in media])
    kept, identical = _duplicates(media.values())
    found = Grouping(kept=kept, same=identical)
    sets = _Sets()
    roles: dict[int, str] = {}
    for one, other, role in links:
        first, second = found.kept.get(one, one), found.kept.get(other, other)
        if first != second:
            roles.setdefault(second, role)
            sets.join(first, second)
    said: dict[tuple[int, str | None], int] = {}
    for number, side in sides.items():
        photos = _of_one_group([found.kept.get(n, n) for n in owners.get(number, ())], sets, media)
        if not photos:
            found.lonely.append(number)
            continue
        # The same words twice for one photo, from two of its folders, are a duplicate.
        same = said.setdefault((sets.head(photos[0]), side.sha256), number)
        if same != number and side.sha256:
            found.kept[number] = same
            continue
        roles[number] = "sidecar"
        sets.join(photos[0], number)
        for photo in photos:
            found.sidecars.setdefault(photo, []).append(side.said or {})
    found.groups = [_ordered(numbers, roles, media) for numbers in sets.all()]
    found.dropped = _dropped(everything, found)
    found.albums = _albums(by_folder.values(), media, found.kept)
    return found


class _Sets:
    """Numbers that were joined, directly or through others."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def head(self, number: int) -> int:
        while (above := self._above.setdefault(number, number)) != number:
            number = above
        return number

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.head(first), self.head(second)))
        self._above[high] = low

    def all(self) -> list[list[int]]:
        members: defaultdict[int, list[int]] = defaultdict(list)
        for number in sorted(self._above):
            members[self.head(number)].append(number)
        return [numbers for numbers in members.values() if len(numbers) > 1]


def _of_one_group(photos: list[int], sets: _Sets, media: Mapping[int, Item]) -> list[int]:
    """The photos that a sidecar can belong to: those of one group, else the RAW, for which editors write them."""
    photos = list(dict.fromkeys(photos))
    if len({sets.head(number) for number in photos}) > 1:
        photos = [number for number in photos if media[number].kind == RAW]
    return photos if len({sets.head(number) for number in photos}) == 1 else []


def _kind(content_type: str, said: Mapping[str, Any] | None) -> str:
    if said is not None:
        return ALBUM if said.get("kind") == "album" else SIDECAR
    if content_type in RAW_TYPES:
        return RAW
    return MOVIE if content_type.startswith("video/") else STILL


def _sidecars(beside: list[Item]) -> dict[int, list[int]]:
    """Number of a sidecar → numbers of the photos that it belongs to, within one folder."""
    sides = [item for item in beside if item.kind == SIDECAR and item.said]
    if not sides:
        return {}
    photos = [item.named for item in beside if item.kind not in (SIDECAR, ALBUM)]
    by_start: defaultdict[str, list[Named]] = defaultdict(list)
    for photo in photos:
        by_start[_start(photo.stem)].append(photo)
    owners = {}
    for side in sides:
        said: Mapping[str, Any] = side.said or {}
        near = by_start[_start(side.named.stem)]
        if said["kind"] == "aae":
            near = [*near, *by_start[_start(side.named.stem.replace("img_o", "img_"))]]
        match = _OWN_SIDECARS.get(said["kind"])
        own = match(side.named, near) if match else photo_of_takeout(side.named, said.get("for", ""), near)
        if own:
            owners[side.number] = sorted({photo.number for photo in own})
    return owners


def _start(stem: str) -> str:
    """The common beginning of the names of a photo and its sidecars, so that not all pairs of a folder are compared."""
    return stem.partition(".")[0].partition("(")[0][:46]


def _pairs(beside: list[Item]) -> list[tuple[int, int, str]]:
    """(first, second, role of the second) of one folder, by names and times."""
    by_stem: defaultdict[str, list[Item]] = defaultdict(list)
    for item in beside:
        by_stem[item.named.stem].append(item)
    links = []
    for same in by_stem.values():
        stills = [item for item in same if item.kind == STILL]
        for other in same:
            if other.kind == STILL:
                continue
            near = [still for still in stills or _raws(same, other) if _together(still, other)]
            if len(near) == 1:
                links.append((near[0].number, other.number, "motion" if other.kind == MOVIE else "raw"))
    for edited in beside:
        for stem in origins(edited.named):
            plain = [item for item in by_stem.get(stem, ()) if _not_apart(item, edited)]
            of = (MOVIE,) if edited.kind == MOVIE else (STILL, RAW)
            near = next((same for kind in of if (same := [item for item in plain if item.kind == kind])), [])
            if len(near) == 1:
                links.append((near[0].number, edited.number, "edited"))
    return links


def _raws(same: list[Item], other: Item) -> list[Item]:
    return [item for item in same if item.kind == RAW and other.kind == MOVIE]


def _together(first: Item, second: Item) -> bool:
    """Whether both were taken within 3 s, by instant or by wall clock. False where one has no time of its own."""
    if first.content_identifier and second.content_identifier:
        return first.content_identifier == second.content_identifier
    return _near(first.at, second.at) or _near(first.local, second.local)


def _not_apart(first: Item, second: Item) -> bool:
    """Whether no times contradict names that match already."""
    return first.at is None or second.at is None or _together(first, second)


def _near(first: datetime | None, second: datetime | None) -> bool:
    return first is not None and second is not None and abs(first - second) <= CLOSE


def _by_identifier(media: Iterable[Item]) -> list[tuple[int, int, str]]:
    """Stills and films that Apple has given one content identifier, whatever their names."""
    known: defaultdict[str, list[Item]] = defaultdict(list)
    for item in media:
        if item.content_identifier:
            known[item.content_identifier].append(item)
    links = []
    for same in known.values():
        stills = [item for item in same if item.kind != MOVIE]
        films = [item for item in same if item.kind == MOVIE]
        if stills and films:
            links += [(stills[0].number, film.number, "motion") for film in films]
    return links


def _duplicates(media: Iterable[Item]) -> tuple[dict[int, int], list[list[int]]]:
    """Of identical files, the ones that the owner keeps are kept, or else the one whose time is best known among those
    that the owner doesn't leave out; the first of equals. Also all sets of identical files, the kept one first."""
    by_bytes: defaultdict[str, list[Item]] = defaultdict(list)
    for item in media:
        if item.sha256:
            by_bytes[item.sha256].append(item)
    kept: dict[int, int] = {}
    same: list[list[int]] = []
    for items in by_bytes.values():
        if len(items) < 2:
            continue
        wanted = [item for item in items if item.choice == "keep"]
        among = wanted or [item for item in items if item.choice != "drop"] or items
        best = max(among, key=lambda item: item.rank)
        kept |= {item.number: best.number for item in items if item is not best and item.choice != "keep"}
        same.append([best.number, *(item.number for item in items if item is not best)])
    return kept, same


def _dropped(everything: Iterable[Item], found: Grouping) -> set[int]:
    """The files that their owner leaves out: with a group's primary, all its members that the owner doesn't keep."""
    choices = {item.number: item.choice for item in everything}
    dropped = {number for number, choice in choices.items() if choice == "drop" and number not in found.kept}
    for members in found.groups:
        if members[0][0] in dropped:
            dropped |= {number for number, _ in members if choices[number] != "keep"}
    return dropped


def _albums(folders: Iterable[list[Item]], media: Mapping[int, Item], kept: Mapping[int, int]) -> dict[int, list[str]]:
    """The titles of the albums in whose folders a photo, or one of its duplicates, lay."""
    found: dict[int, list[str]] = {}
    for beside in folders:
        titles = [str(item.said["title"]) for item in beside if item.kind == ALBUM and item.said]
        for item in beside if len(titles) == 1 else ():
            if item.number in media:
                there = found.setdefault(kept.get(item.number, item.number), [])
                there += [title for title in titles if title not in there]
    return found


def _ordered(numbers: list[int], roles: Mapping[int, str], media: Mapping[int, Item]) -> list[tuple[int, str]]:
    """The group in order. The primary, a still that isn't an edit if there is one, comes first."""
    order = {STILL: 0, RAW: 1, MOVIE: 2}

    def merit(number: int) -> tuple[bool, int, bool, int]:
        kind = media[number].kind if number in media else ""
        return number not in media, order.get(kind, 3), roles.get(number) == "edited", number

    primary, *others = sorted(numbers, key=merit)
    parts = [(number, roles.get(number, "edited" if number in media else "sidecar")) for number in others]
    return [(primary, "primary"), *sorted(parts, key=lambda part: (ROLES.index(part[1]), part[0]))]
