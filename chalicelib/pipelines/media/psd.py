"""Photoshop's PSD: the preview among its resources, and the metadata there.

Source: Adobe Photoshop File Formats Specification, November 2019.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, JpegImagePlugin, PsdImagePlugin

from chalicelib.pipelines.media.exif import Tags

PREVIEW, IPTC, EXIF, XMP = 1036, 1028, 1058, 1060
PREVIEW_HEADER = 28
LARGEST = 64 * 1024 * 1024


def read(stream: BinaryIO) -> tuple[Image.Image, tuple[int, int], Tags]:
    """(picture, width and height of the whole, EXIF): the preview, a JPEG of 160 pixels, else the flattened picture.
    Its `info` has the file's XMP and IPTC as Pillow names them. Raises Pillow's own errors for damage."""
    stream.seek(0)
    header = stream.read(26)
    size = int.from_bytes(header[18:22]), int.from_bytes(header[14:18])
    stream.seek(int.from_bytes(stream.read(4)), io.SEEK_CUR)  # palette
    content = stream.read(min(int.from_bytes(stream.read(4)), LARGEST))
    resources = _resources(content)
    preview = resources.get(PREVIEW, b"")[PREVIEW_HEADER:]
    stream.seek(0)
    image: Image.Image
    if preview.startswith(b"\xff\xd8\xff"):
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(preview))
    else:
        image = PsdImagePlugin.PsdImageFile(stream)
    image.info |= {"xmp": resources.get(XMP), "photoshop": resources}
    exif = Image.Exif()
    if EXIF in resources:
        exif.load(resources[EXIF])
    return image, size, Tags(exif)


def _resources(content: bytes) -> dict[int, bytes]:
    """Number → content of the image resources; ends where they make no sense."""
    found: dict[int, bytes] = {}
    at = 0
    while content[at : at + 4] in (b"8BIM", b"MeSa") and at + 12 <= len(content):
        number = int.from_bytes(content[at + 4 : at + 6])
        name = content[at + 6] + 1
        at += 6 + name + name % 2
        size = int.from_bytes(content[at : at + 4])
        found[number] = content[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
    return found
