"""DICOM as hospitals send it: series that hold several images, incomplete slices, JPEG Lossless."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from volume_world import FakeRun, dicom_slices, small_labels

from chalicelib.pipelines.base import InspectedFile, UnreadableFile

LABELS = small_labels()
Change = Callable[[Dataset, int], None]


def changed(slices: Sequence[bytes], change: Change) -> list[bytes]:
    """The slices after `change(dataset, number)` on each."""
    out = []
    for number, content in enumerate(slices):
        dataset = pydicom.dcmread(io.BytesIO(content))
        change(dataset, number)
        stream = io.BytesIO()
        dataset.save_as(stream, enforce_file_format=True)
        out.append(stream.getvalue())
    return out


def named(slices: Sequence[bytes]) -> dict[str, bytes]:
    return {f"study/IM{n:04}": content for n, content in enumerate(slices, 1)}


def with_tags(**tags: Any) -> Change:
    def change(dataset: Dataset, number: int) -> None:
        for name, value in tags.items():
            setattr(dataset, name, value(number) if callable(value) else value)
        dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID}.{zlib.crc32(repr(sorted(map(str, tags.items()))).encode())}"

    return change


def series_of(data: np.ndarray, change: Change | None = None, **how: Any) -> list[bytes]:
    slices = dicom_slices(data, **how)
    return changed(slices, change) if change else slices


def without_preamble(content: bytes, *, meta: bool = True) -> bytes:
    """The file as old archives store it: from group 2 on, or the bare dataset."""
    if meta:
        return content[132:]
    dataset = pydicom.dcmread(io.BytesIO(content))
    dataset.file_meta, dataset.preamble = FileMetaDataset(), None
    out = io.BytesIO()
    pydicom.dcmwrite(out, dataset, implicit_vr=True, little_endian=True)
    assert out.getvalue()[:2] == b"\x08\x00"
    return out.getvalue()


class LenientRun(FakeRun):
    """A FakeRun that treats refusals as the core does: the refused file is rejected and the job goes on."""

    def _add(self, number: int, name: str, content: bytes, role: str | None) -> None:
        try:
            super()._add(number, name, content, role)
        except UnreadableFile as reason:
            self._contents[number] = content
            self._files.append(
                InspectedFile(
                    number=number,
                    filename=name,
                    role=role,
                    state="rejected",
                    size=len(content),
                    content_type="",
                    sha256=None,
                    crc32=None,
                    metadata={},
                    error_code=reason.code,
                    error_message=reason.message,
                )
            )


# --- JPEG Lossless, encoded by T.81 annex H, with a code of five bits for each category.


def jpeg_lossless(
    image: np.ndarray, *, predictor: int = 1, precision: int = 16, restart: int = 0, shift: int = 0
) -> bytes:
    """One frame of unsigned values. restart: lines between restart markers."""
    rows, columns = image.shape
    values = image.astype(np.int64) >> shift
    start = 1 << (precision - shift - 1)
    parts, first = [], True
    for top in range(0, rows, restart or rows):
        part = values[top : top + (restart or rows)]
        if not first:
            parts.append(bytes([0xFF, 0xD0 + (len(parts) // 2) % 8]))
        parts.append(_packed(_differences(part, predictor, start)))
        first = False
    table = bytes([0, 0, 0, 0, 0, 17, *[0] * 11, *range(17)])
    segments = [
        b"\xff\xd8",
        _segment(0xC3, struct.pack(">BHHB", precision, rows, columns, 1) + bytes([1, 0x11, 0])),
        _segment(0xC4, table),
        *([_segment(0xDD, struct.pack(">H", restart * columns))] if restart else []),
        _segment(0xDA, bytes([1, 1, 0, predictor, 0, shift])),
    ]
    return b"".join(segments) + b"".join(parts) + b"\xff\xd9"


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _differences(values: np.ndarray, predictor: int, start: int) -> np.ndarray:
    left = np.zeros_like(values)
    left[:, 1:] = values[:, :-1]
    above = np.zeros_like(values)
    above[1:] = values[:-1]
    corner = np.zeros_like(values)
    corner[1:, 1:] = values[:-1, :-1]
    predicted = {
        1: left,
        2: above,
        3: corner,
        4: left + above - corner,
        5: left + ((above - corner) >> 1),
        6: above + ((left - corner) >> 1),
        7: (left + above) >> 1,
    }[predictor].copy()
    predicted[0] = left[0]
    predicted[:, 0] = above[:, 0]
    predicted[0, 0] = start
    return (values - predicted + 32767) % 65536 - 32767


def _packed(differences: np.ndarray) -> bytes:
    bits = []
    for value in differences.ravel().tolist():
        size = 16 if value == 32768 else abs(value).bit_length()
        bits.append(f"{size:05b}")
        if 0 < size < 16:
            bits.append(f"{value if value > 0 else value + (1 << size) - 1:0{size}b}")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8).replace(b"\xff", b"\xff\x00")


def as_jpeg_lossless(dataset: Dataset, number: int, syntax: str = "1.2.840.10008.1.2.4.70") -> None:
    frame = dataset.pixel_array.astype(np.uint16)
    dataset.PixelData = encapsulate([jpeg_lossless(frame)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = syntax
