"""Pronunciation dictionaries: a user's own, and a Sphinx model's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.arpabet import without_stress

MOST_LINES = 50_000
KIND = "dictionary"
"""The kind of user data for a user's dictionaries; each is named by its language."""

Entries = dict[str, list[list[str]]]
"""word → its pronunciations, each a list of phones."""


@dataclass
class Parsed:
    """problems: a caution for each line that can't be used. unknown: phones that the model doesn't have, in
    order."""

    entries: Entries = field(default_factory=dict)
    problems: list[Caution] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    lines: int = 0


def key_of(word: str) -> str:
    """A word's form for comparing: composed, with straight apostrophes."""
    straight = re.sub("(?<=\\w)[`´′ʼ＇‛](?=\\w)", "'", unicodedata.normalize("NFC", word))
    return straight.replace("’", "'").replace("‘", "'").strip()


def parse(text: str, phones: Collection[str]) -> Parsed:
    """Lines of `word<TAB>PH PH …`; without a tab the first blank separates them. Digits of stress are accepted and
    dropped, `word(2)` is a variant of `word`, lines that begin with # or ;;; are comments."""
    parsed = Parsed()
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith(("#", ";;;")):
            continue
        parsed.lines += 1
        if parsed.lines > MOST_LINES:
            sentence = "A dictionary has at most {count} lines; yours has more."
            parsed.problems.append(Caution.filled("dictionary_too_long", sentence, count=f"{MOST_LINES:,}"))
            break
        word, _, rest = line.partition("\t") if "\t" in line else line.partition(" ")
        word = key_of(re.sub(r"\(\d+\)$", "", word.strip()))
        said = [without_stress(phone) if without_stress(phone) in phones else phone for phone in rest.split()]
        strangers = [phone for phone in said if phone not in phones]
        if not word or not said:
            sentence = "Line {line} of your dictionary should be a word, a tab and its phones."
            parsed.problems.append(Caution.filled("dictionary_line", sentence, line=number))
        elif strangers:
            parsed.unknown.extend(phone for phone in strangers if phone not in parsed.unknown)
            sentence = "Line {line} of your dictionary has phones that the model doesn't know: {phones}."
            parsed.problems.append(
                Caution.filled("dictionary_phones", sentence, line=number, phones=" ".join(strangers))
            )
        elif said not in parsed.entries.setdefault(word, []):
            parsed.entries[word].append(said)
    return parsed


def read_model_dictionary(path: Path) -> Entries:
    """A Sphinx dictionary: `word PH PH …`, variants as `word(2)`."""
    entries: Entries = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, *phones = line.split()
            if phones:
                entries.setdefault(re.sub(r"\(\d+\)$", "", word), []).append(phones)
    return entries


def written(entries: Entries) -> str:
    """The entries in the form of a user's dictionary."""
    return "".join(f"{word}\t{' '.join(phones)}\n" for word in sorted(entries) for phones in entries[word])
