"""Files in a drop folder become jobs automatically: opened, joined, sealed, followed."""

import json

import pytest

from chalicelib.jobs.intake.dropfolder import ignored
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import LIMITS, OWNER, STRANGER


def put(world: World, name: str, content: bytes | str = b"one", batch: str = "photos/trip") -> None:
    said = content.encode() if isinstance(content, str) else content
    world.objects.put(f"drop/{batch}/{name}", said, "text/plain")


def only_job(world: World, owner: str = OWNER) -> Job:
    [job] = world.jobs_of(owner)
    return job


def names(world: World, job: Job) -> list[str]:
    return sorted(file.filename for file in world.files(job))


def test_the_first_object_opens_a_job_and_later_ones_join_it(world: World) -> None:
    put(world, "a.txt")
    world.drain()
    put(world, "sub/b.txt", b"two")
    world.drain()
    job = only_job(world)
    assert (job.name, job.pipeline, job.batch, job.sealed) == ("trip", "photos", "drop/photos/trip/", False)
    assert names(world, job) == ["a.txt", "sub/b.txt"]
    assert job.counts.inspected == 2


def test_done_seals_the_batch(world: World) -> None:
    put(world, "a.txt")
    put(world, "b.txt", b"bad")
    put(world, "_DONE", b"")
    world.drain()
    job = only_job(world)
    assert job.state is JobState.COMPLETED
    assert names(world, job) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("order", ["reversed", "twice", "one by one, reversed"])
def test_the_order_and_number_of_events_does_not_matter(world: World, order: str) -> None:
    for name in ("a.txt", "b.txt", "_DONE"):
        put(world, name, name.encode())
    world.queue.messages.reverse()
    if order == "twice":
        for body in list(world.queue.bodies("inspect-photos")):
            world.queue.send("inspect-photos", body)
    while world.deliver(batch=1 if "one by one" in order else 10):
        pass
    job = only_job(world)
    assert job.state is JobState.COMPLETED
    assert names(world, job) == ["a.txt", "b.txt"]
    assert job.counts.inspected == 2


def test_done_takes_in_what_no_event_has_told_of(world: World) -> None:
    world.lost = lambda seen: not seen.key.endswith("_DONE")
    put(world, "a.txt")
    put(world, "_DONE", b"")
    world.settle_down(minutes=12)
    assert only_job(world).state is JobState.COMPLETED
    assert names(world, only_job(world)) == ["a.txt"]


def test_a_batch_that_has_been_quiet_is_sealed(world: World) -> None:
    put(world, "a.txt")
    world.drain()
    world.advance(50)
    put(world, "b.txt")
    world.drain()
    world.advance(50)
    world.sweep()
    assert not only_job(world).sealed
    world.advance(70)
    world.sweep()
    world.drain()
    assert only_job(world).state is JobState.COMPLETED
    assert len(world.files(only_job(world))) == 2


@pytest.mark.parametrize("manifest_at", [0, 1, 2])
def test_a_manifest_seals_the_batch_once_its_files_are_there(world: World, manifest_at: int) -> None:
    landing = ["a.txt", "sub/b.txt"]
    landing.insert(manifest_at, "_MANIFEST.json")
    for name in landing:
        manifest = json.dumps({"files": ["a.txt", "sub/b.txt", ".ignored"]})
        put(world, name, manifest if name == "_MANIFEST.json" else name)
        world.drain()
    job = only_job(world)
    assert job.state is JobState.COMPLETED
    assert names(world, job) == ["a.txt", "sub/b.txt"]


def test_a_batch_with_a_manifest_is_not_sealed_by_quiet(world: World) -> None:
    put(world, "_MANIFEST.json", json.dumps({"files": ["a.txt", "b.txt"]}))
    put(world, "a.txt")
    world.settle_down(minutes=60)
    assert not only_job(world).sealed
    put(world, "b.txt")
    world.drain()
    assert only_job(world).state is JobState.COMPLETED


