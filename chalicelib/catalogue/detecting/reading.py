"""A scene as detectors read it: its title and file's name as words, and the library's names in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from chalicelib.catalogue.detecting.names import Kind, Match, NameIndex
from chalicelib.catalogue.model import Scene, folders, stem
from chalicelib.catalogue.words import Word, words

LONGEST_TEXT = 1000
"""The most characters of a title or a name that are read."""


@dataclass(frozen=True)
class Text:
    """where: for people. matches: the names in it."""

    where: str
    words: tuple[Word, ...]
    matches: tuple[Match, ...]

    def of(self, kind: Kind) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.spelling.kind == kind)

    @property
    def left(self) -> tuple[tuple[int, Word], ...]:
        """The words outside all names, with their places."""
        used = {i for match in self.matches for i in range(match.start, match.end)}
        return tuple((i, word) for i, word in enumerate(self.words) if i not in used)


class Reading:
    """One scene, read once for all detectors."""

    def __init__(self, scene: Scene, names: NameIndex) -> None:
        self.scene = scene
        self._names = names

    @cached_property
    def names(self) -> tuple[Text, ...]:
        """The names of its files, and its title."""
        found = [self._text("the file's name", stem(path)[:LONGEST_TEXT]) for path in self.scene.paths]
        if self.scene.title:
            found.append(self._text("the title", self.scene.title[:LONGEST_TEXT]))
        return tuple(found)

    @cached_property
    def folders(self) -> tuple[Text, ...]:
        """The folders of its files, innermost first."""
        seen = dict.fromkeys(folder for path in self.scene.paths for folder in reversed(folders(path)))
        return tuple(self._text(f"the folder {folder!r}", folder[:LONGEST_TEXT]) for folder in seen)

    def _text(self, where: str, text: str) -> Text:
        spelled = words(text)
        return Text(where, spelled, tuple(self._names.matches(spelled)))
