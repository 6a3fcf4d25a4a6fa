"""Videos: the facts of the container, and one frame. Only the needed parts are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, BinaryIO

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.media import avchd, avi, xmp
from chalicelib.pipelines.media.facts import camera, place, text
from chalicelib.pipelines.media.images import THUMBNAIL, Picture, check_pixels, picture
from chalicelib.pipelines.media.layout import film_layout
from chalicelib.pipelines.media.timestamps import Found
from chalicelib.pipelines.media.writing import is_date, written

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream
    from PIL.Image import Image

# The demuxer follows from the bytes. FFmpeg isn't left to guess: it knows playlists too, which name other files.
DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/x-m4v": "mov",
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/x-msvideo": "avi",
    "video/x-ms-wmv": "asf",
    "video/mpeg": "mpeg",
    "video/mp2t": "mpegts",
}
# Without an index: a jump lands between key frames, so they are read from their start.
STREAMED = frozenset({"mpegts", "mpeg", "mpegvideo"})
WANTED_SECOND = 1.0
BEFORE, OPENING, NEAR_ENOUGH = (0.0, 0.5), 0.12, 0.2  # seconds
LONG = 4.0
# Frames a second that a video may have.
FASTEST = 1000.0
# How much of the video stream may be read on the way from a key frame to the wanted second.
FRAME_BUDGET = 1024 * 1024
MAX_PACKETS = 2_000
OPTIONS = {
    "probesize": "1000000",
    "max_pixels": "100000000",  # more than 12K; a claim beyond it is refused by the decoder before it allocates
    "threads": "1",
    "protocol_whitelist": "none",  # a container can't make FFmpeg open anything else
    "export_xmp": "1",
}
EPOCH = 1904
# Seen with Nikon and GoPro (immich #17495, pulsejet/memories #1256); exiftool's notes on QuickTime name the others.
LOCAL_MAKERS = ("nikon", "canon", "caep", "gopro", "casio", "pentax", "olympus", "om digital", "fujifilm", "kodak")
_ISO_6709 = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_QUICKTIME = "com.apple.quicktime."


@dataclass(frozen=True)
class Video:
    """duration: seconds, None where unknown. picture: of one frame, upright. layout: see film_layout. codec: FFmpeg's
    name of it. frame_rate: frames a second, on average."""

    picture: Picture
    duration: float | None
    times: list[Found]
    gps: dict[str, float] | None
    camera: str | None
    content_identifier: str | None = None
    layout: str | None = None
    codec: str | None = None
    frame_rate: float | None = None


def read(stream: BinaryIO, content_type: str, in_memory: bool = False) -> Video:
    """in_memory: a jump to its middle rereads nothing, so a frame from there is looked at too.

    Raises UnreadableFile no_video where there's no picture in it; other damage passes through as FFmpeg's errors.
    """
    import av

    demuxer = DEMUXERS[content_type]
    if demuxer == "mpeg" and stream.read(4) == b"\0\0\1\xb3":
        demuxer = "mpegvideo"  # without the layer around the stream
    stream.seek(0)
    with av.open(stream, "r", format=demuxer, options=OPTIONS) as container:
        videos = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
        if not videos:
            raise UnreadableFile("no_video", "The file has no video stream that could be shown.")
        # A tag that is there twice comes as "first;second".
        said = {key: value.split(";")[0] for key, value in container.metadata.items()}
        duration = container.duration / 1_000_000 if container.duration and container.duration > 0 else None
        shown = _frame(container, videos[0].index, WANTED_SECOND)
        frame, first = shown.frame, shown.packet
        middle = None
        if in_memory and duration and duration > LONG and container.format.name not in STREAMED:
            middle = _middle(container, videos[0].index, duration / 2)
        tracks = [dict(stream.metadata) for stream in container.streams]
        times = _times(said | {"handler_name": videos[0].metadata.get("handler_name", "")}, tracks, demuxer)
        packet = xmp.or_nothing(said.get("xmp"))
        if demuxer == "avi":
            times += avi.times(stream)
        return Video(
            picture=_picture(frame),
            duration=round(duration, 3) if duration is not None else None,
            times=[*times, *(avchd.times(first) if demuxer == "mpegts" else []), *packet.times],
            gps=_gps(said) or packet.gps,
            camera=camera(*(text(said.get(_QUICKTIME + k) or said.get(k)) for k in ("make", "model"))),
            layout=film_layout([_small(f) if f else None for f in (*shown.before, frame, middle)]),
            codec=videos[0].codec_context.name,
            frame_rate=_rate(videos[0]),
            content_identifier=text(said.get(_QUICKTIME + "content.identifier"))[:64] or None,
        )


def _rate(stream: VideoStream) -> float | None:
    """None where the container states no rate, or one that no video has: some give the ticks of their clock."""
    rate = float(stream.average_rate) if stream.average_rate else 0.0
    return round(rate, 3) if 0 < rate <= FASTEST else None


@dataclass(frozen=True)
class _Shown:
    """frame: the wanted one. before: the film's very first and the one at half a second, where they were passed on the
    way. packet: the first read."""

    frame: VideoFrame
    before: list[VideoFrame | None]
    packet: bytes


def _frame(container: InputContainer, index: int, second: float) -> _Shown:
    """The frame shown at a second from the film's start, or the last one before it that the budget reaches."""
    stream = container.streams[index]
    start = float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0
    wanted = start + second
    if container.format.name not in STREAMED:
        container.seek(int(wanted * 1_000_000), backward=True)
    last: VideoFrame | None = None
    before: list[VideoFrame | None] = [None, None]
    read = 0
    first = b""
    for number, packet in enumerate(container.demux(stream)):
        read += packet.size
        first = first or bytes(packet)
        for frame in _decoded(packet):
            last = frame
            for at, moment in enumerate(BEFORE):
                if before[at] is None and frame.time is not None and 0 <= frame.time - start - moment < OPENING:
                    before[at] = frame
            if frame.time is None or frame.time >= wanted:
                return _Shown(frame, before, first)
        if (last and read > FRAME_BUDGET) or number >= MAX_PACKETS:
            break
    if last is None:
        raise UnreadableFile("unreadable", "No frame of the video can be decoded.")
    return _Shown(last, before, first)


