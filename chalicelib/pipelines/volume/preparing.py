"""The first two steps: decide the role of each file, then read the volumes and turn them to the working orientation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from chalicelib.pipelines.base import PipelineFailed, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume import label_map, qdess, t2
from chalicelib.pipelines.volume.geometry import Array, Grid, apart, doubts, embedded, to_working
from chalicelib.pipelines.volume.options import is_builtin
from chalicelib.pipelines.volume.plan import Plan, Source
from chalicelib.pipelines.volume.planning import Planner
from chalicelib.pipelines.volume.reading import each, read
from chalicelib.pipelines.volume.saved import load_plan, model_folder, save_array, save_json

GRIDS_SAME, GRIDS_APART = 1e-3, 0.2  # voxels, at the far corner


def validate(job: RunContext) -> None:
    """Decides which files are image, labels and reference, and refuses files that are no volume."""
    if not is_builtin(job.options.segmentation_model):
        model_folder(job)  # an unknown model fails here and not after minutes
    job.save("plan.json", Planner(job).plan().to_json())


def prepare(job: RunContext) -> None:
    """Reads the volumes and turns them to the working orientation."""
    plan = load_plan(job)
    warnings = list(plan.warnings)
    grid: Grid | None = None
    details = dict(plan.details)
    names: dict[int, str] = {}
    if plan.image is not None:
        volume = read(job, plan.image)
        grid, details = volume.grid, details | volume.details
        warnings += volume.warnings
        save_array(job, "image", to_working(volume.data, grid))
        _keep_ids(job, plan.image, grid)
        _prepare_channels(job, plan, grid)
        del volume
        job.progress(50)
    if plan.labels is not None:
        volume = read(job, plan.labels, labels=True)
        values, notes = label_map.label_values(volume.data)
        warnings += [*volume.warnings, *notes]
        names = volume.names
        if grid is None:
            grid = volume.grid
            _keep_ids(job, plan.labels, grid)
        else:
            values, grid, fitting = _fitted(values, volume.grid, grid)
            warnings += fitting
        save_array(job, "labels-in", to_working(values, grid))
        del volume, values
    if grid is None:
        raise PipelineFailed("no_image", "None of the job's files is an image.")
    warnings += doubts(grid)
    t2_note, assumed = _prepare_echoes(job, plan, grid)
    warnings += assumed
    job.progress(80)
    note = plan.reference_note and f"The reference can't be used: {plan.reference_note}"
    if plan.reference is not None:
        found = _prepare_reference(job, plan.reference, grid, names | job.options.region_names)
        note, warnings = found[0], warnings + found[1]
    if note:
        warnings.append(Caution("reference_not_used", note))
    job.save("grid.json", grid.to_json())
    prepared = {
        "warnings": list({one.message: one for one in warnings}.values()),
        "details": details,
        "dice_note": note,
        "t2_note": t2_note,
        "channels": len(plan.channels),
        "names": {str(value): name for value, name in names.items()},
    }
    save_json(job, "prepared", prepared)


def _prepare_channels(job: RunContext, plan: Plan, grid: Grid) -> None:
    for number, source in enumerate(plan.channels, 1):
        volume = read(job, source)
        off = apart(grid, volume.grid)
        if off is None or off > GRIDS_APART:
            raise UnreadableFile("grid_mismatch", "The channels of the image aren't on one grid.")
        save_array(job, f"channel-{number}", to_working(volume.data, volume.grid))


def _prepare_echoes(job: RunContext, plan: Plan, grid: Grid) -> tuple[str | None, list[Caution]]:
    """Saves each echo of a multi-echo series; (why T2 is impossible where the user asks for it; its assumptions)."""
    if not job.options.t2_map:
        return "Not asked for.", []
    times = [time for time, _ in plan.echoes]
    dess: qdess.Dess | None = None
    warnings: list[Caution] = []
    if len(times) == 2:
        dess, why, warnings = qdess.sequence_of(plan.steady_state, times, job.options)
        if dess is None:
            return why, []
    elif len(set(times)) < t2.LEAST_ECHOES:
        return "The input isn't a multi-echo series with known echo times.", []
    for number, (_, source) in enumerate(plan.echoes):
        volume = read(job, source)
        off = apart(grid, volume.grid)
        if off is None or off > GRIDS_APART:
            return "The echoes aren't on one grid.", []
        save_array(job, f"echo-{number}", to_working(volume.data, volume.grid))
    save_json(job, "echoes", {"times_ms": times, "dess": asdict(dess) if dess else None})
    return None, warnings


def _keep_ids(job: RunContext, source: Source, grid: Grid) -> None:
    """Saves the labels' references to their images' study, where the user wants them; they go into the SEG alone."""
    if job.options.keep_dicom_ids and source.format == "dicom":
        from chalicelib.pipelines.volume.dicom_seg import identity

        job.save("image-grid.json", grid.to_json())
        save_json(job, "dicom-ids", {"sources": [identity(stream) for stream in each(job, source)]})


def _fitted(values: Array, own: Grid, image: Grid) -> tuple[Array, Grid, list[Caution]]:
    """Labels and the grid that they lie on beside their image: their own where both are the same to a fraction of a
    voxel, the image's where they are a part of it. Raises UnreadableFile(grid_mismatch)."""
    off = apart(image, own)
    if off is None or off > GRIDS_APART:
        whole = embedded(values, own, image, GRIDS_APART)
        if whole is None:
            raise UnreadableFile("grid_mismatch", "The labels and the image aren't on the same grid.")
        note = "The labels cover a part of the image: everything around them is background."
        return whole, image, [Caution("partial_labels", note)]
    # Results go back onto the grid of the labels themselves: that is the map that is measured.
    return values, own, _nearly_one("The grids of labels and image differ", off)


def _prepare_reference(
    job: RunContext, source: Source, grid: Grid, names: Mapping[int, str]
) -> tuple[str | None, list[Caution]]:
    """Saves the reference; returns (the reason where no comparison with it is possible, warnings)."""
    try:
        volume = read(job, source, labels=True)
        values, notes = label_map.label_values(volume.data, "reference")
        values, matched = label_map.renumbered(values, volume.names, names)
        notes += matched
    except UnreadableFile as reason:
        return f"The reference can't be used: {reason.message}", []
    off = apart(grid, volume.grid)
    if off is None or off > GRIDS_APART:
        whole = embedded(values, volume.grid, grid, GRIDS_APART)
        if whole is None:
            return "The reference isn't on the input's grid.", []
        save_array(job, "reference", to_working(whole, grid))
        return None, notes
    save_array(job, "reference", to_working(values, volume.grid))
    return None, [*notes, *_nearly_one("The grids of reference and input differ", off)]


def _nearly_one(what: str, off: float) -> list[Caution]:
    """off: voxels, at the farthest corner."""
    if off <= GRIDS_SAME:
        return []
    return [
        Caution("grids_differ", f"{what} by up to {off:.3f} voxels: they are treated as one.", {"off": round(off, 3)})
    ]
