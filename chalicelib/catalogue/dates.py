"""Dates of years, months or days, kept exactly as precise as they are."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class Period:
    """A period from the first day to the last, both included."""

    first: date
    last: date

    def within(self, earliest: date | None, latest: date | None) -> bool:
        """Whether the whole period lies between two days, both included; None is no bound."""
        return (earliest is None or self.first >= earliest) and (latest is None or self.last <= latest)


def period(text: str) -> Period:
    """The days that `2014`, `2006-08` or `2020-04-19` stands for. Raises ValueError for anything else."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date: write 2014, 2006-08 or 2020-04-19")
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[2] is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if match[3] is None:
        return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Period(date(year, month, day), date(year, month, day))
