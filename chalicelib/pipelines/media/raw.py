"""Cameras' RAW files: the JPEG that the camera embeds as a preview, and the file's metadata.

Nothing is developed. Sources: TIFF 6.0, TIFF/EP (ISO 12234-2), the DNG specification 1.7; for CR3, RAF, ORF and RW2
exiftool's documentation.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from PIL import Image, JpegImagePlugin

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.media import boxes
from chalicelib.pipelines.media.exif import Tags

MOST_DIRECTORIES, MOST_ENTRIES = 64, 512
# The most that all values of one directory may take, previews aside: a file can point to the same bytes any number of
# times.
MOST_VALUES = 16 * 1024 * 1024
LARGEST_PREVIEW = 64 * 1024 * 1024
SCANNED = 8 * 1024 * 1024
MOST_FOUND = 16
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)
_WIDTH, _HEIGHT, _COMPRESSION, _STRIPS, _STRIP_SIZES = 0x100, 0x101, 0x103, 0x111, 0x117
_SUBDIRECTORIES, _JPEG_AT, _JPEG_SIZE, _PANASONIC_JPEG, _XMP = 0x14A, 0x201, 0x202, 0x2E, 0x2BC
_CANON_METADATA = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CANON_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@dataclass(frozen=True)
class Raw:
    """preview: opened, not decoded; None where there is none. width, height: as stored, in pixels; 0 where unknown."""

    preview: Image.Image | None
    tags: Tags
    packet: bytes | None
    width: int
    height: int


def read(stream: BinaryIO, content_type: str) -> Raw:
    """Raises UnreadableFile where the file's own structure isn't sound."""
    if content_type == "image/x-canon-cr3":
        return _cr3(stream)
    if content_type == "image/x-fuji-raf":
        return _raf(stream)
    return _tiff(stream)


# -- formats built like a TIFF ---------------------------------------------------------------------------------------


class _AsTiff(io.RawIOBase):
    """The stream with the signature of a TIFF in place of Olympus's or Panasonic's own."""

    def __init__(self, stream: BinaryIO, signature: bytes) -> None:
        self._stream = stream
        self._signature = signature

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        at = self._stream.tell()
        content = self._stream.read(size)
        return content if at >= 4 else self._signature[at : at + len(content)] + content[max(0, 4 - at) :]


@dataclass(frozen=True)
class _Entry:
    kind: int
    count: int
    value: bytes  # four bytes: the value or where it lies


class _Directories:
    """The directories of a TIFF, each looked at once."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        head = stream.read(8)
        if head[:2] not in (b"II", b"MM") or len(head) < 8:
            raise UnreadableFile("unreadable", "The file is damaged: it has no header of a RAW file.")
        self.order = "little" if head[:2] == b"II" else "big"
        self._stream = stream
        self.all: list[dict[int, _Entry]] = []
        self._seen: set[int] = set()
        waiting = [self.number(head[4:8])]
        while waiting and len(self.all) < MOST_DIRECTORIES:
            at = waiting.pop(0)
            if at and at not in self._seen:
                self._seen.add(at)
                directory, following = self._directory(at)
                self.all.append(directory)
                waiting += [*self._numbers(directory.get(_SUBDIRECTORIES)), following]

    def number(self, content: bytes) -> int:
        return int.from_bytes(content, "little" if self.order == "little" else "big")

    def first(self, directory: dict[int, _Entry], tag: int) -> int:
        return next(iter(self._numbers(directory.get(tag))), 0)

    def is_small(self, directory: dict[int, _Entry]) -> bool:
        """Whether all of its values together stay below MOST_VALUES."""
        return sum(e.count * _SIZES[e.kind] for e in directory.values() if e.kind < len(_SIZES)) <= MOST_VALUES

    def content(self, entry: _Entry | None, most: int) -> bytes | None:
        if entry is None or not 4 < entry.count * _SIZES[entry.kind if entry.kind < len(_SIZES) else 0] <= most:
            return None
        self._stream.seek(self.number(entry.value))
        return self._stream.read(entry.count * _SIZES[entry.kind])

    def _directory(self, at: int) -> tuple[dict[int, _Entry], int]:
        self._stream.seek(at)
        count = min(self.number(self._stream.read(2)), MOST_ENTRIES)
        content = self._stream.read(12 * count + 4)
        found = {}
        for start in range(0, min(12 * count, len(content) - 11), 12):
            tag, kind = self.number(content[start : start + 2]), self.number(content[start + 2 : start + 4])
            found[tag] = _Entry(kind, self.number(content[start + 4 : start + 8]), content[start + 8 : start + 12])
        return found, self.number(content[12 * count : 12 * count + 4])

    def _numbers(self, entry: _Entry | None) -> list[int]:
        """Up to 16 whole numbers."""
        if entry is None or entry.kind not in (1, 3, 4, 13):
            return []
        size, count = _SIZES[entry.kind], min(entry.count, 16)
        content = entry.value
        if size * count > 4:
            self._stream.seek(self.number(entry.value))
            content = self._stream.read(size * count)
        return [self.number(content[at : at + size]) for at in range(0, size * count, size)]


