"""Photos: decoded small and upright, with the facts of their EXIF."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.media import damage, jxl, psd, raw
from chalicelib.pipelines.media.embedded import Embedded
from chalicelib.pipelines.media.exif import Tags
from chalicelib.pipelines.media.heic import items_are_named
from chalicelib.pipelines.media.kinds import RAW_TYPES
from chalicelib.pipelines.media.layout import layout

THUMBNAIL = 320
QUALITY = 82
# The largest phone cameras make 200 megapixels. A claim of more is refused before anything is decoded: a PNG of this
# size needs some 800 MB, and a decompression bomb claims any size in a few kilobytes.
MAX_PIXELS = 205_000_000
FLAT = 4
SAMSUNGS_FILM = b"MotionPhoto_Data"
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Modes that can be averaged as they are. Palettes and odd depths are converted first, for which a full-size image is
# too large.
_SCALABLE = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
_PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "image/jpeg": JpegImagePlugin.JpegImageFile,
    "image/png": PngImagePlugin.PngImageFile,
    "image/gif": GifImagePlugin.GifImageFile,
    "image/webp": WebPImagePlugin.WebPImageFile,
    "image/tiff": TiffImagePlugin.TiffImageFile,
    "image/avif": AvifImagePlugin.AvifImageFile,
    "image/bmp": BmpImagePlugin.BmpImageFile,
    "image/jp2": Jpeg2KImagePlugin.Jpeg2KImageFile,
}
# Turned while they are decoded: TIFF by Pillow, the others by libheif.
_TURNED = frozenset({"image/tiff", "image/heic", "image/heif"})


@dataclass(frozen=True)
class Picture:
    """width, height: upright, in pixels. thumbnail: JPEG. phash: 16 hex digits, layout: see layout.layout; None for a
    blank picture."""

    width: int
    height: int
    thumbnail: bytes
    phash: str | None
    layout: str | None


@dataclass(frozen=True)
class Photo:
    """picture: None where no decoder here reads it. width, height: upright, in pixels. damaged: a part is missing."""

    picture: Picture | None
    said: Embedded
    width: int
    height: int
    damaged: bool = False


def read(stream: BinaryIO, content_type: str) -> Photo:
    """Decodes a photo once, at reduced size where its format can, and reads its metadata.

    Raises UnreadableFile too_many_pixels; other errors of the libraries over a damaged file pass through.
    """
    try:
        if content_type in RAW_TYPES:
            return _raw(stream, content_type)
        if content_type == "image/jxl":
            return _jxl(stream)
        if content_type == "image/vnd.adobe.photoshop":
            return _psd(stream)
        content = damage.mended(stream) if content_type == "image/jpeg" else None
        stream = io.BytesIO(content) if content else stream
        stream.seek(0)
        # The plugin itself, not Image.open: that guesses the format, and limits pixels by a global of the process.
        with _open(stream, content_type) as image:
            check_pixels(*image.size)
            tags = Tags.of(image)
            said = Embedded.of(image, tags, stream)
            if content_type == "image/jpeg" and damage.holds(stream, SAMSUNGS_FILM):
                said = replace(said, motion_photo=True)
            return _decoded(image, tags, said, image.size, content_type, bool(content))
    except Image.DecompressionBombError:
        raise _too_many() from None


def _decoded(
    image: Image.Image,
    tags: Tags,
    said: Embedded,
    size: tuple[int, int],
    content_type: str,
    damaged: bool = False,
) -> Photo:
    check_pixels(*image.size)
    profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA") else None
    if image.mode not in _SCALABLE:
        image.thumbnail((4 * THUMBNAIL, 4 * THUMBNAIL), Image.Resampling.NEAREST)
    seen = image if image.mode in _SCALABLE else flattened(image)
    seen.thumbnail((THUMBNAIL, THUMBNAIL))
    seen.load()  # thumbnail() leaves an image that is small enough undecoded
    orientation = 1 if content_type in _TURNED else tags.orientation
    width, height = size[::-1] if orientation >= 5 else size
    small = upright(flattened(seen), orientation)
    return Photo(picture(small, width, height, profile), said, width, height, damaged)


def _raw(stream: BinaryIO, content_type: str) -> Photo:
    found = raw.read(stream, content_type)
    said = Embedded.beside(found.tags, found.packet)
    size = found.width, found.height
    check_pixels(*size)
    if found.preview is None:
        width, height = size[::-1] if found.tags.orientation >= 5 else size
        return Photo(None, said, width, height)
    return _decoded(found.preview, found.tags, said, size, content_type)


def _psd(stream: BinaryIO) -> Photo:
    image, size, tags = psd.read(stream)
    check_pixels(*size)
    return _decoded(image, tags, Embedded.of(image, tags, stream), size, "image/vnd.adobe.photoshop")


def _jxl(stream: BinaryIO) -> Photo:
    found = jxl.read(stream)
    exif = Image.Exif()
    if found.exif:
        exif.load(found.exif)
    tags = Tags(exif)
    check_pixels(found.width, found.height)
    return Photo(None, Embedded.beside(tags, found.packet), found.width, found.height)


def picture(small: Image.Image, width: int, height: int, icc_profile: bytes | None = None) -> Picture:
    """The record of an upright image, already reduced. A colour profile is kept where it's small, as phones' are."""
    out = io.BytesIO()
    profile = icc_profile if icc_profile and len(icc_profile) <= 4096 else None
    small.save(out, "JPEG", quality=QUALITY, icc_profile=profile)
    phash = difference_hash(small)
    return Picture(width, height, out.getvalue(), phash, layout(small) if phash else None)


def check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many()


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as it was seen, from EXIF's orientation 1 to 8."""
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def flattened(image: Image.Image) -> Image.Image:
    """The picture in RGB, transparent parts white, 16-bit grey scaled to 8."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def difference_hash(image: Image.Image) -> str | None:
    """dHash: 64 bits, row by row, each set where brightness rises to the right on a 9 by 8 grid.

    None for an image without contrast, whose bits would be noise and equal to those of all other blank images.
    Source: N. Krawetz, "Kind of Like That", 2013; equal to imagehash.dhash.
    """
    grid = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    if max(grid) - min(grid) < FLAT:
        return None
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (grid[at + 1] > grid[at])
    return f"{bits:016x}"


def _open(stream: BinaryIO, content_type: str) -> Image.Image:
    if content_type in _PLUGINS:
        return _PLUGINS[content_type](stream)
    from pi_heif import open_heif, options

    content = stream.read()
    if not items_are_named(content):
        raise UnreadableFile("unreadable", "The file is damaged: its content can't be read.")
    # Only the picture is wanted; parts that aren't read can't do harm.
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    # Of several pictures (bursts, dynamic wallpapers) the primary one stands for the file.
    images = open_heif(content)
    check_pixels(*images[images.primary_index].size)
    image: Image.Image = images[images.primary_index].to_pillow()
    return image


def _too_many() -> UnreadableFile:
    return UnreadableFile("too_many_pixels", f"The image claims more than {MAX_PIXELS // 1_000_000} megapixels.")
