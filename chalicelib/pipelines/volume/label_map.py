"""Reads a user's label map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import Array, counts_of
from chalicelib.pipelines.volume.regions import Region

MOST_LABELS = 256
HIGHEST = 65535
IGNORED = -1
WHOLE = 0.01  # a scale to 16 bits moves label 1,000 by this much


def label_values(data: Array, what: str = "label map") -> tuple[Array, list[Caution]]:
    """The values as uint8 or uint16, and cautions about changes to them.

    Raises UnreadableFile(not_a_label_map) for values that aren't whole, positive and few.
    """
    notes: list[Caution] = []
    if data.dtype.kind == "f":
        data, notes = _whole(data, what)
    if data.min() == IGNORED:
        # Training data uses -1 for voxels to be ignored.
        notes.append(Caution("ignored_label", f"The {what} holds the value -1 (ignore): it counts as background."))
        data = np.where(data == IGNORED, 0, data)
    low, high = data.min(), data.max()
    if low < 0 or high > HIGHEST:
        raise UnreadableFile(
            "not_a_label_map", f"The {what} holds values from {low:g} to {high:g}, expected 0 to {HIGHEST}."
        )
    labels = data.astype(np.uint8 if high < 256 else np.uint16)
    found = np.count_nonzero(counts_of(labels)[1:])
    if not found:
        raise UnreadableFile("not_a_label_map", f"The {what} is empty: no voxel has a label.")
    if found > MOST_LABELS:
        raise UnreadableFile(
            "not_a_label_map",
            f"The {what} holds {found} different values, expected at most {MOST_LABELS}; is it an image?",
        )
    return np.asarray(labels), notes


def _whole(data: Array, what: str) -> tuple[Array, list[Caution]]:
    """The values as whole numbers, where a header's scale has left small errors."""
    if np.isinf(data).any():
        raise UnreadableFile("not_a_label_map", f"The {what} holds infinite values, expected whole numbers.")
    rounded = np.rint(data)
    off = float(np.abs(data - rounded).max())
    if off > WHOLE:
        raise UnreadableFile("not_a_label_map", f"The {what} holds fractions, expected whole numbers.")
    if rounded.min() < -1 or rounded.max() > HIGHEST:
        return rounded, []
    if not off:
        return rounded.astype(np.int32), []
    note = f"Values of the {what} are up to {off:.1g} off whole numbers: they are rounded."
    return rounded.astype(np.int32), [Caution("rounded_labels", note)]


def renumbered(reference: Array, own: Mapping[int, str], names: Mapping[int, str]) -> tuple[Array, list[Caution]]:
    """A reference with the numbers that the result uses for the same names. Masks and segments are numbered in their
    own order: by numbers alone a femur would be compared with a tibia.

    own: the reference's names; names: the result's. Where either is empty, the numbers stay.
    """
    wanted = {name.lower(): value for value, name in names.items()}
    if not own or not wanted:
        return reference, []
    table = np.arange(max(int(reference.max()), *own) + 1, dtype=np.uint16)
    free = max(*table.tolist(), *names) + 1
    unknown = []
    for value, name in own.items():
        if name.lower() in wanted:
            table[value] = wanted[name.lower()]
        else:
            table[value], free = free, free + 1
            unknown.append(name)
    if np.array_equal(table, np.arange(len(table))):
        return reference, []
    notes = [Caution("matched_by_name", "Labels of the reference are matched by name.")]
    if unknown:
        notes.append(
            Caution("matched_by_name", f"Labels of the reference that match none by name: {', '.join(unknown[:8])}.")
        )
    return table[reference], notes


def regions_of(labels: Array, names: Mapping[int, str]) -> tuple[Region, ...]:
    present = [int(value) for value in np.flatnonzero(counts_of(labels)) if value]
    return tuple(Region(value, names.get(value) or f"label_{value}", None) for value in present)