def test_a_manifest_whose_files_never_come_goes_on_without_them_after_a_day(world: World) -> None:
    put(world, "_MANIFEST.json", json.dumps({"files": ["a.txt", "b.txt"]}))
    put(world, "a.txt")
    world.settle_down(minutes=25 * 60)
    assert only_job(world).state is JobState.COMPLETED
    assert names(world, only_job(world)) == ["a.txt"]


@pytest.mark.parametrize("content", ["no json", "[1]", '{"files": 5}', '{"files": [1]}', "[" * 100_000])
def test_a_manifest_that_is_none_fails_its_batch_with_the_reason(world: World, content: str) -> None:
    put(world, "a.txt")
    put(world, "_MANIFEST.json", content)
    world.drain()
    job = only_job(world)
    assert (job.state, job.error_code) == (JobState.FAILED, "invalid_control_file")
    assert "_MANIFEST.json" in (job.error_message or "")
    assert world.queue.messages == []


@pytest.mark.parametrize(
    "name",
    [".hidden", "a.part", "a.TMP", "a.filepart", "~lock", "Thumbs.db", "__MACOSX/a.txt", ".git/a.txt", "sub/.x", "x/"],
)
def test_half_made_and_housekeeping_files_are_passed_over(world: World, name: str) -> None:
    put(world, name)
    world.drain()
    assert world.jobs_of(OWNER) == []
    assert world.queue.messages == []
    put(world, "a.txt")
    world.drain()
    assert names(world, only_job(world)) == ["a.txt"]


@pytest.mark.parametrize("name", ["a.txt", "part.txt", "a.part.txt", "thumbs.db.txt", "x~.txt"])
def test_ordinary_files_are_not_passed_over(name: str) -> None:
    assert not ignored(name)


def test_a_file_that_lands_after_sealing_opens_a_job_that_follows(world: World) -> None:
    put(world, "a.txt")
    put(world, "_DONE", b"")
    world.drain()
    first = only_job(world)
    put(world, "late.txt", b"late")
    world.drain()
    second, _ = world.jobs_of(OWNER)
    assert (second.follows, second.batch, second.name) == (first.id, first.batch, "trip")
    assert names(world, second) == ["late.txt"]
    put(world, "_DONE", b"")
    world.drain()
    assert world.job(second).state is JobState.COMPLETED
    assert names(world, first) == ["a.txt"]


def test_a_key_overwritten_while_its_job_is_open_counts_once_in_its_last_version(world: World) -> None:
    put(world, "a.txt", b"one")
    world.drain()
    put(world, "a.txt", b"another")
    put(world, "_DONE", b"")
    world.drain()
    job = only_job(world)
    assert (job.state, job.counts.inspected, job.counts.size) == (JobState.COMPLETED, 1, 7)


def test_a_key_overwritten_after_its_job_is_over_is_a_file_of_the_one_that_follows(world: World) -> None:
    put(world, "a.txt", b"one")
    put(world, "_DONE", b"")
    old = list(world.queue.bodies("inspect-photos"))
    world.drain()
    for body in old:  # repeated events change nothing
        world.queue.send("inspect-photos", body)
    world.drain()
    first = only_job(world)
    put(world, "a.txt", b"another")
    world.drain()
    second, _ = world.jobs_of(OWNER)
    assert second.follows == first.id
    assert [file.size for file in world.files(second)] == [7]
    assert [file.size for file in world.files(first)] == [3]


def test_options_of_the_batch_hold_for_all_of_its_files_whenever_they_come(world: World) -> None:
    put(world, "a.txt")
    world.drain()
    put(world, "options.json", '{"tone": 5}')
    world.drain()
    put(world, "b.txt", b"two")
    put(world, "_DONE", b"")
    world.drain()
    job = only_job(world)
    assert (job.state, job.options["tone"]) == (JobState.COMPLETED, 5)
    assert {file.metadata["tone"] for file in world.files(job)} == {5}
    assert job.counts.inspected == 2


