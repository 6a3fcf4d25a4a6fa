"""New jobs and files: refused ones leave nothing behind, accepted ones get addresses for exactly their bytes."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.errors import (
    BadRequest,
    Conflict,
    FileNotFound,
    InvalidFields,
    JobNotFound,
    LimitReached,
    NotAllowedInState,
    TooLarge,
)
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import Usage
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import LIMITS, OWNER, STRANGER

MIB = 1024 * 1024


def test_a_job_is_opened_with_a_signed_upload_for_each_file(world: World) -> None:
    files = [Announced("a.txt", 5, sha256="ab" * 32), Announced("b.txt", 6, "text/plain", role="labels")]
    job, uploads = world.intake.open_job(OWNER, "photos", {"tone": 4}, files, name="  Trip ")
    assert (job.state, job.name, job.sealed, job.file_count, job.options["tone"]) == ("pending", "Trip", True, 2, 4)
    first, second = (upload.request for upload in uploads)
    assert first is not None
    assert second is not None
    assert first.url.endswith(keys.upload("photos", job.id, 1))
    assert first.headers == {"Content-Length": "5", "x-amz-checksum-sha256": "ab" * 32}
    assert second.url.endswith(keys.upload("photos", job.id, 2))
    assert (second.expires_at - world.now).total_seconds() == world.limits.upload_url_seconds
    assert world.jobs.file(job.id, 2).role == "labels"
    assert world.jobs.usage(OWNER) == Usage(active_jobs=1, jobs=1, announced_bytes=11)


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        ({"pipeline": "none"}, BadRequest),
        ({"options": {"tone": 10}}, InvalidFields),
        ({"options": {"tone": "x"}}, InvalidFields),
        ({"options": {"tone": True}}, InvalidFields),
        ({"options": {"tone": "true"}}, InvalidFields),
        ({"options": {"levels": [0.5, True]}}, InvalidFields),
        ({"options": {"levels": ["false"]}}, InvalidFields),
        ({"announced": [Announced("a.exe", 1)]}, BadRequest),
        ({"announced": [Announced("a", 1)]}, BadRequest),
        ({"announced": [Announced("a.txt", 40 * MIB + 1)]}, TooLarge),
        ({"announced": [Announced("a.txt", 1, role="king")]}, InvalidFields),
        ({"announced": [Announced("../..", 1)]}, InvalidFields),
        ({"announced": [Announced("\x00\x07", 1)]}, InvalidFields),
        ({"announced": [Announced("a.txt", 1)] * 4}, LimitReached),
        ({"announced": [Announced("a.txt", 30 * MIB)] * 3}, LimitReached),
    ],
)
def test_what_is_refused_leaves_nothing_behind(refused: dict[str, Any], error: type[Exception]) -> None:
    world = World(limits=replace(LIMITS, files_per_job=3, stored_bytes=64 * MIB))
    asked = {"pipeline": "photos", "options": {}, "announced": [Announced("a.txt", 1)]} | refused
    with pytest.raises(error):
        world.intake.open_job(OWNER, asked["pipeline"], asked["options"], asked["announced"])
    assert world.jobs_of(OWNER) == []
    assert world.jobs.usage(OWNER) == Usage()


def test_open_jobs_count_as_announced_and_rejected_files_as_long_as_they_are_there() -> None:
    """A store of 100 bytes: neither unfilled jobs nor unreadable files let an owner exceed it."""
    world = World(limits=replace(LIMITS, stored_bytes=100))
    opened, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("a.txt", 60)], more=True)
    with pytest.raises(LimitReached):
        world.intake.open_job(OWNER, "photos", {}, [Announced("b.txt", 41)])
    with pytest.raises(LimitReached):
        world.intake.add_files(OWNER, opened.id, [Announced("b.txt", 41)], more=True)
    world.intake.add_files(OWNER, opened.id, [Announced("b.txt", 40)], more=True)
    assert world.jobs.usage(OWNER).announced_bytes == 100
    world.control.act(OWNER, opened.id, "cancel")
    assert world.jobs.usage(OWNER) == Usage(active_jobs=0, stored_bytes=0, jobs=1, announced_bytes=0)
    world.open(b"bad" + b"x" * 57)
    world.drain()
    assert world.jobs.usage(OWNER) == Usage(active_jobs=0, stored_bytes=60, jobs=2, announced_bytes=0)
    with pytest.raises(LimitReached):
        world.intake.open_job(OWNER, "photos", {}, [Announced("b.txt", 41)])


def test_of_two_who_ask_at_once_for_the_last_room_one_gets_it() -> None:
    world = World(limits=replace(LIMITS, stored_bytes=100))
    one, two = (world.intake.open_job(OWNER, "photos", {}, [], more=True)[0] for _ in range(2))
    check = world.intake._check_space

    def meanwhile(owner_id: str, announced: Any) -> None:
        check(owner_id, announced)
        world.intake._check_space = check  # type: ignore[method-assign]
        world.intake.add_files(OWNER, two.id, [Announced("b.txt", 60)], more=True)

    world.intake._check_space = meanwhile  # type: ignore[method-assign]
    with pytest.raises(LimitReached):
        world.intake.add_files(OWNER, one.id, [Announced("a.txt", 60)], more=True)
    assert (world.job(one).file_count, world.job(two).file_count) == (0, 1)
    assert world.jobs.usage(OWNER).announced_bytes == 60


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "/abs.txt", "a\x00b.txt", "\u202egnp.txt", "🦉" * 300 + ".txt"]
)
def test_a_name_is_shown_and_never_a_path(world: World, name: str) -> None:
    job, [upload] = world.intake.open_job(OWNER, "photos", {}, [Announced(name, 3)])
    file = world.jobs.file(job.id, 1)
    assert file.key == keys.upload("photos", job.id, 1)
    assert len(file.filename) <= 255
    assert file.filename.endswith(".txt")
    assert "\x00" not in file.filename
    assert upload.request is not None
    assert name not in upload.request.url


def test_active_jobs_are_limited(world: World) -> None:
    world = World(limits=replace(LIMITS, active_jobs=1))
    job = world.open(b"one", upload=False)
    with pytest.raises(LimitReached) as refused:
        world.open(b"one", upload=False)
    assert (refused.value.status, bool(refused.value.retry_after)) == (429, True)
    world.open(b"one", upload=False, owner=STRANGER)
    world.control.act(OWNER, job.id, "cancel")
    world.open(b"one", upload=False)


def test_files_are_added_to_an_open_job_until_it_is_sealed(world: World) -> None:
    job = world.open(b"one", more=True)
    world.drain()
    assert not world.job(job).run_requested
    world.intake.add_files(OWNER, job.id, [Announced("2.txt", 3)], more=True)
    sealed, _ = world.intake.add_files(OWNER, job.id, [Announced("3.txt", 5)], more=False)
    assert (sealed.file_count, sealed.sealed) == (3, True)
    with pytest.raises(NotAllowedInState):
        world.intake.add_files(OWNER, job.id, [Announced("4.txt", 3)], more=False)
    world.upload(job, 2, b"two")
    world.upload(job, 3, b"three")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_a_job_is_sealed_without_further_files(world: World) -> None:
    job = world.open(b"one", more=True)
    world.drain()
    world.intake.add_files(OWNER, job.id, [], more=False)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_a_job_that_is_closed_without_a_file_says_so(world: World) -> None:
    job = world.open(more=True)
    world.intake.add_files(OWNER, job.id, [], more=False)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "no_files")


def test_of_two_who_add_at_once_one_is_asked_to_try_again(world: World) -> None:
    job = world.open(b"one", more=True, upload=False)
    read, world.owned.job = world.owned.job, lambda owner, job_id: job  # type: ignore[method-assign]
    world.intake.add_files(OWNER, job.id, [Announced("2.txt", 3)], more=True)
    with pytest.raises(Conflict):
        world.intake.add_files(OWNER, job.id, [Announced("3.txt", 3)], more=True)
    world.owned.job = read  # type: ignore[method-assign]
    assert world.job(job).file_count == 2


def test_bytes_that_their_owner_has_already_are_not_sent_again(world: World) -> None:
    digest = hashlib.sha256(b"hello").hexdigest()
    first = world.open(b"hello")
    world.drain()
    job, [upload] = world.intake.open_job(OWNER, "photos", {}, [Announced("again.txt", 5, sha256=digest)])
    assert (upload.request, upload.duplicate_of) == (None, world.jobs.file(first.id, 1).id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert world.jobs.file(job.id, 1).key == keys.upload("photos", first.id, 1)
    with pytest.raises(NotAllowedInState):
        world.intake.sign_again(OWNER, job.id, 1)


@pytest.mark.parametrize("why", ["another user", "another size", "object gone", "object replaced", "rejected"])
def test_other_bytes_or_anothers_are_sent(world: World, why: str) -> None:
    content = b"bad one" if why == "rejected" else b"hello"
    first = world.open(content, owner=STRANGER if why == "another user" else OWNER)
    world.drain()
    if why == "object gone":
        world.objects.delete([keys.upload("photos", first.id, 1)])
    if why == "object replaced":
        world.objects.put(keys.upload("photos", first.id, 1), b"HELLO", "x")
    size = 6 if why == "another size" else len(content)
    asked = Announced("again.txt", size, sha256=hashlib.sha256(content).hexdigest())
    _, [upload] = world.intake.open_job(OWNER, "photos", {}, [asked])
    assert upload.request is not None
    assert upload.duplicate_of is None


def test_an_expired_address_is_signed_again_while_the_file_is_awaited(world: World) -> None:
    job = world.open(b"one", upload=False, more=True)
    world.advance(7200)
    request = world.intake.sign_again(OWNER, job.id, 1).request
    assert request is not None
    assert request.expires_at > world.now
    world.upload(job, 1, b"one")
    world.drain()
    with pytest.raises(NotAllowedInState):
        world.intake.sign_again(OWNER, job.id, 1)
    with pytest.raises(FileNotFound):
        world.intake.sign_again(OWNER, job.id, 2)
    with pytest.raises(JobNotFound):
        world.intake.sign_again(STRANGER, job.id, 1)
