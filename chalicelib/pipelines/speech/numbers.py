"""Numbers in figures as they may be spoken in English: the likeliest reading first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
MONEY = {
    "$": ("dollar", "dollars"), "£": ("pound", "pounds"), "€": ("euro", "euros"), "¥": ("yen", "yen"),
    "₹": ("rupee", "rupees"),
}  # fmt: skip
UNITS = {
    "kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound", "lbs": "pound", "oz": "ounce", "km": "kilometer",
    "m": "meter", "cm": "centimeter", "mm": "millimeter", "ft": "foot", "in": "inch", "yd": "yard", "mi": "mile",
    "mph": "mile per hour", "km/h": "kilometer per hour", "kmh": "kilometer per hour", "kph": "kilometer per hour",
    "m/s": "meter per second", "mg/l": "milligram per liter", "g/l": "gram per liter", "l": "liter",
    "ml": "milliliter", "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "sec": "second",
    "ms": "millisecond", "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "mb": "megabyte", "gb": "gigabyte",
    "tb": "terabyte", "w": "watt", "kw": "kilowatt",
    "°": "degree", "°c": "degree celsius", "°f": "degree fahrenheit",
}  # fmt: skip
MANY = {"foot": "feet", "inch": "inches", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz"}
MULTIPLES = {
    "k": "thousand", "m": "million", "mn": "million", "mio": "million", "b": "billion", "bn": "billion",
    "tn": "trillion",
}  # fmt: skip
HALVES = {
    "am": "a.m.", "a.m": "a.m.", "a.m.": "a.m.", "pm": "p.m.", "p.m": "p.m.", "p.m.": "p.m.",
}  # fmt: skip
FRACTIONS = {
    "½": ("a half", "one half", "half"), "¼": ("a quarter", "one quarter", "one fourth"),
    "¾": ("three quarters", "three fourths"), "⅓": ("a third", "one third"), "⅔": ("two thirds",),
}  # fmt: skip
LARGEST = 10**15 - 1
MOST_SIGNS = 100

NUMBER = re.compile(r"([$£€¥₹]?)(\d{1,3}(?:,\d{3})+|\d+)(?:[.,](\d+))?(st|nd|rd|th|'?s|%)?", re.IGNORECASE)
CONTINENTAL = re.compile(r"([$£€¥₹]?)(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")
WITH_UNIT = re.compile(r"([$£€¥₹]?)([\d.,]*\d)([^\W\d_]+(?:/[^\W\d_]+)?|°[CF]?|[ap]\.m\.?)", re.IGNORECASE)
FRACTION = re.compile(r"(\d{1,4})/(\d{1,4})")
HEIGHT = re.compile(r"(\d)['′](\d{1,2})(?:[\"″]|'')?")
ROMAN = re.compile(r"(?=..)(X{0,3})(IX|IV|V?I{0,3})")
ROMAN_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})\s?([ap]m|[ap]\.m\.?)|(\d{1,2}):(\d{2})(?::00)?", re.IGNORECASE)
SIGNS = {"-": ("minus", "negative"), "−": ("minus", "negative"), "+": ("plus",)}


def readings(token: str) -> list[list[str]]:
    """The ways in which a number may be spoken, each as words; [] where `token` is no number."""
    if not 0 < len(token) <= MOST_SIGNS:
        return []
    if token[:1] in SIGNS:
        plain = readings(token[1:])
        # A dash may also stand before a number without being said.
        return _unique([*([sign, *words] for sign in SIGNS[token[0]] for words in plain[:2]), *plain[:2]])
    if country := re.match(r"[A-Z]{1,2}(?=[$£])", token):
        return readings(token[country.end() :])
    if token[-1] in MONEY and token[0].isdigit():
        return readings(token[-1] + token[:-1])
    if token[-1:] in FRACTIONS:
        whole = readings(token[:-1])[:1] if token[:-1] else [[]]
        parts = [fraction.split() for fraction in FRACTIONS[token[-1]]]
        return [[*words, *(["and"] if words else []), *part] for words in whole for part in parts]
    if re.fullmatch(r"[.,]\d+%?", token):
        spoken = ["point", *_digits(token.strip(".,%"))]
        return [[*words, *(["percent"] if token[-1] == "%" else [])] for words in (spoken, ["zero", *spoken])]
    token = unicodedata.normalize("NFKC", token)
    if fraction := FRACTION.fullmatch(token):
        return _unique(_fraction(int(fraction[1]), int(fraction[2])))
    if height := HEIGHT.fullmatch(token):
        feet, inches = cardinal(int(height[1])), cardinal(int(height[2]))
        return [[*feet, *joint, *inches] for joint in (["foot"], [], ["feet"])]
    if clock := CLOCK.fullmatch(token):
        half = [HALVES[clock[3].lower()]] if clock[3] else []
        return _unique([*words, *half] for words in _clock(int(clock[1] or clock[4]), int(clock[2] or clock[5])))
    return _unique([*_number(token), *_continental(token), *_with_unit(token)])


def unit(name: str, number: str) -> list[str]:
    """The words of a unit behind that number: kilometers per hour; [] where `name` is none."""
    if name.lower() not in UNITS:
        return []
    first, *rest = UNITS[name.lower()].split()
    return [first if number == "1" else MANY.get(first, f"{first}s"), *rest]


def roman(token: str) -> list[list[str]]:
    """The readings of a Roman number from II to XXXIX: eight, the eighth; [] where `token` is none."""
    found = ROMAN.fullmatch(token)
    if not found:
        return []
    said = cardinal(10 * len(found[1]) + ROMAN_ONES.index(found[2]))
    return [said, ["the", *ordinal(said)], ordinal(said)]


def _fraction(part: int, whole: int) -> Iterator[list[str]]:
    """3/4: three quarters, three fourths, three four, three over four. 24/7 and 9/11 are said as two numbers."""
    two = [*cardinal(part), *cardinal(whole)]
    if part > whole or whole > 10:
        yield two
    if whole > 1:
        names = {2: ["half"], 4: ["quarter", "fourth"]}.get(whole) or [" ".join(ordinal(cardinal(whole)))]
        for name in names:
            said = name.split()
            yield [*cardinal(part), *(said if part == 1 else ["halves"] if whole == 2 else _plural(said))]
            if part == 1:
                yield ["a", *said]
    yield two
    yield [*cardinal(part), "over", *cardinal(whole)]


def _number(token: str) -> list[list[str]]:
    found = NUMBER.fullmatch(token)
    if not found:
        return []
    sign, whole, fraction, suffix = found.groups()
    digits = re.sub(r"\D", "", whole)
    suffix = (suffix or "").lower()
    value = int(digits)
    if fraction is not None:
        return _decimal(digits, fraction, sign, suffix)
    if value > LARGEST:
        return [_digits(digits)]
    if suffix in ("st", "nd", "rd", "th"):
        return _unique(ordinal(words) for words in (cardinal(value), cardinal(value, "and")))
    plain = list(_whole(digits, value, separated=digits != whole))
    if sign:
        # "$20 million": the currency is said behind the amount.
        return _unique([*([*words, MONEY[sign][value != 1]] for words in plain[:2]), *plain[:1]])
    if suffix in ("s", "'s"):
        return _unique(_plural(words) for words in plain)
    return _unique([*words, "percent"] if suffix == "%" else words for words in plain)


def _decimal(digits: str, fraction: str, sign: str, suffix: str) -> list[list[str]]:
    value = int(digits)
    if value > LARGEST:
        return [[*_digits(digits), "point", *_digits(fraction)]]
    point = [*cardinal(value), "point", *_digits(fraction)]
    if not sign:
        return [[*point, "percent"] if suffix == "%" else point]
    unit, cents = MONEY[sign][value != 1], cardinal(int(fraction[:2].ljust(2, "0")))
    whole = [*cardinal(value), unit]
    return [[*whole, *cents], [*whole, "and", *cents, "cents"], point, [*point, MONEY[sign][1]]]


def _continental(token: str) -> list[list[str]]:
    """1.000,50: full stops between thousands."""
    found = CONTINENTAL.fullmatch(token)
    if not found:
        return []
    sign, whole, fraction = found.groups()
    digits = whole.replace(".", "")
    return _number(sign + digits + (f".{fraction}" if fraction else ""))[:2]


def _with_unit(token: str) -> list[list[str]]:
    """5kg, $20M, 3pm."""
    found = WITH_UNIT.fullmatch(token)
    if not found:
        return []
    sign, number, name = found[1], found[2], found[3].lower()
    said = _number(number)[:2]
    spoken: list[list[str]] = []
    if name in MULTIPLES and (sign or name in ("k", "bn", "mn")):
        money = [MONEY[sign][1]] if sign else []
        spoken += [[*words, MULTIPLES[name], *money] for words in said]
    if name in HALVES and not sign:
        spoken += [[*words, HALVES[name]] for words in said]
    if (measured := unit(name, number)) and not sign:
        spoken += [[*words, *measured] for words in said]
    return spoken


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
