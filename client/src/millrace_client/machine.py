"""The time zone of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

IN_LOCAL_TIME = frozenset({"media"})
"""Pipelines that read clock times without a zone, and take the zone as option `timezone`."""


def zone(localtime: Path = Path("/etc/localtime"), timezone: Path = Path("/etc/timezone")) -> str | None:
    """The IANA name of the machine's time zone, from TZ or the system's files; None where there is none."""
    linked = str(localtime.resolve()).partition("zoneinfo/")[2]
    written = timezone.read_text(encoding="utf-8", errors="replace").strip() if timezone.is_file() else ""
    for name in (os.environ.get("TZ", "").lstrip(":"), linked.removeprefix("posix/"), written):
        if name and not name.startswith("/"):
            try:
                return ZoneInfo(name).key
            except (OSError, ValueError, KeyError):
                continue
    return None


def with_zone(pipeline: str, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options, with this machine's time zone where the pipeline takes one and none is given."""
    here = zone() if pipeline in IN_LOCAL_TIME else None
    return ({"timezone": here} if here else {}) | dict(options or {})
