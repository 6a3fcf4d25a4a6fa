"""A segmentation: an array of labels, and the meaning of its values."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.pipelines.volume.geometry import Array


@dataclass(frozen=True)
class Region:
    """A label value, its name, and its kind: "bone", "cartilage" or "other"; None where it is still to be found."""

    value: int
    name: str
    kind: str | None


@dataclass(frozen=True)
class Segmentation:
    """labels: working orientation, 0 is background; regions: the meaning of its values."""

    labels: Array
    regions: tuple[Region, ...]
