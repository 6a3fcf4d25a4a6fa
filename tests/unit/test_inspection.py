"""The arrival of a file: whatever the queue and the store do, it is inspected and counts once."""

import json
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import Counts, Job, Thumbnail
from chalicelib.jobs.states import FileState, JobState
from tests.fakes import World
from tests.fakes.queues import MAX_RECEIVES, record
from tests.fakes.world import OWNER, Crash


def codes(world: World, job: Job) -> list[str | None]:
    return [file.error_code for file in world.files(job)]


def test_a_file_is_inspected_hashed_and_counted(world: World) -> None:
    job = world.open(b"one", b"picture", more=True)
    world.drain()
    first, second = world.files(job)
    assert (first.state, first.size, first.content_type, first.metadata["length"]) == ("inspected", 3, "text/plain", 3)
    assert len(first.sha256 or "") == 64
    assert first.crc32 is not None
    assert (first.thumbnail, second.thumbnail) == (None, Thumbnail("00000002-1", 0, len(b"a thumbnail")))
    assert world.job(job).counts == Counts(inspected=2, size=10)
    assert world.job(job).state is JobState.RUNNING


def test_every_byte_is_read_once(world: World) -> None:
    job = world.open(b"x" * 300_000, more=True)
    world.drain()
    assert world.objects.reads == [(keys.upload("photos", job.id, 1), 0, 300_000)]


def test_a_second_delivery_of_an_event_changes_nothing(world: World) -> None:
    job = world.open(b"one", b"two", more=True)
    copies = [dict(body) for body in world.queue.bodies("inspect-photos")]
    world.drain()
    before = (world.files(job), world.job(job))
    for body in copies:
        world.queue.send("inspect-photos", body)
    world.drain()
    assert (world.files(job), world.job(job)) == before
    assert len(world.photos.inspected) == 2


def test_a_message_that_was_delivered_twice_at_once_counts_once(world: World) -> None:
    job = world.open(b"one", more=True)
    [message] = world.queue.messages
    received = world.queue.receive([message])
    assert world.handle("inspect-photos", received) == []
    assert world.handle("inspect-photos", received) == []
    assert world.job(job).counts.inspected == 1


def test_another_message_waits_while_a_worker_holds_the_file(world: World) -> None:
    job = world.open(b"poison", more=True)
    world.deliver()
    world.queue.messages.clear()
    world.queue.send("inspect-photos", world.message_for(job, 1))
    [message] = world.queue.messages
    assert world.handle("inspect-photos", world.queue.receive([message])) == [message.id]
    assert world.files(job)[0].attempt == 1


def test_a_newer_version_replaces_an_older_one(world: World) -> None:
    job = world.open(b"one", more=True)
    world.drain()
    first = world.files(job)[0]
    world.upload(job, 1, b"ONE")
    world.drain()
    [file] = world.files(job)
    assert file.sha256 != first.sha256
    assert world.job(job).counts == Counts(inspected=1, size=3)


def test_an_older_version_that_is_told_of_late_changes_nothing(world: World) -> None:
    job = world.open(b"one", more=True)
    world.upload(job, 1, b"ONE")
    world.queue.messages.reverse()
    world.drain("inspect-photos")
    [file] = world.files(job)
    assert file.etag == world.objects.stat(file.key).etag
    assert len(world.photos.inspected) == 1
    assert world.job(job).counts == Counts(inspected=1, size=3)


@pytest.mark.parametrize("sequencer", ["", None])
def test_without_sequencers_what_is_in_the_store_decides(world: World, sequencer: str | None) -> None:
    job = world.open(b"one", more=True)
    world.upload(job, 1, b"ONE")
    for message in world.queue.messages:
        body = json.loads(message.body)
        body["Records"][0]["s3"]["object"]["sequencer"] = sequencer
        message.body = json.dumps(body)
    world.queue.messages.reverse()
    world.drain("inspect-photos")
    [file] = world.files(job)
    assert (file.state, file.etag) == (FileState.INSPECTED, world.objects.stat(file.key).etag)
    assert world.job(job).counts == Counts(inspected=1, size=3)


def test_other_sizes_than_announced_are_rejected(world: World) -> None:
    job = world.open(b"one", upload=False, more=True)
    world.upload(job, 1, b"longer than that")
    world.drain()
    assert codes(world, job) == ["size_mismatch"]


def test_other_bytes_than_announced_are_rejected(world: World) -> None:
    big = Announced("1.txt", 5, sha256="ab" * 32)
    world.limits = world.limits
    job, _ = world.intake.open_job(OWNER, "photos", {}, [big], more=True)
    file = world.jobs.file(job.id, 1)
    world.set_file(file, part_size=8)
    world.upload(job, 1, b"other")
    world.drain()
    assert codes(world, job) == ["checksum_mismatch"]


def test_bytes_that_the_store_has_verified_are_not_read_for_a_hash(world: World) -> None:
    world.photos.inspect = lambda file, options: _look_at_head(file)  # type: ignore[method-assign]
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 300_000, sha256="ab" * 32)], more=True)
    world.upload(job, 1, b"x" * 300_000)
    world.drain()
    [file] = world.files(job)
    assert (file.sha256, file.crc32) == ("ab" * 32, None)
    assert world.objects.taken == 128 * 1024


