"""The state of the installation: running statistics, reachable services, available features."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.pipelines.registry import PIPELINES
from tests.app.api_world import Caller, World
from tests.app.conftest import begin


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One world per test, because the numbers cover the whole installation."""
    yield from begin(monkeypatch)


def test_an_installation_begins_at_nought(world: World, user: Caller) -> None:
    stats = user.get("/stats").json
    days = stats.pop("days")
    assert [day["date"] for day in days] == [f"{world.clock() - timedelta(days=n):%Y-%m-%d}" for n in range(29, -1, -1)]
    assert all(set(day.values()) == {0, day["date"]} for day in days)
    assert stats == {
        "total_jobs_processed": 0,
        "total_jobs_today": 0,
        "unique_users": 0,
        "average_processing_time_seconds": None,
        "jobs_in_queue": 0,
        "uptime_hours": 0.0,
        "stored_bytes": 0,
        "pipelines": [],
        "errors": [],
    }


def test_the_numbers_are_exact(world: World, user: Caller, photo: bytes, volume: bytes) -> None:
    done = [user.upload({"a.jpg": photo}) for _ in range(2)]
    other = world.guest()
    other.upload({"a.jpg": b"text"})
    queued = other.upload({"a.nii": volume}, pipeline="volume")
    user.announce({"a.jpg": 1})
    for _ in range(2):
        world.deliver("inspect-media", "run-media", "inspect-volume")
    assert [user.get(f"/status/{job_id}")["status"] for job_id in done] == ["completed"] * 2
    stats = user.get("/stats").json
    took = [user.get(f"/status/{job_id}")["processing_time_seconds"] for job_id in done]
    assert stats["total_jobs_processed"] == 2
    assert stats["total_jobs_today"] == 5
    assert stats["unique_users"] == 2
    assert stats["average_processing_time_seconds"] == pytest.approx(sum(took) / 2, abs=0.01)
    assert stats["jobs_in_queue"] == 1
    assert stats["stored_bytes"] == 2 * len(photo) + len(b"text"), "a rejected file stays, and counts"
    today = {"opened": 5, "completed": 2, "failed": 1, "cancelled": 0}
    assert stats["days"][-1] == {"date": f"{world.clock():%Y-%m-%d}"} | today
    [media] = stats["pipelines"]
    assert (media.pop("average_processing_time_seconds"), media) == (
        stats["average_processing_time_seconds"],
        {"pipeline": "media", "jobs": 2},
    )
    assert stats["errors"] == [{"code": "content_mismatch", "jobs": 1, "files": 1}]
    other.post(f"/jobs/{queued}/control", {"action": "cancel"})
    after = user.get("/stats")
    assert (after["jobs_in_queue"], after["days"][-1]["cancelled"]) == (0, 1)
    user.call("DELETE", f"/jobs/{done[0]}")
    assert (
        user.get("/stats")["stored_bytes"]
        == after["stored_bytes"] - len(photo)
        == len(photo) + len(b"text") + len(volume)
    )
    world.offset = timedelta(hours=30)
    later = world.guest().get("/stats")
    assert later["total_jobs_today"] == 0
    assert later["total_jobs_processed"] == 2
    assert [day["opened"] for day in later["days"][-3:]].count(5) == 1
    assert later["uptime_hours"] == pytest.approx(30, abs=0.1)


@pytest.fixture(scope="module")
def volume() -> bytes:
    import nibabel
    import numpy as np

    return nibabel.Nifti1Image(np.arange(16**3, dtype=np.int16).reshape(16, 16, 16), np.eye(4)).to_bytes()


def test_numbers_are_never_counted_by_a_scan(world: World, user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import wiring

    called: list[str] = []
    wiring.services().clients.dynamodb.meta.events.register(
        "before-call.dynamodb", lambda model, **_: called.append(model.name)
    )
    user.get("/stats")
    assert set(called) <= {"Query", "GetItem", "BatchGetItem"}
    assert called


class TestHealth:
    def test_names_each_dependency_and_how_long_it_took(self, world: World) -> None:
        answer = world.nobody.get("/health")
        assert (answer.status, answer["status"]) == (200, "ok")
        assert answer["version"]
        assert set(answer["dependencies"]) == {"dynamodb", "s3", "sqs"}
        for dependency in answer["dependencies"].values():
            assert dependency["ok"] is True
            assert dependency["error"] is None
            assert dependency["latency_ms"] > 0

    @pytest.mark.parametrize(
        ("setting", "dependency"), [("JOBS_TABLE", "dynamodb"), ("BUCKET", "s3"), ("QUEUE_URL_PREFIX", "sqs")]
    )
    def test_is_degraded_by_each_that_can_not_be_reached(
        self, world: World, caplog: pytest.LogCaptureFixture, setting: str, dependency: str
    ) -> None:
        nowhere = "https://sqs.us-east-1.amazonaws.com/123456789012/nowhere-"
        world.configure(**{setting: nowhere if dependency == "sqs" else "nowhere"})
        answer = world.nobody.get("/health")
        assert (answer.status, answer["status"]) == (503, "degraded")
        assert {name for name, found in answer["dependencies"].items() if not found["ok"]} == {dependency}
        assert "nowhere" not in answer.text
        assert any(
            dependency in r.getMessage() and "request" in r.getMessage()
            for r in caplog.records
            if r.levelno >= logging.ERROR
        )


class TestPipelines:
    def test_are_listed_with_what_a_form_needs(self, user: Caller) -> None:
        items = {item["name"]: item for item in user.get("/pipelines")["items"]}
        assert set(items) == set(PIPELINES)
        media = items["media"]
        assert set(media) == {
            "name",
            "title",
            "description",
            "extensions",
            "bare_names",
            "max_bytes",
            "roles",
            "steps",
            "options",
            "kind",
            "listing",
        }
        assert ".heic" in media["extensions"]
        assert media["bare_names"] is None
        slices = re.compile(items["volume"]["bare_names"], re.IGNORECASE)
        assert slices.fullmatch("IM000001")
        assert slices.fullmatch("1.2.840.113619.2.5")
        assert not slices.fullmatch("notes.docx")
        assert media["max_bytes"] == 5 * 1024**3
        timezone: dict[str, Any] = media["options"]["properties"]["timezone"]
        assert (timezone["default"], timezone["type"]) == ("UTC", "string")
        assert user.get("/pipelines/media").json == media

    def test_that_are_unknown_are_not_found(self, user: Caller) -> None:
        answer = user.get("/pipelines/alchemy")
        assert (answer.status, answer["code"]) == (404, "pipeline_not_found")
