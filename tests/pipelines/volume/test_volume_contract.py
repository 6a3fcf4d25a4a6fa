"""This pipeline as the rest of the project sees it: its options, its steps, and few imports."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from pydantic import ValidationError
from volume_world import FakeRun, nifti, small_labels, source

from chalicelib.pipelines.base import OptionRefused
from chalicelib.pipelines.volume import VOLUME, Options
from chalicelib.pipelines.volume.formats import stem_of

HEAVY = ("numpy", "scipy", "skimage", "nibabel", "pydicom", "nrrd", "PIL", "onnxruntime", "openjpeg", "jpeg_ls")


def test_importing_the_pipeline_loads_none_of_its_heavy_libraries() -> None:
    asked = f"import sys, chalicelib.pipelines.volume; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []


def test_heavy_libraries_are_found_by_that_question_once_a_file_is_inspected() -> None:
    VOLUME.inspect(source("a.nii.gz", nifti(small_labels())), Options())
    assert {"numpy", "nibabel", "pydicom"} <= set(sys.modules)


def test_the_steps_have_their_agreed_names() -> None:
    assert [step.name for step in VOLUME.steps] == [
        "Validating input",
        "Preparing volume",
        "Running segmentation",
        "Measuring",
        "Building meshes",
        "Packaging results",
    ]
    assert VOLUME.per_file is False
    assert sum(step.weight for step in VOLUME.steps) == 100


def test_progress_never_leaves_its_range() -> None:
    run = FakeRun(("a.nii.gz", nifti(small_labels())), segmentation_model="labels").run()
    assert run.percents
    assert all(0 <= percent <= 100 for percent in run.percents)


def test_options_have_their_agreed_defaults() -> None:
    assert Options().model_dump() == {
        "email": None,
        "segmentation_model": "classical",
        "perform_shape_model": True,
        "shape_model_type": "bone_and_cartilage",
        "cartilage_smoothing": 0.3125,
        "retain_results": True,
        "region_names": {},
        "series": None,
        "side": None,
        "subregions": {},
        "defect_threshold_mm": 1.0,
        "allow_incomplete": False,
        "t2_map": True,
        "gl_area": None,
        "tg": None,
        "t1": None,
        "keep_dicom_ids": False,
        "pixel_spacing": None,
    }


def test_an_email_counts_once_whatever_its_case() -> None:
    assert Options(email="  Ada@Example.ORG ").email == "ada@example.org"
    assert Options(email="").email is None


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("cartilage_smoothing", -0.1, "greater than or equal to 0"),
        ("cartilage_smoothing", 2.1, "less than or equal to 2"),
        ("cartilage_smoothing", float("nan"), "finite number"),
        ("cartilage_smoothing", "soft", "valid number"),
        ("shape_model_type", "cartilage", "'bone_and_cartilage', 'bone_only', 'both' or 'none'"),
        ("segmentation_model", "../../secret", "match pattern"),
        ("segmentation_model", "", "match pattern"),
        ("email", "nobody", "match pattern"),
        ("email", "a@b." + "c" * 260, "at most 254"),
        ("perform_shape_model", "perhaps", "valid boolean"),
        ("retain_results", 7, "valid boolean"),
        ("region_names", {"0": "air"}, "greater than or equal to 1"),
        ("region_names", {"70000": "air"}, "less than or equal to 65535"),
        ("region_names", {"femur": "1"}, "valid integer"),
        ("region_names", {"1": "../up"}, "match pattern"),
        ("region_names", {"1": "x" * 65}, "match pattern"),
        ("series", "1.2; rm", "match pattern"),
        ("series", "s12345", "match pattern"),
        ("pixel_spacing", [0, 1], "greater than 0"),
        ("side", "upper", "'left' or 'right'"),
        ("subregions", {"2": "hip"}, "'femur', 'tibia' or 'patella'"),
        ("defect_threshold_mm", 0, "greater than 0"),
        ("colour", "red", "Extra inputs are not permitted"),
    ],
)
def test_an_option_out_of_range_is_refused_with_the_range(field: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Options.model_validate({field: value})
    (error,) = refused.value.errors()
    assert error["loc"][0] == field
    assert message in error["msg"]


@pytest.mark.parametrize("smoothing", [0, 2])
def test_the_ends_of_the_smoothing_range_are_allowed(smoothing: float) -> None:
    assert Options(cartilage_smoothing=smoothing).cartilage_smoothing == smoothing


def test_every_option_is_described_for_an_upload_form() -> None:
    for name, field in Options.model_json_schema()["properties"].items():
        assert field.get("description") or name == "shape_model_type", name


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("knee.nii.gz", "knee"),
        ("Knee.NII.GZ", "Knee"),
        ("a.b.nrrd", "a.b"),
        ("study/left knee.zip", "left knee"),
        ("C:\\scans\\k.mha", "k"),
        (".dcm", "volume"),
    ],
)
def test_outputs_are_named_after_the_input(name: str, stem: str) -> None:
    assert stem_of(name) == stem


def test_inspecting_twice_finds_the_same() -> None:
    file = source("a.nii.gz", nifti(small_labels(), np.diag([0.5, 0.6, 0.7, 1])))
    first = VOLUME.inspect(file, Options())
    assert VOLUME.inspect(file, Options()) == first
    assert first.content_type == "application/x-nifti"
    assert first.metadata == {
        "format": "nifti",
        "shape": [24, 26, 28],
        "spacing_mm": [0.5, 0.6, 0.7],
        "dtype": "uint8",
    }
    assert file.digests is not None


def test_a_file_whose_hash_is_known_is_not_read_to_its_end_for_a_header() -> None:
    from chalicelib.files.source import SourceFile

    content = nifti(np.zeros((100, 100, 100), np.int16), gzipped=False)
    fetched = 0

    def stream(start: int, end: int):
        nonlocal fetched
        for at in range(start, end, 65536):
            fetched += min(65536, end - at)
            yield content[at : min(at + 65536, end)]

    VOLUME.inspect(SourceFile("a.nii", len(content), stream, verified_sha256="0" * 64), Options())
    assert fetched <= 192 * 1024


def models(folder: str) -> list[str]:
    """The store's names below `models/`: two networks, and objects of other pipelines."""
    return {"": ["kneenet", "speech", "zones"], "kneenet": ["config.json", "model.onnx"], "zones": ["zones.json"]}.get(
        folder, ["a.bin"] if folder == "speech" else []
    )


@pytest.mark.parametrize("name", ["classical", "labels", "kneenet"])
def test_a_segmentation_that_is_there_is_taken_at_upload(name: str) -> None:
    VOLUME.check(Options(segmentation_model=name), models)


@pytest.mark.parametrize("name", ["hipnet", "speech"])
def test_a_segmentation_that_is_not_there_is_refused_at_upload_naming_what_is(name: str) -> None:
    with pytest.raises(OptionRefused) as refused:
        VOLUME.check(Options(segmentation_model=name), models)
    assert refused.value.field == "segmentation_model"
    assert refused.value.message == (
        f"There is no segmentation model named {name}. Expected one of: classical, labels, kneenet."
    )
