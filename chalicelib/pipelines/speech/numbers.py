"""Numbers in figures as they may be spoken in English: the likeliest reading first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
MONEY = {"$": ("dollar", "dollars"), "£": ("pound", "pounds"), "€": ("euro", "euros")}
LARGEST = 10**15 - 1

NUMBER = re.compile(r"([$£€]?)(\d{1,3}(?:[,\u202f]\d{3})+|\d+)(?:[.,](\d+))?(st|nd|rd|th|s|%)?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def readings(token: str) -> list[list[str]]:
    """The ways in which a number may be spoken, each as words; [] where `token` is no number."""
    if clock := CLOCK.fullmatch(token):
        return _unique(_clock(int(clock[1]), int(clock[2])))
    found = NUMBER.fullmatch(token)
    if not found:
        return []
    sign, whole, fraction, suffix = found.groups()
    digits = re.sub(r"\D", "", whole)
    suffix = (suffix or "").lower()
    value = int(digits)
    if fraction is not None:
        point = [*_digits(fraction)]
        words = [[*cardinal(value), "point", *point]] if value <= LARGEST else [_digits(digits)]
        if sign:
            unit = MONEY[sign][value != 1]
            cents = int(fraction[:2].ljust(2, "0"))
            words = [
                [*cardinal(value), unit, *cardinal(cents)],
                [*cardinal(value), unit, "and", *cardinal(cents), "cents"],
            ]
        return _unique([*w, "percent"] if suffix == "%" else w for w in words)
    if value > LARGEST:
        return [_digits(digits)]
    if suffix in ("st", "nd", "rd", "th"):
        return _unique(ordinal(words) for words in (cardinal(value), cardinal(value, "and")))
    plain = list(_whole(digits, value, separated=digits != whole))
    if sign:
        return _unique([*words, MONEY[sign][value != 1]] for words in plain[:2])
    if suffix == "s":
        return _unique(_plural(words) for words in plain)
    return _unique([*words, "percent"] if suffix == "%" else words for words in plain)


def cardinal(value: int, joint: str = "") -> list[str]:
    """two hundred sixty six; with joint "and": two hundred and sixty six. 0 ≤ value < 10^15."""
    if value < 20:
        return [ONES[value]]
    if value < 100:
        return [TENS[value // 10], *([ONES[value % 10]] if value % 10 else [])]
    for scale, name in SCALES:
        if value >= scale:
            rest = value % scale
            small = [joint] if joint and rest and rest < 100 else []
            return [*cardinal(value // scale, joint), name, *small, *(cardinal(rest, joint) if rest else [])]
    raise AssertionError("every number from 100 on has a scale")


def ordinal(words: list[str]) -> list[str]:
    last = words[-1]
    if last in ORDINALS:
        return [*words[:-1], ORDINALS[last]]
    return [*words[:-1], f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"]


def _whole(digits: str, value: int, *, separated: bool) -> Iterator[list[str]]:
    if digits.startswith("0") and len(digits) > 1:
        yield _digits(digits, "oh")
        yield _digits(digits)
        yield cardinal(value)
        return
    if len(digits) == 4 and not separated and (1100 <= value < 2000 or 2010 <= value < 2100):
        yield from _pairs(digits)
    yield cardinal(value)
    yield cardinal(value, "and")
    if not separated and len(digits) == 4:
        yield from _pairs(digits)
    if not separated and len(digits) == 3 and value % 100:
        yield [ONES[value // 100], *(["oh", ONES[value % 10]] if value % 100 < 10 else cardinal(value % 100))]
    if not separated and len(digits) > 2:
        yield _digits(digits)


def _pairs(digits: str) -> Iterator[list[str]]:
    high, low = int(digits[:2]), int(digits[2:])
    if low == 0:
        if high % 10:
            yield [*cardinal(high), "hundred"]
    elif low < 10:
        yield [*cardinal(high), "oh", ONES[low]]
    else:
        yield [*cardinal(high), *cardinal(low)]


def _clock(hours: int, minutes: int) -> Iterator[list[str]]:
    if minutes == 0:
        yield [*cardinal(hours), "o'clock"]
        yield cardinal(hours)
    elif minutes < 10:
        yield [*cardinal(hours), "oh", ONES[minutes]]
    yield [*cardinal(hours), *cardinal(minutes)]


def _digits(digits: str, zero: str = "zero") -> list[str]:
    return [zero if digit == "0" else ONES[int(digit)] for digit in digits]


def _plural(words: list[str]) -> list[str]:
    last = words[-1]
    return [*words[:-1], f"{last[:-1]}ies" if last.endswith("y") else f"{last}es" if last.endswith("x") else f"{last}s"]


def _unique(found: Iterable[list[str]]) -> list[list[str]]:
    kept: list[list[str]] = []
    for words in found:
        if words not in kept:
            kept.append(words)
    return kept
