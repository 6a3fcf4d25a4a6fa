"""All detectors over one library's names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.catalogue.detecting import details, markers, performers, release_dates, studios, tags
from chalicelib.catalogue.detecting.names import NameIndex
from chalicelib.catalogue.detecting.proposal import FIELDS, Field, Proposal
from chalicelib.catalogue.detecting.reading import Reading
from chalicelib.catalogue.detecting.studios import StudioPattern
from chalicelib.catalogue.model import Entity, Scene
from chalicelib.catalogue.words import joined

THRESHOLD = 0.7


@dataclass(frozen=True)
class Asked:
    """The subject of an analysis. include_organized: whether scenes that their owner has marked as done are
    included."""

    detect: Collection[Field] = FIELDS
    threshold: float = THRESHOLD
    include_organized: bool = False
    patterns: Sequence[StudioPattern] = ()


class Library:
    """The names of a library, indexed once; then each scene takes a fraction of a millisecond."""

    def __init__(
        self, studios: Iterable[Entity] = (), performers: Iterable[Entity] = (), tags: Iterable[Entity] = ()
    ) -> None:
        studios, tags = tuple(studios), tuple(tags)
        self._names = NameIndex()
        self._names.add("studio", studios)
        self._names.add("performers", performers)
        self._names.add("tags", tags)
        self._studios = _by_joined_name(studios)
        self._tags = _by_joined_name(tags)

    def proposals(self, scene: Scene, asked: Asked, today: date) -> list[Proposal]:
        """The detectors' proposals for a scene, at or above the threshold."""
        if scene.organized and not asked.include_organized:
            return []
        reading = Reading(scene, self._names)
        found: list[Proposal] = []
        if "studio" in asked.detect:
            found += studios.detect(reading, self._studios, asked.patterns)
        if "performers" in asked.detect:
            found += performers.detect(reading, self._names)
        if "tags" in asked.detect:
            found += tags.detect(reading, self._tags)
        if "details" in asked.detect:
            found += details.detect(scene)
        if "date" in asked.detect:
            found += release_dates.detect(scene, today)
        if "markers" in asked.detect:
            found += markers.detect(scene)
        return [proposal for proposal in found if proposal.confidence >= asked.threshold]


def _by_joined_name(entities: Iterable[Entity]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        if entity.ignore_auto_tag:
            continue
        for name in dict.fromkeys(joined(name) for name in (entity.name, *entity.aliases)):
            if name:
                found.setdefault(name, []).append(entity)
    return found
