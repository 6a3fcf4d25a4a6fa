"""Places, cameras and texts of files, made fit to show. Nothing heavy is imported: the API uses this too."""

from __future__ import annotations


def place(latitude: float | None, longitude: float | None, altitude: float | None) -> dict[str, float] | None:
    """None where a coordinate is missing, out of range, or both are exactly 0 (a receiver without a fix)."""
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if latitude == longitude == 0:
        return None
    known = {"altitude": round(altitude, 1)} if altitude is not None and abs(altitude) < 100_000 else {}
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6), **known}


def camera(make: str, model: str) -> str | None:
    """Maker and model as one name; many makers repeat their name in the model."""
    whole = model if make and model.lower().startswith(make.split()[0].lower()) else f"{make} {model}"
    return whole.strip()[:80] or None


def text(value: object) -> str:
    """A tag's text: printable, single-spaced; empty where it has none."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value.split("\0")[0]).split())
