"""The inspection of a file as it arrives: its kind, its size, and a thumbnail."""

from __future__ import annotations

import io
import warnings
from typing import Any, cast

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.colour import reference_values
from chalicelib.pipelines.colour.kinds import HEIC_EXTENSIONS, RAW_EXTENSIONS, VALUE_EXTENSIONS

_THUMBNAIL, _QUALITY = 320, 82
_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "WEBP": "image/webp"}


def inspect_file(file: SourceFile, options: Any) -> Inspection:
    """Raises UnreadableFile for a file that no step could read. Only the first bytes of raws and HEIC are examined:
    their libraries are in another function."""
    name = file.name.lower()
    if file.size == 0:
        raise UnreadableFile("empty_file", "The file is empty.")
    if name.endswith(VALUE_EXTENSIONS):
        return _values(file)
    if file.role == "reference_values":
        raise UnreadableFile("wrong_role", "Reference values are a CGATS or CSV file, not a picture.")
    head = file.head()
    if name.endswith(HEIC_EXTENSIONS):
        if head[4:8] != b"ftyp":
            raise UnreadableFile("content_mismatch", "The name says HEIC, the content doesn't.")
        file.load()
        return Inspection("image/heic")
    if name.endswith(RAW_EXTENSIONS):
        if not head.startswith((b"II", b"MM", b"FUJIFILM")) and head[4:8] != b"ftyp":
            raise UnreadableFile("content_mismatch", "The name says camera raw, the content doesn't.")
        file.load()
        return Inspection("image/x-raw")
    file.load()
    return _picture(file)


def _values(file: SourceFile) -> Inspection:
    if file.role != "reference_values":
        raise UnreadableFile("wrong_role", "Tables of values are accepted only in the role reference_values.")
    if file.size > reference_values.MAX_BYTES:
        raise UnreadableFile("reference_values_unreadable", "The file of reference values is too large.")
    file.load()
    _, lab = reference_values.read(file.open().read(), file.name)
    return Inspection("text/plain", {"patches": len(lab)})


def _picture(file: SourceFile) -> Inspection:
    from PIL import Image, ImageOps

    from chalicelib.pipelines.colour.pictures import check_size

    stream = cast(Any, file.open())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Any = Image.open(stream)
            if image.format not in _TYPES:
                raise UnreadableFile("content_mismatch", f"The content is {image.format}, which is not accepted.")
            check_size(*image.size)
            content_type = _TYPES[image.format]
            image.draft("RGB", (2 * _THUMBNAIL, 2 * _THUMBNAIL))
            turned = image.format != "TIFF"  # Pillow turns those while loading
            size, orientation = image.size, image.getexif().get(0x0112, 1)
            if image.mode.startswith("I;16"):
                image = image.point(lambda value: value / 256)
            small = image if image.mode in ("RGB", "L") else image.convert("RGB")
            small.thumbnail((_THUMBNAIL, _THUMBNAIL))
            small = ImageOps.exif_transpose(small) if turned else small
            out = io.BytesIO()
            small.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    except (UnreadableFile, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise UnreadableFile("picture_too_large", "The picture has too many pixels.") from None
    except Exception as error:
        raise UnreadableFile(
            "damaged_picture", "The picture can't be decoded: it is damaged or of another kind."
        ) from error
    width, height = size[::-1] if orientation in (5, 6, 7, 8) and turned else size
    return Inspection(content_type, {"width": width, "height": height}, out.getvalue())
