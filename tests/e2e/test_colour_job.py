"""The colour pipeline on the real local stack: slices over its workers, roles, a killed worker, and the results."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.e2e.stack import Guest, Stack, eventually, put
from tests.pipelines.colour.colour_world import OFF_CARD, Scene, file_of, off_card, opened, printed, to_8

WORKERS = "infra.local.worker"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), None, "--sweep", "1", "--visibility", "3")
    stack.start()
    yield stack
    stack.stop()


def sent(guest: Guest, files: list[tuple[str, bytes, str | None]], **options: Any) -> str:
    announced = [
        {"filename": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        | ({"role": role} if role else {})
        for name, content, role in files
    ]
    answer = guest.call("POST", "/upload", {"pipeline": "colour", "files": announced, "options": options})
    assert answer.status_code == 201, answer.text
    for upload, (_, content, _) in zip(answer.json()["uploads"], files, strict=True):
        assert put(upload, content) == 200
    return str(answer.json()["job_id"])


def test_pictures_come_back_corrected_each_with_its_row_though_the_workers_die(stack: Stack) -> None:
    guest = Guest(stack.api)
    scenes = [printed(pose) for pose in range(4)]
    pictures = [file_of(to_8(scene.shot(noise=2)), "JPEG") for scene in scenes]
    empty = file_of(np.full((300, 400, 3), (90, 100, 80), np.uint8), "JPEG")
    job_id = sent(
        guest, [(f"shot{n}.jpg", content, None) for n, content in enumerate(pictures)] + [("none.jpg", empty, None)]
    )
    eventually(lambda: (guest.get(f"/status/{job_id}").get("current_step") or 0) >= 2, 60)
    stack.kill(WORKERS)
    status = guest.wait(job_id, 150)
    assert status["status"] == "completed", (status["error_code"], status["error_message"])
    results = guest.get(f"/results?job_id={job_id}&per_page=50")["items"]
    assert len(results) == 6
    with zipfile.ZipFile(io.BytesIO(guest.call("GET", f"/download/{job_id}").content)) as archive:
        assert archive.testzip() is None
        for number, scene in enumerate(scenes):
            corrected = opened(archive.read(f"pictures/shot{number}_corrected.jpg"))
            assert off_card(corrected, scene.boxes).mean() < 0.8
        assert {"report.html", "report.pdf", "pictures/none_report.json"} <= set(archive.namelist())
    told = {one["metadata"].get("reason") for one in results}
    assert "no_card" in told
    by_job = next(one for one in results if one["metadata"].get("pictures"))
    assert (by_job["metadata"]["succeeded"], by_job["metadata"]["failed_count"]) == (4, 1)
    verdicts = {file["original_filename"]: file["verdict"] for file in guest.get(f"/jobs/{job_id}/files")["items"]}
    assert verdicts == {**{f"shot{n}.jpg": "corrected" for n in range(4)}, "none.jpg": "failed"}


def test_one_shot_of_the_card_corrects_a_picture_without_one(stack: Stack) -> None:
    guest = Guest(stack.api)
    scene = printed()
    light = np.full_like(scene.light, 0.09)
    for x0, y0, x1, y1 in scene.boxes:
        light[y0:y1, x0:x1] = scene.light[y0 + 5, x0 + 5]
    bare = Scene(light, scene.boxes)
    files = [
        ("bare.png", file_of(to_8(bare.shot(noise=1))), None),
        ("card.jpg", file_of(to_8(scene.shot()), "JPEG"), "reference"),
    ]
    job_id = sent(guest, files)
    status = guest.wait(job_id, 120)
    assert status["status"] == "completed", (status["error_code"], status["error_message"])
    [corrected] = [
        one for one in guest.get(f"/jobs/{job_id}/artifacts")["items"] if one["name"].startswith("corrected-")
    ]
    assert corrected["filename"] == "bare_corrected.png"
    content = guest.call("GET", f"/download/{job_id}/{corrected['name']}").content
    assert off_card(opened(content), bare.boxes, OFF_CARD).mean() < 1


def test_options_that_cannot_be_served_are_refused_with_the_field(stack: Stack) -> None:
    guest = Guest(stack.api)
    for options, field in (
        ({"operation": "remove_background", "background_model": "u2net"}, "options.background_model"),
        ({"corners": [[1, 2], [3, 4]]}, "options.corners"),
        ({"operation": "white_balance", "white_balance": "none"}, "options.white_balance"),
    ):
        body = {"pipeline": "colour", "files": [{"filename": "a.jpg", "size": 3}], "options": options}
        answer = guest.call("POST", "/upload", body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field
