"""Jobs: listed, watched through every state, controlled."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import nibabel
import numpy as np
import pytest

from chalicelib.jobs.states import JobState
from tests.app.api_world import Answer, Caller, World

JOB = {
    "id",
    "name",
    "pipeline",
    "status",
    "options",
    "progress_current",
    "progress_total",
    "progress_percent",
    "current_filename",
    "error_count",
    "error_code",
    "error_message",
    "created_at",
    "started_at",
    "completed_at",
    "files",
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def volume() -> bytes:
    voxels = np.arange(16**3, dtype=np.int16).reshape(16, 16, 16)
    return nibabel.Nifti1Image(voxels, np.eye(4)).to_bytes()


def control(user: Caller, job_id: str, action: str) -> Answer:
    return user.post(f"/jobs/{job_id}/control", {"action": action})


def test_a_job_tells_everything_about_itself(world: World, user: Caller, photo: bytes) -> None:
    options = {"timezone": "Europe/Paris"}
    job_id = user.upload({"a.jpg": photo, "b.jpg": photo, "bad.jpg": b"text"}, name="Trip", options=options)
    before = user.get(f"/jobs/{job_id}").json
    assert set(before) >= JOB
    assert (before["status"], before["progress_percent"], before["started_at"]) == ("pending", 0.0, None)
    assert before["files"] == {"expected": 3, "inspected": 0, "rejected": 0, "duplicate": 0}
    world.deliver()
    after = user.get(f"/jobs/{job_id}").json
    assert (after["id"], after["name"], after["pipeline"], after["status"]) == (job_id, "Trip", "media", "completed")
    assert after["options"]["timezone"] == "Europe/Paris"
    assert (after["progress_current"], after["progress_total"], after["progress_percent"]) == (3, 3, 100.0)
    assert after["files"] == {"expected": 0, "inspected": 1, "rejected": 1, "duplicate": 1}
    assert (after["error_count"], after["error_code"], after["error_message"]) == (1, None, None)
    times = [after[name] for name in ("created_at", "started_at", "completed_at")]
    assert all(TIME.fullmatch(time) for time in times), times
    assert times == sorted(times)


class TestList:
    """Own jobs, newest first, page by page."""

    @pytest.fixture
    def ids(self, user: Caller) -> list[str]:
        return [user.announce({"a.jpg": 1}, name=f"job {n}")["job_id"] for n in range(5)]

    def test_is_newest_first(self, user: Caller, ids: list[str]) -> None:
        answer = user.get("/jobs")
        assert set(answer.json) == {"items", "next_cursor", "poll_after_seconds"}
        assert [job["id"] for job in answer["items"]] == ids[::-1]
        assert answer["next_cursor"] is None

    def test_goes_on_from_its_cursor_until_the_end(self, user: Caller, ids: list[str]) -> None:
        seen, path = [], "/jobs?limit=2"
        for _ in range(3):
            page = user.get(path)
            seen.append([job["id"] for job in page["items"]])
            path = f"/jobs?limit=2&cursor={page['next_cursor']}"
        assert seen == [ids[:2:-1], ids[2:0:-1], ids[:1]]
        assert page["next_cursor"] is None

    def test_a_page_that_is_just_full_says_that_it_is_the_last(self, user: Caller, ids: list[str]) -> None:
        assert user.get("/jobs?limit=5")["next_cursor"] is None

    def test_filters_by_states_and_pipeline_across_pages(self, world: World, user: Caller, ids: list[str]) -> None:
        control(user, ids[1], "cancel")
        control(user, ids[3], "cancel")
        volume = user.announce({"a.nii": 1}, pipeline="volume")["job_id"]

        def listed(query: str) -> list[str]:
            return [job["id"] for job in user.get(f"/jobs?{query}")["items"]]

        assert listed("status=cancelled") == [ids[3], ids[1]]
        assert listed("status=cancelled,%20pending") == [volume, *ids[::-1]]
        assert listed("status=completed") == []
        assert listed("pipeline=volume") == [volume]
        assert listed("pipeline=volume&status=cancelled") == []
        page = user.get("/jobs?status=cancelled&limit=1")
        assert [job["id"] for job in page["items"]] == [ids[3]]
        assert listed(f"status=cancelled&limit=1&cursor={page['next_cursor']}") == [ids[1]]

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "status=done", "status=pending,done", "cursor=x", "sort=name"]
    )
    def test_refuses_what_it_does_not_know(self, user: Caller, query: str) -> None:
        answer = user.get(f"/jobs?{query}")
        assert (answer.status, answer["code"]) == (422, "invalid_fields")
        assert answer["errors"][0]["field"].startswith(query.partition("=")[0])


class TestStatus:
    """The fields of each state, and no others."""

    ALWAYS = frozenset({"job_id", "status", "poll_after_seconds"})

    def status(self, user: Caller, job_id: str) -> dict[str, Any]:
        answer = user.get(f"/status/{job_id}")
        assert answer.status == 200
        assert answer.headers["retry-after"] == str(answer["poll_after_seconds"])
        assert answer["poll_after_seconds"] >= 1
        assert answer["job_id"] == job_id
        assert set(answer.json) >= self.ALWAYS
        return {name: value for name, value in answer.json.items() if name not in {"job_id", "poll_after_seconds"}}

    def test_pending_counts_files(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.announce({"a.jpg": 1, "b.jpg": 1})["job_id"]
        counts = {"files_expected": 2, "files_received": 0, "files_inspected": 0}
        assert self.status(user, job_id) == {"status": "pending", **counts}

    def test_what_has_arrived_is_counted_before_anybody_looks(self, world: World, user: Caller, photo: bytes) -> None:
        answer = user.announce({"a.jpg": len(photo), "b.jpg": len(photo)})
        world.send(answer["uploads"][0], photo)
        found = self.status(user, answer["job_id"])
        assert [found[f"files_{what}"] for what in ("expected", "received", "inspected")] == [2, 1, 0]

    def test_queued_tells_the_place_and_the_wait(self, world: World, user: Caller, volume: bytes) -> None:
        first, second, third = (user.upload({"a.nii": volume}, pipeline="volume") for _ in range(3))
        for _ in range(3):
            world.deliver("inspect-volume")
        places = {job_id: self.status(user, job_id) for job_id in (first, second, third)}
        assert {place["status"] for place in places.values()} == {"queued"}
        assert sorted(place["queue_position"] for place in places.values()) == [1, 2, 3]
        one, two = (
            places[job_id]["estimated_wait_seconds"]
            for job_id in sorted(places, key=lambda i: places[i]["queue_position"])[:2]
        )
        assert 0 < one < two
        assert set(places[first]) == {"status", "queue_position", "estimated_wait_seconds"}
        ahead = next(job_id for job_id, place in places.items() if place["queue_position"] == 1)
        last = next(job_id for job_id, place in places.items() if place["queue_position"] == 3)
        control(user, ahead, "cancel")
        assert self.status(user, last)["queue_position"] == 2

    def test_running_and_paused_tell_how_far_it_is(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo, "b.jpg": photo[:-2] + b"\xff\xd9"}, more=True)
        world.deliver()
        running = self.status(user, job_id)
        assert running["status"] == "running"
        assert (running["current_step"], running["step_name"]) == (1, "Inspecting files")
        assert running["total_steps"] == 6
        assert running["progress_percent"] == 75.0
        assert running["elapsed_seconds"] >= 0
        assert control(user, job_id, "pause").status == 200
        assert self.status(user, job_id)["status"] == "paused"
        assert self.status(user, job_id)["progress_percent"] == 75.0

    def test_completed_says_where_the_zip_is(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo})
        world.deliver()
        done = self.status(user, job_id)
        made = {"download_url", "result_size_bytes", "processing_time_seconds", "results_current"}
        assert set(done) == {"status", *made}
        assert done["results_current"] is True
        assert done["download_url"] == f"/api/download/{job_id}"
        assert (
            done["result_size_bytes"]
            == world.s3.head_object(Bucket="millrace", Key=f"results/{job_id}/complete")["ContentLength"]
        )
        assert done["processing_time_seconds"] > 0

    def test_failed_says_why(self, world: World, user: Caller) -> None:
        job_id = user.upload({"a.jpg": b"text", "b.jpg": b"more text"})
        world.deliver()
        failed = self.status(user, job_id)
        assert set(failed) == {"status", "error_code", "error_message"}
        assert failed["error_code"] == "content_mismatch"
        assert failed["error_message"]

    def test_cancelled_says_just_that(self, user: Caller) -> None:
        job_id = user.announce({"a.jpg": 1})["job_id"]
        control(user, job_id, "cancel")
        assert self.status(user, job_id) == {"status": "cancelled"}

    def test_is_not_sent_again_to_who_has_it(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo})
        first = user.get(f"/status/{job_id}")
        etag = first.headers["etag"]
        assert re.fullmatch('"[0-9a-f]{32}"', etag)
        assert "no-store" not in first.headers["cache-control"]
        for known in (etag, f"W/{etag}", f'"other", {etag}'):
            again = user.get(f"/status/{job_id}", if_none_match=known)
            assert (again.status, again.text) == (304, "")
            assert again.headers["etag"] == etag
            assert again.headers["retry-after"] == first.headers["retry-after"]
        assert user.get(f"/status/{job_id}", if_none_match='"other"').status == 200
        world.deliver()
        changed = user.get(f"/status/{job_id}", if_none_match=etag)
        assert (changed.status, changed["status"]) == (200, "completed")
        assert changed.headers["etag"] != etag


@pytest.mark.parametrize("path", ["/jobs/{id}", "/status/{id}", "/pipelines", "/pipelines/media", "/stats"])
def test_what_is_polled_has_an_etag(user: Caller, path: str) -> None:
    filled = path.format(id=user.announce({"a.jpg": 1})["job_id"])
    etag = user.get(filled).headers["etag"]
    if path != "/stats":
        assert user.get(filled, if_none_match=etag).status == 304


class TestControl:
    """Every action in every state: allowed actions happen, others are refused with the states that allow them."""

    ALLOWED: ClassVar = {
        "pause": {"running"},
        "resume": {"paused"},
        "cancel": {"pending", "queued", "running", "paused"},
    }
    LEADS: ClassVar = {"pause": "paused", "resume": "running", "cancel": "cancelled"}

    @pytest.fixture
    def in_state(self, world: World, user: Caller, photo: bytes, volume: bytes) -> Iterator[Any]:
        def make(state: str) -> str:
            if state == "queued":
                job_id = user.upload({"a.nii": volume}, pipeline="volume")
                world.deliver("inspect-volume")
                return job_id
            if state == "failed":
                job_id = user.upload({"a.jpg": b"text"})
                world.deliver()
                return job_id
            job_id = user.upload({"a.jpg": photo}, more=state in {"running", "paused"})
            if state not in {"pending", "cancelled"}:
                world.deliver()
            if state == "paused":
                control(user, job_id, "pause")
            if state == "cancelled":
                control(user, job_id, "cancel")
            return job_id

        yield make
        world.drain()

    @pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
    @pytest.mark.parametrize("state", [state.value for state in JobState])
    def test_from_each_state(self, user: Caller, in_state: Any, state: str, action: str) -> None:
        job_id = in_state(state)
        assert user.get(f"/jobs/{job_id}")["status"] == state
        answer = control(user, job_id, action)
        if state in self.ALLOWED[action]:
            assert answer.status == 200
            assert (answer["id"], answer["status"]) == (job_id, self.LEADS[action])
        else:
            assert (answer.status, answer["code"]) == (400, "not_allowed_in_state")
            assert state in answer["detail"]
            assert all(allowed in answer["detail"] for allowed in self.ALLOWED[action])
            assert user.get(f"/jobs/{job_id}")["status"] == state

    @pytest.mark.parametrize("body", [{"action": "explode"}, {"action": ""}, {}, {"action": ["pause"]}])
    def test_of_an_unknown_kind_is_refused(self, user: Caller, body: Any) -> None:
        job_id = user.announce({"a.jpg": 1})["job_id"]
        answer = user.post(f"/jobs/{job_id}/control", body)
        assert (answer.status, answer["errors"][0]["field"]) == (422, "action")

    def test_a_resumed_job_goes_on_to_the_end(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo}, more=True)
        world.deliver()
        control(user, job_id, "pause")
        world.deliver()
        assert user.get(f"/jobs/{job_id}")["status"] == "paused"
        control(user, job_id, "resume")
        user.post(f"/jobs/{job_id}/files", {"files": []})
        world.deliver()
        assert user.get(f"/jobs/{job_id}")["status"] == "completed"

    def test_a_cancelled_job_leaves_nothing_to_download(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo})
        world.deliver("inspect-media")
        control(user, job_id, "cancel")
        world.deliver()
        assert user.get(f"/jobs/{job_id}")["status"] == "cancelled"
        assert world.objects(f"results/{job_id}") == []
        assert user.get(f"/jobs/{job_id}/artifacts")["items"] == []


class TestRetry:
    def test_looks_again_at_what_failed(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"good.jpg": photo, "bad.jpg": b"text"})
        world.deliver()
        answer = user.post(f"/jobs/{job_id}/retry")
        assert (answer.status, answer["files"]["rejected"]) == (200, 0)
        world.deliver()
        job = user.get(f"/jobs/{job_id}")
        assert (job["status"], job["files"]["inspected"], job["files"]["rejected"]) == ("completed", 1, 1)

    def test_is_refused_where_nothing_failed_or_nothing_ended(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo})
        for _ in range(2):
            answer = user.post(f"/jobs/{job_id}/retry")
            assert (answer.status, answer["code"]) == (400, "not_allowed_in_state")
            world.deliver()


def test_polling_again_later_sees_time_pass(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo}, more=True)
    world.deliver()
    before = user.get(f"/status/{job_id}")["elapsed_seconds"]
    world.offset = timedelta(seconds=100)
    assert user.get(f"/status/{job_id}")["elapsed_seconds"] - before == pytest.approx(100, abs=10)
