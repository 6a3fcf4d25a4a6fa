"""From letters to phones, for English words that no dictionary has.

The network is g2p-en's (Kyubyong Park and Jongseok Kim, Apache-2.0), run in plain numpy: two recurrent layers of gated
units, one reading letters, one writing phones. It gets about one phone in thirteen wrong.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.arpabet import IPA, without_stress

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "data" / "letters.npz"
LETTERS = ["<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz"]
OUTPUTS = (
    "<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 "
    "EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH "
    "UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH"
)
PHONES = OUTPUTS.split()
START, STOP = 2, 3
LONGEST = 40
NAMES = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH", "i": "AY",
    "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY", "q": "K Y UW",
    "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S",
    "y": "W AY", "z": "Z IY",
}  # fmt: skip
OTHER_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "th", "þ": "th", "ł": "l", "ı": "i"}
)


def plain(word: str) -> str:
    """`word` in the letters a to z: accents are dropped, other signs are left out."""
    apart = unicodedata.normalize("NFKD", word.lower().translate(OTHER_LETTERS))
    return "".join(c for c in apart if "a" <= c <= "z")


def spelled(word: str) -> list[str]:
    """The names of a word's letters: BBC → B IY B IY S IY."""
    return [phone for letter in plain(word) for phone in NAMES[letter].split()]


def guess(word: str) -> list[str]:
    """Phones without stress; [] for a word without a letter that English has."""
    letters = plain(word)[:LONGEST]
    if not letters:
        return []
    if not set(letters) & set("aeiouy"):
        return spelled(letters)
    phones = [without_stress(phone) for phone in _network(letters)]
    return [phone for phone in phones if phone in IPA] or spelled(letters)


def _network(letters: str) -> list[str]:
    w = _weights()
    state = np.zeros(w["enc_w_hh"].shape[1], np.float32)
    for letter in (*letters, "</s>"):
        state = _unit(w["enc_emb"][LETTERS.index(letter)], state, w, "enc")
    phone, found = START, []
    for _ in range(2 * len(letters) + 4):
        state = _unit(w["dec_emb"][phone], state, w, "dec")
        phone = int((w["fc_w"] @ state + w["fc_b"]).argmax())
        if phone == STOP:
            break
        found.append(PHONES[phone])
    return found


def _unit(x: Floats, state: Floats, w: dict[str, Floats], side: str) -> Floats:
    given = w[f"{side}_w_ih"] @ x + w[f"{side}_b_ih"]
    held = w[f"{side}_w_hh"] @ state + w[f"{side}_b_hh"]
    size = len(state)
    reset, update = np.split(1 / (1 + np.exp(-(given[: 2 * size] + held[: 2 * size]))), 2)
    new = np.tanh(given[2 * size :] + reset * held[2 * size :])
    return np.asarray((1 - update) * new + update * state, np.float32)


@cache
def _weights() -> dict[str, Floats]:
    with np.load(WEIGHTS) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


# For languages other than English: the sound that a letter most often has where the Latin alphabet is used, as the
# nearest sound of English. Longer spellings come first.
SOUNDS = {
    "sch": "SH", "tsch": "CH", "sh": "SH", "ch": "CH", "ph": "F", "th": "T", "qu": "K W", "ck": "K", "ng": "NG",
    "ny": "N Y", "ll": "L", "rr": "R", "ss": "S", "tt": "T", "nn": "N", "mm": "M", "pp": "P", "kk": "K", "ie": "IY",
    "ei": "EY", "ai": "AY", "au": "AW", "oi": "OY", "ou": "OW", "aa": "AA", "ee": "EY", "oo": "OW", "uu": "UW",
    "a": "AA", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IY", "j": "Y", "k": "K",
    "l": "L", "m": "M", "n": "N", "o": "OW", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "UW", "v": "V",
    "w": "V", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
LONGEST_SPELLING = max(map(len, SOUNDS))


def by_letter(word: str) -> list[str]:
    """Phones of a word of any language in Latin letters; [] for other writing systems."""
    if any(c.isalpha() and not plain(c) for c in word):
        return []
    left, phones = plain(word), []
    while left:
        length = next(n for n in range(LONGEST_SPELLING, 0, -1) if left[:n] in SOUNDS and len(left) >= n)
        phones += SOUNDS[left[:length]].split()
        left = left[length:]
    return phones
