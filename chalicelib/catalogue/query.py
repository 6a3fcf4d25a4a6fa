"""The filters of a catalogue, and the fields of a scene that they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.words import folded, spelled

Sort = Literal["title", "scene_date", "created_date", "last_synced", "rating100", "duration", "size", "id"]
SORTS: tuple[Sort, ...] = ("title", "scene_date", "created_date", "last_synced", "rating100", "duration", "size", "id")
SortKey = str | float | None


@dataclass(frozen=True)
class Query:
    """All given filters must hold. search: each of its words begins a word of title, details or path. Of several ids,
    any one counts. date_from, date_to: the scene's whole period lies between them, both included; a scene without a
    date lies in no span. active: the scenes that have jobs under way, for has_active_jobs.
    """

    search: str | None = None
    studio_id: str | None = None
    performer_ids: tuple[str, ...] = ()
    tag_ids: tuple[str, ...] = ()
    exclude_tag_ids: tuple[str, ...] = ()
    scene_ids: tuple[str, ...] = ()
    organized: bool | None = None
    analyzed: bool | None = None
    has_active_jobs: bool | None = None
    active: frozenset[str] = frozenset()
    date_from: date | None = None
    date_to: date | None = None
    absent: bool | None = None
    sort_by: Sort = "created_date"
    descending: bool = True
    page: int = 1
    per_page: int = 50

    @property
    def wanted_words(self) -> tuple[str, ...]:
        return spelled(self.search or "")


def words_of(scene: Scene) -> frozenset[str]:
    """The words to search in: of title, details and paths."""
    texts = (scene.title or "", scene.details or "", *scene.paths)
    return frozenset(word for text in texts for word in spelled(text))


def sort_key(scene: Scene, sort: Sort) -> SortKey:
    """The sort value of a scene; None, which comes last in both orders, where it has none."""
    file = scene.primary_file
    match sort:
        case "title":
            return folded(scene.shown_title)
        case "scene_date":
            return float(period(scene.scene_date).first.toordinal()) if scene.scene_date else None
        case "created_date":
            return _seconds(scene.created_date)
        case "last_synced":
            return _seconds(scene.last_synced)
        case "rating100":
            return None if scene.rating100 is None else float(scene.rating100)
        case "duration":
            return file.duration if file else None
        case "size":
            return float(file.size) if file and file.size is not None else None
        case "id":
            return scene.id


def _seconds(at: datetime | None) -> float | None:
    return at.astimezone(UTC).timestamp() if at else None


def ordered(scenes: list[Scene], sort: Sort, *, descending: bool) -> list[Scene]:
    """Scenes by a key and, where that is equal, by their ids; those without it last, by their ids."""
    keyed = [(key, scene.id, scene) for scene in scenes if (key := sort_key(scene, sort)) is not None]
    without = sorted((scene for scene in scenes if sort_key(scene, sort) is None), key=lambda scene: scene.id)
    with_key = [scene for _, _, scene in sorted(keyed, key=lambda entry: entry[:2], reverse=descending)]
    return with_key + without
