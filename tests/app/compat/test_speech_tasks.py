"""Speech jobs through the speech system's API."""

from __future__ import annotations

import pytest

from tests.app.api_world import Caller, World
from tests.pipelines.speech.speech_world import spoken

STATUS = "/v1/upload/status"


def test_a_task_says_where_its_job_is(world: World, user: Caller) -> None:
    job_id = user.announce({"a.wav": 20, "a.lab": 3}, pipeline="speech", name="Prompts")["job_id"]
    task = user.get(f"/v1/tasks/{job_id}/status")["data"]
    assert (task["task_status"], task["no_of_files"], task["missing_words"]) == ("uploading", 2, "0")
    assert (task["textgrid_url"], task["download_url"], task["missing_dict_url"]) == (None, None, None)
    user.post(f"/jobs/{job_id}/control", {"action": "cancel"})
    assert user.get(f"/v1/tasks/{job_id}/status")["data"]["task_status"] == "pre-error"


def test_words_that_were_guessed_are_counted_and_can_be_had(world: World, user: Caller) -> None:
    files = {"a.wav": spoken("nobody"), "a.lab": b"nobudy told me that"}
    job_id = user.upload(files, pipeline="speech")
    world.deliver()
    task = user.get(f"/v1/tasks/{job_id}/status")["data"]
    assert (task["task_status"], task["missing_words"], task["size"]) == (
        "completed",
        "1",
        str(sum(map(len, files.values()))),
    )
    assert user.get(STATUS)["data"]["tasks"] == [task]
    for address in (task["textgrid_url"], task["download_url"], task["missing_dict_url"]):
        assert user.get(address.removeprefix("/api")).status == 302
    assert user.get(f"/v1/tasks/{job_id}/download/audio").status == 404


@pytest.mark.parametrize(
    ("transcripts", "choice", "batch"),
    [
        ("text", "comp-ling", True),
        ("text_table", "exp-a", True),
        ("tiers", "var-ling", False),
        ("tiers_table", "exp-b", False),
    ],
)
def test_each_kind_of_transcripts_has_a_name(user: Caller, transcripts: str, choice: str, batch: bool) -> None:
    opened = user.announce({"a.wav": 20}, pipeline="speech", options={"transcripts": transcripts})
    task = user.get(f"/v1/tasks/{opened['job_id']}/status")["data"]
    assert (task["trans_choice"], task["batch"]) == (choice, batch)


def test_a_list_is_of_the_wanted_statuses_and_not_longer_than_asked_for(user: Caller) -> None:
    user.announce({"a.jpg": 20})
    jobs = [user.announce({"a.wav": 20}, pipeline="speech")["job_id"] for _ in range(3)]
    assert [task["task_id"] for task in user.get(STATUS)["data"]["tasks"]] == jobs[::-1]
    assert user.get(f"{STATUS}?limit=2")["data"]["total_count"] == 2
    assert user.get(f"{STATUS}?status_filter=completed, pre-error")["data"]["tasks"] == []
    assert user.get(f"{STATUS}?limit=1000")["data"]["total_count"] == 3


def test_errors_are_in_the_systems_envelope(world: World, user: Caller) -> None:
    other = user.get(f"{STATUS}?user_id=somebody")
    assert (other.status, other["status"], other["code"]) == (403, "error", "forbidden")
    wrong = user.get(f"{STATUS}?status_filter=nothing")
    assert (wrong.status, wrong["status"]) == (422, "error")
    assert "status_filter[0]" in wrong["message"]
    photos = user.announce({"a.jpg": 20})["job_id"]
    for task_id in (photos, "2024-01-01_12.30.45.123456"):
        gone = user.get(f"/v1/tasks/{task_id}/status")
        assert (gone.status, gone["message"]) == (404, "There is no such task.")
    assert world.nobody.get(STATUS)["status"] == "error"
    problem = user.get(f"/v1/tasks/{photos}/status", accept="application/problem+json")
    assert (problem["status"], problem["code"]) == (404, "job_not_found")
