"""Scenes that were written since the columns were packed: each is read once, and checked by every search until the next
packing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.query import Query, Sort, SortKey, sort_key, words_of


class Row:
    """A scene, prepared lazily for all detectors."""

    def __init__(self, scene: Scene) -> None:
        self.id = scene.id
        self._scene = scene
        self._studio = scene.studio.id if scene.studio else None
        self._performers = frozenset(performer.id for performer in scene.performers)
        self._tags = frozenset(tag.id for tag in scene.tags)
        self._keys: dict[Sort, SortKey] = {}

    @cached_property
    def _words(self) -> str:
        """The words, each behind a line break, which no word contains: the beginning of a word is found as text, at the
        speed of C."""
        return "\n" + "\n".join(words_of(self._scene))

    @cached_property
    def _days(self) -> tuple[int, int] | None:
        if not self._scene.scene_date:
            return None
        days = period(self._scene.scene_date)
        return days.first.toordinal(), days.last.toordinal()

    def key(self, sort: Sort) -> SortKey:
        if sort not in self._keys:
            self._keys[sort] = sort_key(self._scene, sort)
        return self._keys[sort]

    def fits(self, query: Query, starts: tuple[str, ...]) -> bool:
        """starts: each searched word, behind a line break."""
        scene = self._scene
        return (
            (query.studio_id is None or self._studio == query.studio_id)
            and (not query.performer_ids or not self._performers.isdisjoint(query.performer_ids))
            and (not query.tag_ids or not self._tags.isdisjoint(query.tag_ids))
            and (not query.exclude_tag_ids or self._tags.isdisjoint(query.exclude_tag_ids))
            and (not query.scene_ids or scene.id in query.scene_ids)
            and (query.organized is None or query.organized == scene.organized)
            and (query.analyzed is None or query.analyzed == scene.analyzed)
            and (query.absent is None or query.absent == scene.absent)
            and (query.has_active_jobs is None or query.has_active_jobs == (scene.id in query.active))
            and self._in_span(query)
            and (not starts or all(start in self._words for start in starts))
        )

    def _in_span(self, query: Query) -> bool:
        if query.date_from is None and query.date_to is None:
            return True
        return (
            self._days is not None
            and (query.date_from is None or self._days[0] >= query.date_from.toordinal())
            and (query.date_to is None or self._days[1] <= query.date_to.toordinal())
        )


class Pending:
    """Changed scenes by their ids; None for a removed one."""

    def __init__(self, scenes: Mapping[str, Scene | None] | None = None) -> None:
        self._rows: dict[str, Row | None] = {}
        for scene_id, scene in (scenes or {}).items():
            self.put(scene_id, scene)

    def put(self, scene_id: str, scene: Scene | None) -> None:
        self._rows[scene_id] = Row(scene) if scene else None

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def fitting(self, query: Query) -> list[Row]:
        starts = tuple("\n" + word for word in query.wanted_words)
        return [row for row in self._rows.values() if row is not None and row.fits(query, starts)]
