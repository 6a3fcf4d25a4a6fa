"""The volume that a plan names, out of the job's files."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from chalicelib.pipelines.base import InspectedFile, RunContext
from chalicelib.pipelines.volume import archives
from chalicelib.pipelines.volume.geometry import Volume
from chalicelib.pipelines.volume.plan import Source, opened_zip
from chalicelib.pipelines.volume.readers import dicom, mha, nifti, nrrd, series


def read(job: RunContext, source: Source) -> Volume:
    """The volume that `source` names. Raises UnreadableFile."""
    files = {file.number: file for file in job.files()}
    if source.format == "dicom":
        return _read_series(job, source, files)
    paths = [_local(job, files[number], name) for number, name in source.parts]
    if source.format == "nifti":
        return nifti.load(paths[0])
    if source.format == "mha":
        return mha.load(paths[0])
    return nrrd.load(paths[0], paths[1] if len(paths) > 1 else None)


def _local(job: RunContext, file: InspectedFile, name: str | None) -> Path:
    if name is None:
        return job.fetch(file)
    with opened_zip(job, file) as archive:
        return archives.extract(archive, name, job.scratch / f"member-{file.number}-{zlib.crc32(name.encode())}")


def _read_series(job: RunContext, source: Source, files: dict[int, InspectedFile]) -> Volume:
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

        return _stacked(job, len(source.parts), open_head, open_file)
    with opened_zip(job, files[numbers.pop()]) as archive:

        @contextmanager
        def open_member(place: int) -> Iterator[BinaryIO]:
            with archives.member(archive, cast(str, source.parts[place][1])) as stream:
                yield stream

        return _stacked(job, len(source.parts), open_member, open_member)


OpenPart = Callable[[int], AbstractContextManager[BinaryIO]]


def _stacked(job: RunContext, count: int, open_head: OpenPart, open_part: OpenPart) -> Volume:
    headers = []
    for place in range(count):
        with open_head(place) as stream:
            headers.append((place, dicom.header(stream)))
    # All parts are of one series by now, so that any choice is the whole of it.
    stacked = series.stack(series.choose(headers, None).slices)
    read_so_far = 0

    @contextmanager
    def counted(place: int) -> Iterator[BinaryIO]:
        nonlocal read_so_far
        job.progress(90 * read_so_far / count)
        read_so_far += 1
        with open_part(place) as stream:
            yield stream

    return series.load(stacked, counted)
