"""Small inputs for the media tests, generated on the fly."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable, Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

from chalicelib.files.source import SourceFile
from infra.local.samples import exif, jpeg, scene, video

SMALL = (96, 72)


def photo(image: Image.Image, format: str, tags: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    # As bytes: given an Exif object, Pillow's TIFF writer takes only the main directory.
    image.save(out, format, **({"exif": tags.tobytes()} if tags and format != "GIF" else {}))
    return out.getvalue()


def each_kind(size: tuple[int, int] = SMALL) -> dict[str, bytes]:
    """One small valid file of each accepted kind, by name."""
    tags = exif("2024:01:15 12:00:00", offset="+01:00", place=(46.5763, 7.9904, 2061.0))
    image = scene(1, size)
    quicktime = {"com.apple.quicktime.creationdate": "2024-01-15T13:00:00+0100"}
    return {
        "a.jpg": jpeg(image, tags),
        "a.png": photo(image, "PNG", tags),
        "a.gif": photo(image, "GIF"),
        "a.webp": photo(image, "WEBP", tags),
        "a.tiff": photo(image, "TIFF", tags),
        "a.heic": heic(image, tags),
        "a.mp4": video("mp4", image, "2024-01-15T12:00:00Z", size=size),
        "a.mov": video("mov", image, "2024-01-15T12:00:00Z", size=size, metadata=quicktime),
        "a.mkv": video("matroska", image, "2024-01-15T12:00:00Z", size=size),
        "a.avi": with_idit(video("avi", image, size=size), b"Mon Jan 15 12:00:00 2024"),
    }


class Reads:
    """A store of one object that records its reads."""

    def __init__(self, content: bytes, chunk: int = 64 * 1024) -> None:
        self.content = content
        self.ranges: list[tuple[int, int]] = []
        self.bytes = 0
        self._chunk = chunk

    def stream(self, start: int, end: int) -> Iterator[bytes]:
        self.ranges.append((start, end))
        for at in range(start, end, self._chunk):
            piece = self.content[at : min(at + self._chunk, end)]
            self.bytes += len(piece)
            yield piece


def source(
    content: bytes,
    name: str,
    *,
    verified_sha256: str | None = None,
    modified_at: datetime | None = None,
    stream: Callable[[int, int], Iterator[bytes]] | None = None,
) -> SourceFile:
    return SourceFile(
        name,
        len(content),
        stream or Reads(content).stream,
        verified_sha256=verified_sha256,
        modified_at=modified_at,
    )


def large_video(path: Path, container: str, size: int, frame: int = 300_000) -> bytes:
    """A video of about `size` bytes, made quickly: one encoded frame of `frame` bytes or more, muxed repeatedly."""
    noise = Image.effect_noise((1280, 720), 90).convert("RGB")
    with av.open(str(path), "w", format=container) as target:
        stream = target.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuvj420p"
        picture = av.VideoFrame.from_image(noise)
        picture.pts = 0
        raw = bytes((stream.encode(picture) + stream.encode())[0])
        raw += bytes(max(0, frame - len(raw)))
        for number in range(size // len(raw)):
            packet = av.Packet(raw)
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 30)
            packet.duration, packet.is_keyframe = 1, True
            target.mux(packet)
    return path.read_bytes()


def mutations(content: bytes, seed: int, count: int) -> Iterator[bytes]:
    """Damaged copies: cut off, bits flipped, stretches overwritten, removed or repeated; half of them in the head."""
    rng = random.Random(seed)
    for number in range(count):
        copy = bytearray(content)
        reach = len(copy) if number % 2 else min(len(copy), 600)
        at = rng.randrange(reach)
        match number % 6:
            case 0:
                del copy[at:]
            case 1 | 2:
                for _ in range(rng.choice((1, 2, 8, 64))):
                    copy[rng.randrange(reach)] ^= 1 << rng.randrange(8)
            case 3:
                length = rng.randint(1, 64)
                copy[at : at + length] = rng.choice((b"\0", b"\xff", rng.randbytes(1))) * length
            case 4:
                del copy[at : at + rng.randint(1, 64)]
            case 5:
                copy[at:at] = copy[at : at + rng.randint(1, 256)]
        yield bytes(copy)


def rotated(mp4: bytes) -> bytes:
    """The video as a phone held upright records it: the track's matrix turns it a quarter to the right."""
    at = mp4.index(b"tkhd") + 4 + 40
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    return mp4[:at] + matrix + mp4[at + 36 :]


