"""Facts for operators: the origin of a line, the measurements, and the cause of a failure."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib import wiring
from chalicelib.jobs.observer import MEASURES
from chalicelib.observing import about, emf
from chalicelib.observing.invocations import HandlerFailed
from chalicelib.pipelines.media import MEDIA
from chalicelib.settings import Surroundings
from chalicelib.wiring import services
from tests.app.api_world import Caller, Context, World, event
from tests.app.observing.conftest import FUNCTION, NAMESPACE, Told


@pytest.fixture
def job(world: World, user: Caller, told: Told, photo: bytes) -> str:
    job_id = user.upload({"a.jpg": photo, "bad.jpg": b"no photo"})
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"
    return job_id


def test_every_line_says_which_function_and_which_request_wrote_it(told: Told, job: str) -> None:
    ours = [line for line in told.logged if line["logger"].startswith("chalicelib")]
    assert len(ours) > 5
    for line in [*ours, *told.measured]:
        assert line["function_name"] == FUNCTION
        assert line["request_id"]
        assert line["cold_start"] in (True, False)
    for line in ours:
        assert {"timestamp", "level", "message", "location"} <= line.keys()
        assert line["timestamp"].endswith("+00:00")


def test_a_jobs_story_is_told_by_its_id(told: Told, job: str) -> None:
    story = [line["message"] for line in told.logged if line.get("job_id") == job]
    assert Counter(story) == {
        "job opened": 1,
        "file rejected": 1,
        "files inspected": 1,
        "all files received, run requested": 1,
        "run claimed": 1,
        "step finished": len(MEDIA.steps),
        "job completed": 1,
    }
    [rejected] = [line for line in told.logged if line["message"] == "file rejected"]
    assert (rejected["file"], rejected["code"]) == (2, "content_mismatch")


def test_a_request_is_one_line_with_all_that_is_known_of_it(told: Told, user: Caller, job: str) -> None:
    said = [line for line in told.measured if line.get("Route") == "GET /api/status/{job_id}"]
    assert said[-1]["Status"] == "2xx"
    assert (said[-1]["status"], said[-1]["job_id"], said[-1]["user_id"]) == (200, job, user.id)
    assert len(said[-1]["RequestTime"]) == 1


def test_a_problem_has_the_id_of_its_line(told: Told, world: World) -> None:
    answer = world.nobody.get("/jobs")
    said = [line for line in told.measured if line.get("Route") == "GET /api/jobs"]
    assert (said[-1]["request_id"], said[-1]["Status"]) == (answer["request_id"], "4xx")
    assert "user_id" not in said[-1]


def test_what_was_done_is_measured(told: Told, world: World, user: Caller, job: str, photo: bytes) -> None:
    assert told.values("FilesInspected", Pipeline="media") == [1]
    assert told.values("BytesInspected", Pipeline="media") == [len(photo)]
    assert told.values("FilesRejected", Pipeline="media", Code="content_mismatch") == [1]
    assert told.values("JobsCompleted", Pipeline="media") == [1]
    [zip_bytes] = told.values("ZipBytes", Pipeline="media")
    assert zip_bytes > len(photo)
    for step in MEDIA.steps:
        assert len(told.values("StepSeconds", Pipeline="media", Step=step.name)) == 1
    user.upload({"bad.jpg": b"no photo"})
    world.deliver()
    assert told.values("JobsFailed", Pipeline="media", Code="content_mismatch") == [1]
    assert told.values("JobsCompleted") == [1]


def test_a_second_delivery_of_an_event_is_not_measured_again(told: Told, world: World, user: Caller, job: str) -> None:
    before = told.values("FilesInspected"), told.values("FilesRejected"), told.values("JobsCompleted")
    services().queues.run("media", job)
    services().settling.ask_again(services().jobs.job(job))
    world.deliver()
    assert (told.values("FilesInspected"), told.values("FilesRejected"), told.values("JobsCompleted")) == before


def test_metrics_have_the_namespace_unit_and_dimensions_that_are_documented(told: Told, job: str) -> None:
    seen = set()
    for line in told.measured:
        [directive] = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        for metric in directive["Metrics"]:
            measure = MEASURES[metric["Name"]]
            assert metric["Unit"] == measure.unit
            assert {frozenset(one) for one in directive["Dimensions"]} == {frozenset(one) for one in measure.dimensions}
            seen.add(metric["Name"])
    assert len(seen) > 6


def test_what_the_sweeper_makes_good_is_counted(told: Told, world: World, user: Caller) -> None:
    job_id = user.announce({"never.jpg": 10})["job_id"]
    for _ in range(3):
        world.offset += timedelta(days=3)
        millrace.sweep(event("schedule"), Context())
    world.deliver()
    assert told.values("SweeperFindings", Finding="upload never came") == [1]
    assert told.values("FilesRejected", Code="uploads_expired") == [1]
    [line] = [line for line in told.logged if line["message"] == "recovered: upload never came"]
    assert line["job_id"] == job_id


def test_a_message_that_is_given_up_is_counted_in_all_and_by_its_queue(told: Told) -> None:
    record = event("sqs_record")
    arn = record["eventSourceARN"].replace("inspect-media", "run-media-dlq")
    body = json.dumps({"job_id": "0" * 26})
    millrace.undelivered({"Records": [record | {"eventSourceARN": arn, "body": body}]}, Context())
    [line] = [line for line in told.measured if "GivenUp" in line]
    assert (line["GivenUp"], line["Queue"]) == ([1.0], "run-media-dlq")
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[], ["Queue"]]


def broken(patch: pytest.MonkeyPatch) -> None:
    def sweep(deadline: Any) -> int:
        raise ValueError("of Ottilie Zeppelin")

    patch.setattr(services().sweeper, "sweep", sweep)


def test_a_handler_that_breaks_off_tells_the_runtime_its_exceptions_type_only(
    told: Told, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    with pytest.raises(HandlerFailed, match=r"^ValueError$") as failure:
        millrace.sweep(event("schedule"), Context())
    assert failure.value.__suppress_context__
    [line] = [line for line in told.logged if line["level"] == "ERROR"]
    assert (line["message"], line["exception_name"]) == ("the handler broke off", "ValueError")
    assert line["request_id"] == Context.aws_request_id
    assert told.naming("Zeppelin") == []


def test_elsewhere_it_tells_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    with pytest.raises(ValueError, match="Zeppelin"):
        millrace.sweep(event("schedule"), Context())


def test_what_is_no_request_at_all_is_answered_and_breaks_nothing(told: Told) -> None:
    assert millrace.app({"no": "request"}, Context())["statusCode"] == 500
    assert [line for line in told.logged if line["level"] == "ERROR"] == []


def test_nothing_is_kept_for_the_next_event(told: Told, job: str) -> None:
    logging.getLogger("chalicelib.later").info("later")
    assert told.logged[-1].keys().isdisjoint({"job_id", "request_id", "user_id", "function_name"})
    assert dict(about.keys()) == {}


def test_work_goes_on_where_measures_cannot_be_written(
    told: Told, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(emf, "write", refuse)
    assert user.get("/jobs").status == 200
    [line] = [line for line in told.logged if line["level"] == "ERROR"]
    assert (line["message"], line["exception"]) == ("metrics could not be written", "ENOSPC")


def test_without_a_namespace_nothing_is_printed(told: Told, world: World, user: Caller) -> None:
    world.patch.setattr(wiring.observing, "where", Surroundings(FUNCTION, "INFO", None))
    before = told.printed
    assert user.get("/jobs").status == 200
    assert told.printed == before
