"""What the media pipeline finds out about one file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, cast

from chalicelib.files.sniffing import sniff
from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media.filenames import from_name
from chalicelib.pipelines.media.naming import EXTENSIONS
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.timestamps import Found, choose, iso

PHOTO_NAMES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".heic", ".heif")
VIDEO_NAMES = (".mp4", ".mov", ".m4v", ".avi", ".mkv")


def inspect(file: SourceFile, options: Options, now: datetime) -> Inspection:
    """Reads a photo once, in whole. Reads a video in whole only where its SHA-256 isn't known yet, and then by ranges.

    Raises UnreadableFile: empty_file, content_mismatch, too_many_pixels, no_video, unreadable. An error of the store
    while reading is raised as it is: that is no fault of the file's.
    """
    if file.size == 0:
        raise UnreadableFile("empty_file", "The file is empty.")
    content_type = _content_type(file)
    is_video = content_type.startswith("video/")
    if not (is_video and file.verified_sha256):
        file.load()
    stream = _Watched(file.open())
    try:
        facts, times, thumbnail = (_video if is_video else _photo)(cast(BinaryIO, stream), content_type)
    except Exception as error:
        if stream.fault:
            raise stream.fault from None
        if isinstance(error, UnreadableFile):
            raise
        # Which errors a damaged file causes is known to nobody: struct's, zlib's, the codecs', even AttributeError.
        raise UnreadableFile("unreadable", f"The file is damaged: it can't be decoded as {content_type}.") from error
    if stream.fault:  # a library made do without the bytes
        raise stream.fault
    if named := from_name(file.name):
        times.append(named)
    if file.modified_at:
        times.append(Found("modified_at", file.modified_at))
    return Inspection(content_type, _metadata(facts, times, options, now), thumbnail)


def _content_type(file: SourceFile) -> str:
    found = sniff(file.head())
    name = file.name.lower()
    if found not in EXTENSIONS:
        what = f"is {found}" if found else "is of no known kind"
        raise UnreadableFile("content_mismatch", f"The content {what}, and no photo or video that is accepted.")
    other = VIDEO_NAMES if found.startswith("image/") else PHOTO_NAMES
    if name.endswith(other):
        raise UnreadableFile("content_mismatch", f"The content is {found}, but the name says otherwise.")
    return found


def _photo(stream: BinaryIO, content_type: str) -> tuple[dict[str, Any], list[Found], bytes]:
    from chalicelib.pipelines.media import images

    picture, tags = images.read(stream, content_type)
    facts = {
        "width": picture.width,
        "height": picture.height,
        "gps": tags.gps(),
        "camera": tags.camera(),
        "phash": picture.phash,
    }
    return facts, tags.times(), picture.thumbnail


def _video(stream: BinaryIO, content_type: str) -> tuple[dict[str, Any], list[Found], bytes]:
    from chalicelib.pipelines.media import video

    found = video.read(stream, content_type)
    facts = {
        "width": found.picture.width,
        "height": found.picture.height,
        "duration_seconds": found.duration,
        "gps": found.gps,
        "camera": found.camera,
    }
    return facts, list(found.times), found.picture.thumbnail


def _metadata(facts: dict[str, Any], times: list[Found], options: Options, now: datetime) -> dict[str, Any]:
    choice = choose(times, options.zone, options.earliest_year, now)
    best = choice.best
    metadata = {
        "detected_timestamp": iso(best.at) if best else None,
        "timestamp_source": best.source if best else None,
        "confidence": choice.confidence,
        "timestamp_candidates": [candidate.as_json() for candidate in choice.candidates] or None,
        **facts,
    }
    return {key: value for key, value in metadata.items() if value is not None}


class _Watched:
    """A stream that remembers the error of its own reading, to tell it from what the content makes a decoder raise."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.fault: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except Exception as error:
            self.fault = error
            raise

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
