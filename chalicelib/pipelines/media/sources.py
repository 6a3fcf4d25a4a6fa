"""Where a time can come from, in the order of trust: the table that the code and docs/media.md share."""

from __future__ import annotations

from dataclasses import dataclass

CAMERA, SATELLITES, NAME, CONTAINER, FILE_SYSTEM = "camera", "satellites", "name", "container", "file system"
XMP, IPTC, PNG, SIDECAR, GOOGLE, FOLDER = "xmp", "iptc", "png", "sidecar", "google", "folder"
USER = "user"
MACHINES = frozenset({CAMERA, SATELLITES, CONTAINER, PNG, FILE_SYSTEM})


@dataclass(frozen=True)
class Source:
    """A source of times within a file.

    weight: 1 to 12. Of equal weights, the one further up in SOURCES counts more. clock: the origin of the time: two
    sources with one clock agree by construction, and are one witness. earliest: the first year in which it can be
    right; None means the option `earliest_year`. where: for docs/media.md.
    """

    name: str
    weight: int
    clock: str
    where: str
    earliest: int | None = None


SOURCES = (
    Source(USER, 12, USER, "what its owner said since, which counts before all that was found", 1826),
    Source(
        "xmp_sidecar",
        11,
        SIDECAR,
        "an `.xmp` beside the photo: exif:DateTimeOriginal, else DateCreated, else CreateDate",
    ),
    Source("exif_datetime_original", 10, CAMERA, "EXIF DateTimeOriginal (JPEG, HEIC, AVIF, PNG, WebP, TIFF, JP2, RAW)"),
    Source("xmp_datetime_original", 9, XMP, "XMP exif:DateTimeOriginal inside the file"),
    Source("takeout", 9, GOOGLE, "Google Takeout's `.json`: photoTakenTime"),
    Source("exif_datetime_digitized", 8, CAMERA, "EXIF DateTimeDigitized"),
    Source("gps", 8, SATELLITES, "EXIF GPSDateStamp with GPSTimeStamp; UTC", 1980),
    Source("quicktime_creationdate", 8, CONTAINER, "MP4, MOV: com.apple.quicktime.creationdate", 1990),
    Source("quicktime_content_date", 8, CONTAINER, "MP4, MOV: `©day` and other dates in `udta`", 1900),
    Source("xmp_date_created", 8, XMP, "XMP photoshop:DateCreated"),
    Source("iptc_date_created", 8, IPTC, "IPTC-IIM 2:55 DateCreated with 2:60 TimeCreated"),
    Source("mvhd", 7, CONTAINER, "MP4, MOV: creation time in `mvhd`; UTC, but for the makers named below", 1990),
    Source("container_date", 7, CONTAINER, "Matroska DateUTC, AVI IDIT, ASF creation date, AVCHD's MDPM", 1990),
    Source("mdhd", 6, CONTAINER, "MP4, MOV: creation time in `mdhd`, where `mvhd` has none", 1990),
    Source("xmp_create_date", 6, XMP, "XMP xmp:CreateDate"),
    Source("png_creation_time", 6, PNG, "PNG text `Creation Time`"),
    Source("exif_datetime", 5, CAMERA, "EXIF DateTime, which editors change"),
    Source("png_time", 4, PNG, "PNG `tIME`, the last change; UTC", 1990),
    Source("filename_datetime", 3, NAME, "date and time in the file's name"),
    Source("filename_date", 2, NAME, "a date in the file's name, taken for its midnight"),
    Source("folder", 1, FOLDER, "photos that the camera numbered before and after it, both sure: a witness only"),
    Source("modified_at", 1, FILE_SYSTEM, "the file's time on the sender's machine, never that of the upload", 1981),
)
BY_NAME = {source.name: source for source in SOURCES}
PLACE = {source.name: place for place, source in enumerate(SOURCES)}
RUN_SOURCES = frozenset({"xmp_sidecar", "takeout", "folder", USER})
"""Sources that are known only once the job's other files are."""


def as_markdown() -> str:
    """The table for docs/media.md."""
    lines = ["| weight | source | clock | where |", "| --- | --- | --- | --- |"]
    lines += [f"| {s.weight} | `{s.name}` | {s.clock} | {s.where} |" for s in SOURCES]
    return "\n".join(lines) + "\n"
