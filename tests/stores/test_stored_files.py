"""Files in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.changes import Change, CountsRecord, FileRecord
from chalicelib.jobs.errors import FileNotFound, StaleTransition
from chalicelib.jobs.file_moves import BEGIN_PARTS, NOTE_CHECKSUM
from chalicelib.jobs.file_moving import mark_duplicates, move_file, reset_files
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.library.removing import forget_kept, remove_files
from chalicelib.jobs.model import Counts, file_id
from chalicelib.jobs.moves import RETRY
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import Use
from chalicelib.jobs.states import FileState, JobState
from tests.fakes.world import BEGIN
from tests.stores.made import (
    LATER,
    PENDING,
    changed,
    created,
    filled,
    finished,
    new_file,
)


def test_files_come_back_in_order_and_as_they_were_put(jobs: Any) -> None:
    job = created(jobs)
    files = [
        new_file(job, 1, role="labels", content_type="text/x", expected_sha256="ab" * 32, modified_at=BEGIN),
        new_file(job, 2, bucket="elsewhere", etag="e", sequencer="0A", part_size=8, size=0),
        replace(new_file(job, 3), filename="Zoë 🦉\u202e.txt"),
    ]
    add_files(jobs, job, files, seal=False)
    assert list(jobs.files(jobs.job(job.id))) == files
    assert [file.number for file in jobs.files(jobs.job(job.id), first=2, last=2)] == [2]
    assert jobs.file(job.id, 3) == files[2]
    assert set(jobs.files_by_id([files[0].id, files[1].id])) == {files[0].id, files[1].id}
    with pytest.raises(FileNotFound):
        jobs.file(job.id, 4)


def test_many_files_are_added_with_one_count(jobs: Any) -> None:
    job = filled(jobs, 250, seal=True)
    assert (job.file_count, job.sealed) == (250, True)
    assert [file.number for file in jobs.files(jobs.job(job.id))] == list(range(1, 251))


def test_of_two_that_add_at_once_one_must_look_again(jobs: Any) -> None:
    job = created(jobs)
    add_files(jobs, job, [new_file(job, 1)], seal=False)
    with pytest.raises(StaleTransition):
        add_files(jobs, job, [replace(new_file(job, 1), filename="other.txt")], seal=False)
    assert [file.filename for file in jobs.files(jobs.job(job.id))] == ["1.txt"]
    assert jobs.job(job.id).file_count == 1


def test_nothing_is_added_to_a_job_that_is_sealed_or_over(jobs: Any) -> None:
    sealed, over = filled(jobs, 1, 1), created(jobs, 2)
    over = changed(jobs, over, {"state": JobState.CANCELLED}, allowed=PENDING)
    for job in (sealed, over):
        with pytest.raises(StaleTransition):
            add_files(jobs, job, [new_file(job, job.file_count + 1)], seal=False)
        assert len(list(jobs.files(jobs.job(job.id)))) == job.file_count


def test_no_files_may_be_added_with_a_change(jobs: Any) -> None:
    job = filled(jobs, 1, seal=False)
    add_files(jobs, job, [], seal=True, changes={"listing": None, "name": "Done"})
    assert (jobs.job(job.id).sealed, jobs.job(job.id).name, jobs.job(job.id).file_count) == (True, "Done", 1)


def test_a_files_field_is_changed_where_it_isnt_set(jobs: Any) -> None:
    job = filled(jobs, 1)
    file = jobs.file(job.id, 1)
    assert move_file(jobs, file, BEGIN_PARTS(upload_id="u1")).upload_id == "u1"
    with pytest.raises(StaleTransition):
        move_file(jobs, file, BEGIN_PARTS(upload_id="u2"))
    with pytest.raises(StaleTransition):
        move_file(jobs, file, NOTE_CHECKSUM(crc32=1))
    assert jobs.file(job.id, 1).upload_id == "u1"


def test_finished_files_are_taken_back_with_their_counts(jobs: Any) -> None:
    job = filled(jobs, 3)
    finished(jobs, job, 1, 2)
    finished(jobs, job, 3, state=FileState.REJECTED)
    mark_duplicates(jobs, job.id, {2: 1})
    files, job = list(jobs.files(jobs.job(job.id))), jobs.job(job.id)
    assert reset_files(jobs, job, files) == 3
    assert reset_files(jobs, job, files) == 0
    assert jobs.job(job.id).counts == Counts()
    assert {file.state for file in jobs.files(jobs.job(job.id))} == {FileState.EXPECTED}
    assert {(file.sha256, file.etag, file.duplicate_of) for file in jobs.files(jobs.job(job.id))} == {
        (None, None, None)
    }


def test_files_are_not_taken_back_from_a_job_that_moved_on(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    changed(jobs, job, {"state": JobState.RUNNING}, allowed=PENDING)
    with pytest.raises(StaleTransition):
        reset_files(jobs, job, list(jobs.files(jobs.job(job.id))))
    assert jobs.job(job.id).counts.inspected == 1


def test_duplicates_are_marked_once(jobs: Any) -> None:
    job = filled(jobs, 4)
    finished(jobs, job, 1, 2, 3)
    mark_duplicates(jobs, job.id, {2: 1, 3: 1, 4: 1})
    mark_duplicates(jobs, job.id, {2: 3})
    assert jobs.job(job.id).counts == Counts(inspected=1, duplicate=2, size=30)
    assert jobs.file(job.id, 2).duplicate_of == 1
    assert jobs.file(job.id, 4).state is FileState.EXPECTED


def test_a_copy_is_found_for_its_owner_alone(jobs: Any) -> None:
    job = filled(jobs, 2)
    finished(jobs, job, 1)
    finished(jobs, job, 2, state=FileState.REJECTED)
    jobs.note_copies("ann", {f"{1:064x}": (job.id, 1), f"{0:064x}": (job.id, 2)})
    copies = jobs.stored_copies("ann", [f"{number:064x}" for number in range(150)])
    assert {sha256: copy.id for sha256, copy in copies.items()} == {f"{1:064x}": file_id(job.id, 1)}
    assert jobs.stored_copies("bob", [f"{1:064x}"]) == {}


def test_where_the_noted_copy_is_gone_another_is_found(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    jobs.note_copies("ann", {f"{1:064x}": ("a-job-that-was-deleted", 1)})
    assert jobs.stored_copies("ann", [f"{1:064x}"])[f"{1:064x}"].job_id == job.id


def test_uses_are_noted_and_forgotten(jobs: Any) -> None:
    uses = [Use("j1", 1, "j2", 5, BEGIN), Use("j1", 2, "j2", 6, BEGIN), Use("j1", 1, "j3", 1, LATER)]
    jobs.note_uses(uses)
    jobs.note_uses(uses[:1])
    assert sorted(jobs.uses("j1"), key=str) == sorted(uses, key=str)
    assert {use.job_id for use in jobs.uses("j1", 1)} == {"j2", "j3"}
    jobs.forget_uses(uses[:1])
    assert [use.job_id for use in jobs.uses("j1", 1)] == ["j3"]


class InBetween:
    """A store in which another request comes before the n-th change."""

    def __init__(self, jobs: Any, number: int, other: Callable[[], object]) -> None:
        self._jobs, self._left, self._other = jobs, number, other

    def apply(self, *given: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._other()
        return self._jobs.apply(*given)


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_more_files_than_a_transaction_holds_come_all_or_none(jobs: Any, moment: int) -> None:
    job = created(jobs)
    many = [new_file(job, number) for number in range(1, 251)]
    other = replace(new_file(job, 1), filename="another.txt")
    rival = InBetween(jobs, moment, lambda: add_files(jobs, jobs.job(job.id), [other], seal=False))
    with pytest.raises(StaleTransition):
        add_files(rival, job, many, seal=True)
    there = jobs.job(job.id)
    assert (there.file_count, there.sealed) == (1, False)
    assert [file.filename for file in jobs.files(there)] == ["another.txt"]
    # Files that were put and never counted are overwritten.
    more = [replace(new_file(job, number), filename=f"again {number}.txt") for number in range(2, 202)]
    done = add_files(jobs, there, more, seal=True)
    assert (done.file_count, done.sealed, jobs.job(job.id).adding) == (201, True, None)
    assert [file.filename for file in jobs.files(done)][1:] == [f"again {number}.txt" for number in range(2, 202)]


def test_of_two_that_add_many_files_at_once_one_adds_all_of_its_own(jobs: Any) -> None:
    job = created(jobs)
    mine = [replace(new_file(job, n), filename="mine") for n in range(1, 251)]
    yours = [replace(new_file(job, n), filename="yours") for n in range(1, 181)]
    rival = InBetween(jobs, 3, lambda: add_files(jobs, job, yours, seal=False))
    with pytest.raises(StaleTransition):
        add_files(rival, job, mine, seal=False)
    there = jobs.job(job.id)
    assert there.file_count == 180
    assert {file.filename for file in jobs.files(there)} == {"yours"}


def test_what_is_removed_is_taken_from_what_its_job_counts_for_and_never_more(jobs: Any) -> None:
    job = filled(jobs, 3)
    finished(jobs, job, 1)
    job = changed(jobs, jobs.job(job.id), {"state": JobState.CANCELLED, "completed_at": BEGIN})
    # A second file was finished after the end, and so was not added to the owner's usage.
    late = replace(jobs.file(job.id, 2), state=FileState.INSPECTED, sha256="a")
    jobs.apply(
        [
            Change(FileRecord(job.id, 2), replaces=late),
            Change(CountsRecord(job.id, (2,)), adds={"inspected": 1, "size": 10}),
        ]
    )
    assert (job.kept_bytes, jobs.usage("ann").stored_bytes) == (10, 10)
    for number in (2, 1, 3):
        job = remove_files(jobs, job, [jobs.file(job.id, number)], {})
    assert (job.kept_bytes, jobs.usage("ann").stored_bytes) == (0, 0)
    assert jobs.job(job.id).counts == Counts(removed=3)
    assert jobs.statistics()["stored_bytes"] == 0
    with pytest.raises(StaleTransition):
        remove_files(jobs, replace(job, kept_bytes=5), [new_file(job, 1)], {})


def test_a_retry_reckons_with_what_was_deleted_meanwhile(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    read = changed(jobs, jobs.job(job.id), {"state": JobState.FAILED, "completed_at": BEGIN})
    remove_files(jobs, read, [jobs.file(job.id, 1)], {})
    with pytest.raises(StaleTransition):
        move(jobs, read, RETRY(retries=1))
    move(jobs, jobs.job(job.id), RETRY(retries=1))
    assert jobs.usage("ann").stored_bytes == 0


def test_what_a_deleted_job_still_counts_for_goes_with_it(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    job = changed(jobs, jobs.job(job.id), {"state": JobState.FAILED, "completed_at": BEGIN})
    assert forget_kept(jobs, job).kept_bytes == 0
    assert jobs.usage("ann").stored_bytes == jobs.statistics()["stored_bytes"] == 0
