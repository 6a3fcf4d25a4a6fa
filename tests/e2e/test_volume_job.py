"""The volume pipeline on the real local stack: the queue, the steps, a killed worker, and the results."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.stack import PATIENCE, Guest, Stack
from tests.pipelines.volume.volume_world import (
    affine_of,
    ball_with_shell,
    dicom_slices,
    grey_of,
    mha,
    nifti,
    nrrd_header,
    shades,
    small_labels,
    zipped,
)

WORKERS = "infra.local.worker"
SPACING = (0.8, 0.8, 1.2)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), None, "--sweep", "1", "--visibility", "3")
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def knee() -> bytes:
    return nifti(grey_of(ball_with_shell(SPACING)), affine_of(SPACING))


def test_jobs_queue_up_run_one_by_one_and_survive_the_death_of_their_worker(stack: Stack, knee: bytes) -> None:
    guest = Guest(stack.api)
    before = guest.get("/stats")["total_jobs_processed"]
    jobs = [guest.upload({f"knee{n}.nii.gz": knee + b"\0" * n}, "volume") for n in range(4)]
    seen: dict[str, list[Any]] = {job: [] for job in jobs}
    killed = False
    deadline = time.monotonic() + 150 * PATIENCE
    while time.monotonic() < deadline:
        states = {job: guest.get(f"/status/{job}") for job in jobs}
        for job, status in states.items():
            seen[job].append(status)
        running = [status for status in states.values() if status["status"] == "running"]
        if not killed and any(status["current_step"] >= 3 for status in running):
            stack.kill(WORKERS)
            killed = True
        if all(status["status"] == "completed" for status in states.values()):
            break
        time.sleep(0.1)
    assert killed
    assert {status["status"] for status in states.values()} == {"completed"}

    queued = [status for found in seen.values() for status in found if status["status"] == "queued"]
    assert {status["queue_position"] for status in queued} >= {1, 2}
    assert all(status["estimated_wait_seconds"] > 0 for status in queued)
    for found in seen.values():
        steps = [status["current_step"] for status in found if status["status"] == "running"]
        assert steps == sorted(steps)
    names = {status["step_name"] for found in seen.values() for status in found if status["status"] == "running"}
    assert names <= {
        "Validating input",
        "Preparing volume",
        "Running segmentation",
        "Measuring",
        "Building meshes",
        "Packaging results",
    }
    assert guest.get("/stats")["total_jobs_processed"] == before + 4


def test_what_comes_out_downloads_together_and_one_by_one(stack: Stack, knee: bytes) -> None:
    guest = Guest(stack.api)
    job_id = guest.upload({"Knee.NII.GZ": knee}, "volume")
    assert guest.wait(job_id, 90)["status"] == "completed"
    answer = guest.call("GET", f"/download/{job_id}")
    assert 'filename="Knee_results.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        results = json.loads(archive.read("Knee_results.json"))
    assert {
        "Knee_labels.nii.gz",
        "Knee_labels.nrrd",
        "Knee_results.csv",
        "Knee_overview.png",
        "provenance.json",
    } <= names
    assert "Not for clinical diagnosis" in json.dumps(results)
    for artifact in guest.get(f"/jobs/{job_id}/artifacts")["items"]:
        one = guest.call("GET", f"/download/{job_id}/{artifact['name']}")
        assert (one.status_code, len(one.content)) == (200, artifact["size_bytes"])


def each_format() -> dict[str, dict[str, bytes]]:
    """The same label map in every accepted format, by the name of the format."""
    labels = small_labels()
    affine = affine_of(SPACING)
    header, raw = nrrd_header(labels.shape, affine, "encoding: raw"), labels.astype("<i2").tobytes("F")
    detached = nrrd_header(labels.shape, affine, "encoding: raw", "data file: knee.raw")
    slices = {f"{n:03d}.dcm": content for n, content in enumerate(dicom_slices(labels))}
    return {
        "nii": {"knee.nii": nifti(labels, affine, gzipped=False)},
        "nii.gz": {"knee.nii.gz": nifti(labels, affine)},
        "nrrd": {"knee.nrrd": header + b"\n" + raw},
        "nhdr": {"knee.nhdr": detached, "knee.raw": raw},
        "mha": {"knee.mha": mha(labels, affine)},
        "dcm": slices,
        "zip": {"knee.zip": zipped(slices)},
    }


@pytest.mark.parametrize("kind", each_format())
def test_each_format_goes_through_as_the_store_hands_it_out(stack: Stack, kind: str) -> None:
    guest = Guest(stack.api)
    job_id = guest.upload(each_format()[kind], "volume", options={"segmentation_model": "labels"})
    status = guest.wait(job_id, 60)
    assert status["status"] == "completed", (status["error_code"], status["error_message"])
    [result] = guest.get(f"/results?job_id={job_id}")["items"]
    voxel = float(np.prod((0.6, 0.8, 1.5) if kind in {"dcm", "zip"} else SPACING))
    measured = {row["region"]: row["volume_mm3"] for row in result["metadata"]["measures"]}
    labels = small_labels()
    counted = {f"label_{n}": np.count_nonzero(labels == n) * voxel for n in np.unique(labels) if n}
    assert sorted(measured.values()) == pytest.approx(sorted(counted.values()), rel=1e-3)


def test_a_job_left_without_a_volume_fails_with_the_files_own_reason(stack: Stack) -> None:
    guest = Guest(stack.api)
    job_id = guest.upload({"flat.nii.gz": nifti(grey_of(ball_with_shell(SPACING))[:, :, 0])}, "volume")
    status = guest.wait(job_id, 60)
    assert (status["status"], status["error_code"]) == ("failed", "not_a_volume")
    assert "Image is 2D, expected a 3D volume" in status["error_message"]
    wrong = guest.call("POST", "/upload", {"pipeline": "volume", "files": [{"filename": "a.png", "size": 3}]})
    assert wrong.status_code == 400
    large = {"pipeline": "volume", "files": [{"filename": "a.nii", "size": 700 * 1024**2}]}
    assert guest.call("POST", "/upload", large).status_code == 413
    odd = {"pipeline": "volume", "options": {"cartilage_smoothing": 3}, "files": [{"filename": "a.nii", "size": 3}]}
    refused = guest.call("POST", "/upload", odd)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "options.cartilage_smoothing"


def test_a_users_network_runs_in_the_function_of_its_layer_and_the_job_goes_on(stack: Stack, tmp_path: Path) -> None:
    for file in (shades(tmp_path) / "nearest").iterdir():
        stack.s3().put_object(Bucket="millrace", Key=f"models/nearest/{file.name}", Body=file.read_bytes())
    guest = Guest(stack.api)
    content = nifti(grey_of(small_labels(), noise=0.0))
    job_id = guest.upload({"small.nii.gz": content}, "volume", options={"segmentation_model": "nearest"})
    status = guest.wait(job_id, 90)
    assert status["status"] == "completed", (status["error_code"], status["error_message"])
    results = guest.call("GET", f"/download/{job_id}/results").json()
    assert results["segmentation"]["model"] == "nearest"
    assert len(results["measures"]) >= 2
