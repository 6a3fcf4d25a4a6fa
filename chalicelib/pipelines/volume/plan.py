"""Which of a job's files is the image, which the labels, which the reference: decided once, in the first step."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from chalicelib.pipelines.base import InspectedFile, RunContext, UnreadableFile
from chalicelib.pipelines.volume import archives
from chalicelib.pipelines.volume.inspecting import FORMATS, dicom_members, format_of
from chalicelib.pipelines.volume.options import LABELS
from chalicelib.pipelines.volume.readers import dicom, nrrd, series

Part = tuple[int, str | None]
"""(number of a file of the job, name of a member where that file is a zip)."""


@dataclass(frozen=True)
class Source:
    """One volume: its format, and the parts that hold it. parts: one; for DICOM every slice's file; for a header with
    its voxels beside it, both."""

    format: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Plan:
    """What the job works on. stem: what the outputs' names begin with. details: what the result tells of the choice."""

    stem: str
    image: Source | None
    labels: Source | None
    reference: Source | None
    warnings: tuple[str, ...]
    details: dict[str, Any]

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Plan:
        values = json.loads(content)
        for role in ("image", "labels", "reference"):
            if given := values[role]:
                values[role] = Source(given["format"], tuple((number, name) for number, name in given["parts"]))
        return cls(**{**values, "warnings": tuple(values["warnings"])})


