"""HEIC, which Pillow reads by pi-heif, in the function that has this library."""

from __future__ import annotations

import pi_heif


def register() -> None:
    """Lets Pillow open HEIC files, but only their pictures."""
    pi_heif.register_heif_opener(thumbnails=False)
