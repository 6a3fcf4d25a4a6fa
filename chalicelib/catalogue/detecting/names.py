"""Finds the names of a library in a text, by its words: each word is looked up once, however many names there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.catalogue.model import Entity
from chalicelib.catalogue.words import Word, joined, spelled

Kind = Literal["performers", "studio", "tags"]
SHORTEST_JOINED = 6
"""The fewest letters of a name written as one word: `janedoe` is a name, `edo` could be anything."""


@dataclass(frozen=True)
class Spelling:
    """A name or alias of an entity, as words."""

    kind: Kind
    entity: Entity
    text: str
    alias: bool


@dataclass(frozen=True)
class Match:
    """Words start to end (excluded) of a text that spell a name. whole: whether they fill a segment. shared: the
    entities of that kind with this name or alias, more than one where it is ambiguous. run_together: whether they are
    written as one word."""

    spelling: Spelling
    start: int
    end: int
    whole: bool
    shared: tuple[Entity, ...]
    run_together: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass
class NameIndex:
    """Names by their words. Build it once for a library: matching a text then takes a look-up for each run of words."""

    _spellings: dict[tuple[str, ...], list[Spelling]] = field(default_factory=dict)
    _longest: dict[str, int] = field(default_factory=dict)
    _together: dict[str, list[Spelling]] = field(default_factory=dict)
    _last_words: dict[str, list[Entity]] = field(default_factory=dict)
    _first_words: dict[str, list[Entity]] = field(default_factory=dict)

    def add(self, kind: Kind, entities: Iterable[Entity]) -> None:
        for entity in entities:
            if entity.ignore_auto_tag:
                continue
            for alias, name in enumerate((entity.name, *entity.aliases)):
                key = spelled(name)
                if not key:
                    continue
                spelling = Spelling(kind, entity, name, alias > 0)
                self._spellings.setdefault(key, []).append(spelling)
                self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))
                together = joined(name)
                if len(key) > 1 and len(together) >= SHORTEST_JOINED:
                    self._together.setdefault(together, []).append(spelling)
            key = spelled(entity.name)
            if kind == "performers" and len(key) > 1:
                self._last_words.setdefault(key[-1], []).append(entity)
                self._first_words.setdefault(key[0], []).append(entity)

    def last_name(self, word: str) -> Sequence[Entity]:
        """The performers with a name of several words that ends in it."""
        return self._last_words.get(word, ())

    def first_name(self, word: str) -> Sequence[Entity]:
        """The performers with a name of several words that begins with it."""
        return self._first_words.get(word, ())

    def matches(self, text: Sequence[Word]) -> list[Match]:
        """The names in a text, none within another: the longest name uses its words up, or the first of equally long
        ones. A spelling shared by entities of several kinds gives a match for each kind."""
        taken = [False] * len(text)
        found: list[Match] = []
        for group in sorted(self._candidates(text), key=lambda group: (-group[0].length, group[0].start)):
            start, end = group[0].start, group[0].end
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                found += group
        return sorted(found, key=lambda match: match.start)

    def _candidates(self, text: Sequence[Word]) -> Iterator[list[Match]]:
        for start, word in enumerate(text):
            for length in range(min(self._longest.get(word.text, 0), len(text) - start), 0, -1):
                key = tuple(w.text for w in text[start : start + length])
                if spellings := self._spellings.get(key):
                    yield self._group(spellings, text, start, start + length, run_together=False)
            if spellings := self._together.get(word.text):
                yield self._group(spellings, text, start, start + 1, run_together=True)

    def _group(
        self, spellings: Sequence[Spelling], text: Sequence[Word], start: int, end: int, *, run_together: bool
    ) -> list[Match]:
        inner = text[start : end - 1]
        whole = text[start].begins and text[end - 1].ends and not any(word.ends for word in inner)
        by_kind: dict[Kind, list[Spelling]] = {}
        for spelling in spellings:
            by_kind.setdefault(spelling.kind, []).append(spelling)
        matches = []
        for same in by_kind.values():
            entities = tuple({spelling.entity.id: spelling.entity for spelling in same}.values())
            best = min(same, key=lambda spelling: spelling.alias)
            matches.append(Match(best, start, end, whole, entities, run_together))
        return matches
