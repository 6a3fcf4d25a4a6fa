"""User data for pipelines to read (a dictionary, a calibration): small files, each under a kind and a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

MOST_BYTES = 1024 * 1024
MOST_ENTRIES = 200
KIND = r"^[a-z][a-z0-9-]{0,39}$"
LONGEST_NAME = 100
NAME = rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}$"


@dataclass(frozen=True)
class UserDatum:
    """version: a new one with each change; it names the object too."""

    kind: str
    name: str
    version: str
    size: int
    content_type: str
    created_at: datetime
    updated_at: datetime


def is_place(kind: str, name: str) -> bool:
    """Whether user data can be kept under that kind and name."""
    return bool(re.match(KIND, kind) and re.match(NAME, name))
