"""RAW files and other kinds, as small as possible, generated on the fly."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence

import av
from PIL import Image

from infra.local.samples import jpeg, scene

TAKEN = "2024:01:15 12:00:00"
PREVIEW = (320, 240)
Values = Mapping[int, tuple[int, bytes | int]]
"""tag → (kind, value): ASCII (2), SHORT (3), LONG (4), UNDEFINED (7)."""


def preview() -> bytes:
    return jpeg(scene(1, PREVIEW))


def directory(values: Values, at: int, following: int = 0) -> bytes:
    """A little-endian TIFF directory located at `at`, followed by its longer values."""
    entries, beyond = b"", b""
    place = at + 2 + 12 * len(values) + 4
    for tag, (kind, value) in sorted(values.items()):
        if isinstance(value, int):
            entries += struct.pack("<HHIHH" if kind == 3 else "<HHII", tag, kind, 1, value, *([0] if kind == 3 else []))
        elif len(value) <= 4:
            entries += struct.pack("<HHI", tag, kind, len(value)) + value.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHII", tag, kind, len(value), place + len(beyond))
            beyond += value
    return struct.pack("<H", len(values)) + entries + struct.pack("<I", following) + beyond


def exif_directory(at: int) -> bytes:
    return directory({0x9003: (2, TAKEN.encode() + b"\0"), 0xA002: (4, 6000), 0xA003: (4, 4000)}, at)


def tiff_raw(signature: bytes, values: Values, pointer: str, header: bytes = b"") -> bytes:
    """A RAW based on TIFF: the directory, EXIF's, an optional one below, the preview. pointer: how it is referenced."""
    first, exif_at, sub_at, jpeg_at = 8 + len(header), 2048, 3072, 4096
    content = preview()
    main: dict[int, tuple[int, bytes | int]] = {**values, 0x8769: (4, exif_at), 0x112: (3, 6)}
    below: dict[int, tuple[int, bytes | int]] = {}
    if pointer == "strips":
        main |= {0x103: (3, 6), 0x111: (4, jpeg_at), 0x117: (4, len(content))}
    elif pointer == "below":
        main[0x14A] = (4, sub_at)
        below = {0x201: (4, jpeg_at), 0x202: (4, len(content))}
    elif pointer == "here":
        main |= {0x201: (4, jpeg_at), 0x202: (4, len(content))}
    file = bytearray(jpeg_at)
    file[:first] = signature + struct.pack("<I", first) + header
    file[first : first + len(directory(main, first))] = directory(main, first)
    file[exif_at : exif_at + len(exif_directory(exif_at))] = exif_directory(exif_at)
    if below:
        file[sub_at : sub_at + len(directory(below, sub_at))] = directory(below, sub_at)
    if pointer == "panasonic":
        entry = struct.pack("<HHII", 0x2E, 7, len(content), jpeg_at)
        plain = directory({**main, 0x2E: (4, 0)}, first)
        place = plain.index(struct.pack("<HH", 0x2E, 4))
        file[first : first + len(plain)] = plain[:place] + entry + plain[place + 12 :]
    return bytes(file) + content


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def cr3() -> bytes:
    main = directory({0x10F: (2, b"Canon\0"), 0x110: (2, b"Canon EOS R6\0"), 0x112: (3, 6)}, 8)
    parts = [b"II*\0\x08\0\0\0" + part for part in (main, exif_directory(8))]
    metadata = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    shown = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
    content = preview()
    return (
        box(b"ftyp", b"crx \0\0\0\1crx isom")
        + box(b"moov", box(b"uuid", metadata, box(b"CMT1", parts[0]), box(b"CMT2", parts[1])))
        + box(b"uuid", shown, bytes(8), box(b"PRVW", bytes(16), content))
        + box(b"mdat", bytes(64))
    )


def raf(content: bytes) -> bytes:
    return b"FUJIFILMCCD-RAW ".ljust(84, b"0") + struct.pack(">II", 160, len(content)) + bytes(68) + content


