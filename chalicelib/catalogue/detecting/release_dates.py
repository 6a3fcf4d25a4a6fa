"""The date of a scene by its file's name or folder, as precise as it is written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.model import Scene, folders, stem

FULL, RELEASE, WRITTEN_OUT, ONE_WAY, MONTH, YEAR = 0.95, 0.9, 0.95, 0.85, 0.8, 0.75
IN_FOLDER = 0.8
"""The factor of the confidence of a date from a folder."""
EARLIEST = 1888
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?(?![a-z])"
)

_ISO = re.compile(r"(?<!\d)(?P<y>(?:18|19|20)\d\d)(?P<s>[-_. ]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?!\d)", re.ASCII)
_RELEASE = re.compile(r"(?<!\d)(?<!\d\.)(?P<y>\d\d)\.(?P<m>\d\d)\.(?P<d>\d\d)(?!\d)(?!\.\d\d?(?!\d))", re.ASCII)
_YEAR_LAST = re.compile(r"(?<!\d)(?P<a>\d{1,2})(?P<s>[-_./ ])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)(?!\d)", re.ASCII)
_MONTH_FIRST = re.compile(
    rf"(?<![a-z]){_MONTH}[ _.-]?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ _.-]+(?P<y>(?:19|20)\d\d)(?!\d)", re.A | re.I
)
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ _.-]{_MONTH}[ _.,-]+(?P<y>(?:19|20)\d\d)(?!\d)", re.A | re.I
)
_MONTH_YEAR = re.compile(rf"(?<![a-z]){_MONTH}[ _.,-]{{1,2}}(?P<y>(?:19|20)\d\d)(?!\d)", re.A | re.I)
_LOOSE = re.compile(
    r"(?<!\d)(?<!\d[.-])(?P<y>(?:19|20)\d\d)(?P<s>[-_.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)(?![.-]\d)", re.ASCII
)
_YEAR_MONTH = re.compile(r"(?<![\d-])(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)(?![\d-])", re.ASCII)
_YEAR = re.compile(r"[(\[](?P<y>(?:19|20)\d\d)[)\]]", re.ASCII)


def detect(scene: Scene, today: date) -> list[Proposal]:
    """Proposes the date of a scene without one, or with a less precise one that contains it."""
    for path in scene.paths:
        texts = [(stem(path), 1.0, "the file's name")]
        texts += [(folder, IN_FOLDER, f"the folder {folder!r}") for folder in reversed(folders(path))]
        for text, share, where in texts:
            found = date_in(text, today)
            if found is None:
                continue
            value, confidence = found
            if not _refines(scene.scene_date, value):
                return []
            reason = f"it stands in {where}"
            return [Proposal("date", "set", value, round(confidence * share, 2), reason, scene.scene_date)]
    return []


def date_in(text: str, today: date) -> tuple[str, float] | None:
    """The first date of the surest form in a text, with its confidence; None where there is none. A day and month that
    could be either way round are no date, and neither is a future one."""
    for value, confidence in _forms(text):
        try:
            found = period(value)
        except ValueError:
            continue
        if found.first.year >= EARLIEST and found.first <= today:
            return value, confidence
    return None


def _forms(text: str) -> Iterator[tuple[str, float]]:
    for match in _ISO.finditer(text):
        yield f"{match['y']}-{match['m']}-{match['d']}", FULL
    for match in _RELEASE.finditer(text):
        yield f"20{match['y']}-{match['m']}-{match['d']}", RELEASE
    for form in (_MONTH_FIRST, _DAY_FIRST):
        for match in form.finditer(text):
            month = MONTHS.index(match["name"].lower()[:3]) + 1
            yield f"{match['y']}-{month:02d}-{int(match['d']):02d}", WRITTEN_OUT
    for match in _YEAR_LAST.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        if (a > 12) != (b > 12) or a == b:
            day, month = (a, b) if a > 12 else (b, a)
            yield f"{match['y']}-{month:02d}-{day:02d}", ONE_WAY
    for match in _LOOSE.finditer(text):
        yield f"{match['y']}-{int(match['m']):02d}-{int(match['d']):02d}", ONE_WAY
    for match in _MONTH_YEAR.finditer(text):
        yield f"{match['y']}-{MONTHS.index(match['name'].lower()[:3]) + 1:02d}", MONTH
    for match in _YEAR_MONTH.finditer(text):
        yield f"{match['y']}-{match['m']}", MONTH
    for match in _YEAR.finditer(text):
        yield match["y"], YEAR


def _refines(current: str | None, found: str) -> bool:
    """Whether the found date is more precise than the present one, without contradicting it."""
    return current is None or (len(found) > len(current) and found.startswith(current))
