"""T2 of each region where a series has enough echoes, and the reason where it hasn't."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from dicom_world import LABELS, named, series_of, with_tags
from volume_world import FakeRun, nifti, zipped

from chalicelib.pipelines.volume import t2
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS
from chalicelib.pipelines.volume.regions import Region

TRUTH = {1: 80.0, 2: 38.0}  # ms
TIMES = (10.0, 20.0, 35.0, 50.0, 70.0)
GRID = LPS_TO_RAS @ np.array([[0.6, 0, 0, 10], [0, 0.8, 0, -20], [0, 0, 1.5, 30], [0, 0, 0, 1.0]])


def echo(time: float, noise: float = 0.0, background: float = 0.0) -> np.ndarray:
    decay = np.full(LABELS.shape, background)
    for value, truth in TRUTH.items():
        decay[value == LABELS] = 3000 * np.exp(-time / truth)
    return decay + np.random.default_rng(int(time)).normal(0, noise, LABELS.shape)


def job(times: tuple[float, ...], noise: float = 0.0, **options: Any) -> FakeRun:
    slices = [
        content
        for time in times
        for content in series_of(np.rint(echo(time, noise)).astype(np.int16), with_tags(EchoTime=time))
    ]
    files = (("k.zip", zipped(named(slices))), ("l.nii.gz", nifti(LABELS, GRID), "labels"))
    return FakeRun(*files, segmentation_model="labels", **options).run()


@pytest.mark.parametrize("noise", [0.0, 20.0])
def test_each_regions_t2_is_its_own(noise: float) -> None:
    run = job(TIMES, noise)
    found = run.results["t2"]
    assert found["status"] == "computed"
    assert found["echo_times_ms"] == list(TIMES)
    for row in found["regions"]:
        assert row["mean_t2_ms"] == pytest.approx(TRUTH[row["label"]], rel=0.02)
        assert row["mean_r2"] > 0.99
        assert row["fitted_voxels"] == row["voxels"]
    assert run.recorded is not None
    assert run.recorded[2]["t2"]["mean_t2_ms"]["label_2"] == pytest.approx(38, rel=0.02)


def test_the_map_lies_on_the_labels_grid_and_holds_nothing_else() -> None:
    run = job(TIMES)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(run.artifacts["t2"][2]))
    assert np.allclose(image.affine, GRID, atol=1e-4)
    values = np.asarray(image.dataobj)
    assert values.dtype == np.float32
    for value, truth in {0: 0.0, **TRUTH}.items():
        assert np.median(values[value == LABELS]) == pytest.approx(truth, rel=0.02)
    assert (values[LABELS == 0] == 0).all()
    fits = np.asarray(nib.Nifti1Image.from_bytes(gzip.decompress(run.members["k_t2_r2.nii.gz"])).dataobj)
    assert fits[LABELS > 0].min() > 0.99
    rows = list(csv.DictReader(io.StringIO(run.members["k_t2.csv"].decode())))
    assert [row["region"] for row in rows] == ["label_1", "label_2"]
    assert run.artifacts["t2-fit"][2].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("times", "why"),
    [((10.0,), "isn't a multi-echo series"), ((10.0, 40.0), "Two echoes can't show whether a decay fits")],
)
def test_too_few_echoes_give_no_t2_and_the_reason(times: tuple[float, ...], why: str) -> None:
    run = job(times)
    assert run.results["t2"]["status"] == "not computed"
    assert why in run.results["t2"]["reason"]
    assert not any("t2" in name for name in run.artifacts)


def test_who_does_not_ask_gets_none() -> None:
    assert job(TIMES, t2_map=False).results["t2"] == {"status": "not computed", "reason": "Not asked for."}


def test_what_does_not_decay_is_not_computed() -> None:
    rng = np.random.default_rng(5)
    echoes = [rng.normal(800, 200, LABELS.shape) for _ in TIMES]
    rows = t2.of_regions(t2.fitted(echoes, TIMES, LABELS), LABELS, [Region(1, "a", None), Region(2, "b", None)])
    assert [row["status"] for row in rows] == ["not computed"] * 2
    assert "voxels show a decay with R² of 0.8 or more" in rows[0]["reason"]


def test_voxels_without_signal_are_left_out() -> None:
    echoes = [echo(time) for time in TIMES]
    hole = np.argwhere(LABELS == 2)[:50]
    for one in echoes:
        one[tuple(hole.T)] = 0
    fit = t2.fitted(echoes, TIMES, LABELS)
    row = t2.of_regions(fit, LABELS, [Region(2, "b", None)])[0]
    assert row["fitted_voxels"] == row["voxels"] - 50
    assert row["mean_t2_ms"] == pytest.approx(38, rel=1e-3)
