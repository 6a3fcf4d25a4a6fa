"""One file as it arrives: is it what it says it is, and is it a volume?"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.volume import archives
from chalicelib.pipelines.volume.geometry import Grid
from chalicelib.pipelines.volume.limits import SMALLEST_SIDE, unreadable
from chalicelib.pipelines.volume.readers import dicom, mha, nifti, nrrd, series

CONTENT_TYPES = {
    "nifti": "application/x-nifti",
    "nrrd": "application/x-nrrd",
    "mha": "application/x-metaimage",
    "dicom": "application/dicom",
    "zip": "application/zip",
    "raw": "application/octet-stream",
}
FORMATS = {
    ".nii": "nifti",
    ".nii.gz": "nifti",
    ".nrrd": "nrrd",
    ".nhdr": "nrrd",
    ".mha": "mha",
    ".dcm": "dicom",
    ".zip": "zip",
    ".raw": "raw",
}
NAMES = {"nifti": "NIfTI", "nrrd": "NRRD", "mha": "MetaImage", "dicom": "DICOM"}


def format_of(name: str) -> str:
    """The format that a file's name promises: a key of CONTENT_TYPES. Raises UnreadableFile."""
    lowered = name.lower()
    suffix = max((suffix for suffix in FORMATS if lowered.endswith(suffix)), key=len, default="")
    if not suffix:
        raise unreadable("The file's name doesn't end as a supported image does.")
    return FORMATS[suffix]


def inspect_file(file: SourceFile, options: Any) -> Inspection:
    """Reads headers only, unless the file must be read for its hash anyway. Raises UnreadableFile."""
    kind = format_of(file.name)
    head = file.head()
    if kind in NAMES and not _begins_as(kind, head):
        raise unreadable(f"The file isn't a {NAMES[kind]} file.")
    if file.verified_sha256 is None:
        file.load()
    stream = file.open()
    if kind == "raw":
        return Inspection(CONTENT_TYPES[kind], {"format": "raw"})
    if kind == "zip":
        with archives.opened(stream) as archive:
            return Inspection(CONTENT_TYPES[kind], {"format": "zip", **_inside(archive, options.series)})
    if kind == "dicom":
        return Inspection(CONTENT_TYPES[kind], {"format": "dicom", **_one_dicom(dicom.header(stream))})
    return Inspection(CONTENT_TYPES[kind], {"format": kind, **image_facts(kind, stream, file.size)})


def image_facts(kind: str, stream: BinaryIO, size: int) -> dict[str, Any]:
    """What to tell about a single-file image. Raises UnreadableFile."""
    if kind == "nifti":
        grid, dtype = nifti.check(stream, size)
        return _facts(grid, dtype)
    if kind == "mha":
        meta = mha.check(stream, size)
        return _facts(meta.grid, meta.dtype.name)
    found = nrrd.check(stream, size)
    facts = _facts(found.grid, found.dtype.name)
    return {**facts, "data_file": found.data_file} if found.data_file else facts


def dicom_members(archive: zipfile.ZipFile, names: Iterable[str]) -> Iterator[tuple[str, dicom.Header]]:
    """The members that hold a DICOM image, with their headers; what holds none is passed over.

    Raises UnreadableFile where not one could be read though some are DICOM, with the reason of the first.
    """
    refused: UnreadableFile | None = None
    found = False
    for name in names:
        with archives.member(archive, name) as stream:
            head = stream.read(dicom.PREAMBLE)
            if head[:4] == b"PK\x03\x04":
                raise UnreadableFile("zip_nested", "The zip holds another archive; zip the image files themselves.")
            if not dicom.looks_like(head):
                continue
            try:
                header = dicom.header(stream)
            except UnreadableFile as reason:
                refused = refused or reason
                continue
        found = True
        yield name, header
    if refused and not found:
        raise refused


def _begins_as(kind: str, head: bytes) -> bool:
    if kind == "nrrd":
        return head.startswith(nrrd.MAGIC)
    if kind == "mha":
        return mha.looks_like(head)
    return len(head) > (dicom.PREAMBLE if kind == "dicom" else 18)


def _inside(archive: zipfile.ZipFile, wanted: str | None) -> dict[str, Any]:
    found = archives.contents(archive)
    if found.images:
        name = found.images[0]
        with archives.member(archive, name) as stream:
            facts = image_facts(format_of(name), stream, archive.getinfo(name).file_size)
        if (data_file := facts.get("data_file")) and data_file.lower() not in found.files:
            raise UnreadableFile("missing_data_file", "The zip holds an .nhdr header without its data file.")
        return {"holds": format_of(name), **facts}
    headers = [header for _, header in dicom_members(archive, found.others)]
    if not headers:
        raise archives.no_image()
    choice = series.choose(enumerate(headers), wanted)
    grid = series.stack(choice.slices).grid
    return {"holds": "dicom", **_facts(grid, "dicom"), "other_series": len(choice.others)}


def _one_dicom(header: dicom.Header) -> dict[str, Any]:
    if min(header.rows, header.columns) < SMALLEST_SIDE:
        sides = f"{header.columns}×{header.rows}×{len(header.planes)}"
        raise UnreadableFile(
            "volume_too_small", f"Volume is {sides} voxels, expected at least {SMALLEST_SIDE} on each side"
        )
    if len(header.planes) > 1:
        # A single slice may be one of a series, which only the whole job can tell; many frames are a volume already.
        grid = series.stack(series.choose([(0, header)], None).slices).grid
        return {**_facts(grid, "dicom"), "frames": len(header.planes)}
    return {"frames": 1, "rows": header.rows, "columns": header.columns, "series": header.series}


def _facts(grid: Grid, dtype: str) -> dict[str, Any]:
    return {"shape": list(grid.shape), "spacing_mm": [round(float(mm), 4) for mm in grid.spacing], "dtype": dtype}
