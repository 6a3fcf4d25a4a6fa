"""The words of a transcript with their pronunciations, spelled as the transcript spells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from chalicelib.pipelines.speech import numbers
from chalicelib.pipelines.speech.arpabet import NOISE
from chalicelib.pipelines.speech.dictionaries import Entries, key_of

Phones = list[str]

MOST_VARIANTS = 8
EDGES = '"“”„«»‹›.,;:!?…¿¡()[]{}<>*_~|\\^=#·•`‚،؟。、'
DASHES = "–—―"
NOISES = frozenset(
    [
        "laugh",
        "laughs",
        "laughter",
        "laughing",
        "cough",
        "coughs",
        "coughing",
        "breath",
        "breathes",
        "breathing",
        "inhale",
        "inhales",
        "exhale",
        "exhales",
        "sigh",
        "sighs",
        "sniff",
        "sniffs",
        "sneeze",
        "sneezes",
        "noise",
        "noises",
        "music",
        "applause",
        "pause",
        "silence",
        "inaudible",
        "unintelligible",
        "unclear",
        "crosstalk",
        "throat",
        "clears",
        "cry",
        "cries",
        "crying",
        "gasp",
        "gasps",
        "click",
        "clicks",
        "beep",
        "beeps",
        "lipsmack",
        "smack",
        "hesitation",
    ]
)
SIGNS = {"&": "and", "%": "percent", "@": "at", "+": "plus", "=": "equals"}
CLITICS = {"'s", "'d", "'ll", "'ve", "'re", "n't", "'m", "'"}
VOICELESS, HISSING = frozenset(["P", "T", "K", "F", "TH"]), frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])

# A bracket with all that it holds, or what stands between blanks.
PIECE = re.compile(r"\[[^\]\n]{0,200}\]|<[^>\n]{0,200}>|\{[^}\n]{0,200}\}|\([^)\n]{0,200}\)|[^\s\[<{(]+|\S")
# Marks that part two words where no blank does: after a letter, or before one; not inside a number or a time.
PARTING = re.compile(r"(?<=[^\W\d_])[,;:!?…]+(?=\w)|(?<=\d)[,;:!?…]+(?=[^\W\d_])|[–—―/]+|-{2,}|…+")


@dataclass(frozen=True)
class Token:
    """A word as the transcript has it. word: as it is looked up. kind: "word", "fragment" (cut off) or "noise" (between
    brackets). pronunciations: phones, the likeliest first. guessed: they come from letters, not from a dictionary."""

    label: str
    word: str
    kind: str
    pronunciations: tuple[tuple[str, ...], ...]
    guessed: bool = False


def split(text: str) -> list[str]:
    """The text's words and bracketed noises, with whatever marks cling to them."""
    found: list[str] = []
    for piece in PIECE.findall(text):
        if (len(piece) > 1 and piece[0] in "[<{") or (piece[0] == "(" and _is_noise(piece)):
            found.append(piece)
        elif piece[0] == "(":
            found.extend(part for inner in piece[1:-1].split() for part in PARTING.split(inner))
        else:
            found.extend(PARTING.split(piece))
    return [piece for piece in found if piece.strip(EDGES + DASHES + "'’‘-") or piece in SIGNS]


def _is_noise(piece: str) -> bool:
    inside = re.findall(r"[^\W\d_]+", piece.lower())
    return not inside or all(word in NOISES for word in inside)


