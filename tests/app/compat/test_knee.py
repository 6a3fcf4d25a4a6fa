"""Volume jobs through the knee MRI system's API."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.app.api_world import Caller, World
from tests.pipelines.volume.volume_world import affine_of, nifti, shades, small_labels

UPLOAD, STATUS, DOWNLOAD = "/compat/knee/upload", "/compat/knee/status", "/compat/knee/download"
AFFINE = affine_of((0.8, 0.8, 1.2))


def upload(user: Caller, content: bytes, name: str = "knee.nii.gz", **fields: str) -> Any:
    return user.form("POST", UPLOAD, {"file": (name, content), **fields})


def test_options_go_by_the_names_of_that_system(user: Caller) -> None:
    answer = upload(
        user,
        b"bytes",
        email="A@Example.com",
        segmentation_model="labels",
        perform_nsm="false",
        nsm_type="bone_and_cart",
        retain_results="false",
        cartilage_smoothing="0.5",
    )
    assert answer.status == 201, answer.text
    assert (answer["status"], answer["queue_position"]) == ("queued", 1)
    assert answer["message"] == "File uploaded successfully. You are #1 in queue."
    options = user.get(f"/jobs/{answer['job_id']}")["options"]
    assert (
        options
        | {
            "email": "a@example.com",
            "segmentation_model": "labels",
            "perform_shape_model": False,
            "shape_model_type": "bone_and_cartilage",
            "retain_results": False,
            "cartilage_smoothing": 0.5,
        }
        == options
    )


@pytest.mark.parametrize("kind", ["bone_only", "both", "none"])
def test_every_kind_of_shape_model_can_be_asked_for(user: Caller, kind: str) -> None:
    job = upload(user, b"bytes", nsm_type=kind)["job_id"]
    assert user.get(f"/jobs/{job}")["options"]["shape_model_type"] == kind


def test_models_are_those_that_an_operator_has_put_there(world: World, user: Caller, tmp_path: Any) -> None:
    refused = upload(user, b"bytes", segmentation_model="nnunet_fullres")
    assert refused.status == 422
    assert "Expected one of: classical, labels" in refused["detail"]
    for file in (shades(tmp_path) / "nearest").iterdir():
        world.s3.put_object(Bucket="millrace", Key=f"models/nnunet_fullres/{file.name}", Body=file.read_bytes())
    assert upload(user, b"bytes", segmentation_model="nnunet_fullres").status == 201


@pytest.mark.parametrize(
    ("name", "content", "fields", "status", "said"),
    [
        ("knee.png", b"bytes", {}, 400, ".nii.gz"),
        ("knee.nii", b"", {}, 400, "empty"),
        ("knee.nii", b"bytes", {"cartilage_smoothing": "3"}, 422, "cartilage_smoothing"),
        ("knee.nii", b"bytes", {"nsm_type": "bones"}, 422, "nsm_type"),
        ("knee.nii", b"bytes", {"perform_nsm": "perhaps"}, 422, "perform_nsm"),
        ("knee.nii", b"bytes", {"clip_femur_top": "true"}, 422, "clip_femur_top"),
        ("knee.nii", b"bytes", {"email": "nobody"}, 422, "email"),
    ],
)
def test_a_refusal_says_why(
    user: Caller, name: str, content: bytes, fields: dict[str, str], status: int, said: str
) -> None:
    answer = upload(user, content, name, **fields)
    assert answer.status == status, answer.text
    assert said in answer["detail"]
    assert user.get("/jobs")["items"] == []


def test_a_status_has_the_fields_of_its_state_and_no_others(world: World, user: Caller) -> None:
    job = upload(user, nifti(small_labels(), AFFINE), segmentation_model="labels")["job_id"]
    waiting = user.get(f"{STATUS}/{job}").json
    assert set(waiting) == {"job_id", "status", "queue_position", "estimated_wait_seconds"}
    assert (waiting["status"], waiting["queue_position"]) == ("queued", 1)
    early = user.get(f"{DOWNLOAD}/{job}")
    assert (early.status, early["detail"]) == (400, "Job not complete. Current status: queued")
    world.deliver()
    done = user.get(f"{STATUS}/{job}").json
    assert set(done) == {"job_id", "status", "download_url", "result_size_bytes", "processing_time_seconds"}
    assert (done["status"], done["download_url"]) == ("complete", f"/download/{job}")
    assert all(isinstance(done[name], int) for name in ("result_size_bytes", "processing_time_seconds"))
    assert user.get(f"{DOWNLOAD}/{job}", accept="application/json").status == 302


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (nifti(np.zeros((20, 20), np.int16), AFFINE), "INVALID_DIMENSIONS"),
        (b"no picture at all", "INVALID_FORMAT"),
        (nifti(np.zeros((20, 20, 20), np.int16), AFFINE), "SEGMENTATION_FAILED"),
    ],
)
def test_a_failure_has_a_code_in_upper_case(world: World, user: Caller, content: bytes, code: str) -> None:
    job = upload(user, content)["job_id"]
    world.deliver()
    failed = user.get(f"{STATUS}/{job}").json
    assert set(failed) == {"job_id", "status", "error_message", "error_code"}
    assert (failed["status"], failed["error_code"]) == ("error", code)
    assert failed["error_message"]


def test_a_cancelled_job_is_an_error_and_a_job_of_photos_is_none(user: Caller) -> None:
    job = upload(user, b"bytes")["job_id"]
    user.post(f"/jobs/{job}/control", {"action": "cancel"})
    assert user.get(f"{STATUS}/{job}")["error_code"] == "CANCELLED"
    assert user.get(f"{STATUS}/{user.announce({'a.jpg': 1})['job_id']}").status == 404


def test_numbers_are_whole_and_health_needs_no_sign_in(world: World, user: Caller) -> None:
    assert all(isinstance(value, int) for value in user.get("/compat/knee/stats").json.values())
    healthy = world.nobody.get("/compat/knee/health").json
    assert {name: healthy[name] for name in ("status", "redis", "worker", "gpu")} == {
        "status": "healthy",
        "redis": "connected",
        "worker": "available",
        "gpu": "unavailable",
    }
    with world.patch.context() as patch:
        patch.setenv("MILLRACE_QUEUE_URL_PREFIX", "https://sqs.us-east-1.amazonaws.com/123456789012/elsewhere-")
        from chalicelib import wiring

        wiring.services.cache_clear()
        away = world.nobody.get("/compat/knee/health")
        assert (away.status, away["status"], away["worker"]) == (503, "unhealthy", "unavailable")
    wiring.services.cache_clear()