def with_idit(avi: bytes, text: bytes) -> bytes:
    """An AVI whose header states its recording time, written over the muxer's own padding."""
    at = avi.index(b"JUNK")
    room = int.from_bytes(avi[at + 4 : at + 8], "little")
    chunk = b"IDIT" + struct.pack("<I", 26) + text.ljust(26, b"\0")
    rest = b"JUNK" + struct.pack("<I", room - len(chunk)) + bytes(room - len(chunk))
    return avi[:at] + chunk + rest + avi[at + 8 + room :]


def heic(image: Image.Image, tags: Image.Exif | None = None) -> bytes:
    """A HEIC of one HEVC still, muxed here: no library with a suitable licence writes them.

    Source: ISO/IEC 23008-12 (HEIF), 14496-12 (boxes) and 14496-15 (hvcC).
    """
    units = _hevc(image)
    parameters = [unit for unit in units if _unit_type(unit) in (32, 33, 34)]
    still = b"".join(struct.pack(">I", len(u)) + u for u in units if _unit_type(u) < 32)
    exif_item = b"\0\0\0\6" + tags.tobytes() if tags else b""
    sps = next(u for u in parameters if _unit_type(u) == 33).replace(b"\0\0\3", b"\0\0")
    configuration = bytes([1]) + sps[3:15] + struct.pack(">HBBBBHB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F)
    configuration += bytes([len(parameters)])
    for unit in parameters:
        configuration += bytes([0x80 | _unit_type(unit)]) + struct.pack(">HH", 1, len(unit)) + unit
    properties = _box(b"ipco", _box(b"hvcC", configuration), _box(b"ispe", bytes(4), struct.pack(">II", *image.size)))
    associations = _box(b"ipma", bytes(4), struct.pack(">IHBBB", 1, 1, 2, 0x81, 2))
    items = [_box(b"infe", b"\2\0\0\0", struct.pack(">HH", 1, 0), b"hvc1\0")]
    if tags:
        items.append(_box(b"infe", b"\2\0\0\0", struct.pack(">HH", 2, 0), b"Exif\0"))
    reference = _box(b"iref", bytes(4), _box(b"cdsc", struct.pack(">HHH", 2, 1, 1))) if tags else b""
    file_type = _box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(first: int) -> bytes:
        extents = [(1, first, len(still)), (2, first + len(still), len(exif_item))][: len(items)]
        locations = b"".join(struct.pack(">HHHII", item, 0, 1, at, length) for item, at, length in extents)
        return _box(
            b"meta",
            bytes(4),
            _box(b"hdlr", bytes(8), b"pict", bytes(13)),
            _box(b"pitm", bytes(4), struct.pack(">H", 1)),
            _box(b"iloc", bytes(4), b"\x44\0", struct.pack(">H", len(extents)), locations),
            _box(b"iinf", bytes(4), struct.pack(">H", len(items)), *items),
            reference,
            _box(b"iprp", properties, associations),
        )

    first = len(file_type) + len(meta(0)) + 8
    return file_type + meta(first) + _box(b"mdat", still, exif_item)


def _hevc(image: Image.Image) -> list[bytes]:
    codec = av.CodecContext.create("libx265", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = *image.size, "yuv420p", Fraction(1, 1)
    codec.options = {"x265-params": "log-level=none:keyint=1:pools=1:frame-threads=1", "preset": "ultrafast"}
    packets = [*codec.encode(av.VideoFrame.from_image(image)), *codec.encode()]
    stream = b"".join(bytes(packet) for packet in packets).replace(b"\0\0\0\1", b"\0\0\1")
    return [unit for unit in stream.split(b"\0\0\1") if unit]


def _unit_type(unit: bytes) -> int:
    return unit[0] >> 1 & 0x3F


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body
