"""Every kind of file that the pipeline takes: by its bytes, with its extension in the zip and the metadata that is read
from it."""

from __future__ import annotations

from dataclasses import dataclass

PHOTO, RAW, VIDEO = "photo", "raw", "video"


@dataclass(frozen=True)
class Kind:
    """names: its usual extensions; the first is the one in the zip. what: for docs/media.md."""

    content_type: str
    sort: str
    names: tuple[str, ...]
    what: str


_DECODED = "picture, EXIF, XMP"
_PREVIEW = "the camera's own JPEG, EXIF, XMP"
KINDS = (
    Kind("image/jpeg", PHOTO, (".jpg", ".jpeg", ".jpe", ".jfif"), "picture, EXIF, XMP, IPTC; one that ends early too"),
    Kind("image/png", PHOTO, (".png",), "picture, EXIF, XMP, `Creation Time`, `tIME`"),
    Kind("image/gif", PHOTO, (".gif",), "first picture, XMP"),
    Kind("image/webp", PHOTO, (".webp",), _DECODED),
    Kind("image/tiff", PHOTO, (".tiff", ".tif"), "first picture, EXIF, XMP, IPTC"),
    Kind("image/heic", PHOTO, (".heic", ".hif"), "primary picture of any number, EXIF, XMP"),
    Kind("image/heif", PHOTO, (".heif",), "as HEIC"),
    Kind("image/avif", PHOTO, (".avif",), _DECODED),
    Kind("image/jxl", PHOTO, (".jxl",), "size, EXIF, XMP; no picture: Pillow's decoder for it is under the GPL"),
    Kind("image/bmp", PHOTO, (".bmp",), "picture"),
    Kind("image/vnd.adobe.photoshop", PHOTO, (".psd",), "its preview, else the flattened picture; EXIF, XMP, IPTC"),
    Kind("image/jp2", PHOTO, (".jp2", ".jpf", ".jpx"), "picture, EXIF, XMP"),
    Kind("image/x-adobe-dng", RAW, (".dng",), _PREVIEW),
    Kind("image/x-canon-cr2", RAW, (".cr2",), _PREVIEW),
    Kind("image/x-canon-cr3", RAW, (".cr3",), _PREVIEW),
    Kind("image/x-nikon-nef", RAW, (".nef", ".nrw"), _PREVIEW),
    Kind("image/x-sony-arw", RAW, (".arw",), _PREVIEW),
    Kind("image/x-fuji-raf", RAW, (".raf",), _PREVIEW),
    Kind("image/x-olympus-orf", RAW, (".orf",), _PREVIEW),
    Kind("image/x-panasonic-rw2", RAW, (".rw2",), _PREVIEW),
    Kind("video/mp4", VIDEO, (".mp4", ".3gp", ".3g2"), "frame, times, place, maker, XMP"),
    Kind("video/quicktime", VIDEO, (".mov", ".qt"), "as MP4, and Apple's content identifier"),
    Kind("video/x-m4v", VIDEO, (".m4v",), "as MP4"),
    Kind("video/x-matroska", VIDEO, (".mkv",), "frame, DateUTC"),
    Kind("video/webm", VIDEO, (".webm",), "as Matroska"),
    Kind("video/x-msvideo", VIDEO, (".avi",), "frame, IDIT, ICRD"),
    Kind("video/x-ms-wmv", VIDEO, (".wmv", ".asf"), "frame, creation date"),
    Kind("video/mpeg", VIDEO, (".mpg", ".mpeg", ".vob"), "frame"),
    Kind("video/mp2t", VIDEO, (".mts", ".m2ts", ".m2t"), "frame, AVCHD's recording time"),
)
BY_TYPE = {kind.content_type: kind for kind in KINDS}
PHOTO_NAMES = tuple(name for kind in KINDS if kind.sort != VIDEO for name in kind.names)
VIDEO_NAMES = tuple(name for kind in KINDS if kind.sort == VIDEO for name in kind.names)
RAW_TYPES = frozenset(kind.content_type for kind in KINDS if kind.sort == RAW)


def as_markdown() -> str:
    """The table for docs/media.md."""
    lines = ["| kind | names | what is read |", "| --- | --- | --- |"]
    lines += [f"| `{k.content_type}` | {' '.join(f'`{n}`' for n in k.names)} | {k.what} |" for k in KINDS]
    return "\n".join(lines) + "\n"
