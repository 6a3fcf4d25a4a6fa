"""Networks with several channels, folds and mirrored views, and unmodified nnU-Net plans."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from volume_world import CONFIG, FakeRun, affine_of, grey_of, nifti, small_labels, turned, zipped

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.geometry import Grid, from_working
from chalicelib.pipelines.volume.networks import network_of

LABELS = small_labels()
LEVELS = (0.0, 400.0, 900.0)
CLEAN = np.array(LEVELS, np.float32)[LABELS]


def network(
    path: Path,
    levels: tuple[float, ...],
    *,
    channels: int = 1,
    channel: int = 0,
    shifted: bool = False,
    bias: float = 0.0,
) -> None:
    """Maps each voxel of one channel to the nearest level; `shifted`: that of its neighbour along the last axis."""
    names = [f"s{n}" for n in range(len(levels))]
    start = [numpy_helper.from_array(np.array([channel], np.int64), "channel")]
    nodes = [helper.make_node("Gather", ["x", "channel"], ["one"], axis=1)]
    value = "one"
    if shifted:
        start += [
            numpy_helper.from_array(np.array([0] * 4 + [1] + [0] * 5, np.int64), "pads"),
            numpy_helper.from_array(np.array([0], np.int64), "zero"),
            numpy_helper.from_array(np.array([-1], np.int64), "end"),
            numpy_helper.from_array(np.array([4], np.int64), "axis"),
        ]
        nodes += [
            helper.make_node("Pad", ["one", "pads"], ["padded"], mode="edge"),
            helper.make_node("Slice", ["padded", "zero", "end", "axis"], ["moved"]),
        ]
        value = "moved"
    for n, level in enumerate(levels):
        start.append(numpy_helper.from_array(np.array(level + bias, np.float32), f"m{n}"))
        nodes += [
            helper.make_node("Sub", [value, f"m{n}"], [f"d{n}"]),
            helper.make_node("Abs", [f"d{n}"], [f"a{n}"]),
            helper.make_node("Neg", [f"a{n}"], [names[n]]),
        ]
    nodes.append(helper.make_node("Concat", names, ["y"], axis=1))
    graph = helper.make_graph(
        nodes,
        "levels",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, "a", "b", "c"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, len(levels), "a", "b", "c"])],
        start,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def configured(folder: Path, **changes: Any) -> Path:
    config = {**CONFIG, "normalisation": "none", **changes}
    (folder / "net" / "config.json").write_text(json.dumps(config))
    return folder


def planned(
    folder: Path, *, patch: tuple[int, ...] = (16, 20, 24), config: dict[str, Any] | None = None, **plans: Any
) -> Path:
    """`plans.json` and `dataset.json` with the relevant fields of nnU-Net 2, and some irrelevant ones."""
    written = {
        "dataset_name": "Dataset001_Knee",
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": [0, 1, 2],
        "foreground_intensity_properties_per_channel": {
            "0": {"mean": 400.0, "std": 200.0, "percentile_00_5": 0.0, "percentile_99_5": 800.0}
        },
        "configurations": {
            "3d_fullres": {
                "patch_size": list(patch),
                "spacing": [1.0, 1.0, 1.0],
                "normalization_schemes": ["NoNormalization"],
                "batch_size": 2,
            },
            "3d_small": {"inherits_from": "3d_fullres", "patch_size": [12, 12, 12]},
        },
        **plans,
    }
    labels = {"background": 0, "femur": 1, "femoral cartilage": 2}
    (folder / "net" / "plans.json").write_text(json.dumps(written))
    (folder / "net" / "dataset.json").write_text(json.dumps({"labels": labels, "channel_names": {"0": "MR"}}))
    if config:
        (folder / "net" / "config.json").write_text(json.dumps(config))
    return folder


def labelled(models: Path, *files: Any) -> np.ndarray:
    """The network's labels, on the file's own axes."""
    run = FakeRun(*files, models=models, segmentation_model="net").run(1, 3)
    return from_working(np.load(io.BytesIO(run.saved["labels.npy"])), Grid.from_json(run.saved["grid.json"]))


@pytest.mark.parametrize("channel", [0, 1])
def test_a_network_of_two_channels_is_given_both_in_their_order(tmp_path: Path, channel: int) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS, channels=2, channel=channel)
    configured(tmp_path, channels=2)
    other = np.ascontiguousarray(CLEAN[::-1] * 0 + 400)
    pair = (CLEAN, other) if channel == 0 else (other, CLEAN)
    members = {f"imagesTs/k_000{n}.nii.gz": nifti(image) for n, image in enumerate(pair)}
    assert np.array_equal(labelled(tmp_path, ("k.zip", zipped(members))), LABELS)


def test_a_network_that_lacks_a_channel_says_so(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS, channels=2)
    configured(tmp_path, channels=2)
    with pytest.raises(PipelineFailed) as failed:
        labelled(tmp_path, ("k.nii.gz", nifti(CLEAN)))
    assert failed.value.code == "channels_missing"


def test_the_scores_of_folds_are_averaged(tmp_path: Path) -> None:
    """Each fold alone is wrong about a shade in between; their mean is right."""
    for fold, bias in enumerate((-300.0, 300.0)):
        network(tmp_path / "net" / f"fold_{fold}.onnx", LEVELS, bias=bias)
    configured(tmp_path)
    assert np.array_equal(labelled(tmp_path, ("k.nii.gz", nifti(CLEAN))), LABELS)
    (tmp_path / "net" / "fold_1.onnx").unlink()
    assert not np.array_equal(labelled(tmp_path, ("k.nii.gz", nifti(CLEAN))), LABELS)


def test_mirrored_views_are_turned_back_before_they_are_averaged(tmp_path: Path) -> None:
    """A network that looks one voxel to one side looks to both sides once it is mirrored."""
    network(tmp_path / "net" / "model.onnx", LEVELS, shifted=True)
    whole = tuple(LABELS.shape)
    plain = labelled(configured(tmp_path, patch_size=whole), ("k.nii.gz", nifti(CLEAN)))
    assert np.array_equal(plain[:, :, 1:], LABELS[:, :, :-1])
    both = labelled(configured(tmp_path, patch_size=whole, mirror=[0, 1, 2]), ("k.nii.gz", nifti(CLEAN)))
    # Where both neighbours have the same label the result is certain; elsewhere the mean lies between two shades.
    agree = LABELS[:, :, :-2] == LABELS[:, :, 2:]
    assert np.array_equal(both[:, :, 1:-1][agree], LABELS[:, :, 2:][agree])
    assert not np.array_equal(both, plain)


AFFINES = {
    "straight": np.eye(4),
    "flipped": np.diag([-1.0, -1.0, 1.0, 1.0]),
    "sagittal": np.array([[0, 0, 1.0, 0], [1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]]),
    "oblique": affine_of((1.0, 1.0, 1.0), turned(0.2, 0.3)),
}


@pytest.mark.parametrize("affine", AFFINES)
def test_nnunets_plans_are_read_as_they_are(tmp_path: Path, affine: str) -> None:
    network(tmp_path / "net" / "fold_0.onnx", LEVELS)
    run = FakeRun(("k.nii.gz", nifti(CLEAN, AFFINES[affine])), models=planned(tmp_path), segmentation_model="net").run()
    assert [(m["region"], m["voxels" if "voxels" in m else "label"]) for m in run.results["measures"]] == [
        ("femur", 1),
        ("femoral cartilage", 2),
    ]
    found = from_working(np.load(io.BytesIO(run.saved["labels.npy"])), Grid.from_json(run.saved["grid.json"]))
    assert np.array_equal(found, LABELS)


@pytest.mark.parametrize("affine", AFFINES)
def test_nnunets_last_axis_is_the_files_first(tmp_path: Path, affine: str) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS, shifted=True)
    models = planned(tmp_path, patch=tuple(LABELS.shape[::-1]))
    found = labelled(models, ("k.nii.gz", nifti(CLEAN + 1e-3, AFFINES[affine])))
    assert np.array_equal(found[1:], LABELS[:-1])


def test_a_reader_that_turns_to_ras_is_followed(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS, shifted=True)
    models = planned(tmp_path, patch=tuple(LABELS.shape[::-1]), image_reader_writer="NibabelIOWithReorient")
    found = labelled(models, ("k.nii.gz", nifti(CLEAN + 1e-3, AFFINES["flipped"])))
    assert np.array_equal(found[:-1], LABELS[1:])


def test_transposed_plans_are_followed(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS, shifted=True)
    x, y, z = LABELS.shape
    models = planned(tmp_path, patch=(x, y, z), transpose_forward=[2, 1, 0])
    found = labelled(models, ("k.nii.gz", nifti(CLEAN + 1e-3)))
    assert np.array_equal(found[:, :, 1:], LABELS[:, :, :-1])


def test_ct_normalisation_cuts_and_scales_as_the_plans_say(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", tuple((min(level, 800) - 400) / 200 for level in LEVELS))
    schemes = {
        "3d_fullres": {"patch_size": [16, 20, 24], "spacing": [1, 1, 1], "normalization_schemes": ["CTNormalization"]}
    }
    models = planned(tmp_path, configurations=schemes)
    assert np.array_equal(labelled(models, ("k.nii.gz", nifti(CLEAN * 3))), np.where(CLEAN * 3 > 600, 2, 0))


def test_another_configuration_is_chosen_by_name(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS)
    planned(tmp_path, config={"configuration": "3d_small", "mirror": [0]})
    found = network_of(tmp_path / "net", "net")
    assert found.patch_size == (12, 12, 12)
    assert found.spacing == (1.0, 1.0, 1.0)
    assert found.mirror == (0,)


@pytest.mark.parametrize(
    "plans",
    [
        {"configurations": {}},
        {"configurations": {"3d_fullres": {"patch_size": [16, 16], "spacing": [1, 1], "normalization_schemes": []}}},
        {
            "configurations": {
                "3d_fullres": {"patch_size": [9, 9, 9], "spacing": [1, 1, 1], "normalization_schemes": ["Odd"]}
            }
        },
    ],
)
def test_plans_that_cannot_be_followed_are_refused(tmp_path: Path, plans: dict[str, Any]) -> None:
    network(tmp_path / "net" / "model.onnx", LEVELS)
    with pytest.raises(PipelineFailed) as failed:
        network_of(planned(tmp_path, **plans) / "net", "net")
    assert failed.value.code == "invalid_model"


def test_what_is_empty_around_the_image_is_cut_off_before_it_is_normalised(tmp_path: Path) -> None:
    inside = CLEAN[4:20, 4:22, 5:23] + 1
    levels = tuple((level + 1 - float(inside.mean())) / float(inside.std()) for level in LEVELS)
    network(tmp_path / "net" / "model.onnx", levels)
    schemes = {
        "3d_fullres": {
            "patch_size": [16, 16, 16],
            "spacing": [1, 1, 1],
            "normalization_schemes": ["ZScoreNormalization"],
        }
    }
    padded = np.zeros_like(CLEAN)
    padded[4:20, 4:22, 5:23] = inside
    found = labelled(planned(tmp_path, configurations=schemes), ("k.nii.gz", nifti(padded)))
    assert np.array_equal(found[4:20, 4:22, 5:23], LABELS[4:20, 4:22, 5:23])
    assert not found[:4].any()


def test_noise_is_no_obstacle(tmp_path: Path) -> None:
    network(tmp_path / "net" / "model.onnx", (60.0, 420.0, 900.0))
    found = labelled(planned(tmp_path), ("k.nii.gz", nifti(grey_of(LABELS, noise=20))))
    assert np.array_equal(found, LABELS)