def _look_at_head(file: Any) -> Any:
    from chalicelib.pipelines.base import Inspection

    file.head()
    return Inspection("text/plain")


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"bad", "unreadable"), (b"x" * (40 * 1024 * 1024 + 1), "too_large")]
)
def test_a_bad_file_is_a_result_and_its_neighbours_go_on(world: World, content: bytes, code: str) -> None:
    job = world.open(b"one", b"two", more=True)
    add_files(world.jobs, world.job(job), [_file(job, 3, len(content))], seal=True)
    world.upload(job, 3, content)
    world.drain()
    assert codes(world, job)[2] == code
    assert world.job(job).state is JobState.COMPLETED
    assert world.job(job).counts.inspected == 2


def _file(job: Job, number: int, size: int) -> Any:
    from chalicelib.jobs.model import File

    return File(job.id, number, f"{number}.txt", keys.upload(job.pipeline, job.id, number), size)


def test_a_file_that_was_removed_is_rejected(world: World) -> None:
    job = world.open(b"one", more=True)
    world.objects.delete([keys.upload("photos", job.id, 1)])
    world.drain()
    assert codes(world, job) == ["file_missing"]


def test_a_fault_returns_its_own_message_and_no_other(world: World) -> None:
    job = world.open(b"one", b"broken", b"two", more=True)
    received = world.queue.receive(world.queue.visible())
    again = world.handle("inspect-photos", received)
    assert len(again) == 1
    assert world.states(job) == ["inspected", "inspecting", "inspected"]


def test_a_message_of_nobodys_does_not_harm_its_neighbours(world: World) -> None:
    job = world.open(b"one", more=True)
    strange: list[Any] = [
        {},
        {"Event": "s3:TestEvent"},
        {"Records": 5},
        {"Records": ["x"]},
        {"Records": [{"eventName": "ObjectCreated"}]},
    ]
    for body in strange:
        world.queue.send("inspect-photos", body)
    world.queue.send("inspect-photos", {"Records": []})
    world.queue.messages[-1].body = "no JSON at all"
    assert world.handle("inspect-photos", world.queue.receive(world.queue.visible())) == []
    assert world.states(job) == ["inspected"]


def test_a_file_that_kills_its_workers_takes_no_neighbour_with_it(world: World) -> None:
    job = world.open(b"one", b"poison", b"two", b"three")
    for _ in range(MAX_RECEIVES + 2):
        world.drain()
        world.advance(31 * 60)
    assert world.states(job) == ["inspected", "rejected", "inspected", "inspected"]
    assert codes(world, job)[1] == "processing_failed"
    assert world.job(job).state is JobState.COMPLETED


def test_a_file_that_never_gets_done_is_given_up_although_new_messages_keep_coming(world: World) -> None:
    job = world.open(b"one", b"broken")
    world.settle_down(minutes=240)
    assert codes(world, job) == [None, "processing_failed"]
    assert world.job(job).state is JobState.COMPLETED


def test_dead_letters_leave_a_file_alone_that_another_message_is_working_on(world: World) -> None:
    job = world.open(b"poison", more=True)
    world.deliver()
    dead = record(world.queue.messages[0]) | {"messageId": "another"}
    world.inspector.undelivered({"Records": [dead]})
    assert world.states(job) == ["inspecting"]


def test_what_is_found_too_near_the_deadline_comes_again(world: World) -> None:
    job = world.open(b"one", more=True)
    received = world.queue.receive(world.queue.visible())
    assert len(world.handle("inspect-photos", received, seconds=4)) == 1
    assert world.states(job) == ["expected"]


def test_a_worker_that_died_holds_a_file_only_as_long_as_its_lease(world: World) -> None:
    job = world.open(b"poison", more=True)
    world.deliver()
    assert world.states(job) == ["inspecting"]
    world.photos.inspected.clear()
    world.queue.messages.clear()
    world.advance(906)
    world.queue.send("inspect-photos", world.message_for(job, 1))
    with pytest.raises(Crash):
        world.handle("inspect-photos", world.queue.receive(world.queue.visible()))
    assert world.files(job)[0].attempt == 2


@pytest.mark.parametrize("action", ["cancel", "pause"])
def test_messages_of_a_job_that_is_stopped_are_dropped(world: World, action: str) -> None:
    job = world.open(b"one", b"two", more=True)
    world.deliver(batch=1)
    world.control.act(OWNER, job.id, action)
    world.drain()
    assert world.states(job) == ["inspected", "expected"]
    assert world.queue.messages == []


def test_who_finished_the_last_file_and_died_is_made_good_by_the_second_delivery(world: World) -> None:
    job = world.open(b"one")
    settle, world.settling.settle = world.settling.settle, _dies
    received = world.queue.receive(world.queue.visible())
    with pytest.raises(Crash):
        world.handle("inspect-photos", received)
    world.settling.settle = settle  # type: ignore[method-assign]
    assert world.job(job).run_requested is False
    world.handle("inspect-photos", received)
    assert world.job(job).run_requested is True


def _dies(job_id: str) -> Any:
    raise Crash


def test_what_came_in_parts_must_have_the_crc_that_the_store_kept(world: World) -> None:
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 5)], more=True)
    file = world.jobs.file(job.id, 1)
    upload = world.objects.start_parts(file.key, None, checksum=True)
    part = world.objects.put_part(file.key, upload, 1, b"right")
    world.set_file(file, upload_id=upload, part_size=8)
    world.objects.crc32 = lambda key: 1  # type: ignore[method-assign]
    world.objects.finish_parts(file.key, upload, [part])
    world.drain()
    assert codes(world, job) == ["checksum_mismatch"]
