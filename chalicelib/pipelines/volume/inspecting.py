"""Inspection of a file as it arrives: whether its content matches its name, and is a volume."""

from __future__ import annotations

import zipfile
from typing import Any, BinaryIO

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.volume import archives, slices
from chalicelib.pipelines.volume.formats import CONTENT_TYPES, NAMES, base_name, format_of
from chalicelib.pipelines.volume.geometry import Grid
from chalicelib.pipelines.volume.limits import SMALLEST_SIDE, unreadable
from chalicelib.pipelines.volume.readers import dicom, mgh, mha, nifti, nrrd, segments, series, volumes


def inspect_file(file: SourceFile, options: Any) -> Inspection:
    """Reads headers only, unless the file must be read for its hash anyway. Raises UnreadableFile."""
    kind = format_of(file.name)
    if kind is None:
        raise unreadable("The file's name doesn't have the ending of a supported image.")
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
            return Inspection(CONTENT_TYPES[kind], {"format": "zip", **_inside(archive, options)})
    if kind == "dicom":
        return Inspection(CONTENT_TYPES[kind], {"format": "dicom", **_one_dicom(slices.header_of(stream), options)})
    return Inspection(CONTENT_TYPES[kind], {"format": kind, **image_facts(kind, file.name, stream, file.size)})


def image_facts(kind: str, name: str, stream: BinaryIO, size: int) -> dict[str, Any]:
    """The metadata of an image that isn't DICOM; `data_file` names the file with its voxels where that is another file.
    Raises UnreadableFile."""
    if kind == "nifti":
        found = nifti.check(stream, size)
        facts = _facts(found.grid, found.dtype.name)
        return {**facts, "data_file": _image_of(name)} if found.apart else facts
    if kind == "mgh":
        one = mgh.check(stream, size)
        return _facts(one.grid, one.dtype.name)
    if kind == "mha":
        meta = mha.check(stream, size)
        facts = _facts(meta.grid, meta.dtype.name)
        return {**facts, "data_file": meta.data_file} if meta.data_file else facts
    made = nrrd.check(stream, size)
    facts = _facts(made.grid, made.dtype.name)
    if made.layers > 1:
        facts["layers"] = made.layers
    return {**facts, "data_file": made.data_file} if made.data_file else facts


def _image_of(name: str) -> str:
    base = base_name(name)
    stem, dot, rest = base.lower().rpartition(".hdr")
    if not dot:
        raise unreadable("The NIfTI header belongs to a pair (.hdr and .img), not to a single file.")
    return f"{base[: len(stem)]}.img{rest}"


def _begins_as(kind: str, head: bytes) -> bool:
    if kind == "nrrd":
        return head.startswith(nrrd.MAGIC)
    if kind == "mha":
        return mha.looks_like(head)
    if kind == "dicom":
        return dicom.looks_like(head)
    return len(head) > 18


def _inside(archive: zipfile.ZipFile, options: Any) -> dict[str, Any]:
    found = archives.contents(archive)
    if found.images:
        name = found.images[0]
        kind = str(format_of(name))
        with archives.member(archive, name) as stream:
            facts = image_facts(kind, name, stream, archive.getinfo(name).file_size)
        data_file = facts.pop("data_file", None)
        if data_file and not archives.beside(found.data, name, data_file):
            raise UnreadableFile("missing_data_file", "The zip holds a header without the data file that it names.")
        return {"holds": kind, **facts}
    read = slices.in_zip(archive, found.others)
    if not read.headers:
        raise archives.no_image(found)
    read.refuse_incomplete(allowed=options.allow_incomplete)
    pool = [(place, header) for place, header in enumerate(read.headers) if not header.segmentation]
    if not pool:
        grid = segments.grid_of(read.headers[0])
        return {"holds": "dicom-seg", **_facts(grid, "dicom")}
    choice = volumes.choose(volumes.candidates(pool), options.series)
    kept, _ = slices.decodable(choice.taken, read.names, allowed=options.allow_incomplete)
    grid = series.stack(kept, options.pixel_spacing).grid
    return {"holds": "dicom", **_facts(grid, "dicom"), "other_series": len(choice.others)}


def _one_dicom(header: dicom.Header, options: Any) -> dict[str, Any]:
    if min(header.rows, header.columns) < SMALLEST_SIDE:
        sides = f"{header.columns}×{header.rows}×{len(header.planes)}"
        raise UnreadableFile(
            "volume_too_small", f"Volume is {sides} voxels, expected at least {SMALLEST_SIDE} on each side"
        )
    if header.segmentation:
        return {**_facts(segments.grid_of(header), "dicom"), "frames": len(header.planes), "segmentation": True}
    if len(header.planes) > 1:
        # A single slice may belong to a series, which only the whole job can tell; many frames are a volume already.
        taken = volumes.choose(volumes.candidates([(0, header)]), None).taken
        grid = series.stack(taken.slices, options.pixel_spacing).grid
        return {**_facts(grid, "dicom"), "frames": len(header.planes)}
    return {"frames": 1, "rows": header.rows, "columns": header.columns}


def _facts(grid: Grid, dtype: str) -> dict[str, Any]:
    return {"shape": list(grid.shape), "spacing_mm": [round(float(mm), 4) for mm in grid.spacing], "dtype": dtype}
