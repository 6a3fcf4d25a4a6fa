"""The names of a library that are worth asking about for a scene: those that share a word with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chalicelib.catalogue.model import Entity, Scene
from chalicelib.catalogue.query import words_of
from chalicelib.catalogue.words import spelled

SHORTEST = 3
"""The fewest letters of a word that counts."""
COMMON = 200
"""A word in more names than this distinguishes nothing."""


class Shortlist:
    """Names by their words. Build it once for a library."""

    def __init__(self, entities: Iterable[Entity], most: int) -> None:
        self._most = most
        self._entities = [entity for entity in entities if not entity.ignore_auto_tag]
        self._by_word: dict[str, list[Entity]] = {}
        for entity in self._entities:
            words = {word for name in (entity.name, *entity.aliases) for word in spelled(name)}
            for word in words:
                if len(word) >= SHORTEST:
                    self._by_word.setdefault(word, []).append(entity)

    def of(self, scene: Scene) -> list[Entity]:
        """At most `most` names, the likeliest first; a library with no more is given whole."""
        if len(self._entities) <= self._most:
            return self._entities
        shared: Counter[str] = Counter()
        known: dict[str, Entity] = {}
        for word in words_of(scene):
            found = self._by_word.get(word, ())
            if len(found) <= COMMON:
                for entity in found:
                    shared[entity.id] += 1
                    known[entity.id] = entity
        likeliest = sorted(shared.items(), key=lambda entry: (-entry[1], entry[0]))[: self._most]
        return [known[entity_id] for entity_id, _ in likeliest]
