"""Time and peak memory of each step of the volume pipeline at 512×512×160 int16, beside plain SciPy doing the same.

    python -m benchmarks.volume [--size 512 512 160] [--beside COMMIT] [--json FILE]

Each side runs in a separate process, so that its peak resident memory is its own. "Plain" is a straightforward version:
the whole volume in float32, thresholds, `scipy.ndimage` over everything, no crops, no coarse grid, surfaces of raw
voxels. Beside it runs the pipeline from before it measured thickness along normals, where git still has it; with
--beside, another earlier version replaces both: the same file, the same run. Thickness is then measured on phantoms
with a known truth, beside nearest neighbours and local thickness.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks import volume_phantoms

BEFORE = "faa0dcd"  # the last version that measured to the nearest surface
SPACING = (0.36, 0.36, 0.7)
Rows = list[dict[str, Any]]


def phantom(size: Sequence[int]) -> tuple[Any, Any]:
    """(image int16, affine): two bone ends that face each other in a knee-sized field of view, a layer of cartilage on
    each, muscle around, noise over all."""
    import numpy as np

    rng = np.random.default_rng(11)
    millimetres = np.array(size) * SPACING
    x, y, z = (
        ((np.arange(n) + 0.5) / n - 0.5).astype(np.float32) * mm for n, mm in zip(size, millimetres, strict=True)
    )
    unit = float(min(millimetres)) / 100
    image = np.empty(tuple(size), np.int16)
    square = y[:, None] ** 2 + z[None, :] ** 2
    upper = y[:, None] ** 2 + (z[None, :] - 27 * unit) ** 2
    lower = y[:, None] ** 2 + (z[None, :] + 29 * unit) ** 2
    for index, at in enumerate(x):
        values = np.where(at**2 + square < (80 * unit) ** 2, 300, 20).astype(np.float32)
        for middle in (upper, lower):
            distance = np.sqrt(at**2 + middle)
            values[distance < 26.5 * unit] = 620
            values[distance < 24 * unit] = 900
        image[index] = values + rng.normal(0, 25, values.shape)
    return image, np.diag([*SPACING, 1.0])


class DiskRun:
    """A run context over a folder: a worker's view, without a cloud."""

    def __init__(self, content: Path, folder: Path) -> None:
        from chalicelib.pipelines.base import InspectedFile
        from chalicelib.pipelines.volume import VOLUME

        self.job_id = self.job_name = "benchmark"
        self.options = VOLUME.Options()
        self.scratch = folder / "scratch"
        self._content, self._kept = content, folder / "kept"
        self._kept.mkdir()
        found = {"format": "nifti"}
        self._file = InspectedFile(
            0, "knee.nii.gz", None, "inspected", content.stat().st_size, "application/x-nifti", "0" * 64, 0, found
        )

    def files(self) -> Iterator[Any]:
        yield self._file

    def open(self, file: Any) -> BinaryIO:
        return self._content.open("rb")

    def fetch(self, file: Any) -> Path:
        return Path(shutil.copy(self._content, self.scratch / "input"))

    def progress(self, percent: float, filename: str | None = None) -> None:
        pass

    def save(self, name: str, content: bytes | Path) -> None:
        if isinstance(content, Path):
            shutil.copy(content, self._kept / name)
        else:
            (self._kept / name).write_bytes(content)

    def load(self, name: str) -> Path:
        path = self._kept / name
        if not path.exists():
            raise KeyError(name)
        return path

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        self.save(f"artifact-{name}", content)

    def archive(self, name: str, filename: str, members: Iterable[Any]) -> None:
        with zipfile.ZipFile(self._kept / "complete.zip", "w") as archive:
            for member in members:
                if isinstance(member.content, Path):
                    archive.write(member.content, member.path)
                else:
                    archive.writestr(member.path, member.content)

    def result(self, summary: str, quality_score: float | None, metadata: Any, file: Any = None) -> None:
        print(f"  {summary}", file=sys.stderr)


