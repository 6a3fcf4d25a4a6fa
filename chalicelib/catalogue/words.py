"""Names and paths as words, which can be compared across different separators."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BREAK = re.compile(r"[\[\](){}<>,;&+|#]|\s[-–—]\s|[-–—]{2,}|\s(?:and|feat\.?|ft\.?|with|vs\.?)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """text: folded. begins, ends: whether the word stands at an end of its segment: the name's own ends, brackets,
    commas, `&`, ` - `."""

    text: str
    begins: bool
    ends: bool


def folded(text: str) -> str:
    """A text without case, accents and apostrophes: `Zoë O’Hara` and `zoe ohara` are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "'’")


def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; dots, underscores, brackets and commas separate them."""
    found: list[Word] = []
    for segment in _BREAK.split(text):
        spelled = [folded(match[0]) for match in _WORD.finditer(segment)]
        last = len(spelled) - 1
        found += [Word(word, i == 0, i == last) for i, word in enumerate(spelled)]
    return tuple(found)


def spelled(text: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(folded(match[0]) for match in _WORD.finditer(text))


def joined(text: str) -> str:
    """The folded words of a name without separators: `Web Harbor` and `WebHarbor` are one."""
    return "".join(spelled(text))
