"""Results of jobs, from their runs and from users that may add results."""

from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.jobs.file_moving import judge_file
from chalicelib.jobs.ids import new_id
from chalicelib.jobs.library.results import result_of_file
from tests.app.accounts.people_helpers import admin
from tests.app.api_world import Caller, World
from tests.app.library.conftest import Done


@pytest.fixture
def job_id(done: Done, photo: bytes) -> str:
    return done({"a.jpg": photo})


@pytest.fixture
def boss(world: World) -> Caller:
    return admin(world, f"{new_id()}@example.com")


def add(boss: Caller, job_id: str, score: Any, **more: Any) -> Any:
    return boss.post("/results", {"job_id": job_id, "summary": "By hand", "quality_score": score, **more})


def test_every_run_leaves_a_result(world: World, user: Caller, job_id: str) -> None:
    answer = user.get("/results")
    (result,) = answer["items"]
    assert (result["job_id"], result["pipeline"]) == (job_id, "media")
    assert result["metadata"]["in_zip"] == 1
    assert 0 <= result["quality_score"] <= 1
    assert user.get(f"/jobs/{job_id}")["result"]["summary"] == result["summary"]
    assert [answer[name] for name in ("total", "page", "per_page", "pages")] == [1, 1, 50, 1]
    assert user.get(f"/results/{result['id']}").json == result


def test_a_retry_leaves_a_result_of_its_own(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo, "b.jpg": b"bad"})
    world.deliver()
    assert user.post(f"/jobs/{job_id}/retry").status == 200
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    assert user.get(f"/results?job_id={job_id}")["total"] == 2


def test_results_and_verdicts_of_single_files_name_their_file(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo, "b.jpg": b"bad"})
    world.deliver()
    jobs, file_id = wiring.services().jobs, f"{job_id}-00000001"
    job = jobs.job(job_id)
    jobs.put_result(result_of_file(job, 1, "One of it", 0.5, {"a": 1}, wiring.clock()))
    judge_file(jobs, job_id, 1, 0, "suspect", "Two clocks.", {"seconds": 3600})
    found = {result["file_id"]: result for result in user.get(f"/results?job_id={job_id}")["items"]}
    assert (found[file_id]["summary"], set(found)) == ("One of it", {None, file_id})
    assert user.get(f"/results/{job_id}-run0000-00000001")["file_id"] == file_id
    said = {"verdict": "suspect", "verdict_message": "Two clocks.", "verdict_details": {"seconds": 3600}}
    listed = user.get(f"/jobs/{job_id}/files")["items"][0]
    assert said.items() <= listed.items()
    assert said.items() <= user.get(f"/files/{file_id}").json.items()
    user.post(f"/jobs/{job_id}/retry")
    assert user.get(f"/jobs/{job_id}/files")["items"][0]["verdict"] is None


def test_results_do_not_come_between_jobs(user: Caller, job_id: str) -> None:
    assert [job["id"] for job in user.get("/jobs")["items"]] == [job_id]


def test_only_who_may_administer_adds_results(user: Caller, boss: Caller, job_id: str) -> None:
    assert add(user, job_id, 0.5)["code"] == "forbidden"
    answer = add(boss, job_id, 0.5, metadata={"by": "hand"})
    assert answer.status == 201
    assert answer.headers["location"] == f"/api/results/{answer['id']}"
    assert user.get(f"/results/{answer['id']}")["metadata"] == {"by": "hand"}
    assert boss.get(f"/results/{answer['id']}").status == 404  # it belongs to the job's owner
    assert add(boss, new_id(), 0.5)["code"] == "job_not_found"


@pytest.mark.parametrize("score", [-0.001, 1.001, 2, "a", True, 1e999])
def test_a_quality_score_outside_of_0_to_1_is_refused(boss: Caller, user: Caller, job_id: str, score: Any) -> None:
    if score is not True:  # JSON readers take a boolean for a number, writers don't
        assert add(boss, job_id, score).status in {400, 422}
    result = user.get("/results")["items"][0]
    assert user.call("PATCH", f"/results/{result['id']}", {"quality_score": -1}).status == 422
    assert user.get("/results").json["items"] == [result]


