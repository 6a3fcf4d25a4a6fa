"""Existing objects of a bucket: listed page by page, in one chain that crashes and rivals can't break."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.changes import Change
from chalicelib.jobs.errors import BadRequest, NotAllowedInState
from chalicelib.jobs.intake.importing import Root
from chalicelib.jobs.model import Job
from chalicelib.jobs.moves import START
from chalicelib.jobs.moving import move
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import BUCKET, LIMITS, OWNER, Crash


def fill(world: World, *names: str, bucket: str | None = None, prefix: str = "import/") -> None:
    for name in names:
        world.objects.put(prefix + name, name.encode(), "text/plain", bucket=bucket)


def start(world: World, path: str = "import/", **more: bool) -> Job:
    return world.importer.start(OWNER, path, "photos", {}, **more)


def names(world: World, job: Job) -> list[str]:
    return [file.filename for file in world.files(job)]


def test_everything_below_a_prefix_becomes_a_file_in_place(world: World) -> None:
    fill(world, "a.txt", "sub/b.txt")
    before = dict(world.objects.stored)
    job = start(world)
    assert (world.job(job).state, world.job(job).file_count) == (JobState.PENDING, 0)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert names(world, job) == ["a.txt", "sub/b.txt"]
    assert {file.key for file in world.files(job)} == {"import/a.txt", "import/sub/b.txt"}
    assert all(world.objects.stored[place] is stored for place, stored in before.items())


def test_another_bucket_is_read_where_it_is(world: World) -> None:
    fill(world, "a.txt", bucket="elsewhere", prefix="shared/x/")
    job = start(world, "s3://elsewhere/shared/x/")
    world.drain()
    [file] = world.files(job)
    assert (file.bucket, file.state.value) == ("elsewhere", "inspected")
    assert world.job(job).state is JobState.COMPLETED


def test_without_recursion_folders_are_left_out(world: World) -> None:
    fill(world, "a.txt", "sub/b.txt", "z.txt")
    job = start(world, recursive=False)
    world.drain()
    assert names(world, job) == ["a.txt", "z.txt"]


def test_half_made_and_housekeeping_files_are_left_out(world: World) -> None:
    fill(world, ".hidden", "a.part", "Thumbs.db", "__MACOSX/a.txt", "b/desktop.ini", "folder/", "a.txt")
    job = start(world)
    world.drain()
    assert names(world, job) == ["a.txt"]


def test_what_the_pipeline_does_not_take_is_a_file_that_says_so(world: World) -> None:
    fill(world, "a.txt", "b.exe", " ")
    job = start(world)
    world.drain()
    assert [file.error_code for file in world.files(job)] == ["unsupported_type", None, "unsupported_type"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "other/",
        "import-secret/",
        "../import/",
        "/import/",
        "uploads/photos/",
        "results/",
        f"s3://{BUCKET}/",
        f"s3://{BUCKET}/uploads/",
        "s3://elsewhere/",
        "s3://elsewhere/shared-secret/",
        "s3://other/shared/",
        "s3://elsewhere",
    ],
)
def test_only_what_lies_under_an_allowed_root_is_imported(world: World, path: str) -> None:
    with pytest.raises(BadRequest):
        start(world, path)
    assert world.jobs_of(OWNER) == []
    assert world.queue.messages == []


@pytest.mark.parametrize("path", ["import/", "import", f"s3://{BUCKET}/import", "import/sub/", "s3://elsewhere/shared"])
def test_what_lies_under_an_allowed_root_may_be_imported(world: World, path: str) -> None:
    assert start(world, path).state is JobState.PENDING


def test_a_path_is_a_folder_and_not_the_beginning_of_a_name(world: World) -> None:
    fill(world, "in/a.txt", "inside/b.txt")
    job = start(world, "import/in")
    world.drain()
    assert names(world, job) == ["a.txt"]


def test_not_even_a_root_that_is_the_whole_bucket_opens_what_users_have_uploaded() -> None:
    everything = Root.parse(f"s3://{BUCKET}/", BUCKET)
    for path in ("", "uploads/", "uploads/photos/x", "drop/", "results/x", "thumbs/", "work/", "guides/", "models/"):
        place = Root.parse(path, BUCKET)
        assert everything.holds(place)
        assert place.ours
    assert not Root.parse("pictures/", BUCKET).ours
    assert not Root.parse("s3://elsewhere/uploads/", BUCKET).ours


def test_many_pages_are_listed_in_order_and_each_object_once(world: World) -> None:
    fill(world, *(f"{number:05d}.txt" for number in range(2050)))
    job = start(world)
    world.deliver("import")
    listed = world.job(job)
    assert (listed.file_count, listed.sealed, listed.listing) == (2050, True, None)
    assert names(world, job) == [f"{number:05d}.txt" for number in range(2050)]
    assert len(world.queue.bodies("inspect-photos")) == 2050


def test_a_listing_that_runs_out_of_time_is_gone_on_with(world: World) -> None:
    fill(world, *(f"{number:05d}.txt" for number in range(1500)))
    job = start(world)
    apply = world.jobs.apply

    def slowly(changes: Sequence[Change], *told: Any) -> Any:
        if len(changes) > 1:
            world.advance(10)
        return apply(changes, *told)

    world.jobs.apply = slowly
    world.deliver("import", seconds=60)
    assert 0 < world.job(job).file_count < 1500
    assert world.job(job).state is JobState.PENDING
    assert len(world.queue.bodies("import")) == 1
    world.jobs.apply = apply
    world.drain("import")
    assert (world.job(job).file_count, world.job(job).sealed) == (1500, True)


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_crash_between_two_writes_neither_skips_nor_doubles(world: World, after: int) -> None:
    fill(world, *(f"{number:05d}.txt" for number in range(250)))
    job = start(world)
    apply, left = world.jobs.apply, [after]

    def dies(changes: Sequence[Change], *told: Any) -> Any:
        done = apply(changes, *told)
        left[0] -= 1
        if left[0] < 0:
            raise Crash
        return done

    world.jobs.apply = dies
    world.deliver("import")
    world.jobs.apply = apply
    world.settle_down(minutes=20)
    assert names(world, job) == [f"{number:05d}.txt" for number in range(250)]
    assert world.job(job).state is JobState.COMPLETED
    assert world.job(job).counts.inspected == 250


def test_of_two_that_list_one_job_the_slower_changes_nothing(world: World) -> None:
    fill(world, *(f"{number:05d}.txt" for number in range(2500)))
    job = start(world)
    page, rival = world.objects.list_page, [True]

    def overtaken(*args: object, **more: object) -> object:
        found = page(*args, **more)
        if rival.pop() if rival else False:
            world.importer.list_on(job.id, world.deadline())
        return found

    world.objects.list_page = overtaken  # type: ignore[assignment,method-assign]
    world.drain("import")
    assert names(world, job) == [f"{number:05d}.txt" for number in range(2500)]
    assert world.queue.bodies("import") == []


def test_more_than_a_job_holds_fails_it_with_the_reason() -> None:
    world = World(limits=replace(LIMITS, files_per_job=3))
    fill(world, "1.txt", "2.txt", "3.txt", "4.txt")
    job = start(world)
    world.drain()
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "too_many_files")


def test_a_bucket_that_is_not_there_fails_its_job(world: World) -> None:
    job = start(world, "s3://elsewhere/shared/")
    world.drain()
    assert world.job(job).error_code == "import_not_found"


def test_a_listing_whose_message_was_lost_is_asked_for(world: World) -> None:
    fill(world, "a.txt")
    job = start(world)
    world.queue.messages.clear()
    world.settle_down(minutes=7)
    assert world.job(job).state is JobState.COMPLETED


def test_a_paused_listing_stops_and_goes_on(world: World) -> None:
    fill(world, "a.txt")
    job = start(world)
    running = move(world.jobs, world.job(job), START())
    world.control.act(OWNER, running.id, "pause")
    world.drain()
    assert world.job(job).file_count == 0
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_what_is_in_the_store_is_never_signed_for_an_upload(world: World) -> None:
    fill(world, "a.txt")
    job = start(world)
    world.drain("import")
    for refused in (
        lambda: world.intake.sign_again(OWNER, job.id, 1),
        lambda: world.multipart.sign(OWNER, job.id, 1, [(1, None, None)]),
        lambda: world.multipart.abort(OWNER, job.id, 1),
    ):
        with pytest.raises(NotAllowedInState):
            refused()


def test_an_import_that_gets_on_is_never_given_up(world: World) -> None:
    fill(world, *(f"{number:05d}.txt" for number in range(1200)))
    job = start(world)
    apply = world.jobs.apply

    def dies_after_each(changes: Sequence[Change], *told: Any) -> Any:
        done = apply(changes, *told)
        if len(changes) > 1:
            raise Crash
        return done

    world.jobs.apply = dies_after_each
    for _ in range(60):
        world.deliver("import")
        world.advance(31 * 60)
        world.drain("import-dlq")
    world.jobs.apply = apply
    assert (world.job(job).file_count, world.job(job).sealed) == (1200, True)


def test_an_import_that_never_gets_on_fails(world: World) -> None:
    fill(world, "1.txt")
    job = start(world)
    world.objects.list_page = _unreachable  # type: ignore[method-assign]
    for _ in range(30):
        world.deliver("import")
        world.advance(31 * 60)
        world.drain("import-dlq")
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "listing_failed")


def _unreachable(*args: object, **more: object) -> Any:
    raise RuntimeError("no connection")
