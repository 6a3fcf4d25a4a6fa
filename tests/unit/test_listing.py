"""Lists of a job's files: paged, filtered, sorted, with their duplicates."""

from dataclasses import replace

import pytest

from chalicelib.jobs.library.listing import Listing, Wanted, WantedGroups
from chalicelib.jobs.model import Job
from tests.fakes import World

CONFIDENCE = ["high", "low", "high", "medium", "none"]


@pytest.fixture
def job(world: World) -> Job:
    job = world.open(b"bb", b"a", b"bb", b"dddd", b"bad")
    world.drain()
    for file, confidence in zip(world.files(job), CONFIDENCE, strict=True):
        world.set_file(file, metadata={"confidence": confidence})
    return world.job(job)


def page(world: World, job: Job, **wanted: object) -> tuple[list[int], int]:
    files, total = Listing(world.jobs, world.pipelines).page(job, replace(Wanted(), **wanted))  # type: ignore[arg-type]
    return [file.number for file in files], total


def test_pages_follow_each_other_to_the_end(world: World, job: Job) -> None:
    assert page(world, job, per_page=2) == ([1, 2], 5)
    assert page(world, job, per_page=2, page=3) == ([5], 5)
    assert page(world, job, per_page=2, page=4) == ([], 5)


def test_a_plain_page_reads_no_other_files(world: World, job: Job) -> None:
    asked = []
    files = world.jobs.files
    world.jobs.files = lambda job_id, **bounds: asked.append(bounds) or files(job_id, **bounds)
    page(world, job, per_page=2, page=2)
    assert asked == [{"first": 3, "last": 4}]


def test_files_are_filtered_by_what_they_are(world: World, job: Job) -> None:
    assert page(world, job, confidences=frozenset({"high"})) == ([1, 3], 2)
    assert page(world, job, states=frozenset({"rejected", "duplicate"})) == ([3, 5], 2)
    assert page(world, job, states=frozenset({"inspected"}), confidences=frozenset({"high"})) == ([1], 1)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("size", [2, 1, 3, 5, 4]),
        ("-size", [4, 5, 1, 3, 2]),
        ("confidence", [1, 3, 4, 2, 5]),
        ("-number", [5, 4, 3, 2, 1]),
    ],
)
def test_files_are_sorted_either_way(world: World, job: Job, sort: str, order: list[int]) -> None:
    assert page(world, job, sort=sort) == (order, 5)


def test_groups_name_every_confidence(world: World, job: Job) -> None:
    found = Listing(world.jobs, world.pipelines).groups(job, Wanted(), "confidence")
    assert found == {"high": 2, "medium": 1, "low": 1, "none": 1}


def test_exact_duplicates_are_told_by_their_bytes_before_the_run_has_said_so(world: World, job: Job) -> None:
    [group], total = Listing(world.jobs, world.pipelines).duplicates(job, WantedGroups("exact"), None)
    assert total == 1
    assert (group.kept, [file.number for file in group.files]) == (1, [1, 3])
    assert Listing(world.jobs, world.pipelines).duplicates(job, WantedGroups("similar"), None) == ([], 0)


def test_what_the_run_has_found_is_told_as_it_is(world: World, job: Job) -> None:
    found = [{"kind": "similar", "kept": 2, "files": [2, 4, 99]}, {"kind": "exact", "kept": 1, "files": [1, 3]}]
    [group], _ = Listing(world.jobs, world.pipelines).duplicates(job, WantedGroups("similar"), found)
    assert (group.kept, [file.number for file in group.files]) == (2, [2, 4])
