"""The words of a transcript with their pronunciations, in the transcript's own spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from chalicelib.pipelines.speech import numbers
from chalicelib.pipelines.speech.arpabet import NOISE
from chalicelib.pipelines.speech.dictionaries import Entries, key_of
from chalicelib.pipelines.speech.pieces import DASHES, EDGES, SIGNS, split

Phones = list[str]

MOST_VARIANTS = 8
LONGEST = 200  # characters of a word that is composed of others
UNINTELLIGIBLE = frozenset(["xxx", "yyy"])  # as in the transcripts of CHILDES
CLITICS = {"'s", "'d", "'ll", "'ve", "'re", "n't", "'m", "'"}
NUMBERED = frozenset(["no.", "nos.", "nr."])
PREPOSITIONS = frozenset(["in"])  # also a unit's sign, but seldom with a blank before it
VOICELESS, HISSING = frozenset(["P", "T", "K", "F", "TH"]), frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])

# A number with its sign, unit and money, and no marks around it.
FIGURE = re.compile(r"\W*?((?:[-+−]|[A-Z]{1,2}(?=[$£]))?[$£€¥₹]?(?:(?<![.,])[.,])?[\d½¼¾⅓⅔].*?)[^\w%°'$£€¥₹½¼¾⅓⅔]*")
ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|uk|de)"


@dataclass(frozen=True)
class Token:
    """A word as the transcript has it. word: its form for look-ups. kind: "word", "fragment" (cut off) or "noise"
    (between brackets). pronunciations: phones, the likeliest first. guessed: they come from letters, not from a
    dictionary."""

    label: str
    word: str
    kind: str
    pronunciations: tuple[tuple[str, ...], ...]
    guessed: bool = False


class Lexicon:
    """Looks words up: the user's dictionary first, then the model's, then compositions of entries.

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
        self._known: dict[tuple[str, bool], Token | None] = {}

    def tokens(self, text: str) -> list[Token]:
        """Every word of the text in order, without pieces that can't be spoken."""
        spells = self._english and not text.isupper()
        pieces = split(text, english=self._english)
        found: list[Token] = []
        for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
            tokens = self._of(piece, spells)
            found += [self._beside(token, before, piece, after) for token in tokens] if self._english else tokens
        return found

    def _beside(self, token: Token, before: str, piece: str, after: str) -> Token:
        """An abbreviation that a number beside it makes clear: "5 kg", "No. 1"."""
        if token.label in self._own or token.word in self._own_lower:
            return token
        if piece.lower() in NUMBERED and after[:1].isdigit():
            return replace(token, pronunciations=_tuple([*self._joined(["number"]), *token.pronunciations]))
        if before[-1:].isdigit() and token.word not in PREPOSITIONS and (unit := numbers.unit(token.word, before)):
            listed = [] if token.guessed else token.pronunciations
            if said := self._joined(unit):
                return replace(token, pronunciations=_tuple([*said, *listed]), guessed=False)
        return token

    def _of(self, piece: str, spells: bool) -> list[Token]:
        if (piece, spells) not in self._known:
            self._known[piece, spells] = self._token(piece, spells)
        if token := self._known[piece, spells]:
            return [token]
        # Two words with a full stop between them: "end.Then".
        parts = [part for part in re.split(r"(?<=\w\w)\.(?=\w\w)", piece) if part]
        return [token for part in parts for token in self._of(part, spells)] if len(parts) > 1 else []

    def _token(self, piece: str, spells: bool) -> Token | None:
        """spells: capitals may mean that a word is spelled, since the text has small letters elsewhere."""
        if piece[0] in "[<{(" and len(piece) > 1 and piece[-1] in "]>})":
            return Token(piece, piece, "noise", ((NOISE,),))
        given, bare = key_of(piece), key_of(piece.strip(EDGES + DASHES))
        if bare.lower() in UNINTELLIGIBLE:
            return Token(bare, bare, "noise", ((NOISE,),))
        # "no." ends a sentence more often than it means a number; "U.S." is an entry of its own.
        for form in (given, bare) if "." in bare else (bare, given):
            if form and (found := self._listed(form)):
                letters = [self._spelled(form)] if spells and re.fullmatch("[A-Z]{2,4}", form) else []
                return Token(form, form.lower(), "word", _tuple([*found, *self._roman(form), *letters]))
        figure = FIGURE.fullmatch(given) if self._english and len(given) <= numbers.MOST_SIGNS else None
        if figure and (found := self._figure(figure[1])):
            return Token(figure[1], figure[1].lower(), "word", _tuple(found))
        label = key_of(piece).strip(EDGES + DASHES)
        if label in SIGNS and self._english:
            return Token(label, label, "word", _tuple(self._model.get(SIGNS[label], [])))
        label = label.strip("&")
        word = label.strip("'-").lower()
        if not word:
            return None
        if label.endswith("-") and self._english:
            return self._fragment(label, word)
        if found := self._listed(word):
            return Token(label.strip("'-"), word, "word", _tuple(found))
        for form in (label.strip("-"), label.strip("'-")):
            if found := self._composed(form):
                return Token(form, word, "word", _tuple(found))
        address = re.fullmatch(ADDRESS, label, re.IGNORECASE) if len(label) <= LONGEST else None
        if re.search(r"\w\w\.\w\w", label) and not address and not re.search(r"\d", label):
            return None
        guessed, said = self._put_together(word)
        return Token(label.strip("'-"), word, "word", _tuple([said]) if said else (), guessed)

    def _fragment(self, label: str, word: str) -> Token | None:
        """A word that was cut off. Consonants alone are sounds, not an abbreviation: "st-" is no street."""
        from chalicelib.pipelines.speech.letters import by_letter

        sounds = [by_letter(word)] if not set(word) & set("aeiouy") else []
        said = [*sounds, *(self._listed(word) or ([] if any(sounds) else [self._guess(word)]))]
        return Token(label, word, "fragment", _tuple(said)) if any(said) else None

    def _figure(self, label: str) -> list[Phones]:
        readings = numbers.readings(label)
        return [said for words in readings for said in self._joined(words, 1)][:MOST_VARIANTS]

    def _roman(self, label: str) -> list[Phones]:
        readings = numbers.roman(label) if self._english else []
        return [said for words in readings for said in self._joined(words, 1)]

    def _listed(self, form: str) -> list[Phones]:
        lower = form.lower()
        found = self._own.get(form) or self._own_lower.get(lower) or self._model.get(form) or self._model.get(lower)
        # Ligatures and full-width letters are letters, superscripts are figures.
        if not found and form and not form.isascii() and (usual := unicodedata.normalize("NFKC", form)) != form:
            return self._listed(usual)
        return found or []

    def _composed(self, label: str) -> list[Phones]:
        """A number, hyphened parts, a clitic, or letters that are spelled: from parts that are all listed."""
        if len(label) > LONGEST:
            return []
        if not self._english:
            return self._joined(label.replace("'", "' ").replace("-", " ").split())
        if found := self._figure(label):
            return found
        if re.fullmatch(ADDRESS, label, re.IGNORECASE):
            known = [self._listed(part)[:1] or self._composed(part)[:1] for part in _read_out(label).split("-")]
            return _product(known) if all(known) else []
        for clitic in CLITICS:
            base = label[: -len(clitic)]
            if label.lower().endswith(clitic) and base and (stems := self._listed(base) or self._composed(base)):
                return [[*said, *_ending(said[-1], clitic)] for said in stems]
        if len(parts := [part for part in re.split("[-_]+", label) if part]) > 1:
            apart = [self._listed(part)[:3] or self._composed(part)[:2] for part in parts]
            return _product(apart) if all(apart) else []
        if len(parts := [part for part in label.split("&") if part]) > 1:
            apart = [phones for part in parts for phones in (self._joined(["and"]), self._part(part))][1:]
            return _product(apart) if all(apart) else []
        if re.search(r"\d", label):
            parts = re.findall(r"\d+|[^\W\d_]+", label)
            said = [self._part(part) for part in parts]
            return _product(said) if len(parts) > 1 and all(said) else []
        if "." in label.strip(".") and all(len(part) == 1 for part in label.strip(".").split(".")):
            return [self._spelled(label)]
        if read := self._roman(label):
            return [*read, self._spelled(label)]
        if label.isupper() and 1 < len(label) <= 5 and label.isascii() and not set(label) & set("AEIOUY"):
            return [self._spelled(label)]
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
        if len(word) <= LONGEST and re.fullmatch(ADDRESS, word):
            word = _read_out(word)
        for part in re.split(r"[-_]+", word):
            for clitic in ("'s", "'"):
                if part.endswith(clitic) and (base := self._guess(part[: -len(clitic)])):
                    said += [*base, *_ending(base[-1], clitic)]
                    break
            else:
                listed = self._listed(part) or self._composed(part) if part != word else []
                said += listed[0] if listed else self._guess(part)
        return True, said


def _read_out(address: str) -> str:
    return address.replace("@", "-at-").replace(".", "-dot-")


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
