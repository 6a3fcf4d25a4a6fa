"""The media pipeline's inspection of one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, BinaryIO, cast

from chalicelib.files.sniffing import sniff
from chalicelib.files.source import IN_MEMORY, SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import sidecars
from chalicelib.pipelines.media.filenames import from_name
from chalicelib.pipelines.media.kinds import BY_TYPE, PHOTO_NAMES, VIDEO, VIDEO_NAMES
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.timestamps import Found, Whereabouts, choose, times_as_json


def inspect(file: SourceFile, options: Options, now: datetime) -> Inspection:
    """Reads a photo once, in whole. Reads a video in whole only where its SHA-256 isn't known yet, and then by ranges.

    Raises UnreadableFile: empty_file, content_mismatch, too_many_pixels, no_video, unreadable. An error of the store
    while reading is raised as it is, since the file isn't at fault.
    """
    if file.size == 0:
        raise UnreadableFile("empty_file", "The file is empty.")
    if sidecars.is_sidecar(file.name):
        return sidecars.inspect(file)
    content_type = _content_type(file)
    is_video = BY_TYPE[content_type].sort == VIDEO
    if not (is_video and file.verified_sha256):
        file.load()
    stream = _Watched(file.open())
    try:
        in_memory = file.digests is not None and file.size <= IN_MEMORY
        opened = cast(BinaryIO, stream)
        looked = _video(opened, content_type, in_memory) if is_video else _photo(opened, content_type)
    except Exception as error:
        if stream.fault:
            raise stream.fault from None
        if isinstance(error, UnreadableFile):
            raise
        # No list covers all the errors that a damaged file causes: struct's, zlib's, the codecs', even AttributeError.
        raise UnreadableFile("unreadable", f"The file is damaged: it can't be decoded as {content_type}.") from error
    if stream.fault:  # a library went on without the bytes
        raise stream.fault
    if named := from_name(file.name):
        looked.times.append(named)
    if file.modified_at:
        looked.times.append(Found("modified_at", file.modified_at, utc=True))
    return Inspection(content_type, _metadata(looked, options, now), looked.thumbnail)


def _content_type(file: SourceFile) -> str:
    found = sniff(file.head())
    name = file.name.lower()
    if found not in BY_TYPE:
        what = found or "of an unknown type"
        raise UnreadableFile("content_mismatch", f"The content is {what}: not an accepted photo or video.")
    other = PHOTO_NAMES if BY_TYPE[found].sort == VIDEO else VIDEO_NAMES
    if name.endswith(other):
        raise UnreadableFile("content_mismatch", f"The content is {found}, but the name says otherwise.")
    return found


@dataclass(frozen=True)
class Looked:
    """The findings in a file. facts: for its metadata. offset: the camera's, where it is written."""

    facts: Mapping[str, Any]
    times: list[Found]
    thumbnail: bytes | None
    offset: timezone | None = None


def _photo(stream: BinaryIO, content_type: str) -> Looked:
    from chalicelib.pipelines.media import images

    photo = images.read(stream, content_type)
    said, picture = photo.said, photo.picture
    facts = {
        "width": photo.width or None,
        "height": photo.height or None,
        "gps": said.gps,
        "camera": said.camera,
        "phash": picture.phash if picture else None,
        "layout": picture.layout if picture else None,
        "content_identifier": said.content_identifier,
        "motion_photo": said.motion_photo or None,
        "damaged": photo.damaged or None,
    }
    return Looked(facts, said.times, picture.thumbnail if picture else None, said.offset)


def _video(stream: BinaryIO, content_type: str, in_memory: bool) -> Looked:
    from chalicelib.pipelines.media import video

    found = video.read(stream, content_type, in_memory)
    facts = {
        "width": found.picture.width,
        "height": found.picture.height,
        "duration_seconds": found.duration,
        "codec": found.codec,
        "frame_rate": found.frame_rate,
        "gps": found.gps,
        "camera": found.camera,
        "layout": found.layout,
        "content_identifier": found.content_identifier,
    }
    return Looked(facts, found.times, found.picture.thumbnail)


def _metadata(looked: Looked, options: Options, now: datetime) -> dict[str, Any]:
    where = Whereabouts(options.zone, looked.facts.get("gps"), looked.offset)
    choice = choose(looked.times, where, options.earliest_year, now)
    metadata = {**times_as_json(choice), **looked.facts}
    return {key: value for key, value in metadata.items() if value is not None}


class _Watched:
    """A stream that remembers the error of its own reading, to tell it from a decoder's errors over the content."""

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
