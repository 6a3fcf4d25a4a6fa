"""A text in pieces: its words with the marks attached to them, and its bracketed noises."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.pipelines.speech import numbers

EDGES = '"“”„«»‹›.,;:!?…¿¡()[]{}<>*_~|\\^=#@·•`´‚،؟。、♪♫♬†‡§¶©®™'
DASHES = "–—―"
NOISES = frozenset([
    "laugh", "laughs", "laughter", "laughing", "cough", "coughs", "coughing", "breath", "breathes", "breathing",
    "inhale", "inhales", "exhale", "exhales", "sigh", "sighs", "sniff", "sniffs", "sneeze", "sneezes", "noise",
    "noises", "music", "applause", "pause", "silence", "inaudible", "unintelligible", "unclear", "crosstalk",
    "throat", "clears", "cry", "cries", "crying", "gasp", "gasps", "click", "clicks", "beep", "beeps",
    "lipsmack", "smack", "hesitation",
])  # fmt: skip
SIGNS = {"&": "and", "%": "percent", "@": "at", "+": "plus", "=": "equals"}

# A bracket with all its content, or the text between blanks.
PIECE = re.compile(r"\[[^\]\n]{0,200}\]|<[^>\n]{0,200}>|\{[^}\n]{0,200}\}|\(+[^()\n]{0,200}\)+|[^\s\[<{(]+|\S")
# Marks that separate two words without a blank: after a letter, or before one; not inside a number or a time.
PARTING = re.compile(r"(?<=[^\W\d_])[,;:!?…]+(?=\w)|(?<=\d)[,;:!?…]+(?=[^\W\d_])|[–—―/]+|-{2,}|…+")
# A blank between a number and its currency, or before thousands.
APART = re.compile(r"(?<=\d) (?=[$£€¥₹](?! ?\d))|(?<=[$£€¥₹]) (?=\d)|(?<=\d) (?=000(?!\d))")


def visible(text: str) -> str:
    """The text without invisible characters: direction marks, soft hyphens, byte order marks. Joiners stay, since some
    scripts spell with them. A narrow blank between the thousands of a number is removed too."""
    kept = (c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in ("Cf", "Cc"))
    return re.sub(r"(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))", "", "".join(kept))


def split(text: str, *, english: bool = True) -> list[str]:
    """The text's words and bracketed noises, with the marks attached to them. english: fractions, units and amounts of
    money are one word each."""
    found: list[str] = []
    text = visible(text)
    for piece in PIECE.findall(APART.sub("", text) if english else text):
        if (len(piece) > 1 and piece[0] in "[<{") or (piece[0] == "(" and _is_noise(piece)):
            found.append(piece)
        elif piece[0] == "(":
            found.extend(part for inner in piece.strip("()").split() for part in PARTING.split(inner))
        else:
            found.extend([piece] if english and _is_measure(piece.strip(EDGES)) else PARTING.split(piece))
    return [piece for piece in found if any(map(str.isalnum, piece)) or piece in SIGNS]


def _is_noise(piece: str) -> bool:
    inside = re.findall(r"[^\W\d_]+", piece.lower())
    return not inside or all(word in NOISES for word in inside)


def _is_measure(piece: str) -> bool:
    """1/2, km/h, 80km/h: the stroke doesn't separate two words."""
    unit = piece.lstrip("0123456789.,")
    return "/" in unit and bool(numbers.unit(unit, "") or numbers.FRACTION.fullmatch(piece))
