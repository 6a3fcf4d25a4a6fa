"""A label map as the user gives it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.geometry import Array, counts_of
from chalicelib.pipelines.volume.regions import Region

MOST_LABELS = 256
HIGHEST = 65535


def label_values(data: Array, what: str = "label map") -> Array:
    """The values as uint8 or uint16. Raises UnreadableFile(not_a_label_map) for what isn't whole, positive and few."""
    low, high = data.min(), data.max()
    if low < 0 or high > HIGHEST:
        raise UnreadableFile(
            "not_a_label_map", f"The {what} holds values from {low:g} to {high:g}, expected 0 to {HIGHEST}."
        )
    labels = data.astype(np.uint8 if high < 256 else np.uint16)
    if data.dtype.kind == "f" and not np.array_equal(labels, data):
        raise UnreadableFile("not_a_label_map", f"The {what} holds fractions, expected whole numbers.")
    found = np.count_nonzero(counts_of(labels)[1:])
    if not found:
        raise UnreadableFile("not_a_label_map", f"The {what} is empty: no voxel has a label.")
    if found > MOST_LABELS:
        raise UnreadableFile(
            "not_a_label_map",
            f"The {what} holds {found} different values, expected at most {MOST_LABELS}; is it an image?",
        )
    return np.asarray(labels)


def regions_of(labels: Array, names: Mapping[int, str]) -> tuple[Region, ...]:
    present = [int(value) for value in np.flatnonzero(counts_of(labels)) if value]
    return tuple(Region(value, names.get(value, f"label_{value}"), None) for value in present)
