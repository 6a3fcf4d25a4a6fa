"""The kind of a file, by its first bytes."""

import pytest

from chalicelib.files.sniffing import sniff


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4) + body


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\x08acTL" + bytes(12) + b"\0\0\0\0IDAT", "image/png"),
        (b"GIF89a" + bytes(10), "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"II+\0\x08\0\0\0", "image/tiff"),
        (b"II*\0\x10\0\0\0CR\x02\0", "image/x-canon-cr2"),
        (ftyp(b"heic", b"mif1", b"heic"), "image/heic"),
        (ftyp(b"mif1", b"mif1", b"heic"), "image/heic"),
        (ftyp(b"mif1", b"mif1", b"avif"), "image/avif"),
        (ftyp(b"mif1", b"mif1"), "image/heif"),
        (ftyp(b"avif", b"mif1", b"miaf"), "image/avif"),
        (ftyp(b"isom", b"isom", b"iso2", b"avc1"), "video/mp4"),
        (ftyp(b"mp42", b"mp42"), "video/mp4"),
        (ftyp(b"3gp4", b"isom"), "video/mp4"),
        (ftyp(b"M4V ", b"M4V ", b"mp42"), "video/x-m4v"),
        (ftyp(b"M4A ", b"M4A ", b"mp42", b"isom"), "audio/mp4"),
        (ftyp(b"qt  ", b"qt  "), "video/quicktime"),
        (b"\0\0\0\x08wide\0\0\x10\0mdat", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska\x42\x87\x81\4", "video/x-matroska"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm\x42\x87\x81\4", "video/webm"),
        (b"%PDF-1.7\n", "application/pdf"),
    ],
)
def test_the_bytes_tell_the_type(head: bytes, content_type: str) -> None:
    assert sniff(head + bytes(300)) == content_type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"Dear diary, today I renamed this to .jpg",
        ftyp(b"zzzz"),
        b"\0\0\0\x08ftyp",
        b"\x1a\x45\xdf\xa3",
        b"\x1a\x45\xdf\xa3\x42\x82",
        b"\x1a\x45\xdf\xa3\x42\x82\x83abc",
        b"The free lunch",
    ],
)
def test_bytes_of_no_known_type_are_none(head: bytes) -> None:
    assert sniff(head) is None
