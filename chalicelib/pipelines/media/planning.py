"""The plan of a job's files, before anything is written: which belong together, what is known about each, and where
each goes in the zip. The run shares it with the view of a zip that isn't made yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.pipelines.base import InspectedFile
from chalicelib.pipelines.media.correcting import UserTime, found_time, moved_along, user_time, with_user
from chalicelib.pipelines.media.grouping import Grouping, Item, group
from chalicelib.pipelines.media.naming import Entry, local_time, paths
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.redating import as_inspected, redated, tags_of
from chalicelib.pipelines.media.sources import BY_NAME
from chalicelib.pipelines.media.witnesses import Shot, shot, witnesses


@dataclass(frozen=True)
class Told:
    """The metadata of a file that the job as a whole adds, and the tags from sidecars and albums."""

    file: InspectedFile
    metadata: dict[str, Any]
    tags: list[str]


@dataclass
class Plan:
    """entries: how each file is named. ranks: how well its time is known. said: the times that the owner gave, after
    those that were found."""

    items: list[Item] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)
    ranks: dict[int, int] = field(default_factory=dict)
    shots: list[Shot] = field(default_factory=list)
    said: dict[int, tuple[UserTime | None, UserTime]] = field(default_factory=dict)
    together: Grouping = field(default_factory=Grouping)

    def take(self, file: InspectedFile) -> dict[str, Any]:
        """Takes in one more file; returns its metadata as its inspection found it."""
        found = as_inspected(file.metadata)
        self.items.append(Item.of(replace(file, metadata=found)))
        said = user_time(file.metadata)
        if said:
            self.said[file.number] = found_time(file.metadata), said
        self._note(file, with_user(found, said) if said else found)
        if numbered := shot(file.number, file.filename, found):
            self.shots.append(numbered)
        return found

    def group(self) -> None:
        """Groups the files, once all of them are in."""
        self.together = group(self.items)

    def told(self, files: Iterable[InspectedFile], options: Options) -> Iterator[Told]:
        """Goes through the same files again: those whose metadata the job as a whole adds to or changes."""
        together, witnessed = self.together, witnesses(self.shots)
        roles = {number: (members, role) for members in together.groups for number, role in members}
        words_of = _words(together)
        wanted = {*roles, *words_of, *together.albums, *witnessed, *self.said}
        for file in files if wanted else ():
            if file.number not in wanted or not usable(file):
                continue
            words, witness = words_of.get(file.number, []), witnessed.get(file.number)
            found = redated(file.metadata, words, options, witness) if words or witness else as_inspected(file.metadata)
            if file.number in roles:
                members, role = roles[file.number]
                found |= {"group": members[0][0], "group_role": role}
                if role == "primary":
                    found["group_roles"] = sorted({other for _, other in members[1:]})
            albums = together.albums.get(file.number, [])
            if albums:
                found["albums"] = albums[:20]
            found = self._corrected(file.number, found, roles)
            self._note(file, found)
            yield Told(file, found, [*albums, *tags_of(words)])

    def places(self, options: Options) -> dict[int, str]:
        """Number → path in the zip."""
        together = self.together
        shared = [self._named_together(members) for members in together.groups]
        grouped = {entry.number for members in shared for entry in members}
        left_out = together.dropped | set(together.kept)
        alone = [[entry] for number, entry in self.entries.items() if number not in grouped]
        kept = [[entry for entry in members if entry.number not in left_out] for members in [*shared, *alone]]
        return paths([members for members in kept if members], options.layout, options.names)

    def _note(self, file: InspectedFile, found: Mapping[str, Any]) -> None:
        self.entries[file.number] = Entry(file.number, file.filename, file.content_type, local=local_time(found))
        self.ranks[file.number] = weight(found)

    def _corrected(
        self, number: int, found: dict[str, Any], roles: Mapping[int, tuple[list[tuple[int, str]], str]]
    ) -> dict[str, Any]:
        """The metadata with its owner's time, or moved along with that of its group's primary."""
        if number in self.said:
            return with_user(found, self.said[number][1])
        first = roles[number][0][0][0] if number in roles else number
        if first in self.said and "sidecar" not in found:
            return moved_along(found, *self.said[first])
        return found

    def _named_together(self, members: list[tuple[int, str]]) -> list[Entry]:
        """A group for naming: its time is the primary's or, where that is hardly known, the best of its members'."""
        first = members[0][0]
        best = first if self.ranks[first] >= 5 else max((number for number, _ in members), key=lambda n: self.ranks[n])
        named = [replace(self.entries[number], role=role) for number, role in members]
        return [replace(named[0], local=self.entries[best].local), *named[1:]]


def usable(file: InspectedFile) -> bool:
    """A duplicate too: a step that is run again finds the files already marked."""
    return file.state in ("inspected", "duplicate")


def weight(metadata: Mapping[str, Any]) -> int:
    """How well a file's time is known: the weight of its source, 0 where it has none."""
    source = metadata.get("timestamp_source")
    return BY_NAME[source].weight if source else 0


def planned(files: Iterable[InspectedFile], options: Options) -> Plan:
    """The plan of all of a job's files, which are held for it."""
    held = [file for file in files if usable(file)]
    plan = Plan()
    for file in held:
        plan.take(file)
    plan.group()
    for _ in plan.told(held, options):
        pass
    return plan


def _words(together: Grouping) -> dict[int, list[Mapping[str, Any]]]:
    said = dict(together.sidecars)
    for members in together.groups:
        # An edited version and a Live Photo's film have no sidecar of their own in a Takeout.
        words = said.get(members[0][0])
        for number, role in members[1:]:
            if words and role in ("edited", "motion") and number not in said:
                said[number] = [word for word in words if word.get("kind") == "takeout"]
    return said
