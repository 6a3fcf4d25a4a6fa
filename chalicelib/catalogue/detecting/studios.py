"""The studio of a scene, by its folders, its file's name and the owner's patterns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.catalogue.detecting.names import Match
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.detecting.reading import Reading
from chalicelib.catalogue.model import Entity, file_name
from chalicelib.catalogue.words import joined

if TYPE_CHECKING:
    import regex

FOLDER, PATTERN_IN_NAME, NAME, PATTERN_IN_PATH, ELSEWHERE = 0.95, 0.9, 0.85, 0.85, 0.75
LONGEST_PATTERN = 200
LONGEST_PATH = 1000
LONGEST_SECONDS = 0.2


@dataclass(frozen=True)
class StudioPattern:
    """The owner's own rule: text that matches `pattern`, as whole words, belongs to this studio."""

    studio: str
    pattern: str

    def compiled(self) -> regex.Pattern[str]:
        """Raises ValueError where it isn't a valid pattern."""
        import regex

        if len(self.pattern) > LONGEST_PATTERN:
            raise ValueError(f"A pattern has at most {LONGEST_PATTERN} characters.")
        try:
            return regex.compile(rf"(?<![^\W_])(?:{self.pattern})(?![^\W_])", regex.IGNORECASE)
        except regex.error as error:
            raise ValueError(f"{self.pattern!r} is no regular expression: {error}.") from None


def detect(
    reading: Reading, by_joined_name: dict[str, list[Entity]], patterns: Sequence[StudioPattern] = ()
) -> list[Proposal]:
    """The studio of a scene that has none; only the surest match."""
    if reading.scene.studio is not None:
        return []
    finds = list(_finds(reading, by_joined_name, patterns))
    if not finds:
        return []
    name, entity_id, confidence, reason = max(finds, key=lambda find: find[2])
    return [Proposal("studio", "set", name, confidence, reason, None, entity_id)]


def _finds(
    reading: Reading, by_joined_name: dict[str, list[Entity]], patterns: Sequence[StudioPattern]
) -> Iterable[tuple[str, str | None, float, str]]:
    for text in reading.folders:  # innermost first, so the most specific studio comes first
        entities = by_joined_name.get("".join(word.text for word in text.words), [])
        if len(entities) == 1:
            yield entities[0].name, entities[0].id, FOLDER, f"{text.where} is named so"
    for pattern in patterns:
        entity = next(iter(by_joined_name.get(joined(pattern.studio), ())), None)
        for confidence in _matches(pattern, reading.scene.paths):
            reason = f"it matches your pattern {pattern.pattern!r}"
            yield pattern.studio, entity.id if entity else None, confidence, reason
    for text in reading.names:
        confidence = NAME if text.where == "the file's name" else ELSEWHERE
        yield from _named(text.of("studio"), confidence, text.where)
    for text in reading.folders:
        yield from _named(text.of("studio"), ELSEWHERE, text.where)


def _matches(pattern: StudioPattern, paths: Iterable[str]) -> Iterable[float]:
    """Raises ValueError where the pattern takes too long: one that backtracks without end must not hold a worker."""
    compiled = pattern.compiled()
    try:
        for path in paths:
            if compiled.search(file_name(path)[:LONGEST_PATH], timeout=LONGEST_SECONDS):
                yield PATTERN_IN_NAME
            elif compiled.search(path[:LONGEST_PATH], timeout=LONGEST_SECONDS):
                yield PATTERN_IN_PATH
    except TimeoutError:
        raise ValueError(f"The pattern {pattern.pattern!r} takes too long. Make it simpler.") from None


def _named(matches: Sequence[Match], confidence: float, where: str) -> Iterable[tuple[str, str, float, str]]:
    """Prefers a studio to its parent where one text names both."""
    certain = [match for match in matches if len(match.shared) == 1]
    parents = {parent for match in certain for parent in match.spelling.entity.parents}
    for match in certain:
        entity = match.spelling.entity
        if entity.id not in parents:
            yield entity.name, entity.id, confidence, f"the name stands in {where}"
