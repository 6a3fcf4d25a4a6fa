"""An echo in steady state, as a DICOM header describes it: its timing, and the spoiler between the echoes of a qDESS.

The spoiler stands in two of GE's private tags, those that DOSMA reads. Other sequences keep other numbers there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

CREATOR, GL_AREA, TG = 0x00190010, 0x001910B6, 0x001910B7
TAGS: list[Any] = ["RepetitionTime", "FlipAngle", "ScanningSequence", CREATOR, GL_AREA, TG]


@dataclass(frozen=True)
class SteadyState:
    """repetition_ms: ms; flip_degrees: degrees; spin_echo: whether the file states a spin echo, which is no steady
    state. gl_area: G/cm·µs, tg_us: µs. Missing values are None."""

    repetition_ms: float | None
    flip_degrees: float | None
    spin_echo: bool
    gl_area: float | None
    tg_us: float | None


def stated(dataset: Any) -> SteadyState:
    timing = _timing(dataset)
    kinds = dataset.get("ScanningSequence") or ()
    kinds = {str(kind).upper() for kind in ([kinds] if isinstance(kinds, str) else kinds)}
    creator = dataset.get(CREATOR)
    ours = creator is None or _text(creator.value).startswith("GEMS_ACQU")
    return SteadyState(
        repetition_ms=_positive(dataset.get("RepetitionTime")) or _positive(timing.get("RepetitionTime")),
        flip_degrees=_positive(dataset.get("FlipAngle")) or _positive(timing.get("FlipAngle")),
        spin_echo="SE" in kinds and "GR" not in kinds,
        gl_area=_private(dataset, GL_AREA) if ours else None,
        tg_us=_private(dataset, TG) if ours else None,
    )


def _timing(dataset: Any) -> Any:
    """The timing in an enhanced file, which has its own place for it."""
    for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        groups = dataset.get(name)
        items = groups[0].get("MRTimingAndRelatedParametersSequence") if groups else None
        if items:
            return items[0]
    return {}


def _private(dataset: Any, tag: int) -> float | None:
    element = dataset.get(tag)
    return None if element is None else _positive(_text(element.value))


def _text(value: Any) -> str:
    # Without a private dictionary, a file that states no types gives bytes.
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip("\0 ")


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None