def test_options_alone_open_no_job_and_hold_for_what_comes_after_them(world: World) -> None:
    put(world, "options.json", '{"tone": 5}')
    world.settle_down(minutes=12)
    assert world.jobs_of(OWNER) == []
    put(world, "a.txt")
    world.settle_down(minutes=12)
    job = only_job(world)
    assert (job.state, job.options["tone"], job.file_count) == (JobState.COMPLETED, 5, 1)


def test_options_that_are_not_valid_fail_the_batch_once(world: World) -> None:
    put(world, "options.json", '{"tone": 99}')
    for name in ("a.txt", "b.txt", "c.txt"):
        put(world, name)
        world.drain()
    job = only_job(world)
    assert (job.state, job.error_code) == (JobState.FAILED, "invalid_options")
    assert "tone" in (job.error_message or "")
    assert world.queue.messages == []


def test_options_that_the_installation_can_not_serve_refuse_the_batch_until_they_are_put_right(world: World) -> None:
    world.objects.put("models/voices/anna/a.bin", b"x", "application/octet-stream")
    put(world, "options.json", '{"voice": "bert"}')
    put(world, "a.txt")
    put(world, "_DONE", b"")
    world.drain()
    job = only_job(world)
    assert (job.state, job.error_code) == (JobState.FAILED, "invalid_options")
    assert "options.voice: There is no such voice here. There are: anna." in (job.error_message or "")
    assert world.queue.messages == []
    put(world, "options.json", '{"voice": "anna"}')
    world.settle_down(minutes=12)
    job, _ = world.jobs_of(OWNER)
    assert (job.state, job.options["voice"]) == (JobState.COMPLETED, "anna")


def test_options_that_are_put_right_begin_the_batch_again_with_all_its_files(world: World) -> None:
    put(world, "options.json", '{"tone": 99}')
    put(world, "a.txt")
    put(world, "_DONE", b"")
    world.drain()
    put(world, "options.json", '{"tone": 7}')
    world.settle_down(minutes=12)
    job, before = world.jobs_of(OWNER)
    assert (job.state, job.follows, job.options["tone"]) == (JobState.COMPLETED, before.id, 7)
    assert names(world, job) == ["a.txt"]


def test_a_folder_of_a_user_belongs_to_that_user(world: World) -> None:
    put(world, "a.txt", batch=f"photos/@{STRANGER}/trip")
    world.drain()
    assert world.jobs_of(OWNER) == []
    assert only_job(world, STRANGER).name == "trip"


def test_an_owner_with_too_many_jobs_gets_what_was_dropped_all_the_same() -> None:
    world = World(limits=_limits(active_jobs=1))
    world.open(b"one", upload=False)
    put(world, "a.txt")
    put(world, "_DONE", b"")
    world.drain()
    assert world.jobs_of(OWNER)[0].state is JobState.COMPLETED


def test_a_batch_with_more_files_than_a_job_holds_goes_on_in_another() -> None:
    world = World(limits=_limits(files_per_job=25))
    for number in range(60):
        put(world, f"{number}.txt", str(number))
    put(world, "_DONE", b"")
    world.settle_down(minutes=12)
    jobs = world.jobs_of(OWNER)
    assert {job.state for job in jobs} == {JobState.COMPLETED}
    assert sum(job.file_count for job in jobs) == 60
    assert len(jobs) > 1


def _limits(**changes: int) -> object:
    from dataclasses import replace

    return replace(LIMITS, **changes)


@pytest.mark.parametrize("key", ["drop/photos/beside.txt", "drop/photos/trip/", "drop/photos/@/trip/a.txt", "drop/x"])
def test_what_is_no_file_of_a_batch_is_passed_over(world: World, key: str) -> None:
    world.objects.put(key, b"one", "x")
    world.drain()
    assert world.jobs_of(OWNER) == []


