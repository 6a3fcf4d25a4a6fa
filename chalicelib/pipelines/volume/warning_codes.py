"""A code for each warning and the values in it, for programs and other languages.

The sentences are this pipeline's own, in English: the matching pattern gives the code, and its groups give the values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OTHER = "note"
CODES = tuple(
    (code, re.compile(words))
    for code, words in (
        ("incomplete_series", r"^(?P<count>\d+) DICOM file\(s\) could not be read"),
        ("unreadable_slices", r"of the DICOM series can't be read"),
        ("several_images_in_series", r"^The DICOM series holds (?P<count>\d+) images.*?: (?P<used>s?\d+)"),
        ("other_series", r"^There are (?P<count>\d+) other series"),
        ("missing_slices", r"^(?P<count>\d+) slice\(s\) seem to be missing.*the step stays (?P<step>[\d.]+) mm"),
        ("duplicate_slices", r"^(?P<count>\d+) duplicate slice\(s\)"),
        ("uneven_slices", r"^Slices are unevenly spaced: (?P<least>[\d.]+) to (?P<most>[\d.]+) mm"),
        (
            "no_positions_but_locations",
            r"^The DICOM slices carry no position: they are ordered by their slice location",
        ),
        ("no_positions", r"^The DICOM slices carry no position"),
        ("inverted", r"^The DICOM files are MONOCHROME1"),
        ("unusable_scale", r"^(?P<count>\d+) slice\(s\) state a scale of 0"),
        ("implausible_size", r"^The image is (?P<length>[\d.e+-]+) mm long by its header"),
        ("no_position", r"^(?P<count>\d+) slice\(s\) carry no position"),
        ("assumed_step", r"how far apart"),
        ("assumed_spacing", r"gives no voxel size"),
        ("detector_spacing", r"have no PixelSpacing"),
        ("given_spacing", r"by the option `pixel_spacing`"),
        ("unknown_unit", r"that aren't known: mm is assumed"),
        ("converted_lengths", r"they are converted to mm"),
        ("assumed_orientation", r"doesn't say (how its axes lie|which side is left|where it lies)"),
        ("tilted", r"^The slices are tilted by (?P<angle>[\d.]+)°"),
        ("forms_disagree", r"sform and qform disagree by up to (?P<off>[\d.]+) mm"),
        ("sizes_disagree", r"pixdim and sform disagree"),
        ("sheared", r"don't stand at right angles"),
        ("rounded_labels", r"they are rounded"),
        ("ignored_label", r"the value -1 \(ignore\)"),
        ("grids_differ", r"(differ|differs) by up to (?P<off>[\d.]+) voxels"),
        ("partial_labels", r"cover a part of the image"),
        ("overlapping_labels", r"overlap in (?P<count>\d+) voxels"),
        ("fractional_labels", r"holds fractions: a voxel belongs"),
        ("reference_not_used", r"[Tt]he reference (can't be used|doesn't lie)"),
        ("matched_by_name", r"matched by their names|labels of other names"),
        ("labels_not_used", r"uploaded labels are not used"),
        ("images_not_used", r"more image\(s\), which are not used|An image of the zip is left out"),
        ("segmentations_not_used", r"^There are (?P<count>\d+) DICOM segmentations"),
        ("channels_not_used", r"^The image has (?P<count>\d+) channels"),
        ("archives_passed_over", r"^(?P<count>\d+) archive\(s\) within the zip"),
        ("file_refused", r"^File no\. (?P<number>\d+) was refused"),
        ("specks", r"^(?P<region>.+): (?P<count>\d+) voxel\(s\) apart from the rest"),
        ("thickness_not_computed", r"^(?P<region>.+): no thickness\. "),
        ("area_not_computed", r"^(?P<region>.+): no area\. "),
        ("parts_not_computed", r"^(?P<region>.+): parts not computed"),
        ("side_unknown", r"^Which knee it is isn't known"),
        ("not_plausible", r"^The segmentation isn't plausible"),
        ("t2_assumed_diffusivity", r"^T2 of qDESS assumes a diffusivity of (?P<diffusivity>[\d.]+)"),
        ("t2_assumed_t1", r"^T2 of qDESS assumes a T1 of (?P<t1>[\d.]+) ms"),
        ("t2_unsure", r"^T2 is unsure"),
        ("no_trained_model", r"not from a trained model"),
        ("no_dicom_segmentation", r"^No DICOM segmentation is written"),
    )
)


def codes_of(warnings: Sequence[str]) -> list[str]:
    """One code for each of the sentences, in their order."""
    return [_found(one)[0] for one in warnings]


def values_of(warnings: Sequence[str]) -> list[dict[str, str | float]]:
    """The values in each sentence, by the names that its translations use for them."""
    return [_found(one)[1] for one in warnings]


def _found(sentence: str) -> tuple[str, dict[str, str | float]]:
    for code, words in CODES:
        if match := words.search(sentence):
            return code, {name: _number(text) for name, text in match.groupdict().items() if text is not None}
    return OTHER, {}


def _number(text: str) -> str | float:
    if re.fullmatch(r"\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d+\.\d+", text) else text
