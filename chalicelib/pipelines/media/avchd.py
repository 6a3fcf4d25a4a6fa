"""When an AVCHD camera recorded: the "MDPM" block that it writes into its H.264 stream.

Source: exiftool's documentation of H264 tags 0x18 and 0x19.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from chalicelib.pipelines.media.timestamps import Found

_MARK = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM"
_DATE, _TIME = 0x18, 0x19
_SUMMER, _WEST, _HALF = 0x40, 0x20, 0x01


def times(packet: bytes) -> list[Found]:
    """The recording time of a packet of the stream: the wall clock, with its offset where that is certain."""
    at = packet.find(_MARK)
    if at < 0:
        return []
    # The stream puts a 3 into zeros that would otherwise be taken for a start code.
    block = packet[at + len(_MARK) : at + len(_MARK) + 512].replace(b"\0\0\3", b"\0\0")
    entries = {
        block[n]: block[n + 1 : n + 5] for n in range(1, 1 + 5 * (block[0] if block else 0), 5) if n + 5 <= len(block)
    }
    date, time = entries.get(_DATE, b""), entries.get(_TIME, b"")
    try:
        zone, century, year, month = date[0], *(int(f"{b:x}") for b in date[1:])
        day, hour, minute, second = (int(f"{b:x}") for b in time)
        local = datetime(100 * century + year, month, day, hour, minute, second)  # noqa: DTZ001  # its zone comes apart
    except (ValueError, IndexError):
        return []
    offset = timedelta(hours=zone >> 1 & 0x0F, minutes=30 if zone & _HALF else 0)
    # The block doesn't state whether the offset includes summer time, and zero may mean that none was set.
    if offset and not zone & _SUMMER and offset <= timedelta(hours=14):
        local = local.replace(tzinfo=timezone(-offset if zone & _WEST else offset))
    return [Found("container_date", local, offset_source="container_date")]
