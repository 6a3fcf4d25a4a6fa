"""HEIC, which Pillow reads by pi-heif: in the function that has it."""

from __future__ import annotations

import pi_heif


def register() -> None:
    """Lets Pillow open HEIC, its pictures alone."""
    pi_heif.register_heif_opener(thumbnails=False)
