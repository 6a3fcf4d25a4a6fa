"""A code for each warning, for programs. The sentences are this pipeline's own: what one speaks of is its code."""

from __future__ import annotations

import re
from collections.abc import Sequence

OTHER = "note"
CODES = tuple(
    (code, re.compile(words))
    for code, words in (
        ("incomplete_series", r"DICOM file\(s\) could not be read|of the DICOM series can't be read"),
        ("several_images_in_series", r"^The DICOM series holds \d+ images"),
        ("other_series", r"^There are \d+ other series"),
        ("missing_slices", r"slice\(s\) seem to be missing"),
        ("duplicate_slices", r"duplicate slice\(s\)"),
        ("uneven_slices", r"^Slices are unevenly spaced"),
        ("no_position", r"carry no position"),
        (
            "assumed_spacing",
            r"how far apart|aren't known: mm is|gives no voxel size|have no PixelSpacing|option `pixel_spacing`",
        ),
        ("assumed_orientation", r"doesn't say (how its axes lie|which side is left|where it lies)"),
        ("tilted", r"^The slices are tilted"),
        ("converted_lengths", r"they are converted to mm"),
        ("forms_disagree", r"(sform and qform|pixdim and sform) disagree"),
        ("sheared", r"don't stand at right angles"),
        ("rounded_labels", r"they are rounded"),
        ("ignored_label", r"the value -1 \(ignore\)"),
        ("grids_differ", r"(differ|differs) by up to .* voxels"),
        ("partial_labels", r"cover a part of the image"),
        ("overlapping_labels", r"overlap in \d+ voxels"),
        ("fractional_labels", r"holds fractions: a voxel belongs"),
        ("reference_not_used", r"[Tt]he reference (can't be used|doesn't lie)"),
        ("matched_by_name", r"matched by their names|labels of other names"),
        ("labels_not_used", r"uploaded labels are not used"),
        ("images_not_used", r"more image\(s\), which are not used|An image of the zip is left out"),
        ("segmentations_not_used", r"DICOM segmentations: the first is used"),
        ("channels_not_used", r"channels: the first is used"),
        ("archives_passed_over", r"archive\(s\) within the zip"),
        ("file_refused", r"^File no\. \d+ was refused"),
        ("specks", r"voxel\(s\) apart from the rest"),
        ("thickness_not_computed", r": no thickness\. "),
        ("area_not_computed", r"Area not computed"),
        ("parts_not_computed", r"parts not computed"),
        ("side_unknown", r"^Which knee it is isn't known"),
        ("not_plausible", r"^The segmentation isn't plausible"),
        ("t2_assumptions", r"^T2 of qDESS assumes"),
        ("t2_unsure", r"^T2 is unsure"),
        ("no_trained_model", r"not from a trained model"),
        ("no_dicom_segmentation", r"^No DICOM segmentation is written"),
    )
)


def codes_of(warnings: Sequence[str]) -> list[str]:
    """One code for each of the sentences, in their order."""
    return [next((code for code, words in CODES if words.search(one)), OTHER) for one in warnings]
