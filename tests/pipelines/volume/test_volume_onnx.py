"""A user's own model in its smallest form: each voxel to the nearest of three shades."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from volume_world import (
    CONFIG,
    LEVELS,
    FakeRun,
    affine_of,
    ball_with_shell,
    grey_of,
    nifti,
    shades,
    small_labels,
    turned,
)

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume import VOLUME, Options
from chalicelib.pipelines.volume.onnx_model import _places, _window


def run_with(models: Path, data: np.ndarray, affine: np.ndarray, *more: Any) -> FakeRun:
    return FakeRun(("k.nii.gz", nifti(data, affine)), *more, models=models, segmentation_model="nearest").run()


@pytest.mark.parametrize("spacing", [None, [0.8, 0.8, 1.0]])
def test_a_model_labels_the_inputs_own_grid_window_by_window(tmp_path: Path, spacing: list[float] | None) -> None:
    labels = ball_with_shell((1.0, 1.0, 1.2))
    affine = affine_of((1.0, 1.0, 1.2), turned(0.3, 2.5))
    models = shades(tmp_path, spacing=spacing)
    reference = ("r.nii.gz", nifti(labels, affine), "reference")
    run = run_with(models, grey_of(labels, noise=30), affine, reference)
    assert run.results["dice"]["by_label"]["1"] > (0.999 if spacing is None else 0.95)
    assert run.results["dice"]["by_label"]["2"] > (0.999 if spacing is None else 0.9)
    told = run.results["segmentation"]
    assert told["model"] == "nearest"
    assert told["trained_model"] is True
    assert [(m["region"], m["kind"]) for m in run.results["measures"]] == [
        ("femur", "bone"),
        ("femoral cartilage", "cartilage"),
    ]
    assert run.results["measures"][1]["mean_thickness_mm"] == pytest.approx(2.5, abs=0.1 if spacing is None else 0.25)
    provenance = json.loads(run.members["provenance.json"])
    assert len(provenance["model"]["sha256"]) == 64
    assert "onnxruntime" in provenance["versions"]


def test_only_the_step_of_the_network_needs_its_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packaging function has no onnxruntime, so even its version must not be looked up there."""

    def here(name: str) -> str:
        if name == "onnxruntime":
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("chalicelib.pipelines.volume.reports.version", here)
    run = run_with(shades(tmp_path), grey_of(small_labels(), noise=0), np.eye(4))
    provenance = json.loads(run.members["provenance.json"])
    assert provenance["versions"]["onnxruntime"] == version("onnxruntime")
    assert "versions" not in provenance["model"]


def test_windows_leave_no_trace_of_their_borders(tmp_path: Path) -> None:
    labels = ball_with_shell((1.5, 1.5, 1.5))
    clean = np.array(LEVELS)[labels].astype(np.float32)
    run = run_with(shades(tmp_path, overlap=0.25), clean, np.eye(4))
    assert np.array_equal(np.load(run_saved(run, "labels.npy", tmp_path)), labels)


def run_saved(run: FakeRun, name: str, folder: Path) -> Path:
    (folder / name).write_bytes(run.saved[name])
    return folder / name


@pytest.mark.parametrize(
    ("normalisation", "levels"),
    [("minmax", (0.0, 0.42857, 1.0)), ("none", LEVELS), ("zscore", None)],
)
def test_each_normalisation_gives_the_model_what_it_was_trained_on(
    tmp_path: Path, normalisation: str, levels: tuple[float, ...] | None
) -> None:
    labels = ball_with_shell((1.5, 1.5, 1.5))
    clean = np.array(LEVELS)[labels].astype(np.float32)
    if levels is None:
        levels = tuple((level - float(clean.mean())) / float(clean.std()) for level in LEVELS)
    models = shades(tmp_path, levels, scale=1, normalisation=normalisation)
    run = run_with(models, clean, np.eye(4), ("r.nii.gz", nifti(labels), "reference"))
    assert run.results["dice"]["mean"] == 1.0


def test_a_volume_smaller_than_the_window_is_taken(tmp_path: Path) -> None:
    labels = ball_with_shell((3.0, 3.0, 3.0))
    clean = np.array(LEVELS)[labels].astype(np.float32)
    run = run_with(
        shades(tmp_path, patch_size=[32, 32, 32]), clean, np.eye(4), ("r.nii.gz", nifti(labels), "reference")
    )
    assert run.results["dice"]["mean"] == 1.0