def test_a_name_of_nothing_but_spaces_harms_no_neighbour(world: World) -> None:
    put(world, "   ")
    put(world, "a.txt")
    put(world, "a.txt", batch="photos/ ")
    put(world, "_DONE", b"")
    world.drain()
    jobs = {job.name: job for job in world.jobs_of(OWNER)}
    assert names(world, jobs["trip"]) == ["a.txt", "unnamed"]
    assert jobs["trip"].state is JobState.COMPLETED
    assert len(jobs) == 2


def test_a_batch_that_cant_be_joined_keeps_no_other_from_it(world: World) -> None:
    put(world, "a.txt", batch="photos/one")
    put(world, "a.txt", batch="photos/two")
    open_batch = world.jobs.open_batch

    def fails(batch: str, job_id: str, **more: str) -> object:
        if "one" in batch:
            raise RuntimeError("a fault of ours")
        return open_batch(batch, job_id, **more)

    world.jobs.open_batch = fails
    received = world.queue.receive(world.queue.visible())
    assert len(world.handle("inspect-photos", received)) == 1
    assert only_job(world).name == "two"


def test_files_are_not_added_to_a_dropped_job_over_http(world: World) -> None:
    from chalicelib.jobs.errors import NotAllowedInState
    from chalicelib.jobs.intake.uploads import Announced

    put(world, "a.txt")
    world.drain()
    with pytest.raises(NotAllowedInState):
        world.intake.add_files(OWNER, only_job(world).id, [Announced("b.txt", 3)], more=False)
    with pytest.raises(NotAllowedInState):
        world.intake.sign_again(OWNER, only_job(world).id, 1)


@pytest.mark.parametrize("batch", ["photos/trip", "photos/@unknown/trip"])
def test_a_folder_of_no_user_waits_until_there_is_one(batch: str) -> None:
    world = World(drop_owner=None)
    put(world, "a.txt", batch=batch)
    put(world, "b.txt", batch=batch)
    world.settle_down(minutes=5)
    assert world.all_jobs() == []
    assert world.queue.messages == []
    owned = f"photos/@{OWNER}/trip"
    put(world, "a.txt", batch=owned)
    world.drain()
    assert only_job(world).name == "trip"
    world.users.add("unknown")
    put(world, "_DONE", batch="photos/@unknown/trip")
    world.drain()
    taken = [names(world, job) for job in world.jobs_of("unknown")]
    assert taken == ([["a.txt", "b.txt"]] if "unknown" in batch else [[]])


def test_slips_are_found_by_looking_at_folders_alone() -> None:
    world = World(drop_owner=None)
    for key in (
        "drop/x.txt",
        "drop/audio/trip/a.txt",
        "drop/photos/beside.txt",
        "drop/photos/.hidden",
        "drop/photos/trip/a.txt",
        "drop/photos/another/a.txt",
        "drop/photos/@unknown/trip/a.txt",
        "drop/photos/@/trip/a.txt",
        f"drop/photos/@{OWNER}/beside.txt",
        f"drop/photos/@{OWNER}/trip/a.txt",
        "drop/scans/",
    ):
        world.objects.put(key, b"one", "text/plain")
    assert [(slip.path, slip.code) for slip in world.slips.find()] == [
        ("drop/x.txt", "no_batch"),
        ("drop/audio/", "unknown_pipeline"),
        ("drop/photos/beside.txt", "no_batch"),
        ("drop/photos/another/", "no_owner"),
        ("drop/photos/@/", "unknown_user"),
        ("drop/photos/@unknown/", "unknown_user"),
        (f"drop/photos/@{OWNER}/beside.txt", "no_batch"),
    ]
    assert len(world.slips.find(most=3)) == 3


def test_slips_are_logged_without_their_names(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.objects.put("drop/secret.txt", b"one", "text/plain")
    assert world.slips.report() == 1
    [line] = caplog.records
    assert (line.__dict__["reason"], "secret" in str(line.__dict__)) == ("no_batch", False)


def test_an_ordinary_drop_folder_has_no_slips(world: World) -> None:
    put(world, "a.txt")
    put(world, "a.txt", batch=f"photos/@{STRANGER}/trip")
    assert world.slips.find() == []
