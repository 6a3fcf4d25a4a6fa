"""The type of a file, by its first bytes and never by its name."""

from __future__ import annotations

from typing import Literal, cast

# ISO base media files state their kind by brand (mp4ra.org). `filetype` knows few of the brands that phones write.
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
SIGNATURES = {
    b"FUJIFILMCCD-RAW ": "image/x-fuji-raf",
    b"IIRO": "image/x-olympus-orf",
    b"IIRS": "image/x-olympus-orf",
    b"MMOR": "image/x-olympus-orf",
    b"IIU\0": "image/x-panasonic-rw2",
    b"\xff\x0a": "image/jxl",
    b"\0\0\0\x0cJXL \r\n\x87\n": "image/jxl",
    b"\0\0\0\x0cjP  \r\n\x87\n": "image/jp2",
    b"8BPS\0\x01": "image/vnd.adobe.photoshop",
    b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel": "video/x-ms-wmv",
    b"\0\0\x01\xba": "video/mpeg",
    b"\0\0\x01\xb3": "video/mpeg",
}
_MAKE, _SUBDIRECTORIES, _DNG_VERSION, _SONY_PRIVATE = 0x10F, 0x14A, 0xC612, 0xC634
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
        return _tiff(head)  # "+" is BigTIFF
    if kind := next((kind for start, kind in SIGNATURES.items() if head.startswith(start)), None):
        return kind
    if len(head) > 5 * 188 and any(_transport(head, first, step) for first, step in ((0, 188), (4, 192))):
        return "video/mp2t"
    return _by_filetype(head)


def _tiff(head: bytes) -> str:
    """The type of RAW files built like a TIFF, by their first directory: a maker's TIFF has no directories below it."""
    if head[8:10] == b"CR":
        return "image/x-canon-cr2"
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    at = int.from_bytes(head[4:8], order)
    tags: dict[int, int] = {}
    for entry in range(at + 2, at + 2 + 12 * min(int.from_bytes(head[at : at + 2], order), 256), 12):
        tags[int.from_bytes(head[entry : entry + 2], order)] = entry
    if _DNG_VERSION in tags:
        return "image/x-adobe-dng"
    if _MAKE in tags and (_SUBDIRECTORIES in tags or _SONY_PRIVATE in tags):
        place = int.from_bytes(head[tags[_MAKE] + 8 : tags[_MAKE] + 12], order)
        make = bytes(head[place : place + 5])
        return {b"NIKON": "image/x-nikon-nef", b"SONY ": "image/x-sony-arw"}.get(
            make.replace(b"\0", b" "), "image/tiff"
        )
    return "image/tiff"


def _transport(head: bytes, first: int, step: int) -> bool:
    """MPEG transport streams begin each packet of 188 bytes with 0x47; AVCHD puts four bytes before it."""
    return all(head[at : at + 1] == b"\x47" for at in range(first, first + 5 * step, step))


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
    # An animated PNG is a PNG to other programs.
    return "image/png" if kind.mime == "image/apng" else cast(str, kind.mime)