def of_the_pipeline(content: Path, folder: Path) -> Rows:
    from chalicelib.pipelines.volume import VOLUME

    job = DiskRun(content, folder)
    rows: Rows = []
    for step in VOLUME.steps:
        job.scratch.mkdir()
        with _measured(step.name, rows):
            step.run(job)  # type: ignore[arg-type]  # a context of its own
        shutil.rmtree(job.scratch)
    return rows


def of_plain_scipy(content: Path, folder: Path) -> Rows:
    rows: Rows = []
    with _measured("Preparing volume", rows):
        import nibabel as nib
        import numpy as np
        from scipy import ndimage
        from skimage.filters import threshold_multiotsu
        from skimage.measure import marching_cubes

        local = shutil.copy(content, folder / "input.nii.gz")
        image = nib.load(local)
        data = image.get_fdata(dtype=np.float32)
    with _measured("Running segmentation", rows):
        smooth = ndimage.gaussian_filter(data, [0.5 / mm for mm in SPACING])
        classes = np.digitize(smooth, threshold_multiotsu(smooth, classes=3))
        labelled, _ = ndimage.label(ndimage.binary_opening(classes == 2, iterations=2))
        sizes = np.bincount(labelled.ravel())
        sizes[0] = 0
        bones = np.isin(labelled, np.argsort(-sizes)[:2])
        bones = ndimage.binary_fill_holes(bones)
        near = ndimage.distance_transform_edt(~bones, sampling=SPACING) <= 6
        cartilage = (classes == 1) & near
        labels = np.where(bones, 1, np.where(cartilage, 2, 0)).astype(np.uint8)
    surfaces = []
    with _measured("Measuring", rows):
        distance = ndimage.distance_transform_edt(~bones, sampling=SPACING)
        for value in (1, 2):
            vertices, faces, _, _ = marching_cubes((labels == value).astype(np.float32), 0.5, spacing=SPACING)
            corners = vertices[faces]
            surfaces.append((vertices, faces))
            _ = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
        edge = cartilage & ~ndimage.binary_erosion(cartilage)
        _ = distance[edge].mean()
    with _measured("Building meshes", rows):
        for number, (vertices, faces) in enumerate(surfaces):
            np.savez(folder / f"mesh-{number}.npz", vertices=vertices, faces=faces)
    with _measured("Packaging results", rows):
        nib.save(nib.Nifti1Image(labels, image.affine), folder / "labels.nii.gz")
    return rows


@contextmanager
def _measured(name: str, rows: Rows) -> Iterator[None]:
    started = time.perf_counter()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append({"step": name, "seconds": round(time.perf_counter() - started, 2), "peak_mib": round(peak)})


def _children_cpu() -> float:
    """Of all processes that have ended. On a machine with other load, elapsed time alone says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(run: Callable[[], Rows]) -> tuple[Rows, float]:
    """The run's measurements, and the CPU seconds of its processes."""
    before = _children_cpu()
    return run(), _children_cpu() - before


def _is_known(commit: str) -> bool:
    git = shutil.which("git")
    command = [str(git), "cat-file", "-e", f"{commit}:benchmarks/volume.py"]
    return git is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _child(work: Callable[[Path, Path], Rows], content: Path, folder: Path, answer: Any) -> None:
    folder.mkdir()
    answer.put(work(content, folder))


def _alone(work: Callable[[Path, Path], Rows], content: Path, folder: Path) -> Rows:
    """Runs in a fresh process: a peak never falls, so that one side would inherit the other's."""
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    process = context.Process(target=_child, args=(work, content, folder, answer))
    process.start()
    process.join(900)
    if process.exitcode != 0:
        process.kill()
        raise SystemExit(f"{work.__name__} ended with {process.exitcode}")
    return list(answer.get())


