"""Camera raws, developed no further than to linear light in the camera's own colours."""

from __future__ import annotations

from pathlib import Path

import rawpy

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour.pictures import Picture, check_size


def developed(path: Path) -> Picture:
    """A raw at 16 bits, demosaiced with the camera's white balance. Raises UnreadableFile.

    It is written again as TIFF, held upright, without the raw's EXIF: no library of ours reads every maker's.
    """
    try:
        with rawpy.imread(str(path)) as raw:
            check_size(raw.sizes.raw_width, raw.sizes.raw_height)
            pixels = raw.postprocess(
                output_bps=16,
                gamma=(1, 1),
                no_auto_bright=True,
                adjust_maximum_thr=0,  # or a dark picture would be made brighter by what its lightest spot is
                use_camera_wb=True,
                output_color=rawpy.ColorSpace.raw,
                user_flip=None,
            )
    except rawpy.LibRawError:
        raise UnreadableFile(
            "damaged_raw", "The raw can't be developed: LibRaw doesn't know it, or it is damaged."
        ) from None
    notes = [("raw_developed", "The raw was developed to 16-bit TIFF; its EXIF is not carried over.")]
    return Picture(pixels, "TIFF", linear=True, notes=notes)