class Lexicon:
    """Looks words up: the user's dictionary first, then the model's, then what can be put together from them.

    guess: phones for letters, where no dictionary helps; [] where it can't. english: numbers, clitics and spelled
    letters follow English; other languages have only their dictionaries.
    """

    def __init__(
        self,
        own: Entries,
        model: Entries,
        guess: Callable[[str], Phones],
        spelled: Callable[[str], Phones],
        *,
        english: bool = True,
    ) -> None:
        self._own = own
        self._own_lower = {word.lower(): said for word, said in own.items()}
        self._model = model
        self._guess = guess
        self._spelled = spelled
        self._english = english
        self._known: dict[str, Token | None] = {}

    def tokens(self, text: str) -> list[Token]:
        """Every word of the text in order; what holds nothing that could be spoken is left out."""
        return [token for piece in split(text) for token in self._of(piece)]

    def _of(self, piece: str) -> list[Token]:
        if piece not in self._known:
            self._known[piece] = self._token(piece)
        if token := self._known[piece]:
            return [token]
        # Two words with a full stop between them: "end.Then".
        parts = [part for part in re.split(r"(?<=\w\w)\.(?=\w\w)", piece) if part]
        return [token for part in parts for token in self._of(part)] if len(parts) > 1 else []

    def _token(self, piece: str) -> Token | None:
        if piece[0] in "[<{(" and len(piece) > 1 and piece[-1] in "]>})":
            return Token(piece, piece, "noise", ((NOISE,),))
        given, bare = key_of(piece), key_of(piece.strip(EDGES + DASHES))
        # "no." ends a sentence more often than it means a number; "U.S." is an entry of its own.
        for form in (given, bare) if "." in bare else (bare, given):
            if form and (found := self._listed(form)):
                return Token(form, form.lower(), "word", _tuple(found))
        label = key_of(piece).strip(EDGES + DASHES)
        if label in SIGNS and self._english:
            return Token(label, label, "word", _tuple(self._model.get(SIGNS[label], [])))
        word = label.strip("'-").lower()
        if not word:
            return None
        if label.endswith("-") and self._english:
            spoken = self._listed(word) or [self._guess(word)]
            return Token(label, word, "fragment", _tuple(spoken)) if spoken[0] else None
        if found := self._listed(word) or self._composed(label.strip("'-")):
            return Token(label.strip("'-") if "'" not in label else label, word, "word", _tuple(found))
        if re.search(r"\w\w\.\w\w", label) and not re.search(r"\d", label):
            return None
        guessed, said = self._put_together(word)
        return Token(label, word, "word", _tuple([said]) if said else (), guessed)

    def _listed(self, form: str) -> list[Phones]:
        lower = form.lower()
        return (
            self._own.get(form) or self._own_lower.get(lower) or self._model.get(form) or self._model.get(lower) or []
        )

    def _composed(self, label: str) -> list[Phones]:
        """A number, hyphened parts, a clitic, or letters that are spelled: from parts that are all listed."""
        if not self._english:
            return self._joined(label.replace("'", "' ").replace("-", " ").split())
        if readings := numbers.readings(label):
            return [said for words in readings for said in self._joined(words, 1)][:MOST_VARIANTS]
        if re.search(r"\d", label):
            parts = re.findall(r"\d+|[^\W\d_]+", label)
            said = [self._part(part) for part in parts]
            return _product(said) if len(parts) > 1 and all(said) else []
        if "-" in label or "_" in label:
            return self._joined(re.split(r"[-_]+", label))
        for clitic in CLITICS:
            if label.lower().endswith(clitic) and (base := self._listed(label[: -len(clitic)])):
                return [[*said, *_ending(said[-1], clitic)] for said in base]
        if "." in label.strip(".") and all(len(part) == 1 for part in label.strip(".").split(".")):
            return [self._spelled(label)]
        if label.isupper() and 1 < len(label) <= 5 and label.isascii() and not set(label) & set("AEIOUY"):
            return [self._spelled(label)]
        import unicodedata

        bare = "".join(c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))
        return self._listed(bare) if bare != label else []

    def _part(self, part: str) -> list[Phones]:
        if part.isdigit():
            return [said for words in numbers.readings(part)[:2] for said in self._joined(words, 1)]
        return (
            [self._spelled(part)] if len(part) <= 3 and part.isupper() else self._listed(part) or [self._spelled(part)]
        )

    def _joined(self, words: Sequence[str], each: int = 3) -> list[Phones]:
        said = [self._listed(word)[:each] for word in words if word]
        return _product(said) if said and all(said) else []

    def _put_together(self, word: str) -> tuple[bool, Phones]:
        said: Phones = []
        for part in re.split(r"[-_]+", word):
            for clitic in ("'s", "'"):
                if part.endswith(clitic) and (base := self._guess(part[: -len(clitic)])):
                    said += [*base, *_ending(base[-1], clitic)]
                    break
            else:
                listed = self._listed(part) if part != word else []
                said += listed[0] if listed else self._guess(part)
        return True, said


def _ending(last: str, clitic: str) -> Phones:
    if clitic == "'s":
        return ["IH", "Z"] if last in HISSING else ["S"] if last in VOICELESS else ["Z"]
    if clitic == "'":
        return []
    return {"'d": ["D"], "'ll": ["L"], "'ve": ["V"], "'re": ["ER"], "n't": ["AH", "N", "T"], "'m": ["M"]}[clitic]


def _product(parts: Sequence[Sequence[Phones]]) -> list[Phones]:
    found: list[Phones] = []
    for choice in product(*parts):
        found.append([phone for said in choice for phone in said])
        if len(found) >= MOST_VARIANTS:
            break
    return found


def _tuple(said: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(tuple(phones) for phones in said if phones))
