"""The values of a catalogue: scenes, and the performers, tags and studios that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Named:
    """A performer, tag or studio as a scene names it."""

    id: str
    name: str


@dataclass(frozen=True)
class Entity:
    """A performer, tag or studio of the library. parents: ids. ignore_auto_tag: detectors leave it alone."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    disambiguation: str | None = None
    parents: tuple[str, ...] = ()
    ignore_auto_tag: bool = False


@dataclass(frozen=True)
class SceneFile:
    """A video file of a scene. duration in seconds, width and height in pixels, frame_rate in frames a second, size in
    bytes; fingerprints by kind (`oshash`, `phash`)."""

    path: str
    primary: bool = True
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    codec: str | None = None
    size: int | None = None
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Marker:
    """A named moment of a scene, in seconds from its beginning."""

    title: str
    seconds: float
    end_seconds: float | None = None
    tag: str | None = None


@dataclass(frozen=True)
class Scene:
    """A scene of the library.

    scene_date: as precise as it is known, `2014`, `2006-08` or `2020-04-19`; see chalicelib.catalogue.dates. source:
    the connection or job that it came from. absent: its source no longer has it. digest: of the source's data, so that
    unchanged data is skipped.
    """

    id: str
    source: str
    title: str | None = None
    details: str | None = None
    files: tuple[SceneFile, ...] = ()
    code: str | None = None
    director: str | None = None
    urls: tuple[str, ...] = ()
    organized: bool = False
    rating100: int | None = None
    scene_date: str | None = None
    created_date: datetime | None = None
    updated_at: str | None = None
    last_synced: datetime | None = None
    studio: Named | None = None
    performers: tuple[Named, ...] = ()
    tags: tuple[Named, ...] = ()
    groups: tuple[Named, ...] = ()
    galleries: tuple[Named, ...] = ()
    markers: tuple[Marker, ...] = ()
    stash_ids: tuple[Mapping[str, Any], ...] = ()
    analyzed: bool = False
    absent: bool = False
    digest: str | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(file.path for file in self.files)

    @property
    def primary_file(self) -> SceneFile | None:
        return next((file for file in self.files if file.primary), self.files[0] if self.files else None)

    @property
    def shown_title(self) -> str:
        """The title, or else the name of the file."""
        if self.title:
            return self.title
        return file_name(self.files[0].path) if self.files else self.id


def folders(path: str) -> tuple[str, ...]:
    """The folders of a path, outermost first, without a drive's letter."""
    parts = [part for part in path.replace("\\", "/").split("/")[:-1] if part]
    return tuple(part for part in parts if not (len(part) == 2 and part[1] == ":"))


def file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def stem(path: str) -> str:
    """The file's name without its extension."""
    name = file_name(path)
    head, dot, extension = name.rpartition(".")
    return (
        head if dot and head and 2 <= len(extension) <= 4 and extension.isalnum() and not extension.isdigit() else name
    )
