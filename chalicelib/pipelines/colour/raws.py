"""Camera raws, developed no further than to linear light in the camera's own colours."""

from __future__ import annotations

from pathlib import Path

import rawpy

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour.dcp_file import RawCamera
from chalicelib.pipelines.colour.pictures import Picture, check_size
from chalicelib.pipelines.colour.taken import camera_of, of_raw

_DNG_VERSION, _UNIQUE_MODEL = 50706, 50708


def developed(path: Path) -> Picture:
    """A raw at 16 bits, demosaiced with the camera's white balance. Raises UnreadableFile.

    It is written again as TIFF, held upright, without the raw's EXIF: no installed library reads every maker's.
    """
    try:
        with rawpy.imread(str(path)) as raw:
            check_size(raw.sizes.raw_width, raw.sizes.raw_height)
            multipliers = [float(value) for value in raw.camera_whitebalance[:3]]
            model, camera_name = _names(path)
            shot, lens = raw.other, raw.lens
            taken = of_raw(camera_name, lens.model, shot.shutter_speed, shot.aperture, shot.iso_speed)
            pixels = raw.postprocess(
                output_bps=16,
                gamma=(1, 1),
                no_auto_bright=True,
                adjust_maximum_thr=0,  # or the lightest spot of a dark picture would decide its brightness
                use_camera_wb=True,
                output_color=rawpy.ColorSpace.raw,
                user_flip=None,
            )
    except rawpy.LibRawError:
        raise UnreadableFile(
            "damaged_raw", "The raw can't be developed: LibRaw doesn't know it, or it is damaged."
        ) from None
    notes = [Caution("raw_developed", "The raw was developed to 16-bit TIFF; its EXIF is not carried over.")]
    white = (multipliers[0], multipliers[1], multipliers[2]) if min(multipliers) > 0 else None
    camera = RawCamera(model, white) if model and white else None
    return Picture(pixels, "TIFF", linear=True, notes=notes, camera=camera, taken=taken, multipliers=white)


def _names(path: Path) -> tuple[str | None, str | None]:
    """The name by which raw converters know the camera, which DNG alone states (makers' own files leave it to each
    converter's table), and its name in EXIF."""
    from PIL import TiffImagePlugin

    try:
        with path.open("rb") as stream:
            folder = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
            stream.seek(folder.next)
            folder.load(stream)
            told = folder.get(_UNIQUE_MODEL) if _DNG_VERSION in folder else None
            camera = camera_of(folder)
    except Exception:  # Pillow passes on its readers' errors; LibRaw has read the picture all the same
        return None, None
    name = told.strip("\0 ") if isinstance(told, str) else ""
    return name if name.isascii() and name.isprintable() and 0 < len(name) < 128 else None, camera