def raws() -> dict[str, bytes]:
    """One of each kind, by name."""
    make, model = (2, b"NIKON CORPORATION\0"), (2, b"NIKON D70\0")
    tags = Image.Exif()
    tags[0x112] = 6
    tags.get_ifd(0x8769).update({0x9003: TAKEN, 0xA002: 6000, 0xA003: 4000})
    return {
        "a.dng": tiff_raw(b"II*\0", {0xC612: (7, b"\1\4\0\0"), 0x100: (4, 100), 0x101: (4, 80)}, "strips"),
        "a.nef": tiff_raw(b"II*\0", {0x10F: make, 0x110: model}, "below"),
        "a.arw": tiff_raw(b"II*\0", {0x10F: (2, b"SONY\0\0"), 0xC634: (7, bytes(4))}, "here"),
        "a.cr2": tiff_raw(b"II*\0", {0x10F: (2, b"Canon\0")}, "strips", header=b"CR\2\0\0\0\0\0"),
        "a.orf": tiff_raw(b"IIRO", {0x10F: (2, b"OLYMPUS\0")}, "nowhere"),
        "a.rw2": tiff_raw(b"IIU\0", {0x10F: (2, b"Panasonic\0")}, "panasonic"),
        "a.cr3": cr3(),
        "a.raf": raf(jpeg(scene(1, PREVIEW), tags)),
    }


def psd(size: tuple[int, int], shown: bytes | None, exif: bytes = b"") -> bytes:
    """A grey picture, with a preview among its resources where one is given."""
    width, height = size
    resources = b""
    for number, content in ((1036, bytes(28) + shown if shown else b""), (1058, exif)):
        if content:
            resources += b"8BIM" + struct.pack(">HHI", number, 0, len(content)) + content + b"\0" * (len(content) % 2)
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3)
    lengths = bytes(4) + struct.pack(">I", len(resources)) + resources + bytes(4)
    return header + lengths + bytes(2) + b"\x80" * (3 * width * height)


def jxl(exif: bytes = b"", packet: bytes = b"", *, width: int = 1000, height: int = 700) -> bytes:
    """The container and the head of a codestream; nothing here decodes more."""
    bits, place = 0, 0
    for value, count in ((0, 1), (1, 2), (height - 1, 13), (0, 3), (1, 2), (width - 1, 13)):
        bits |= value << place
        place += count
    stream = b"\xff\x0a" + bits.to_bytes(12, "little")
    beside = (box(b"Exif", bytes(4), exif) if exif else b"") + (box(b"xml ", packet) if packet else b"")
    signature = b"\0\0\0\x0cJXL \r\n\x87\n"
    return signature + box(b"ftyp", b"jxl \0\0\0\0jxl ") + beside + box(b"jxlc", stream)


def film(container: str, codec: str, *, before: bytes = b"", created: str | None = None, frames: int = 30) -> bytes:
    """A short film in one of FFmpeg's formats. before: bytes in front of the first packet."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        if created:
            target.metadata["creation_time"] = created
        stream = target.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 176, 144, "yuv420p"
        picture = scene(1, (176, 144))
        packets: list[av.Packet] = []
        for _ in range(frames):
            packets += stream.encode(av.VideoFrame.from_image(picture))
        packets += stream.encode()
        for number, packet in enumerate(packets):
            if number or not before:
                target.mux(packet)
                continue
            first = av.Packet(before + bytes(packet))
            first.stream, first.pts, first.dts, first.time_base = stream, packet.pts, packet.dts, packet.time_base
            first.is_keyframe = True
            target.mux(first)
    return out.getvalue()


def recorded_at(entries: Sequence[tuple[int, bytes]]) -> bytes:
    """An H.264 message with AVCHD's MDPM block."""
    block = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66") + b"MDPM" + bytes([len(entries)])
    block += b"".join(bytes([tag]) + value for tag, value in entries)
    return b"\0\0\0\1\x06\x05" + bytes([len(block)]) + block + b"\x80"


def as_m2ts(transport: bytes) -> bytes:
    """The stream as AVCHD keeps it: four bytes before each packet."""
    return b"".join(bytes(4) + transport[at : at + 188] for at in range(0, len(transport), 188))