def _middle(container: InputContainer, index: int, second: float) -> VideoFrame | None:
    """The frame at that second; None where the budget ends before it, since a copy of the video would then give another
    frame."""
    try:
        frame = _frame(container, index, second).frame
    except UnreadableFile:
        return None
    stream = container.streams[index]
    start = float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0
    return frame if frame.time is not None and abs(frame.time - start - second) < NEAR_ENOUGH else None


def _decoded(packet: Any) -> list[VideoFrame]:
    import av

    try:
        frames: list[VideoFrame] = packet.decode()
    except av.error.InvalidDataError:  # a damaged packet: the next one may be sound
        return []
    return frames


def _picture(frame: VideoFrame) -> Picture:
    check_pixels(frame.width, frame.height)
    turns = round(frame.rotation / 90) % 4
    width, height = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    return picture(_small(frame), width, height)


def _small(frame: VideoFrame) -> Image:
    """The frame upright, and scaled during its conversion: a whole 4K frame in RGB is never made."""
    check_pixels(frame.width, frame.height)
    scale = min(1.0, THUMBNAIL / max(frame.width, frame.height))
    small: Image = frame.to_image(
        width=max(1, round(frame.width * scale)), height=max(1, round(frame.height * scale)), interpolation="AREA"
    )
    turns = round(frame.rotation / 90) % 4
    return small.rotate(90 * turns, expand=True) if turns else small


def _times(said: Mapping[str, str], tracks: Sequence[Mapping[str, str]], demuxer: str) -> list[Found]:
    """QuickTime's own times have a zone; mvhd is UTC, and so is Matroska's date. AVI's is the camera's clock."""
    found = []
    for source, key in (("quicktime_creationdate", _QUICKTIME + "creationdate"), ("quicktime_content_date", "date")):
        text_found = said.get(key, "")
        if demuxer == "mov" and (at := written(text_found)):
            utc = at.tzinfo is None or text_found.rstrip().endswith("Z")
            if source == "quicktime_content_date" and at.tzinfo is None:
                utc = False  # a wall clock, as cameras and editors write it
            at = at.replace(tzinfo=UTC) if utc else at
            found.append(Found(source, at, utc=utc, date_only=is_date(text_found), offset_source=source))
    if demuxer != "mov":
        if demuxer != "avi" and (at := written(said.get("creation_time", ""))):
            found.append(Found("container_date", at, utc=at.tzinfo is not None))
        return found
    for source, told in (("mvhd", said), ("mdhd", next(iter(tracks), {}))):
        at = written(told.get("creation_time", ""))
        # 1904, where the count begins, means that no time was set.
        if at and at.year > EPOCH:
            # Cameras of these makers know no zone, and write the time that their clock shows.
            found.append(
                Found(source, at.replace(tzinfo=None) if writes_local(said) else at, utc=not writes_local(said))
            )
            break
    return found


def writes_local(said: Mapping[str, str]) -> bool:
    """Whether the film's maker has its cameras write their wall clock into `mvhd`."""
    maker = f"{said.get('make', '')} {said.get('com.android.manufacturer', '')} {said.get('major_brand', '')} "
    maker += f"{said.get('firmware', '')} {said.get('handler_name', '')}"
    return any(name in maker.casefold() for name in LOCAL_MAKERS)


def _gps(said: Mapping[str, str]) -> dict[str, float] | None:
    """ISO 6709, such as +48.8577+002.2950+035.000/, in degrees and metres."""
    written_place = said.get(_QUICKTIME + "location.ISO6709") or said.get("location", "")
    match = _ISO_6709.match(written_place)
    if not match:
        return None
    latitude, longitude, altitude = (None if part is None else float(part) for part in match.groups())
    return place(latitude, longitude, altitude)
