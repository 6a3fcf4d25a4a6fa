"""Decides which of a job's files are the image, the labels and the reference."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from chalicelib.pipelines.base import InspectedFile, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume import archives, layouts, slices
from chalicelib.pipelines.volume.formats import format_of, stem_of, told
from chalicelib.pipelines.volume.inspecting import image_facts
from chalicelib.pipelines.volume.options import LABELS, is_builtin
from chalicelib.pipelines.volume.plan import Part, Plan, Source
from chalicelib.pipelines.volume.readers import dicom, dicom_files, series, splitting, volumes

USABLE = ("inspected", "duplicate")
Found = tuple[Source | None, Source | None]
"""(image, labels)."""


class Planner:
    """Builds the plan of a job. Raises UnreadableFile where its files don't make a volume."""

    def __init__(self, job: RunContext) -> None:
        self._job = job
        self._options = job.options
        files = list(job.files())
        self._files = [file for file in files if file.state in USABLE]
        self._rejected = [file for file in files if file.state == "rejected"]
        self._data = {f.filename: f for f in self._files if f.metadata.get("format") == "raw"}
        self._warnings: list[Caution] = []
        self._details: dict[str, Any] = {}
        self._echoes: list[tuple[float, Source]] = []
        self._channels: list[Source] = []
        self._steady_state: dict[str, Any] = {}

    def plan(self) -> Plan:
        mains = self._mains()
        labels = self._single("labels")
        reference, note = self._reference()
        if not mains and labels is None:
            raise UnreadableFile("no_image", self._why_none())
        image: Source | None = None
        if mains:
            image, inner = self._main(mains)
            labels = labels or inner
        self._tell_rejected()
        only_measure = self._options.segmentation_model == LABELS
        if only_measure and labels is None:
            image, labels = None, image
        elif not only_measure and image is None:
            raise UnreadableFile("no_image", "There are labels but no image to segment; choose the model `labels`.")
        elif not only_measure and labels is not None:
            labels = None
            self._warn("labels_not_used", "The uploaded labels are not used: only the model `labels` uses them.")
        named = mains[0] if mains else next(f for f in self._files if f.role == "labels")
        return Plan(
            stem=stem_of(named.filename),
            image=image,
            labels=labels,
            reference=reference,
            warnings=tuple(self._warnings),
            reference_note=note,
            # Labels are compared with the echoes of their image; a label map of its own has none.
            echoes=tuple(self._echoes) if image is not None else (),
            channels=tuple(self._channels),
            steady_state=self._steady_state,
            details=self._details,
        )

    def _mains(self) -> list[InspectedFile]:
        mains = [f for f in self._files if f.role is None and f.metadata.get("format") != "raw"]
        seen: set[str] = set()
        kept = []
        for file in mains:
            if file.sha256 is None or file.sha256 not in seen:
                kept.append(file)
                seen.add(file.sha256 or "")
        return kept

    def _single(self, role: str) -> Source | None:
        if refused := next((f for f in self._rejected if f.role == role), None):
            raise UnreadableFile(
                refused.error_code or "invalid_format",
                f"The file with the role `{role}` was refused: {refused.error_message}",
            )
        found = [f for f in self._files if f.role == role and f.metadata.get("format") != "raw"]
        if not found:
            return None
        image, labels = self._main(found, role)
        return labels or image

    def _reference(self) -> tuple[Source | None, str | None]:
        """The reference, or why there is none though one was sent."""
        try:
            return self._single("reference"), None
        except UnreadableFile as reason:
            return None, reason.message

    def _main(self, files: Sequence[InspectedFile], role: str | None = None) -> Found:
        kinds = {str(file.metadata.get("format")) for file in files}
        if kinds == {"dicom"}:
            return self._dicom(self._loose(files), [(f.number, None) for f in files], role)
        if "dicom" in kinds or "zip" in kinds:
            if len(files) > 1:
                raise self._several(len(files), role)
            with opened_zip(self._job, files[0]) as archive:
                return self._inside(files[0].number, archive, role)
        numbers = {f.filename: f for f in files}
        wanted = role is not None or self._options.segmentation_model == LABELS
        found = layouts.arranged([_entry(f.filename, f.metadata) for f in files], labels_wanted=wanted)
        if found.left_out:
            raise self._several(len(files), role)

        def source(name: str) -> Source:
            return self._loose_source(numbers[name])

        return self._arranged(found, source)

    def _loose_source(self, file: InspectedFile) -> Source:
        kind = str(file.metadata.get("format"))
        data_file = file.metadata.get("data_file")
        if not data_file:
            return Source(kind, ((file.number, None),))
        name = archives.beside(self._data, file.filename, str(data_file))
        if name is None:
            raise UnreadableFile(
                "missing_data_file", f"{file.filename} needs its data file {data_file} in the same job."
            )
        return Source(kind, ((file.number, None), (self._data[name].number, None)))

    def _inside(self, number: int, archive: zipfile.ZipFile, role: str | None) -> Found:
        found = archives.contents(archive)
        if found.archives:
            self._warn(
                "archives_passed_over",
                f"Skipped unread: {counted(found.archives, 'archive')} inside the zip.",
                count=found.archives,
            )
        if not found.images:
            read = slices.in_zip(archive, found.others, self._job.progress)
            if not read.headers:
                raise archives.no_image(found)
            return self._dicom(read, [(number, name) for name in read.names], role)
        entries = []
        facts_of = {}
        for name in found.images:
            with archives.member(archive, name) as stream:
                try:
                    facts = image_facts(str(format_of(name)), name, stream, archive.getinfo(name).file_size)
                except UnreadableFile as reason:
                    if name == found.images[0]:
                        raise
                    self._warn("images_not_used", f"An image of the zip is left out: {reason.message}")
                    continue
            facts_of[name] = facts
            entries.append(_entry(name, facts))
        wanted = role is not None or self._options.segmentation_model == LABELS
        layout = layouts.arranged(entries, labels_wanted=wanted)
        if layout.left_out:
            self._details["other_images"] = layout.left_out
            self._warn("images_not_used", f"Not used: {counted(layout.left_out, 'more image')} in the zip.")

        def source(name: str) -> Source:
            data_file = facts_of[name].get("data_file")
            parts: tuple[Part, ...] = ((number, name),)
            if data_file:
                beside = archives.beside(found.data, name, str(data_file))
                if beside is None:
                    raise UnreadableFile(
                        "missing_data_file", "The zip holds a header without the data file that it names."
                    )
                parts = ((number, name), (number, beside))
            return Source(str(format_of(name)), parts)

        return self._arranged(layout, source)

    def _arranged(self, found: layouts.Layout, source: Any) -> Found:
        image = source(found.image[0]) if found.image else None
        if len(found.image) > 1:
            self._details["channels"] = len(found.image)
            if is_builtin(self._options.segmentation_model):
                count = len(found.image)
                self._warn("channels_not_used", f"The image has {count} channels: the first is used.", count=count)
            else:
                self._channels = [source(name) for name in found.image[1:]]
        if found.masks:
            each = [source(name) for name in found.labels]
            parts = tuple(one.parts[0] for one in each)
            return image, Source("masks", parts, names=tuple(enumerate(found.masks, 1)))
        return image, source(found.labels[0]) if found.labels else None

    def _loose(self, files: Sequence[InspectedFile]) -> slices.Slices:
        found = slices.Slices()
        budget = dicom_files.Budget()
        for place, file in enumerate(files):
            self._job.progress(100 * place / len(files), file.filename)
            with self._job.open(file) as stream:
                found.headers.append(replace(dicom.header(stream, budget), content=file.sha256 or ""))
                found.names.append(file.filename)
        refused = {
            f.number: f
            for f in self._rejected
            if f.role == files[0].role and f.error_code not in ("not_an_image", "volume_too_small")
        }
        for number, name in slices.meant(found.names, [(f.number, f.filename) for f in refused.values()]):
            found.broken.append((told(name, number), refused[number].error_message or slices.NO_DICOM))
        return found

    def _dicom(self, read: slices.Slices, parts: Sequence[Part], role: str | None) -> Found:
        """Image and labels out of DICOM files: a scan, and a segmentation of it where there is one.

        The option `series` and the result's facts about series concern the image, not labels in a role."""
        scans = [(place, header) for place, header in enumerate(read.headers) if not header.segmentation]
        made = [place for place, header in enumerate(read.headers) if header.segmentation]
        if len(made) > 1:
            count = len(made)
            self._warn(
                "segmentations_not_used", f"There are {count} DICOM segmentations: the first is used.", count=count
            )
        labels = Source("seg", (parts[made[0]],)) if made else None
        allowed = self._options.allow_incomplete
        if not scans:
            self._warnings += read.refuse_incomplete(allowed=allowed)
            return None, labels
        choice = volumes.choose(volumes.candidates(scans), None if role else self._options.series)
        taken = choice.taken
        kept, more = slices.decodable(taken, read.names, allowed=allowed)
        self._warnings += [*choice.warnings, *read.refuse_incomplete(allowed=allowed), *more]
        stacked = series.stack(kept, self._options.pixel_spacing)
        _ = stacked.grid  # refuses a file that is no volume before anything is fetched
        image = _source_of(kept, parts)
        if role:
            return image, labels
        self._details["series"] = taken.describe()
        if side := taken.slices[0].header.side:
            self._details["side"] = side
        if choice.others:
            self._details["other_series"] = [one.describe() for one in choice.others[:32]]
        found = volumes.echoes(taken, choice.others)
        if len(found) > 1:
            # Of the image itself, only the decodable slices that were chosen above.
            self._echoes = [(t, image if one is taken else _source_of(one.slices, parts)) for t, one in found]
            self._steady_state = asdict(found[0][1].slices[0].header.steady_state)
        return image, labels

    def _tell_rejected(self) -> None:
        for file in self._rejected:
            if file.role is None and format_of(file.filename) != "dicom":
                number = file.number + 1
                what = f"File no. {number} was refused and is not used: {file.error_message}"
                self._warn("file_refused", what, number=number)

    def _warn(self, code: str, message: str, **values: str | float) -> None:
        self._warnings.append(Caution(code, message, values))

    def _why_none(self) -> str:
        if self._rejected:
            return f"None of the job's files is an image: {self._rejected[0].error_message}"
        return "None of the job's files is an image."

    @staticmethod
    def _several(count: int, role: str | None) -> UnreadableFile:
        if role:
            return UnreadableFile("several_images", f"A job takes one file with the role `{role}`.")
        return UnreadableFile(
            "several_images",
            f"A job takes one volume, this one has {count} files; only the slices of a DICOM series, a header with its "
            "data file, and files with the role `labels` or `reference` go together.",
        )


def _source_of(chosen: Sequence[splitting.Slice], parts: Sequence[Part]) -> Source:
    frames: dict[int, list[int]] = {}
    for one in chosen:
        frames.setdefault(one.source, []).append(one.plane.frame)
    sources = sorted(frames)
    return Source("dicom", tuple(parts[s] for s in sources), tuple(tuple(sorted(frames[s])) for s in sources))


def _entry(name: str, facts: Any) -> layouts.Entry:
    return layouts.Entry(name, facts.get("dtype") in ("uint8", "int8"), tuple(facts.get("shape", ())))


@contextmanager
def opened_zip(job: RunContext, file: InspectedFile) -> Iterator[zipfile.ZipFile]:
    with job.open(file) as stream, archives.opened(stream) as archive:
        yield archive