def test_results_are_filtered_sorted_and_paged(boss: Caller, user: Caller, job_id: str) -> None:
    for score in (0.2, 1, 0, None):
        assert add(boss, job_id, score).status == 201
    run = user.get(f"/results?job_id={job_id}&sort_order=asc")["items"][0]["quality_score"]

    def scores(query: str) -> list[float | None]:
        return [result["quality_score"] for result in user.get(f"/results?{query}")["items"]]

    known = sorted([0.2, 1, 0, run])
    assert scores("") == [None, 0, 1, 0.2, run]
    assert scores("sort_by=quality_score&sort_order=asc") == [*known, None]
    assert scores("sort_by=quality_score") == [*reversed(known), None]
    assert scores("min_quality=0&sort_by=quality_score&sort_order=asc") == known
    assert set(scores("min_quality=0.2")) == {score for score in known if score >= 0.2}
    assert scores("pipeline=volume") == []
    page = user.get("/results?per_page=2&page=2")
    assert (page["total"], page["pages"], len(page["items"])) == (5, 3, 2)
    assert 'rel="next"' in page.headers["link"]


@pytest.mark.parametrize(
    "query", ["sort_by=summary", "min_quality=2", "min_quality=x", "sort_order=up", "job_id=x", "page=0", "other=1"]
)
def test_a_question_that_makes_no_sense_is_refused(user: Caller, query: str) -> None:
    assert user.get(f"/results?{query}").status == 422


def test_metadata_is_merged_and_null_removes(user: Caller, boss: Caller, job_id: str) -> None:
    path = f"/results/{add(boss, job_id, 0.5, metadata={'a': 1, 'b': {'c': 2}})['id']}"
    read = user.get(path)
    answer = user.call("PATCH", path, {"metadata": {"a": None, "b": {"d": 3}, "e": [1]}}, if_match=read.headers["etag"])
    assert answer["metadata"] == {"b": {"d": 3}, "e": [1]}
    assert (answer["quality_score"], answer["summary"]) == (0.5, "By hand")
    assert answer["updated_at"] is not None
    assert user.call("PATCH", path, {"quality_score": None})["quality_score"] is None
    late = user.call("PATCH", path, {"summary": "late"}, if_match=read.headers["etag"])
    assert (late.status, late["code"]) == (412, "precondition_failed")
    assert user.get(path)["summary"] == "By hand"
    assert user.get(path, if_none_match=user.get(path).headers["etag"]).status == 304


def test_metadata_that_can_not_be_kept_is_refused(user: Caller, job_id: str) -> None:
    result = user.get("/results")["items"][0]
    for metadata in ({"a": "x" * 70_000}, {"a": "\ud800"}, {"a": 1e999}):
        body = {"metadata": metadata}
        assert user.call("PATCH", f"/results/{result['id']}", body).status in {400, 422}
    assert user.get(f"/results/{result['id']}").json == result


def test_a_result_is_deleted_and_another_users_is_not_there(world: World, user: Caller, job_id: str) -> None:
    path = f"/results/{user.get('/results')['items'][0]['id']}"
    stranger = world.guest()
    assert stranger.get("/results")["total"] == 0
    assert stranger.get(f"/results?job_id={job_id}").status == 404
    for method in ("GET", "DELETE"):
        assert stranger.call(method, path)["code"] == "result_not_found"
    assert user.call("DELETE", path).status == 204
    assert user.get(path).status == user.call("DELETE", path).status == 404
    assert user.get("/results")["total"] == 0
    for strange in ("x", "-", f"{'x' * 3000}-run0000", f"{job_id}-{'x' * 2000}", job_id):
        assert user.get(f"/results/{strange}").status == 404
