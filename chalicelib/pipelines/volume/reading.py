"""The volume that a plan names, out of the job's files."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from chalicelib.pipelines.base import InspectedFile, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume import archives
from chalicelib.pipelines.volume.formats import format_of, told
from chalicelib.pipelines.volume.geometry import Volume, apart, plain_numbers
from chalicelib.pipelines.volume.plan import Source
from chalicelib.pipelines.volume.planning import opened_zip
from chalicelib.pipelines.volume.readers import dicom, mgh, mha, nifti, nrrd, segments, series
from chalicelib.pipelines.volume.readers.splitting import Slice

MASKS_APART = 0.2  # voxels


def read(job: RunContext, source: Source, *, labels: bool = False) -> Volume:
    """The volume that `source` names, of a native integer type or float32. labels: whether its values are names, which
    are not mixed with one another; gaps are then background. Raises UnreadableFile."""
    files = {file.number: file for file in job.files()}
    if source.format == "masks":
        return _joined(job, source, files)
    if source.format == "dicom":
        volume = _read_series(job, source, files, labels=labels)
    elif source.format == "seg":
        with _local(job, files, source.parts[0]).open("rb") as stream:
            volume = segments.load(stream)
    else:
        volume = _single(source.format, [_local(job, files, part) for part in source.parts])
    return replace(volume, data=plain_numbers(volume.data, 0 if labels else None))


def each(job: RunContext, source: Source) -> Iterator[BinaryIO]:
    """The files of a DICOM source, one after the other."""
    files = {file.number: file for file in job.files()}
    number, name = source.parts[0]
    if name is None:
        for one, _ in source.parts:
            with job.open(files[one]) as stream:
                yield stream
        return
    with opened_zip(job, files[number]) as archive:
        for _, member in source.parts:
            with archives.member(archive, cast(str, member)) as stream:
                yield stream


def _single(kind: str, paths: list[Path]) -> Volume:
    data_path = paths[1] if len(paths) > 1 else None
    if kind == "nifti":
        return nifti.load(paths[0], data_path)
    if kind == "mgh":
        return mgh.load(paths[0])
    return mha.load(paths[0], data_path) if kind == "mha" else nrrd.load(paths[0], data_path)


def _joined(job: RunContext, source: Source, files: dict[int, InspectedFile]) -> Volume:
    """Masks of single structures as one label map, numbered in their order."""
    whole: Volume | None = None
    overlaps = 0
    for place, (part, (value, name)) in enumerate(zip(source.parts, source.names, strict=True)):
        job.progress(40 * place / len(source.parts))
        path = _local(job, files, part)
        mask = _single(str(format_of(part[1] or files[part[0]].filename)), [path])
        mask = replace(mask, data=plain_numbers(mask.data, 0))
        path.unlink()
        inside = mask.data != 0
        if not ((mask.data == 0) | (mask.data == mask.data.max())).all():
            raise UnreadableFile(
                "not_a_label_map", f"The file {name} holds more than one value: it isn't a mask of a single structure."
            )
        if whole is None:
            whole = replace(mask, data=np.zeros(mask.data.shape, np.uint16, order="F"), names=dict(source.names))
        off = apart(whole.grid, mask.grid)
        if off is None or off > MASKS_APART or mask.data.shape != whole.data.shape:
            raise UnreadableFile("grid_mismatch", "The masks aren't on one grid.")
        overlaps += int(np.count_nonzero(inside & (whole.data > 0)))
        whole.data[inside & (whole.data == 0)] = value
    assert whole is not None
    warnings = list(whole.warnings)
    if overlaps:
        warnings.append(
            Caution(
                "overlapping_labels",
                f"Masks overlap in {counted(overlaps, 'voxel')}: the first mask by name keeps them.",
                {"count": overlaps},
            )
        )
    return replace(whole, warnings=tuple(warnings))


def _local(job: RunContext, files: dict[int, InspectedFile], part: tuple[int, str | None]) -> Path:
    number, name = part
    if name is None:
        return job.fetch(files[number])
    with opened_zip(job, files[number]) as archive:
        return archives.extract(archive, name, job.scratch / f"member-{number}-{zlib.crc32(name.encode())}")


def _read_series(job: RunContext, source: Source, files: dict[int, InspectedFile], *, labels: bool) -> Volume:
    numbers = {number for number, _ in source.parts}
    if all(name is None for _, name in source.parts):

        def open_head(place: int) -> AbstractContextManager[BinaryIO]:
            return job.open(files[source.parts[place][0]])

        @contextmanager
        def open_file(place: int) -> Iterator[BinaryIO]:
            path = job.fetch(files[source.parts[place][0]])
            try:
                with path.open("rb") as stream:
                    yield stream
            finally:
                path.unlink()

        def name_of(place: int) -> str:
            return told(files[source.parts[place][0]].filename, source.parts[place][0])

        return _stacked(job, source, open_head, open_file, name_of, labels=labels)
    with opened_zip(job, files[numbers.pop()]) as archive:

        @contextmanager
        def open_member(place: int) -> Iterator[BinaryIO]:
            with archives.member(archive, cast(str, source.parts[place][1])) as stream:
                yield stream

        order = {info.filename: n for n, info in enumerate(archive.infolist())}

        def member_name(place: int) -> str:
            name = cast(str, source.parts[place][1])
            return told(name, order[name])

        return _stacked(job, source, open_member, open_member, member_name, labels=labels)


OpenPart = Callable[[int], AbstractContextManager[BinaryIO]]


def _stacked(
    job: RunContext,
    source: Source,
    open_head: OpenPart,
    open_part: OpenPart,
    name_of: Callable[[int], str],
    *,
    labels: bool,
) -> Volume:
    chosen = []
    for place, frames in enumerate(source.frames):
        with open_head(place) as stream:
            header = dicom.header(stream)
        chosen += [Slice(place, header, header.planes[frame]) for frame in frames]
    stacked = series.stack(chosen, job.options.pixel_spacing)
    read_so_far = 0

    @contextmanager
    def counted(place: int) -> Iterator[BinaryIO]:
        nonlocal read_so_far
        job.progress(min(90, 90 * read_so_far / len(source.parts)))
        read_so_far += 1
        with open_part(place) as stream:
            yield stream

    return series.load(stacked, counted, name_of, labels=labels, skip_broken=bool(job.options.allow_incomplete))