def _tiff(stream: BinaryIO) -> Raw:
    found = _Directories(stream)
    main = found.all[0] if found.all else {}
    exif = Image.Exif()
    if found.is_small(main):
        signature = b"II*\0" if found.order == "little" else b"MM\0*"
        stream.seek(0)
        try:
            exif.load_from_fp(cast(BinaryIO, _AsTiff(stream, signature)))
        except Exception:  # over a damaged directory Pillow may raise anything
            exif = Image.Exif()
    spans = [span for directory in found.all for span in _spans(found, directory)]
    preview = _best(_opened(stream, start, size) for start, size in spans) or _best(_scanned(stream))
    packet = found.content(main.get(_XMP), MOST_VALUES)
    sizes = [(found.first(d, _WIDTH), found.first(d, _HEIGHT)) for d in found.all]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return Raw(preview, Tags(exif), packet, *_larger((width, height), preview, Tags(exif)))


def _spans(found: _Directories, directory: dict[int, _Entry]) -> Iterator[tuple[int, int]]:
    """(start, size) of each possible JPEG."""
    if _JPEG_AT in directory:
        yield found.first(directory, _JPEG_AT), found.first(directory, _JPEG_SIZE)
    if found.first(directory, _COMPRESSION) in (6, 7) and directory.get(_STRIPS, _Entry(0, 0, b"")).count == 1:
        yield found.first(directory, _STRIPS), found.first(directory, _STRIP_SIZES)
    if entry := directory.get(_PANASONIC_JPEG):
        yield found.number(entry.value), entry.count


def _larger(size: tuple[int, int], preview: Image.Image | None, tags: Tags) -> tuple[int, int]:
    known = [size, tags.pixels()] + ([preview.size] if preview else [])
    return max(known, key=lambda one: one[0] * one[1])


def _opened(stream: BinaryIO, start: int, size: int) -> Image.Image | None:
    """The JPEG of these bytes, its header read; None where there is none. Lossless JPEGs are sensor data."""
    if not 0 < size <= LARGEST_PREVIEW or start <= 0:
        return None
    stream.seek(start)
    if stream.read(3) != b"\xff\xd8\xff":
        return None
    stream.seek(start)
    try:
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(stream.read(size)))
    except Exception:  # damaged, or of a kind that Pillow doesn't read
        return None
    return image if image.bits == 8 and not _is_lossless(image) else None


def _is_lossless(image: JpegImagePlugin.JpegImageFile) -> bool:
    assert image.fp is not None
    image.fp.seek(0)
    return re.search(rb"\xff\xc3\0.\x08", image.fp.read(64 * 1024), re.DOTALL) is not None


def _best(images: Iterator[Image.Image | None]) -> Image.Image | None:
    return max((image for image in images if image), key=lambda image: image.width * image.height, default=None)


def _scanned(stream: BinaryIO) -> Iterator[Image.Image | None]:
    """Where no directory names a preview (Olympus keeps it in its maker note): JPEGs within the first 8 MiB."""
    stream.seek(0)
    content = stream.read(SCANNED)
    at = content.find(b"\xff\xd8\xff")
    for _ in range(MOST_FOUND):
        if at < 0:
            return
        if image := _opened(stream, at, LARGEST_PREVIEW):
            yield image
        at = content.find(b"\xff\xd8\xff", at + 3)


# -- Canon's CR3, Fujifilm's RAF -------------------------------------------------------------------------------------


def _cr3(stream: BinaryIO) -> Raw:
    parts: dict[bytes, bytes] = {}
    preview: Image.Image | None = None
    packet: bytes | None = None
    for kind, start, size in boxes.of_file(stream):
        if not 0 < size <= LARGEST_PREVIEW or kind not in (b"moov", b"uuid"):
            continue
        stream.seek(start)
        content = stream.read(size)
        if kind == b"moov":
            for inner, body in boxes.inside(content, 0, len(content)):
                if inner == b"uuid" and content[body.start : body.start + 16] == _CANON_METADATA:
                    for name, part in boxes.inside(content, body.start + 16, body.stop):
                        parts[name] = content[part.start : part.stop]
        elif content[:16] == _CANON_PREVIEW:
            preview = _jpeg_within(content)
        elif content[:16] == _XMP_BOX:
            packet = content[16:]
    if not parts:
        raise UnreadableFile("unreadable", "The file is damaged: it has no header of a RAW file.")
    exif = Image.Exif()
    tags = Tags(exif, *(_directory(parts.get(name)) for name in (b"CMT1", b"CMT2", b"CMT4")))
    preview = preview or _jpeg_within(parts.get(b"THMB", b""))
    return Raw(preview, tags, packet, *_larger((0, 0), preview, tags))


def _directory(content: bytes | None) -> dict[int, object]:
    exif = Image.Exif()
    try:
        exif.load(content or b"")
    except Exception:  # as above
        return {}
    return dict(exif)


def _jpeg_within(content: bytes) -> Image.Image | None:
    at = content.find(b"\xff\xd8\xff")
    return _opened(io.BytesIO(b"\0" + content[at:]), 1, len(content) - at) if at >= 0 else None


def _raf(stream: BinaryIO) -> Raw:
    stream.seek(84)
    place = stream.read(8)
    preview = _opened(stream, int.from_bytes(place[:4]), int.from_bytes(place[4:]))
    if preview is None:
        raise UnreadableFile("unreadable", "The file is damaged: the picture that every RAF has can't be found.")
    tags = Tags.of(preview)
    return Raw(preview, tags, preview.info.get("xmp"), *_larger((0, 0), preview, tags))
