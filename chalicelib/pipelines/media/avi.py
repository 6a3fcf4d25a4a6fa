"""When an AVI was recorded: RIFF's IDIT, in each of the spellings that cameras have for it, or ICRD."""

from __future__ import annotations

import re
from datetime import datetime
from typing import BinaryIO

from chalicelib.pipelines.media.timestamps import Found

HEAD = 128 * 1024
_MONTHS = {
    name: number
    # One string can be read at a glance, a list of twelve can't.
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
# "Mon Mar 10 15:04:43 2003", the form that the format defines.
_WEEKDAY_FIRST = re.compile(
    r"\w{3,9}\s+(?P<mon>[A-Za-z]{3})\w*\s+(?P<d>\d{1,2})\s+(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)\s+(?P<y>\d{4})",
    re.ASCII,
)
# "2002-12-16  15:35:01" (Konica), "2005:08:17 11:42:43", "2005/11/28/ 09:19" and "2001/ 1/27  1:42PM" (Casio),
# "20040131 120000".
_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})[-/:.]?\s*(?P<m>\d{1,2})[-/:.]?\s*(?P<d>\d{1,2})/?[\sT]+(?P<H>\d{1,2}):?\s*(?P<M>\d\d)"
    r"(?::?(?P<S>\d\d))?\s*(?P<half>[AP]M?)?",
    re.ASCII | re.IGNORECASE,
)


def times(stream: BinaryIO) -> list[Found]:
    """The camera's wall clock, from the file's head."""
    stream.seek(0)
    head = stream.read(HEAD)
    for name in (b"IDIT", b"ICRD"):
        at = head.find(name)
        if at >= 0:
            size = int.from_bytes(head[at + 4 : at + 8], "little")
            if moment := written(head[at + 8 : at + 8 + min(size, 64)].decode("latin-1")):
                return [Found("container_date", moment)]
    return []


def written(text: str) -> datetime | None:
    """The time in one of these spellings; None for any other text, and for an impossible time."""
    text = " ".join(text.replace("\0", " ").split())
    match = _WEEKDAY_FIRST.search(text) or _YEAR_FIRST.search(text)
    if not match:
        return None
    said = match.groupdict()
    month = _MONTHS.get(said["mon"].lower(), 0) if said.get("mon") else int(said["m"])
    hour = int(said["H"])
    if half := said.get("half"):
        hour = hour % 12 + (12 if half[0] in "Pp" else 0)
    try:
        # A wall clock without a zone.
        return datetime(int(said["y"]), month, int(said["d"]), hour, int(said["M"]), int(said["S"] or 0))  # noqa: DTZ001
    except ValueError:
        return None
