"""The content of the places that a user may import from, folder by folder, and how much an import of one would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.jobs.errors import ImportNotFound, ObjectMissing
from chalicelib.jobs.intake.dropfolder import ignored, shown
from chalicelib.jobs.intake.importing import Importer, Root
from chalicelib.jobs.model import StoredObject
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.pipelines.base import Pipeline

MOST_PAGES = 10
"""Pages of 1,000 objects that one count reads: about a second."""


@dataclass(frozen=True)
class FolderPage:
    """folders: their names. after: the name to go on after, None at the end."""

    folders: tuple[str, ...]
    objects: tuple[StoredObject, ...]
    after: str | None


@dataclass(frozen=True)
class Measured:
    """The files that an import would take. size: in bytes. fits: how many of them each pipeline takes, by name and
    size. complete: there are no more."""

    files: int = 0
    size: int = 0
    complete: bool = True
    fits: Mapping[str, int] = field(default_factory=dict)


class ImportFolders:
    def __init__(self, objects: ObjectStore, importer: Importer, pipelines: Mapping[str, Pipeline]) -> None:
        self._objects = objects
        self._importer = importer
        self._pipelines = pipelines

    def page(self, place: Root, after: str | None, limit: int) -> FolderPage:
        """Folders and objects right below a place that Importer.check() has allowed. ImportNotFound."""
        try:
            folders, found, last = self._objects.folder_page(
                place.prefix, bucket=place.bucket, after=place.prefix + after if after else None, limit=limit
            )
        except ObjectMissing:
            raise ImportNotFound("The bucket doesn't exist, or can't be read.") from None
        names = [folder.removeprefix(place.prefix)[:-1] for folder in folders]
        return FolderPage(
            # S3 allows folders without a name ("a//b"). As a path such a folder equals the one around it.
            folders=tuple(name for name in names if name),
            objects=tuple(seen for seen in found if seen.key != place.prefix),
            after=last.removeprefix(place.prefix) if last else None,
        )

    def measure(self, place: Root, *, recursive: bool, pages: int = MOST_PAGES) -> Measured:
        """ImportNotFound."""
        files, size, after, fits = 0, 0, None, dict.fromkeys(self._pipelines, 0)
        for _ in range(pages):
            try:
                found, after = self._objects.list_page(
                    place.prefix, bucket=place.bucket, after=after, recursive=recursive
                )
            except ObjectMissing:
                raise ImportNotFound("The bucket doesn't exist, or can't be read.") from None
            for seen in found:
                path = seen.key.removeprefix(place.prefix)
                if not is_taken(path):
                    continue
                files, size = files + 1, size + seen.size
                for name, pipeline in self._pipelines.items():
                    accepts = pipeline.accepts
                    fits[name] += seen.size <= accepts.max_bytes and accepts.extension(shown(path)) is not None
            if after is None:
                break
        return Measured(files, size, after is None, fits)


def is_taken(path: str) -> bool:
    """Whether an import takes in an object of that path as a file."""
    return bool(path) and not path.endswith("/") and not ignored(path)
