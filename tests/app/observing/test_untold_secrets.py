"""No line of a function reveals the sender or the content of its input."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.jobs import keys
from chalicelib.jobs.library.deletion import MOST_DEAD_LETTERS
from chalicelib.jobs.work import inspection
from chalicelib.observing import json_lines
from chalicelib.pipelines.media import MEDIA
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import caller, key
from tests.app.api_world import BUCKET, Context, World, event, sqs_record
from tests.app.observing.conftest import Told
from tests.pipelines.volume.volume_world import SECRETS as PATIENT
from tests.pipelines.volume.volume_world import dicom_slices, small_labels
from tests.unit.webhooks.receiver import Receiver, receiving

PHOTO, BAD, FAULTY = "Ünïcode secret holiday.jpg", "my diary of May.jpg", "quoted by mistake.jpg"
DROPPED, FOLDER = "birthday of Zoë.jpg", "hidden folder"
EMAIL, PASSWORD, WRONG = "ottilie.zeppelin@example.com", "three purple herons", "four purple herons"
JOB, TIMEZONE, NEVER = "Divorce papers", "Antarctica/Troll", "Nowhere/Secretville"
IN_ANY_ADDRESS = ("X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "Bearer ", "whsec_", "mr_")
TOLD_BY_US = (PHOTO, BAD, FAULTY, DROPPED, FOLDER, EMAIL, PASSWORD, WRONG, JOB, NEVER)


@pytest.fixture
def receiver(world: World) -> Iterator[Receiver]:
    world.configure(WEBHOOK_NETWORKS="127.0.0.0/8")
    with receiving(500, 200) as receiver:
        yield receiver


def a_whole_story(world: World, receiver: Receiver, photo: bytes) -> list[str]:
    """Performs most actions and many failures. Returns the secrets that were created."""
    person = {"email": EMAIL, "username": "ottilie", "password": PASSWORD}
    assert world.nobody.post("/auth/register", person).status == 201
    assert world.nobody.post("/auth/login", {"email": EMAIL, "password": WRONG}).status == 401
    signed_in = world.nobody.post("/auth/login", {"email": EMAIL, "password": PASSWORD})
    user = caller(world, signed_in)
    robot = key(user, "read", "upload")
    hook = user.post("/webhooks", {"url": f"{receiver.url}?pass=hunter2", "events": ["job.completed", "file.rejected"]})
    made = [signed_in["access_token"], signed_in["refresh_token"], str(robot.token), hook["secret"], "hunter2"]

    assert robot.announce({PHOTO: photo}, options={"timezone": NEVER}).status == 422
    job_id = robot.upload({PHOTO: photo, BAD: b"no photo"}, name=JOB, options={"timezone": TIMEZONE})
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    made.append(user.get(f"/download/{job_id}").headers["location"].partition("X-Amz-Signature=")[2][:64])
    page = user.get(f"/jobs/{job_id}/files?q={EMAIL}")
    assert page.status in (200, 422)
    assert user.get(f"/jobs/{EMAIL}").status == 404

    slices = {f"IM{number}.dcm": content for number, content in enumerate(dicom_slices(small_labels()), 1)}
    scan = user.upload(slices, pipeline="volume", options={"segmentation_model": "labels"})
    world.deliver()
    assert user.get(f"/jobs/{scan}")["status"] == "completed", user.get(f"/jobs/{scan}").text

    # An internal fault, whose exception quotes its input.
    with pytest.MonkeyPatch.context() as patch:

        def quoting(self: Any, file: Any, options: Any) -> Any:
            raise ValueError(f"can't read {file.name}") from KeyError(f"{EMAIL} in {file.name}")

        patch.setattr(type(MEDIA), "inspect", quoting)
        patch.setattr(inspection, "MAX_ATTEMPTS", 1)
        faulty = user.upload({FAULTY: photo})
        world.deliver()
        prefix = f"drop/media/@{user.id}/{FOLDER}/"
        patch.setattr(services().drops, "join", lambda seen: 1 / len(seen[0].key[:0]))
        world.s3.put_object(Bucket=BUCKET, Key=prefix + DROPPED, Body=photo)
        world.deliver()
        world.offset += timedelta(minutes=10)  # the worker that held the file counts as dead
        give_up(faulty, prefix + DROPPED, photo)
    millrace.sweep(event("schedule"), Context())
    user.call("DELETE", f"/jobs/{job_id}")
    return made


def give_up(job_id: str, dropped: str, content: bytes) -> None:
    """Gives up two messages: one for a file of the job, one for a dropped file that must be deleted."""
    dead = {"MessageId": "dead", "ReceiptHandle": "dead", "Attributes": {"ApproximateReceiveCount": "1"}}
    thing = {"key": keys.upload("media", job_id, 1), "size": len(content), "eTag": "", "sequencer": "1"}
    record = {"eventName": "ObjectCreated:Put", "eventTime": "2026-03-01T12:00:00+00:00", "s3": {"object": thing}}
    for queue, body in (
        ("inspect-media-dlq", {"Records": [record]}),
        ("cleanup-dlq", {"file": {"job_id": job_id, "number": 1, "key": dropped}, "tries": MOST_DEAD_LETTERS}),
    ):
        millrace.undelivered({"Records": [sqs_record(dead | {"Body": json.dumps(body)}, queue)]}, Context())


def test_no_line_names_a_user_a_file_or_a_secret(world: World, told: Told, receiver: Receiver, photo: bytes) -> None:
    made = a_whole_story(world, receiver, photo)
    assert len(told.logged) > 20
    assert len(told.measured) > 20
    patient = [part for value in PATIENT.values() for part in value.split("^") if len(part) > 3]
    for secret in (*TOLD_BY_US, *IN_ANY_ADDRESS, *made, *patient):
        assert told.naming(secret) == [], secret
    # The faults did happen: each is logged with its place.
    [fault] = [line for line in told.logged if line["message"] == "inspection failed"]
    assert fault["exception_name"] == "ValueError"
    assert fault["causes"][0]["exception_name"] == "KeyError"
    assert "quoting" in fault["stack_trace"][-1]
    assert [line for line in told.logged if line["message"] == "a drop folder could not be joined"]
    assert [line for line in told.logged if line["message"] == "file given up after too many deliveries"]
    assert [line for line in told.logged if line["message"] == "cleanup given up"]


@pytest.mark.parametrize("secret", [PHOTO, BAD, EMAIL, PASSWORD, "X-Amz-Signature=0123", "mr_abcdefgh", "whsec_abc="])
def test_a_careless_line_would_be_found(world: World, told: Told, secret: str) -> None:
    """The check above can fail: by a message, by a field, by a printed line."""
    log = logging.getLogger("chalicelib.careless")
    for careless in (
        lambda: log.debug("got %s", secret),
        lambda: log.info("got a file", extra={"filename_given": secret}),
        lambda: print(json.dumps({"got": secret})),
    ):
        before = len(told.naming(secret))
        careless()
        assert len(told.naming(secret)) > before


@pytest.mark.parametrize(
    "line",
    [
        "GET https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4&X-Amz-Signature=0a1b2c&X-Amz-Credential=AKIA%2F1",
        "key mr_Zm9vYmFy refused",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "no account of ottilie.zeppelin+photos@mail.example.com",
    ],
)
def test_what_a_library_lets_slip_is_taken_out(told: Told, line: str) -> None:
    logging.getLogger("somebody.else").warning(line)
    [written] = told.logged
    assert json_lines.REMOVED in written["message"]
    for secret in ("0a1b2c", "AKIA", "mr_", "eyJ", "whsec_", "ottilie"):
        assert secret not in written["message"]
