"""Drop folders in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.intake.adding import join_batch
from tests.fakes.world import BEGIN
from tests.stores.made import (
    LATER,
    created,
    new_file,
)


def test_a_batch_that_nobody_has_opened_has_no_job(jobs: Any) -> None:
    assert jobs.batch_job("drop/photos/a/") is None
    jobs.open_batch("drop/photos/a/", "j1")
    assert jobs.batch_job("drop/photos/a/") == "j1"


def test_a_batch_has_one_job_at_a_time(jobs: Any) -> None:
    assert jobs.open_batch("drop/photos/b/", "j1") == ("j1", None)
    assert jobs.open_batch("drop/photos/b/", "j2") == ("j1", None)
    assert jobs.open_batch("drop/photos/b/", "j2", instead_of="j0") == ("j1", None)
    assert jobs.open_batch("drop/photos/b/", "j2", instead_of="j1") == ("j2", "j1")
    assert jobs.open_batch("drop/photos/b/", "j3", instead_of="j1") == ("j2", "j1")
    assert jobs.open_batch("drop/photos/c/", "j4") == ("j4", None)


def test_a_key_joins_a_batch_once(jobs: Any) -> None:
    job = created(jobs, batch="drop/photos/b/")
    files = [replace(new_file(job, n), key=f"drop/photos/b/{n}.txt") for n in (1, 2)]
    assert join_batch(jobs, job, files, LATER) == {files[0].key: 1, files[1].key: 2}
    assert jobs.job(job.id).active_at == LATER
    with pytest.raises(StaleTransition):
        join_batch(jobs, job, [replace(files[0], number=3)], LATER)
    with pytest.raises(StaleTransition):
        join_batch(jobs, jobs.job(job.id), [replace(files[0], number=3)], LATER)
    assert jobs.job(job.id).file_count == 2
    known = jobs.batch_files("drop/photos/b/", [files[0].key, files[1].key, "drop/photos/b/3.txt"])
    assert known == {files[0].key: (job.id, 1), files[1].key: (job.id, 2)}
    assert jobs.batch_files("drop/photos/c/", [files[0].key]) == {}


def test_a_key_that_came_again_belongs_to_the_job_that_follows(jobs: Any) -> None:
    first = created(jobs, 1, batch="drop/photos/b/")
    second = created(jobs, 2, batch="drop/photos/b/")
    file = replace(new_file(first, 1), key="drop/photos/b/1.txt")
    join_batch(jobs, first, [file], BEGIN)
    join_batch(jobs, second, [replace(file, job_id=second.id)], BEGIN)
    assert jobs.batch_files("drop/photos/b/", [file.key]) == {file.key: (second.id, 1)}
    assert len(list(jobs.files(jobs.job(first.id)))) == len(list(jobs.files(jobs.job(second.id)))) == 1
