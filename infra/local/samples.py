"""A small synthetic set of photos and videos that shows the media pipeline's work; the same bytes every time."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

SIZE = (960, 720)
QUARTER_TURN = 6  # EXIF orientation: shown turned a quarter to the right


def make_samples(directory: Path) -> list[Path]:
    """Writes the set into `directory` (made where it is missing) and returns its files in order.

    Photos with EXIF, one lying on its side, one with a place, some dated only by their names, one without any time, an
    exact and a near duplicate, two videos, a mostly destroyed photo and a text in disguise.
    """
    directory.mkdir(parents=True, exist_ok=True)
    harbour, meadow, village = scene(1), scene(2), scene(3)
    harbour_jpeg = jpeg(harbour, exif("2024:01:15 09:30:00", offset="+01:00"))
    contents: dict[str, bytes] = {
        "harbour.jpg": harbour_jpeg,
        "Copy of harbour.jpg": harbour_jpeg,
        "harbour small.jpg": jpeg(harbour.resize((480, 360)), exif("2024:01:15 09:30:00", offset="+01:00")),
        "IMG_20240210_174500.jpg": jpeg(meadow, exif("2024:02:10 17:45:00")),
        "on its side.jpg": jpeg(
            village.transpose(Image.Transpose.ROTATE_90), exif("2024:03:05 12:00:00", orientation=QUARTER_TURN)
        ),
        "with a place.jpg": jpeg(
            scene(4), exif("2024:04:20 06:15:30", offset="+00:00", place=(46.5763, 7.9904, 2061.0))
        ),
        "Screenshot_2024-05-01-08-00-00.png": png(scene(5)),
        "IMG-20240512-WA0001.jpg": jpeg(scene(6)),
        "found in a drawer.jpg": jpeg(scene(7)),
        "VID_20240601_100000.mp4": video("mp4", scene(8), "2024-06-01T10:00:00Z"),
        "holiday.mov": video("mov", scene(9), "2024-06-02T11:30:00Z"),
        "damaged.jpg": jpeg(scene(10), exif("2024:07:01 12:00:00"))[:300],
        "not a photo.jpg": b"This is a text file that calls itself a photo.\n" * 20,
    }
    paths = []
    for name, content in contents.items():
        path = directory / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def scene(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """A landscape under a sky, different for each seed."""
    rng = random.Random(seed)  # noqa: S311  # pictures, not secrets
    width, height = size

    def colour(low: int, high: int) -> tuple[int, int, int]:
        return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)

    sky = Image.linear_gradient("L").resize(size).rotate(rng.choice((0, 180)))
    image = Image.composite(Image.new("RGB", size, colour(140, 250)), Image.new("RGB", size, colour(40, 150)), sky)
    draw = ImageDraw.Draw(image)
    x, y, r = rng.randint(0, width), rng.randint(0, height // 2), rng.randint(height // 20, height // 8)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=colour(200, 255))
    for layer in range(4):
        ground = height * (4 + layer) // 9
        ridge = [(step * width // 8, ground + rng.randint(-height // 7, height // 7)) for step in range(9)]
        draw.polygon([(0, height), *ridge, (width, height)], fill=colour(20, 200))
    for _ in range(12):
        x, y = rng.randint(0, width), rng.randint(height // 2, height)
        w, h = rng.randint(width // 40, width // 10), rng.randint(height // 30, height // 6)
        draw.rectangle((x, y - h, x + w, y), fill=colour(0, 255))
    return image


def exif(
    taken: str | None = None,
    *,
    digitized: bool = True,
    offset: str | None = None,
    orientation: int | None = None,
    place: tuple[float, float, float] | None = None,
) -> Image.Exif:
    """EXIF as a camera writes it. taken: "2024:01:15 12:00:00", local. place: degrees north and east, metres."""
    tags = Image.Exif()
    tags[Base.Make], tags[Base.Model] = "Millrace", "Millrace Sample 1"
    if orientation:
        tags[Base.Orientation] = orientation
    details = tags.get_ifd(IFD.Exif)
    if taken:
        details[Base.DateTimeOriginal] = taken
        if digitized:
            details[Base.DateTimeDigitized] = taken
    if offset:
        details[Base.OffsetTimeOriginal] = details[Base.OffsetTimeDigitized] = offset
    if place:
        tags.get_ifd(IFD.GPSInfo).update(_gps(*place))
    return tags


def jpeg(image: Image.Image, tags: Image.Exif | None = None, quality: int = 85) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=tags or Image.Exif())
    return out.getvalue()


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG")
    return out.getvalue()


def video(
    container: str,
    first: Image.Image,
    created: str | None = None,
    *,
    seconds: int = 2,
    size: tuple[int, int] = (320, 240),
    metadata: dict[str, str] | None = None,
    codec: str = "mpeg4",
) -> bytes:
    """A slow pan, ten frames a second. container, codec: FFmpeg's names, such as mp4, mov, matroska, avi; mpeg4, vp9.

    created: ISO 8601 in UTC, for the container's own field.
    """
    import av

    out = io.BytesIO()
    bit_exact = {"fflags": "+bitexact"}
    options = bit_exact | ({"movflags": "use_metadata_tags"} if metadata and container in ("mp4", "mov") else {})
    with av.open(out, "w", format=container, options=options) as target:
        target.metadata.update(metadata or {})
        if created:
            target.metadata["creation_time"] = created
        stream: Any = target.add_stream(codec, rate=10, options={"flags": "+bitexact", "threads": "1"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        width, height = size
        large = first.resize((width * 5 // 4, height))
        frames = seconds * 10
        for number in range(frames):
            left = number * (width // 4) // frames
            frame = av.VideoFrame.from_image(large.crop((left, 0, left + width, height)))
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return out.getvalue()


def _gps(latitude: float, longitude: float, altitude: float) -> dict[int, Any]:
    return {
        GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        GPS.GPSLatitude: _sexagesimal(abs(latitude)),
        GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        GPS.GPSLongitude: _sexagesimal(abs(longitude)),
        GPS.GPSAltitudeRef: b"\x00" if altitude >= 0 else b"\x01",
        GPS.GPSAltitude: abs(altitude),
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)