EARLIER = """
import json, sys
from pathlib import Path
from benchmarks.volume import _alone, of_the_pipeline
if __name__ == "__main__":
    rows = _alone(of_the_pipeline, Path(sys.argv[1]), Path(sys.argv[2]))
    Path(sys.argv[3]).write_text(json.dumps(rows))
"""


def of_a_commit(commit: str, content: Path, folder: Path) -> Rows:
    """The pipeline of that commit, by its own benchmark, on the current libraries."""
    tree, answer = folder / "tree", folder / "rows.json"
    tree.mkdir(parents=True)
    wanted = [shutil.which("git") or "git", "archive", commit, "chalicelib", "benchmarks"]
    packed = subprocess.run(wanted, check=True, capture_output=True)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")
    (tree / "earlier.py").write_text(EARLIER)
    command = [sys.executable, "earlier.py", str(content), str(folder / "run"), str(answer)]
    subprocess.run(command, check=True, cwd=tree)
    return list(json.loads(answer.read_text()))


def _table(ours: Rows, plain: Rows, what: str) -> str:
    beside = {row["step"]: row for row in plain}
    lines = [f"{'step':<24}{'seconds':>9}{'peak MiB':>10}   {f'{what}: seconds':>18}{'peak MiB':>10}"]
    for row in ours:
        other = beside.get(row["step"])
        right = f"{other['seconds']:>18.2f}{other['peak_mib']:>10}" if other else ""
        lines.append(f"{row['step']:<24}{row['seconds']:>9.2f}{row['peak_mib']:>10}   {right}")
    total, total_plain = (sum(row["seconds"] for row in rows) for rows in (ours, plain))
    highest, highest_plain = (max(row["peak_mib"] for row in rows) for rows in (ours, plain))
    lines.append(f"{'all':<24}{total:>9.2f}{highest:>10}   {total_plain:>18.2f}{highest_plain:>10}")
    lines.append(f"time beside {what}: {total / total_plain:.2f}")
    return "\n".join(lines)


def _write_input(size: Sequence[int], to: Path) -> None:
    import nibabel as nib

    image, affine = phantom(size)
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 1, packed, mtime=0) as stream:
        stream.write(nib.Nifti1Image(image, affine).to_bytes())
    to.write_bytes(packed.getvalue())


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Runs both, prints the table, and returns the measurements (and writes them, with --json)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", nargs=3, type=int, default=[512, 512, 160])
    parser.add_argument("--beside", metavar="COMMIT", help="compare with the pipeline of then, not with plain SciPy")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "knee.nii.gz"
        _write_input(given.size, content)
        ours, cpu = _timed(partial(_alone, of_the_pipeline, content, Path(folder) / "ours"))
        others = {} if given.beside else {"plain": partial(_alone, of_plain_scipy, content, Path(folder) / "plain")}
        for commit in [given.beside] if given.beside else [BEFORE] * _is_known(BEFORE):
            others[commit] = partial(of_a_commit, commit, content, Path(folder) / "earlier")
        beside = {what: _timed(run) for what, run in others.items()}
    measured = {
        "benchmark": "volume",
        "size": given.size,
        "pipeline": ours,
        **{"plain_scipy" if what == "plain" else what: rows for what, (rows, _) in beside.items()},
        "peak_mib": max(row["peak_mib"] for row in ours),
        "limit_mib": 1536,
        "cpu_seconds": {"pipeline": round(cpu, 1), **{what: round(took, 1) for what, (_, took) in beside.items()}},
    }
    measured["thickness"] = volume_phantoms.compared()
    print(f"classical, {'×'.join(map(str, given.size))} int16")
    for what, (rows, took) in beside.items():
        print(_table(ours, rows, what))
        print(f"CPU seconds: {cpu:.1f}, {what} {took:.1f}; ratio {cpu / took:.2f}\n")
    print(volume_phantoms.table(measured["thickness"]))
    if given.json:
        given.json.write_text(json.dumps(measured, indent=2) + "\n")
    return measured


if __name__ == "__main__":
    main()