def test_two_runs_of_a_model_give_the_same_bytes(tmp_path: Path) -> None:
    models = shades(tmp_path)
    data = grey_of(ball_with_shell((1.5, 1.5, 1.5)))
    one, other = (run_with(models, data, np.eye(4)).artifacts["complete"] for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("overlap", "side", "patch", "expected"),
    [(0.5, 40, 20, [0, 10, 20]), (0.5, 45, 20, [0, 10, 20, 25]), (0, 40, 20, [0, 20]), (0.5, 20, 20, [0])],
)
def test_windows_cover_the_volume_to_its_end(overlap: float, side: int, patch: int, expected: list[int]) -> None:
    places = list(_places((side, 4, 4), (patch, 4, 4), overlap))
    assert [place[0] for place in places] == expected


def test_the_middle_of_a_window_counts_most_and_its_corners_still_count() -> None:
    window = _window((9, 9, 9))
    assert window[4, 4, 4] == window.max() == 1
    assert window.min() > 0


BROKEN = {
    "no configuration": (lambda f: (f / "config.json").unlink(), "has no config.json"),
    "no such field": (lambda f: config(f, patchsize=[1, 2, 3]), "patchsize: Extra inputs are not permitted"),
    "no labels": (lambda f: config(f, labels={}), "labels: "),
    "a spacing of zero": (lambda f: config(f, spacing=[0, 1, 1]), "spacing.0: Input should be greater than 0"),
    "an overlap that never ends": (lambda f: config(f, overlap=1.0), "overlap: "),
    "more labels than scores": (lambda f: config(f, labels={"7": "femur"}), "gives [1, 3, 24, 20, 16], expected [1, 8"),
    "no network": (lambda f: (f / "model.onnx").unlink(), "0 .onnx files, expected 1 to 10"),
    "no ONNX": (lambda f: (f / "model.onnx").write_bytes(b"hello"), "can't be loaded"),
}


def config(folder: Path, **changes: Any) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))


@pytest.mark.parametrize("case", BROKEN)
def test_a_model_that_is_not_in_order_fails_and_says_what_is_wrong(tmp_path: Path, case: str) -> None:
    breaks, message = BROKEN[case]
    models = shades(tmp_path)
    breaks(models / "nearest")
    with pytest.raises(PipelineFailed) as failed:
        run_with(models, grey_of(ball_with_shell((1.5, 1.5, 1.5))), np.eye(4))
    assert failed.value.code == "invalid_model"
    assert message in failed.value.message


def test_a_model_that_finds_nothing_fails(tmp_path: Path) -> None:
    with pytest.raises(PipelineFailed) as failed:
        run_with(shades(tmp_path, (0.0, 5e6, 6e6)), grey_of(ball_with_shell((1.5, 1.5, 1.5))), np.eye(4))
    assert failed.value.code == "nothing_to_segment"


ALONE = """
import sys
from pathlib import Path
from types import SimpleNamespace

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("scipy", "skimage", "pydicom", "nrrd", "PIL"):
            raise ImportError(name)

sys.meta_path.insert(0, Missing())
from chalicelib.pipelines.volume import VOLUME

folder = Path(sys.argv[1])
def save(name, content):
    (folder / name).write_bytes(content.read_bytes() if isinstance(content, Path) else content)

scratch = folder / "scratch"
scratch.mkdir()
VOLUME.steps[2].run(SimpleNamespace(
    options=VOLUME.Options(segmentation_model="nearest"), scratch=scratch, progress=lambda percent: None,
    load=lambda name: folder / name, save=save, model=lambda name: folder / "models" / name,
))
"""


def test_the_step_that_runs_a_network_needs_only_the_libraries_of_its_layer(tmp_path: Path) -> None:
    labels = ball_with_shell((1.5, 1.5, 1.5))
    models = shades(tmp_path / "models")
    files = ("k.nii.gz", nifti(grey_of(labels, noise=20), np.eye(4)))
    run = FakeRun(files, models=models, segmentation_model="nearest").run(1, 2)
    for name, content in run.saved.items():
        (tmp_path / name).write_bytes(content)
    subprocess.run([sys.executable, "-c", ALONE, str(tmp_path)], check=True, timeout=60)
    assert (tmp_path / "labels.npy").read_bytes() == run.run(3, 3).saved["labels.npy"]


def test_only_a_networks_own_step_asks_for_its_layer() -> None:
    for model, third in (("classical", None), ("labels", None), ("nearest", "onnx")):
        layers = [step.layer(Options(segmentation_model=model)) for step in VOLUME.steps]
        assert layers == [None, None, third, None, None, None]
