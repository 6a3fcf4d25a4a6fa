"""The first step of a colour job: sorts the files by their roles, reads a user's own values, and decodes raws and
HEIC."""

from __future__ import annotations

from chalicelib.pipelines.base import InspectedFile, PipelineFailed, RunContext, UnreadableFile
from chalicelib.pipelines.colour import pictures, reference_values, saved
from chalicelib.pipelines.colour.kinds import HEIC_EXTENSIONS, RAW_EXTENSIONS
from chalicelib.pipelines.colour.saved import Plan


def plan(job: RunContext) -> None:
    """Sorts the job's files by their roles, and reads a user's own values. Raises PipelineFailed."""
    usable = [file for file in job.files() if file.state == "inspected"]
    by_role = {
        role: [file for file in usable if file.role == role] for role in ("reference", "reference_values", "flat_field")
    }
    given = [file for file in usable if file.role not in by_role]
    if not given:
        raise PipelineFailed("no_pictures", "The job has no picture.")
    for role, files in by_role.items():
        if len(files) > 1:
            raise PipelineFailed("several_of_a_role", f"Only one file of a job can be its {role.replace('_', ' ')}.")
    values = _values(job, by_role["reference_values"])
    if job.options.card == "cameratrax24" and values is None:
        raise PipelineFailed(
            "no_reference_values",
            "The maker of CameraTrax publishes no values: measure your card and send its values as reference_values.",
        )
    reference = by_role["reference"][0] if by_role["reference"] else None
    numbers = [file for file in (reference, *given) if file is not None]
    needs = (*RAW_EXTENSIONS, *HEIC_EXTENSIONS)
    late = [file.number for file in (*numbers, *by_role["flat_field"]) if file.filename.lower().endswith(needs)]
    stored = Plan(
        list(zip((file.number for file in numbers), _stems(numbers), strict=True)),
        reference.number if reference else None,
        late,
        by_role["flat_field"][0].number if by_role["flat_field"] else None,
        values,
    )
    saved.put(job, saved.PLAN, stored.stored())


def _stems(files: list[InspectedFile]) -> list[str]:
    """A name of its own for each picture's results."""
    taken: set[str] = set()
    stems = []
    for file in files:
        stem = base = file.filename.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "picture"
        number = 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{base}_{number}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def _values(job: RunContext, files: list[InspectedFile]) -> str | None:
    if not files:
        return None
    if files[0].size > reference_values.MAX_BYTES:
        raise PipelineFailed("reference_values_unreadable", "The file of reference values is too large.")
    try:
        names, lab = reference_values.read(job.fetch(files[0]).read_bytes(), files[0].filename)
        saved.measured_cards(job.options.card, names, lab, "")
    except UnreadableFile as reason:
        raise PipelineFailed(reason.code, reason.message) from None
    saved.put(job, "values.json", {"names": names, "lab": lab.tolist()})
    return files[0].filename


def late_pictures(job: RunContext) -> int:
    return len(Plan.of(job).developed)


def develop(job: RunContext, number: int) -> None:
    """Decodes a raw or HEIC, whose libraries the other steps don't need."""
    file = saved.file(job, Plan.of(job).developed[number])
    try:
        saved.put_developed(job, file.number, pictures.read(job.fetch(file), file.filename))
    except UnreadableFile as reason:
        saved.put(job, f"failed-{file.number}.json", [reason.code, reason.message])
