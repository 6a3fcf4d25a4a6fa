"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

from typing import cast

# ISO base media files say what they are by brand (mp4ra.org). `filetype` knows few of the brands that phones write.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
BRANDS = {
    **dict.fromkeys(HEIC_BRANDS, "image/heic"),
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"jp2 ": "image/jp2",
    b"qt  ": "video/quicktime",
    b"M4V ": "video/x-m4v",
    b"M4VH": "video/x-m4v",
    b"M4VP": "video/x-m4v",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
}
STILLS = frozenset({b"mif1", b"msf1", b"miaf"})
VIDEO_BRANDS = (b"iso", b"mp4", b"avc", b"hvc", b"3gp", b"3g2", b"dash", b"MSNV", b"XAVC", b"NDS", b"f4v", b"CAEP")
QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})


def sniff(head: bytes) -> str | None:
    """The content type of a file that begins with `head` (a few KiB are enough), or None where it isn't known."""
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[4:8] in QUICKTIME_ATOMS and not bytes(head[:4]).decode("latin-1").isprintable():
        return "video/quicktime"  # QuickTime files older than brands
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _matroska(head)
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "image/x-canon-cr2" if head[8:10] == b"CR" else "image/tiff"  # "+" is BigTIFF
    return _by_filetype(head)


def _iso_media(head: bytes) -> str | None:
    end = min(int.from_bytes(head[:4]), len(head), 512)
    major = head[8:12]
    compatible = [head[at : at + 4] for at in range(16, end - 3, 4)]
    if major in BRANDS:
        return BRANDS[major]
    if major in STILLS:
        named = [BRANDS[brand] for brand in compatible if brand in BRANDS]
        return next((kind for kind in named if kind.startswith("image/")), "image/heif")
    if any(brand.startswith(VIDEO_BRANDS) for brand in (major, *compatible)):
        return "video/mp4"
    return None


def _matroska(head: bytes) -> str | None:
    """The DocType element (id 0x4282) stands within the first few dozen bytes."""
    at = head.find(b"\x42\x82", 4, 256)
    doctype = head[at + 3 : at + 3 + (head[at + 2] & 0x7F)] if 0 <= at < len(head) - 3 else b""
    return {b"matroska": "video/x-matroska", b"webm": "video/webm"}.get(doctype.rstrip(b"\0"))


def _by_filetype(head: bytes) -> str | None:
    import filetype

    kind = filetype.guess(bytearray(head[:8192]))
    if kind is None:
        return None
    # An animated PNG is a PNG to everybody else.
    return "image/png" if kind.mime == "image/apng" else cast(str, kind.mime)
