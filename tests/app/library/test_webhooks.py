"""Receivers get events: signed, until they accept them, and never at addresses that are not allowed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.ids import new_id
from chalicelib.webhooks.signing import signature
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import member
from tests.app.api_world import BUCKET, Caller, World
from tests.unit.webhooks.receiver import Received, Receiver, receiving

EVENTS = ["job.completed", "job.failed", "job.cancelled", "file.rejected"]


@pytest.fixture
def local(world: World) -> None:
    world.configure(WEBHOOK_NETWORKS="127.0.0.0/8")


@pytest.fixture
def receiver(local: None) -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def subscribe(user: Caller, receiver: Receiver, *events: str) -> Any:
    answer = user.post("/webhooks", {"url": receiver.url, "events": list(events or EVENTS)})
    assert answer.status == 201, answer.text
    return answer


def said(got: Received) -> Any:
    return json.loads(got.body)


def failed_job(world: World, user: Caller, **more: Any) -> str:
    job_id = user.upload({"bad.jpg": b"no photo"}, **more)
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "failed"
    return job_id


def pass_time(world: World, seconds: int) -> None:
    """Moves the clock, and sends the deliveries that are due, as the sweeper does."""
    world.offset += timedelta(seconds=seconds)
    services().webhooks.sweep()
    world.deliver("webhooks")


def test_an_event_is_told_once_signed_and_listed(world: World, user: Caller, receiver: Receiver) -> None:
    webhook = subscribe(user, receiver)
    job_id = failed_job(world, user)

    rejected, failed = sorted(receiver.received, key=lambda got: said(got)["type"])
    assert said(rejected)["data"]["file_id"] == f"{job_id}-00000001"
    assert said(failed) == {
        "id": f"{job_id}.failed.0",
        "type": "job.failed",
        "timestamp": said(failed)["timestamp"],
        "data": said(failed)["data"],
    }
    assert (said(failed)["data"]["job_id"], said(failed)["data"]["status"]) == (job_id, "failed")
    for got in (rejected, failed):
        head = got.headers
        good = signature(webhook["secret"], head["webhook-id"], int(head["webhook-timestamp"]), got.body)
        assert head["webhook-signature"] == good
        assert (head["webhook-id"], head["content-type"]) == (said(got)["id"], "application/json")

    listed = user.get(f"/webhooks/{webhook['id']}/deliveries")
    assert {(d["id"], d["status"]) for d in listed["items"]} == {
        (said(g)["id"], "delivered") for g in (rejected, failed)
    }
    assert [(a["status"], a["error"]) for d in listed["items"] for a in d["attempts"]] == [(200, None)] * 2
    pass_time(world, 7 * 24 * 3600)
    assert len(receiver.received) == 2


def test_a_receiver_that_fails_twice_is_told_again_until_it_takes_it(world: World, user: Caller, local: None) -> None:
    with receiving(500, 503, 200) as receiver:
        webhook = subscribe(user, receiver, "job.failed")
        failed_job(world, user)
        assert len(receiver.received) == 1
        (waiting,) = user.get(f"/webhooks/{webhook['id']}/deliveries")["items"]
        assert waiting["status"] == "pending"
        assert waiting["next_attempt_at"] is not None
        pass_time(world, 3)
        assert len(receiver.received) == 1  # the next try is not due yet
        pass_time(world, 70)
        pass_time(world, 120)
        assert len(receiver.received) == 3
        (done,) = user.get(f"/webhooks/{webhook['id']}/deliveries")["items"]
        assert (done["status"], done["next_attempt_at"]) == ("delivered", None)
        assert [attempt["status"] for attempt in done["attempts"]] == [500, 503, 200]
        assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
        assert len({got.body for got in receiver.received}) == 1
        assert len({got.headers["webhook-signature"] for got in receiver.received}) == 3  # each has its own time


def test_a_delivery_is_given_up_in_the_end_and_can_be_asked_for_again(world: World, user: Caller, local: None) -> None:
    with receiving(*[500] * 8, 200) as receiver:
        webhook = subscribe(user, receiver, "job.failed")
        failed_job(world, user)
        for _ in range(10):
            pass_time(world, 25 * 3600)
        path = f"/webhooks/{webhook['id']}/deliveries"
        (given_up,) = user.get(path)["items"]
        assert (given_up["status"], len(given_up["attempts"])) == ("failed", 8)
        assert len(receiver.received) == 8
        answer = user.post(f"{path}/{given_up['id']}/redeliver")
        assert (answer.status, answer["status"]) == (202, "pending")
        world.deliver("webhooks")
        assert user.get(path)["items"][0]["status"] == "delivered"
        assert receiver.received[8].headers["webhook-id"] == given_up["id"]
        # An accepted delivery can be sent again too.
        assert user.post(f"{path}/{given_up['id']}/redeliver").status == 202
        world.deliver("webhooks")
        assert len(receiver.received) == 10


def test_a_job_tells_its_own_callback_address(world: World, user: Caller, receiver: Receiver) -> None:
    files = [{"filename": "bad.jpg", "size": 8}]
    answer = user.post("/upload", {"pipeline": "media", "files": files, "callback_url": receiver.url})
    job_id, secret = answer["job_id"], answer["callback_secret"]
    world.send(answer["uploads"][0], b"no photo")
    world.deliver()
    (got,) = receiver.received
    assert said(got)["type"] == "job.failed"
    head = got.headers
    assert head["webhook-signature"] == signature(secret, head["webhook-id"], int(head["webhook-timestamp"]), got.body)
    job = user.get(f"/jobs/{job_id}")
    assert job["callback_url"] == receiver.url
    assert secret not in job.text
    (listed,) = user.get(f"/jobs/{job_id}/deliveries")["items"]
    assert listed["status"] == "delivered"
    assert user.post(f"/jobs/{job_id}/deliveries/{listed['id']}/redeliver").status == 202
    world.deliver("webhooks")
    assert len(receiver.received) == 2


def test_an_import_tells_its_callback_address_too(world: World, receiver: Receiver, photo: bytes) -> None:
    user = member(world)  # guests can't import
    world.s3.put_object(Bucket=BUCKET, Key="import/told/a.jpg", Body=photo)
    body = {"pipeline": "media", "path": "import/told/", "callback_url": receiver.url}
    answer = user.post("/import-path", body)
    assert (answer.status, len(answer["callback_secret"]) > 30) == (202, True)
    world.deliver()
    assert user.get(f"/jobs/{answer['job_id']}")["callback_url"] == receiver.url
    assert [said(got)["type"] for got in receiver.received] == ["job.completed"]
    refused = user.post("/import-path", body | {"callback_url": "https://10.0.0.1/"})
    assert (refused.status, refused["errors"][0]["field"]) == (422, "callback_url")


def test_only_what_was_asked_for_is_told_and_only_to_its_owner(world: World, user: Caller, receiver: Receiver) -> None:
    subscribe(user, receiver, "job.cancelled")
    subscribe(world.guest(), receiver)
    failed_job(world, user)
    assert receiver.received == []
    job_id = user.announce({"a.jpg": 20})["job_id"]
    user.post(f"/jobs/{job_id}/control", {"action": "cancel"})
    world.deliver()
    assert [said(got)["type"] for got in receiver.received] == ["job.cancelled"]


def test_nobody_listening_costs_no_item_and_no_message(world: World, user: Caller) -> None:
    job_id = failed_job(world, user)
    assert world.items("jobs", f"EVENT#{job_id}.failed.0") == []
    assert world.waiting("webhooks") == 0


def test_an_event_whose_message_was_lost_is_told_all_the_same(
    world: World, user: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(user, receiver, "job.failed")
    lost: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services().queues, "webhook", lambda message, delay=0: lost.append(message))
        failed_job(world, user)
    assert (len(lost), receiver.received) == (1, [])
    pass_time(world, 61)
    assert len(receiver.received) == 1


def test_the_same_message_again_tells_nothing_again(world: World, user: Caller, receiver: Receiver) -> None:
    webhook = subscribe(user, receiver, "job.failed")
    job_id = failed_job(world, user)
    for message in ({"event": f"{job_id}.failed.0"}, {"endpoint": webhook["id"], "delivery": f"{job_id}.failed.0"}):
        for _ in range(2):
            services().queues.webhook(message)
    world.deliver("webhooks")
    assert len(receiver.received) == 1


def test_a_worker_that_dies_while_telling_leaves_it_to_another(world: World, user: Caller, receiver: Receiver) -> None:
    webhook = subscribe(user, receiver, "job.failed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services().jobs.webhooks, "finish_try", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
        failed_job(world, user)
    assert len(receiver.received) == 1
    pass_time(world, 121)
    assert len(receiver.received) == 2  # delivery is at least once: the id marks the repetition
    assert len({got.headers["webhook-id"] for got in receiver.received}) == 1
    assert user.get(f"/webhooks/{webhook['id']}/deliveries")["items"][0]["status"] == "delivered"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://10.0.0.1/",
        "http://93.184.215.14/",
        "https://user:secret@93.184.215.14/",
        "nothing",
    ],
)
def test_an_address_where_nothing_may_be_sent_is_refused_from_the_start(world: World, user: Caller, url: str) -> None:
    answer = user.post("/webhooks", {"url": url, "events": EVENTS})
    assert (answer.status, answer["errors"][0]["field"]) == (422, "url")
    assert user.get("/webhooks")["items"] == []
    files = [{"filename": "a.jpg", "size": 8}]
    answer = user.post("/upload", {"pipeline": "media", "files": files, "callback_url": url})
    assert (answer.status, answer["errors"][0]["field"]) == (422, "callback_url")
    assert user.get("/jobs")["items"] == []


def test_an_address_that_became_private_since_is_not_called(world: World, user: Caller, receiver: Receiver) -> None:
    webhook = subscribe(user, receiver, "job.failed")
    world.configure(WEBHOOK_NETWORKS="10.9.9.0/24")
    failed_job(world, user)
    assert receiver.received == []
    (delivery,) = user.get(f"/webhooks/{webhook['id']}/deliveries")["items"]
    assert delivery["attempts"][0]["error"] == "address_not_public"


def test_a_change_of_what_was_changed_just_now_is_refused_to_who_names_a_version_and_made_for_others(
    user: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/webhooks/{subscribe(user, receiver, 'job.failed')['id']}"
    real, others = services().jobs.webhooks.change_endpoint, [["job.completed"]]

    def slow(endpoint: Any, changes: Any) -> Any:
        if others:
            real(endpoint, {"events": others.pop()})  # a concurrent change, between read and write
        return real(endpoint, changes)

    monkeypatch.setattr(services().jobs.webhooks, "change_endpoint", slow)
    version = user.get(path).headers["etag"]
    refused = user.call("PATCH", path, {"events": ["file.rejected"]}, if_match=version)
    assert (refused.status, refused["code"]) == (412, "precondition_failed")
    assert user.get(path)["events"] == ["job.completed"]
    others.append(["job.cancelled"])
    assert user.call("PATCH", path, {"events": ["file.rejected"]}).status == 200
    assert user.get(path)["events"] == ["file.rejected"]


def test_webhooks_are_listed_changed_and_deleted_without_their_secrets(
    world: World, user: Caller, receiver: Receiver
) -> None:
    webhook = subscribe(user, receiver, "job.failed")
    path = f"/webhooks/{webhook['id']}"
    shown = {name: value for name, value in webhook.json.items() if name != "secret"}
    assert user.get(path).json == shown
    assert user.get("/webhooks")["items"] == [shown]
    version = user.get(path).headers["etag"]
    changed = user.call("PATCH", path, {"events": ["job.completed"]}, if_match=version)
    assert (changed["events"], changed["url"]) == (["job.completed"], receiver.url)
    assert user.call("PATCH", path, {"events": []}).status == 422
    assert user.call("PATCH", path, {"events": ["job.other"]}).status == 422
    assert user.call("PATCH", path, {"url": "https://10.0.0.1/"}).status == 422
    assert user.call("PATCH", path, {"events": ["job.failed"]}, if_match=version).status == 412
    stranger = world.guest()
    for strange in (path, f"/webhooks/{new_id()}", "/webhooks/x"):
        assert stranger.get(strange)["code"] == "webhook_not_found"
        assert stranger.call("DELETE", strange).status == 404
    assert user.call("DELETE", path).status == 204
    assert user.get("/webhooks")["items"] == []
    failed_job(world, user)
    assert receiver.received == []


def test_there_is_a_limit_to_webhooks(user: Caller, receiver: Receiver) -> None:
    for _ in range(20):
        subscribe(user, receiver, "job.failed")
    answer = user.post("/webhooks", {"url": receiver.url, "events": ["job.failed"]})
    assert (answer.status, answer["code"]) == (429, "too_many_webhooks")


def test_deliveries_are_read_on_from_a_cursor(world: World, user: Caller, receiver: Receiver) -> None:
    webhook = subscribe(user, receiver, "job.cancelled")
    for _ in range(3):
        job_id = user.announce({"a.jpg": 20})["job_id"]
        user.post(f"/jobs/{job_id}/control", {"action": "cancel"})
    world.deliver("webhooks")
    path = f"/webhooks/{webhook['id']}/deliveries"
    first = user.get(f"{path}?limit=2")
    following = first.headers["link"].split(">")[0].strip("<")
    second = user.get(f"{path}{following}")
    ids = [delivery["id"] for delivery in first["items"] + second["items"]]
    assert (len(ids), ids) == (3, sorted(ids, reverse=True))
    assert (second["next_cursor"], "link" in second.headers) == (None, False)
    assert user.post(f"{path}/x/redeliver").status == user.post(f"{path}/{'x' * 3000}/redeliver").status == 404
