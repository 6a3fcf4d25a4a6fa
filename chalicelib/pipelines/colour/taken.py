"""How a picture was taken, by its EXIF: the settings that must be the same for a reference shot to hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

_EXIF_FOLDER, _MAKE, _MODEL, _LENS = 0x8769, 0x010F, 0x0110, 0xA434
_TIME, _APERTURE, _SENSITIVITY, _FLASH, _WHITE_BALANCE = 0x829A, 0x829D, 0x8827, 0x9209, 0xA403
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Taken:
    """seconds, aperture (f-number), iso: None where EXIF doesn't state them. auto_white: whether the camera chose the
    white for each picture by itself."""

    camera: str | None = None
    lens: str | None = None
    seconds: float | None = None
    aperture: float | None = None
    iso: float | None = None
    flash: bool | None = None
    auto_white: bool | None = None

    @property
    def exposure(self) -> float | None:
        """The camera's response to the same light, up to a factor that is the same for all pictures. Without an
        aperture, as with a lens that reports none, it can only be compared with that of another such picture."""
        if self.seconds is None or self.iso is None:
            return None
        return self.seconds * self.iso / (self.aperture or 1.0) ** 2

    @property
    def settings(self) -> str:
        """The settings as photographers write them: 1/125 s, f/8, ISO 100."""
        seconds = self.seconds or 0.0
        parts = [f"1/{1 / seconds:.0f} s" if 0 < seconds < 0.3 else f"{seconds:g} s"]
        if self.aperture:
            parts.append(f"f/{self.aperture:g}")
        return ", ".join([*parts, f"ISO {self.iso or 0:g}"])


def brightness(one: Taken, other: Taken) -> float | None:
    """How many times as bright the one was exposed as the other; None where either's exposure isn't known."""
    if one.exposure is None or other.exposure is None or (one.aperture is None) != (other.aperture is None):
        return None
    return one.exposure / other.exposure


def _number(value: Any) -> float | None:
    """A positive number of EXIF, whose rationals may be 0/0 and whose lists hold it first."""
    try:
        found = float(value[0] if isinstance(value, tuple | list) else value)
    except (TypeError, ValueError, ZeroDivisionError, IndexError, OverflowError):
        return None
    return found if math.isfinite(found) and 1e-7 < found < 1e7 else None


def _name(value: Any) -> str:
    told = value if isinstance(value, str) else ""
    return " ".join("".join(letter for letter in told if letter.isprintable()).split())[:_LONGEST_NAME]


def _flag(value: Any, mask: int) -> bool | None:
    return bool(value & mask) if isinstance(value, int) else None


def camera_of(folder: Any) -> str | None:
    """Maker and model by EXIF's first folder, tag to value."""
    make, model = _name(folder.get(_MAKE)), _name(folder.get(_MODEL))
    return (model if model.startswith(make) else f"{make} {model}").strip() or None


def _taken(main: Any, details: Any) -> Taken:
    white = _flag(details.get(_WHITE_BALANCE), 1)
    return Taken(
        camera=camera_of(main),
        lens=_name(details.get(_LENS)) or None,
        seconds=_number(details.get(_TIME)),
        aperture=_number(details.get(_APERTURE)),
        iso=_number(details.get(_SENSITIVITY)),
        flash=_flag(details.get(_FLASH), 1),
        auto_white=None if white is None else not white,
    )


def of_raw(camera: str | None, lens: str, seconds: float, aperture: float, iso: float) -> Taken:
    """From LibRaw's values, which are 0 or missing where it doesn't know them. Its white balance is read separately."""
    return Taken(camera, _name(lens) or None, _number(seconds), _number(aperture), _number(iso))


def of_exif(exif: Any) -> Taken:
    """From Pillow's EXIF of a stranger's picture."""
    try:
        return _taken(exif, exif.get_ifd(_EXIF_FOLDER))
    except Exception:  # Pillow passes on its readers' errors; a picture needs no EXIF
        return Taken()
