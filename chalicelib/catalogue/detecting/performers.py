"""Detects performers by names in a scene's file name, title and folders."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.catalogue.detecting.names import Match, NameIndex
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.detecting.reading import Reading, Text
from chalicelib.catalogue.model import Entity
from chalicelib.catalogue.words import folded, spelled

EXACT, ALIAS, FULL_NAME, FOLDER, ONE_WORD, LAST_NAME, MISSPELT, AMBIGUOUS = 1.0, 0.95, 0.95, 0.9, 0.8, 0.75, 0.7, 0.5
SHORTEST_LAST_NAME = 4
SIMILAR = 88.0
"""The least similarity out of 100, by rapidfuzz: `angela grey` and `angela gray` have 91."""


def detect(reading: Reading, names: NameIndex) -> list[Proposal]:
    best: dict[str, Proposal] = {}
    present = {performer.id for performer in reading.scene.performers}
    current = [performer.name for performer in reading.scene.performers]
    for entity, confidence, reason in _found(reading, names):
        if entity.id in present or (entity.id in best and best[entity.id].confidence >= confidence):
            continue
        best[entity.id] = Proposal("performers", "add", entity.name, confidence, reason, current, entity.id)
    return list(best.values())


def _found(reading: Reading, names: NameIndex) -> Iterable[tuple[Entity, float, str]]:
    for text in reading.names:
        yield from (found for match in text.of("performers") for found in _by_name(match, text))
        yield from _by_last_name(text, names)
        yield from _misspelt(text, names)
    for text in reading.folders:
        for match in text.of("performers"):
            if match.whole and match.length == len(text.words) and len(match.shared) == 1:
                yield match.spelling.entity, FOLDER, f"{text.where} is named so"


def _by_name(match: Match, text: Text) -> Iterable[tuple[Entity, float, str]]:
    written = match.spelling.text
    owners = [entity for entity in match.shared if folded(entity.name) == folded(written)]
    if len(match.shared) > 1 and len(owners) != 1:
        for entity in match.shared:
            yield entity, AMBIGUOUS, f"{written!r} in {text.where} may be {len(match.shared)} performers"
        return
    entity = owners[0] if len(match.shared) > 1 else match.spelling.entity
    if match.spelling.alias:
        certain = match.whole or match.length > 1 or match.run_together
        yield entity, ALIAS if certain else ONE_WORD, f"the alias {written!r} stands in {text.where}"
    elif match.whole and not match.run_together:
        yield entity, EXACT, f"{written!r} stands by itself in {text.where}"
    elif match.length > 1:
        yield entity, FULL_NAME, f"the full name stands in {text.where}"
    elif match.run_together:
        yield entity, FOLDER, f"the full name stands in {text.where}, as one word"
    else:
        yield entity, ONE_WORD, f"the name is a word of {text.where}"


def _by_last_name(text: Text, names: NameIndex) -> Iterable[tuple[Entity, float, str]]:
    """A last name alone, at the beginning of a segment or behind another name. Behind an unknown word it may belong to
    another person."""
    used = {match.end for match in text.matches if match.spelling.kind == "performers"}
    for i, word in text.left:
        if len(word.text) < SHORTEST_LAST_NAME or not (word.begins or i in used):
            continue
        owners = names.last_name(word.text)
        if len(owners) == 1:
            yield owners[0], LAST_NAME, f"the last name {word.text!r} stands in {text.where}"
        else:
            for entity in owners:
                yield entity, AMBIGUOUS, f"{len(owners)} performers have the last name {word.text!r}"


def _misspelt(text: Text, names: NameIndex) -> Iterable[tuple[Entity, float, str]]:
    """Names of two words with one of them misspelt. Only names that share the other word are compared."""
    left = dict(text.left)
    pairs = [(left[i], left[i + 1]) for i in left if i + 1 in left and not left[i].ends]
    candidates = [(first, last, names.last_name(last.text) or names.first_name(first.text)) for first, last in pairs]
    if not any(entities for _, _, entities in candidates):
        return
    from rapidfuzz.fuzz import ratio

    for first, last, entities in candidates:
        written = f"{first.text} {last.text}"
        close = [entity for entity in entities if ratio(written, " ".join(spelled(entity.name))) >= SIMILAR]
        if len(close) == 1:
            yield close[0], MISSPELT, f"{written!r} in {text.where} is nearly the name"
