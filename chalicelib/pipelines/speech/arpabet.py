"""The phones of English, as the model names them, and in IPA."""

from __future__ import annotations

import re
from itertools import pairwise

IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])
NOISE = "+SPN+"
"""The model's phone of sounds that are not words: a cough, a laugh."""

CLASSES = {
    phone: number
    for number, phones in enumerate(
        (
            "SIL +NSN+ +SPN+", "IY IH EY EH AE", "AA AO AH ER UH UW OW", "AW AY OY", "P T K", "B D G", "CH JH",
            "F TH S SH HH", "V DH Z ZH", "M N NG", "L R W Y",
        )
    )
    for phone in phones.split()
}  # fmt: skip
"""Eleven classes whose borders look alike: silence, front vowels, other vowels, diphthongs, voiceless stops, voiced
stops, affricates, voiceless fricatives, voiced fricatives, nasals, glides."""


def without_stress(phone: str) -> str:
    """AH0 → AH; other names as they are, in capitals."""
    return re.sub(r"^([A-Z]+)[0-2]$", r"\1", phone.upper())


ONSETS = frozenset(
    tuple(onset.split())
    for onset in [
        "P L",
        "P R",
        "B L",
        "B R",
        "T R",
        "D R",
        "K L",
        "K R",
        "G L",
        "G R",
        "F L",
        "F R",
        "TH R",
        "SH R",
        "T W",
        "D W",
        "K W",
        "G W",
        "TH W",
        "S W",
        "S P",
        "S T",
        "S K",
        "S M",
        "S N",
        "S L",
        "S F",
        "P Y",
        "B Y",
        "K Y",
        "G Y",
        "F Y",
        "V Y",
        "M Y",
        "HH Y",
        "TH Y",
        "N Y",
        "L Y",
        "S P L",
        "S P R",
        "S T R",
        "S K R",
        "S K W",
        "S P Y",
        "S K Y",
    ]
)


def syllables(phones: list[str]) -> list[tuple[int, int]]:
    """Ranges of phones, one for each syllable: consonants go to the vowel behind them as far as English words can begin
    with them.

    Source: the principle of the longest onset (Kahn 1976).
    """
    vowels = [i for i, phone in enumerate(phones) if phone in VOWELS]
    if not vowels:
        return [(0, len(phones))] if phones else []
    borders = [0]
    for left, right in pairwise(vowels):
        start = right
        while start > left + 1:
            onset = tuple(phones[start - 1 : right])
            if onset == ("NG",) or (len(onset) > 1 and onset not in ONSETS):
                break
            start -= 1
        borders.append(start)
    return list(zip(borders, [*borders[1:], len(phones)], strict=True))