def stem_of(filename: str) -> str:
    """The file's name without its folder and its extension, double ones too, whatever their case."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    suffix = max((suffix for suffix in FORMATS if name.lower().endswith(suffix)), key=len, default="")
    return name[: len(name) - len(suffix)] or "volume"


class Planner:
    """Builds the plan of a job. Raises UnreadableFile where its files don't make a volume."""

    def __init__(self, job: RunContext) -> None:
        self._job = job
        self._options = job.options
        self._files = [file for file in job.files() if file.state in ("inspected", "duplicate")]
        self._raws = {stem_name(f.filename): f for f in self._files if f.metadata.get("format") == "raw"}
        self._warnings: list[str] = []
        self._details: dict[str, Any] = {}

    def plan(self) -> Plan:
        mains = self._mains()
        labels, reference = (self._single(role) for role in ("labels", "reference"))
        if not mains and labels is None:
            raise UnreadableFile("no_image", "None of the job's files is an image.")
        image: Source | None = None
        if mains:
            image, inner = self._main(mains)
            labels = labels or inner
        only_measure = self._options.segmentation_model == LABELS
        if only_measure and labels is None:
            image, labels = None, image
        elif not only_measure and image is None:
            raise UnreadableFile("no_image", "There are labels but no image to segment; choose the model `labels`.")
        elif not only_measure and labels is not None:
            labels = None
            self._warnings.append("The uploaded labels are not used: only the model `labels` does so.")
        named = mains[0] if mains else next(f for f in self._files if f.role == "labels")
        return Plan(stem_of(named.filename), image, labels, reference, tuple(self._warnings), self._details)

    def _mains(self) -> list[InspectedFile]:
        mains = [f for f in self._files if f.role is None and f.metadata.get("format") != "raw"]
        seen: set[str] = set()
        kept = []
        for file in mains:
            if file.sha256 is None or file.sha256 not in seen:
                kept.append(file)
                seen.add(file.sha256 or "")
        if any(f.metadata.get("format") != "dicom" for f in kept) and len(kept) > 1:
            raise UnreadableFile(
                "several_images",
                f"A job takes one volume, this one has {len(kept)} files; only the slices of a DICOM series, an .nhdr "
                "with its .raw, and files with the role `labels` or `reference` go together.",
            )
        return kept

    def _single(self, role: str) -> Source | None:
        found = [f for f in self._files if f.role == role and f.metadata.get("format") != "raw"]
        if not found:
            return None
        if len(found) > 1 and any(f.metadata.get("format") != "dicom" for f in found):
            raise UnreadableFile("several_images", f"A job takes one file with the role `{role}`.")
        return self._main(found, role)[0]

    def _main(self, files: Sequence[InspectedFile], role: str | None = None) -> tuple[Source, Source | None]:
        kind = str(files[0].metadata.get("format"))
        if kind == "dicom":
            return self._series(self._slices(files), [(f.number, None) for f in files]), None
        file = files[0]
        if kind == "zip":
            with opened_zip(self._job, file) as archive:
                return self._inside(file.number, archive, role)
        if kind == "nrrd" and (data_file := file.metadata.get("data_file")):
            raw = self._raws.get(stem_name(str(data_file)))
            if raw is None:
                raise UnreadableFile(
                    "missing_data_file", f"{file.filename} needs its data file {data_file} in the same job."
                )
            return Source("nrrd", ((file.number, None), (raw.number, None))), None
        return Source(kind, ((file.number, None),)), None

    def _slices(self, files: Sequence[InspectedFile]) -> Iterator[tuple[int, dicom.Header]]:
        for place, file in enumerate(files):
            self._job.progress(100 * place / len(files), file.filename)
            with self._job.open(file) as stream:
                yield place, dicom.header(stream)

    def _inside(self, number: int, archive: zipfile.ZipFile, role: str | None) -> tuple[Source, Source | None]:
        found = archives.contents(archive)
        if not found.images:
            members: list[str] = []
            headers = []
            for name, header in dicom_members(archive, found.others):
                self._job.progress(100 * len(members) / len(found.others))
                headers.append((len(members), header))
                members.append(name)
            if not members:
                raise archives.no_image()
            return self._series(headers, [(number, name) for name in members]), None
        named_labels = [name for name in found.images if archives.is_label_name(name)]
        others = [name for name in found.images if name not in named_labels]
        image = (others or named_labels)[0]
        labels = named_labels[0] if others and named_labels and role is None else None
        if role and named_labels:
            image = named_labels[0]
        if passed := [name for name in found.images if name not in (image, labels)]:
            self._details["other_images"] = passed
            self._warnings.append(f"The zip holds {len(passed)} more image(s), which are not used.")
        return (
            self._member(number, archive, found, image),
            self._member(number, archive, found, labels) if labels else None,
        )

    @staticmethod
    def _member(number: int, archive: zipfile.ZipFile, found: archives.Contents, name: str) -> Source:
        kind = format_of(name)
        if kind == "nrrd":
            with archives.member(archive, name) as stream:
                data_file = nrrd.header(stream).data_file
            if data_file:
                if data_file.lower() not in found.files:
                    raise UnreadableFile("missing_data_file", f"{name} needs its data file {data_file} in the zip.")
                return Source(kind, ((number, name), (number, found.files[data_file.lower()])))
        return Source(kind, ((number, name),))

    def _series(self, headers: Any, parts: Sequence[Part]) -> Source:
        choice = series.choose(headers, self._options.series)
        stacked = series.stack(choice.slices)
        _ = stacked.grid  # refuses what is no volume before anything is fetched
        self._details["series"] = choice.series
        if choice.others:
            self._details["other_series"] = list(choice.others)
            self._warnings.append(
                f"There are {len(choice.others)} other series; the option `series` chooses one of them."
            )
        if choice.left_out:
            self._warnings.append(f"{choice.left_out} slice(s) of another size or direction are left out.")
        taken = sorted({one.source for one in choice.slices})
        return Source("dicom", tuple(parts[source] for source in taken))


def stem_name(name: str) -> str:
    """A name as a header and an upload may both spell it: without folder, lower case."""
    return PurePosixPath(name.replace("\\", "/")).name.lower()


@contextmanager
def opened_zip(job: RunContext, file: InspectedFile) -> Iterator[zipfile.ZipFile]:
    with job.open(file) as stream, archives.opened(stream) as archive:
        yield archive
