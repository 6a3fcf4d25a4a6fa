"""The contract of ports.JobStore. Each test runs against the in-memory store and against DynamoDB (moto): what holds
for one holds for the other, so that tests of the core may rely on the first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.errors import ArtifactNotFound, Busy, FileNotFound, JobNotFound, LimitReached, StaleTransition
from chalicelib.jobs.library_ports import Use
from chalicelib.jobs.model import Artifact, Counts, File, FileOutcome, Job, StoredObject, Usage
from chalicelib.jobs.states import RECEIVING, FileState, JobState
from tests.fakes.world import BEGIN

LATER = BEGIN + timedelta(minutes=5)
MUCH_LATER = BEGIN + timedelta(minutes=15)
PENDING, RUNNING = frozenset({JobState.PENDING}), frozenset({JobState.RUNNING})
ANY = frozenset(JobState)


def new_job(number: int = 1, **fields: Any) -> Job:
    values: dict[str, Any] = {
        "id": f"{number:026d}",
        "owner_id": "ann",
        "name": "Trip",
        "pipeline": "photos",
        "options": {"tone": 3, "deep": {"list": [1, "two", None]}},
        "state": JobState.PENDING,
        "created_at": BEGIN,
        "due_at": LATER,
    }
    return Job(**values | fields)


def created(jobs: Any, number: int = 1, **fields: Any) -> Job:
    jobs.create_job(new_job(number, **fields), 100)
    return jobs.job(f"{number:026d}")


def new_file(job: Job, number: int, **fields: Any) -> File:
    return File(job.id, number, f"{number}.txt", f"uploads/photos/{job.id}/{number:08d}", **{"size": 10} | fields)


def filled(jobs: Any, files: int, number: int = 1, *, seal: bool = True, **fields: Any) -> Job:
    job = created(jobs, number, **fields)
    jobs.add_files(job, [new_file(job, n) for n in range(1, files + 1)], seal=seal)
    return jobs.job(job.id)


def seen(job: Job, number: int, etag: str = "e1", sequencer: str | None = "01") -> StoredObject:
    return StoredObject(f"uploads/photos/{job.id}/{number:08d}", 10, etag, BEGIN, None, sequencer)


def claim(jobs: Any, job: Job, number: int, by: str = "m1", **more: Any) -> File:
    return jobs.claim_file(job.id, number, seen(job, number, **more), by, BEGIN, LATER)


def outcome(file: File, state: FileState = FileState.INSPECTED, **more: Any) -> FileOutcome:
    given = {"sha256": f"{file.number % 2:064x}", "crc32": 7, "metadata": {"a": [1, 2.5]}} | more
    return FileOutcome(file.number, file.attempt, state, 10, "e1", "text/plain", **given)


def finished(jobs: Any, job: Job, *numbers: int, state: FileState = FileState.INSPECTED) -> None:
    outcomes = [outcome(claim(jobs, job, number), state) for number in numbers]
    assert jobs.finish_files(job.id, outcomes, job.owner_id) == set(numbers)


def requested(jobs: Any, job: Job) -> Job:
    changes = {"state": JobState.RUNNING, "run_requested": True, "started_at": BEGIN}
    return jobs.change_job(job, changes, allowed=frozenset({JobState.PENDING, JobState.RUNNING}))


def counted(jobs: Any, day: str) -> dict[str, float]:
    return {name: amount for name, amount in jobs.counted([day])[day].items() if amount}


# -- jobs ------------------------------------------------------------------------------------------------------------


def test_a_job_comes_back_as_it_was_put(jobs: Any) -> None:
    job = new_job(listing={"prefix": "a/", "after": None}, tags=("x", "y"), batch="drop/photos/b/", awaits=0)
    jobs.create_job(job, 100)
    assert replace(jobs.job(job.id), schema_version=job.schema_version) == job


def test_a_job_may_be_without_options(jobs: Any) -> None:
    assert created(jobs, options={}).options == {}


def test_a_job_that_isnt_there_is_not_found(jobs: Any) -> None:
    with pytest.raises(JobNotFound):
        jobs.job(f"{9:026d}")


def test_an_id_is_taken_once_and_counted_once(jobs: Any) -> None:
    job = created(jobs)
    with pytest.raises(StaleTransition):
        jobs.create_job(replace(job, name="Other"), 100)
    assert jobs.job(job.id).name == "Trip"
    assert jobs.usage("ann") == Usage(active_jobs=1, stored_bytes=0, jobs=1)


def test_active_jobs_are_limited_for_each_owner(jobs: Any) -> None:
    created(jobs, 1)
    with pytest.raises(LimitReached) as refused:
        jobs.create_job(new_job(2), 1)
    assert refused.value.code == "too_many_jobs"
    assert refused.value.retry_after
    with pytest.raises(JobNotFound):
        jobs.job(new_job(2).id)
    jobs.create_job(new_job(3, owner_id="bob"), 1)
    assert jobs.usage("ann").jobs == jobs.usage("bob").jobs == 1


def test_a_job_that_ended_makes_room_for_another(jobs: Any) -> None:
    job = created(jobs, 1)
    jobs.change_job(job, {"state": JobState.CANCELLED}, allowed=PENDING)
    jobs.create_job(new_job(2), 1)
    assert jobs.usage("ann").active_jobs == 1


def test_jobs_are_listed_newest_first_page_by_page(jobs: Any) -> None:
    for number in range(1, 6):
        created(jobs, number, pipeline="scans" if number == 3 else "photos")
    created(jobs, 6, owner_id="bob")

    def page(**wanted: Any) -> tuple[list[int], str | None]:
        wanted = {"states": frozenset(), "pipeline": None, "limit": 2, "before": None} | wanted
        found, before = jobs.jobs_of("ann", **wanted)
        return [int(job.id) for job in found], before

    assert page() == ([5, 4], new_job(4).id)
    assert page(before=new_job(4).id) == ([3, 2], new_job(2).id)
    assert page(before=new_job(2).id) == ([1], None)
    assert page(pipeline="scans") == ([3], None)
    assert page(states=RUNNING) == ([], None)


def test_a_change_is_made_only_in_the_allowed_states(jobs: Any) -> None:
    job = created(jobs)
    with pytest.raises(StaleTransition):
        jobs.change_job(job, {"step_percent": 5.0}, allowed=RUNNING)
    assert jobs.job(job.id).step_percent == 0.0
    assert jobs.change_job(job, {"step_percent": 5.5}, allowed=PENDING).step_percent == 5.5


def test_a_move_outside_the_table_is_a_mistake(jobs: Any) -> None:
    job = created(jobs)
    with pytest.raises(ValueError, match="can't become"):
        jobs.change_job(job, {"state": JobState.COMPLETED}, allowed=PENDING)


def test_a_change_may_depend_on_what_was_read(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    jobs.claim_run(job, "m1", BEGIN, LATER)
    with pytest.raises(StaleTransition):
        jobs.change_job(job, {"steps_done": 1}, allowed=RUNNING, same=("attempt",))
    now = jobs.job(job.id)
    assert jobs.change_job(now, {"steps_done": 1}, allowed=RUNNING, same=("attempt",)).steps_done == 1


def test_a_change_may_be_made_once(jobs: Any) -> None:
    job = created(jobs)
    assert jobs.change_job(job, {"sealed": True}, allowed=RECEIVING, unless="sealed").sealed
    with pytest.raises(StaleTransition):
        jobs.change_job(job, {"sealed": True}, allowed=RECEIVING, unless="sealed")


@pytest.mark.parametrize("name", ["error_code", "listing", "lease_until", "result", "due_at"])
def test_none_takes_a_field_back(jobs: Any, name: str) -> None:
    values = {"error_code": "x", "listing": {"a": 1}, "lease_until": LATER, "result": {"b": [2]}, "due_at": BEGIN}
    job = jobs.change_job(created(jobs), values, allowed=PENDING)
    assert getattr(job, name) == values[name]
    assert getattr(jobs.change_job(job, {name: None}, allowed=PENDING), name) is None
    assert getattr(jobs.job(job.id), name) is None


def test_the_end_counts_for_owner_and_statistics_once(jobs: Any) -> None:
    job = filled(jobs, 3)
    finished(jobs, job, 1, 2)
    job = requested(jobs, jobs.job(job.id))
    end = {"state": JobState.COMPLETED, "completed_at": BEGIN + timedelta(seconds=30)}
    jobs.change_job(job, end, allowed=RUNNING)
    with pytest.raises(StaleTransition):
        jobs.change_job(job, end, allowed=RUNNING)
    assert jobs.usage("ann") == Usage(active_jobs=0, stored_bytes=20, jobs=1)
    statistics = jobs.statistics()
    assert (statistics["jobs_processed"], statistics["processing_seconds"]) == (1, 30)
    assert (statistics["unique_users"], statistics["stored_bytes"]) == (1, 20)
    assert statistics["since"] == BEGIN.timestamp()
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "completed": 1, "done_photos": 1, "seconds_photos": 30}


def test_a_retry_takes_back_what_the_end_had_counted(jobs: Any) -> None:
    job = filled(jobs, 2)
    late = claim(jobs, job, 2)
    finished(jobs, job, 1)
    job = requested(jobs, jobs.job(job.id))
    end = {"state": JobState.COMPLETED, "completed_at": LATER}
    jobs.change_job(jobs.job(job.id), end, allowed=RUNNING)
    jobs.finish_files(job.id, [outcome(late)], "ann")  # counted for the job, and too late for its owner's usage
    done = jobs.job(job.id)
    assert (done.kept_bytes, done.counts.size) == (10, 20)
    jobs.change_job(done, {"state": JobState.PENDING, "completed_at": None}, allowed=frozenset({JobState.COMPLETED}))
    assert jobs.usage("ann") == Usage(active_jobs=1, stored_bytes=0, jobs=1)
    statistics = jobs.statistics()
    assert [statistics[name] for name in ("jobs_processed", "processing_seconds", "stored_bytes")] == [0, 0, 0]
    assert counted(jobs, "2026-03-01") == {"jobs": 1}


def test_a_retry_on_another_day_takes_back_what_was_counted_on_the_day_of_the_end(jobs: Any) -> None:
    job = filled(jobs, 1)
    failed = {"state": JobState.FAILED, "error_code": "no_usable_file", "completed_at": BEGIN}
    job = jobs.change_job(job, failed, allowed=PENDING)
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "failed": 1, "failed_no_usable_file": 1}
    again = {"state": JobState.PENDING, "completed_at": None, "error_code": None}
    job = jobs.change_job(job, again, allowed=frozenset({JobState.FAILED}))
    end = {"state": JobState.CANCELLED, "completed_at": BEGIN + timedelta(days=3)}
    jobs.change_job(job, end, allowed=PENDING)
    assert counted(jobs, "2026-03-01") == {"jobs": 1}
    assert counted(jobs, "2026-03-04") == {"cancelled": 1}
    assert set(jobs.counted(["2026-03-02", "2026-03-03"])) == {"2026-03-02", "2026-03-03"}


def test_files_count_for_the_day_whenever_they_are_rejected(jobs: Any) -> None:
    job = filled(jobs, 3)
    first, second = (outcome(claim(jobs, job, n), FileState.REJECTED, error_code="unreadable") for n in (1, 2))
    lost = replace(second, attempt=7)
    assert jobs.finish_files(job.id, [first, lost], "ann") == {1}
    assert jobs.finish_files(job.id, [first, second], "ann") == {2}
    assert jobs.reject_file(jobs.file(job.id, 3), "uploads_expired", "It did not come.")
    assert not jobs.reject_file(jobs.file(job.id, 3), "uploads_expired", "It did not come.")
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "rejected_unreadable": 2, "rejected_uploads_expired": 1}


def test_numbers_of_other_days_and_kinds_are_left_out(jobs: Any) -> None:
    for number, day in enumerate((-1, 0, 1, 2), 1):
        created(jobs, number, created_at=BEGIN + timedelta(days=day), options={"email": f"{number}@example.org"})
    found = jobs.counted(["2026-03-01", "2026-03-02"])
    assert {day: amounts["jobs"] for day, amounts in found.items()} == {"2026-03-01": 1, "2026-03-02": 1}


def test_users_are_counted_once(jobs: Any) -> None:
    created(jobs, 1)
    created(jobs, 2)
    created(jobs, 3, owner_id="bob")
    assert jobs.statistics()["unique_users"] == 2
    assert (counted(jobs, "2026-03-01"), counted(jobs, "2026-03-02")) == ({"jobs": 3}, {})


def test_a_person_who_names_an_address_is_counted_once_whatever_its_case(jobs: Any) -> None:
    created(jobs, 1, options={"email": "ann@example.org"})
    created(jobs, 2, options={"email": "Ann@Example.org"}, owner_id="a guest")
    created(jobs, 3, options={"email": "bob@example.org"}, owner_id="another guest")
    assert jobs.statistics()["unique_users"] == 2


def test_due_jobs_come_longest_due_first_and_only_those(jobs: Any) -> None:
    created(jobs, 1, due_at=BEGIN + timedelta(seconds=2))
    created(jobs, 2, due_at=BEGIN + timedelta(seconds=1))
    created(jobs, 3, due_at=LATER)
    created(jobs, 4, due_at=None)
    at = BEGIN + timedelta(seconds=2)
    assert [int(job_id) for job_id in jobs.due_jobs(at, 10)] == [2, 1]
    assert [int(job_id) for job_id in jobs.due_jobs(at, 1)] == [2]
    jobs.change_job(jobs.job(new_job(2).id), {"due_at": None}, allowed=ANY)
    assert [int(job_id) for job_id in jobs.due_jobs(at, 10)] == [1]


# -- queue and run -----------------------------------------------------------------------------------------------------


def test_tickets_are_given_in_order_and_once(jobs: Any) -> None:
    waiting = [jobs.enqueue_job(filled(jobs, 1, n, pipeline="scans"), LATER) for n in (1, 2, 3)]
    assert [job.ticket for job in waiting] == [1, 2, 3]
    assert {job.state for job in waiting} == {JobState.QUEUED}
    assert jobs.queue_state("scans").waiting == 3
    with pytest.raises(StaleTransition):
        jobs.enqueue_job(waiting[0], LATER)
    assert jobs.queue_state("scans").tickets == 3
    assert jobs.queue_state("photos").tickets == 0


def test_who_starts_or_is_cancelled_leaves_the_queue_once(jobs: Any) -> None:
    first, second = (jobs.enqueue_job(filled(jobs, 1, n, pipeline="scans"), LATER) for n in (1, 2))
    claimed = jobs.claim_run(jobs.job(first.id), "m1", BEGIN, LATER)
    assert (claimed.state, claimed.attempt, claimed.started_at) == (JobState.RUNNING, 1, BEGIN)
    jobs.change_job(second, {"state": JobState.CANCELLED}, allowed=frozenset({JobState.QUEUED}))
    jobs.claim_run(jobs.job(first.id), "m1", BEGIN, LATER)
    assert jobs.queue_state("scans").left == 2


def test_a_run_is_one_workers_until_its_lease_ends(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    first = jobs.claim_run(job, "m1", BEGIN, LATER)
    assert (first.lease_until, first.due_at, first.claimed_by, first.tries) == (LATER, LATER, "m1", 1)
    with pytest.raises(StaleTransition):
        jobs.claim_run(jobs.job(job.id), "m2", BEGIN, LATER)
    assert jobs.claim_run(jobs.job(job.id), "m2", LATER, MUCH_LATER).attempt == 2


def test_a_message_that_comes_again_takes_its_own_claim_over(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    jobs.claim_run(job, "m1", BEGIN, LATER)
    assert jobs.claim_run(jobs.job(job.id), "m1", BEGIN, LATER).attempt == 2


def test_a_run_that_nobody_asked_for_cant_be_claimed(jobs: Any) -> None:
    for job in (filled(jobs, 1, 1), jobs.change_job(filled(jobs, 1, 2), {"state": JobState.RUNNING}, allowed=PENDING)):
        with pytest.raises(StaleTransition):
            jobs.claim_run(job, "m1", BEGIN, LATER)


def test_of_two_claims_of_what_was_read_at_once_one_wins(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    jobs.claim_run(job, "m1", BEGIN, LATER)
    with pytest.raises(StaleTransition):
        jobs.claim_run(job, "m1", BEGIN, LATER)


def test_a_lease_is_renewed_only_while_it_is_held(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    claimed = jobs.claim_run(job, "m1", BEGIN, LATER)
    jobs.renew_run(claimed, MUCH_LATER)
    assert jobs.job(job.id).lease_until == MUCH_LATER
    jobs.change_job(claimed, {"lease_until": None, "claimed_by": None}, allowed=RUNNING)
    with pytest.raises(StaleTransition):
        jobs.renew_run(claimed, MUCH_LATER)
    assert jobs.job(job.id).lease_until is None


def test_the_last_twenty_durations_are_kept(jobs: Any) -> None:
    for seconds in range(25):
        jobs.record_duration("scans", seconds + 0.04)
    assert jobs.queue_state("scans").durations == tuple(float(seconds) for seconds in range(5, 25))


# -- files -------------------------------------------------------------------------------------------------------------


def test_files_come_back_in_order_and_as_they_were_put(jobs: Any) -> None:
    job = created(jobs)
    files = [
        new_file(job, 1, role="labels", content_type="text/x", expected_sha256="ab" * 32, modified_at=BEGIN),
        new_file(job, 2, bucket="elsewhere", etag="e", sequencer="0A", part_size=8, size=0),
        replace(new_file(job, 3), filename="Zoë 🦉\u202e.txt"),
    ]
    jobs.add_files(job, files, seal=False)
    assert list(jobs.files(job.id)) == files
    assert [file.number for file in jobs.files(job.id, first=2, last=2)] == [2]
    assert jobs.file(job.id, 3) == files[2]
    assert set(jobs.files_by_id([files[0].id, files[1].id])) == {files[0].id, files[1].id}
    with pytest.raises(FileNotFound):
        jobs.file(job.id, 4)


def test_many_files_are_added_with_one_count(jobs: Any) -> None:
    job = filled(jobs, 250, seal=True)
    assert (job.file_count, job.sealed) == (250, True)
    assert [file.number for file in jobs.files(job.id)] == list(range(1, 251))


def test_of_two_that_add_at_once_one_must_look_again(jobs: Any) -> None:
    job = created(jobs)
    jobs.add_files(job, [new_file(job, 1)], seal=False)
    with pytest.raises(StaleTransition):
        jobs.add_files(job, [replace(new_file(job, 1), filename="other.txt")], seal=False)
    assert [file.filename for file in jobs.files(job.id)] == ["1.txt"]
    assert jobs.job(job.id).file_count == 1


def test_nothing_is_added_to_a_job_that_is_sealed_or_over(jobs: Any) -> None:
    sealed, over = filled(jobs, 1, 1), created(jobs, 2)
    over = jobs.change_job(over, {"state": JobState.CANCELLED}, allowed=PENDING)
    for job in (sealed, over):
        with pytest.raises(StaleTransition):
            jobs.add_files(job, [new_file(job, job.file_count + 1)], seal=False)
        assert len(list(jobs.files(job.id))) == job.file_count


def test_no_files_may_be_added_with_a_change(jobs: Any) -> None:
    job = filled(jobs, 1, seal=False)
    jobs.add_files(job, [], seal=True, changes={"listing": None, "name": "Done"})
    assert (jobs.job(job.id).sealed, jobs.job(job.id).name, jobs.job(job.id).file_count) == (True, "Done", 1)


def test_a_files_field_is_changed_where_it_isnt_set(jobs: Any) -> None:
    job = filled(jobs, 1)
    file, expected = jobs.file(job.id, 1), frozenset({FileState.EXPECTED})
    assert jobs.change_file(file, {"upload_id": "u1"}, allowed=expected, unless="upload_id").upload_id == "u1"
    with pytest.raises(StaleTransition):
        jobs.change_file(file, {"upload_id": "u2"}, allowed=expected, unless="upload_id")
    with pytest.raises(StaleTransition):
        jobs.change_file(file, {"upload_id": "u2"}, allowed=frozenset({FileState.INSPECTED}))
    assert jobs.file(job.id, 1).upload_id == "u1"


def test_a_file_is_one_workers_until_its_lease_ends(jobs: Any) -> None:
    job = filled(jobs, 1)
    file = claim(jobs, job, 1)
    assert (file.state, file.attempt, file.lease_until, file.etag) == (FileState.INSPECTING, 1, LATER, "e1")
    with pytest.raises(Busy):
        claim(jobs, job, 1, "m2")
    assert claim(jobs, job, 1, "m1").attempt == 2
    assert jobs.claim_file(job.id, 1, seen(job, 1), "m2", LATER, MUCH_LATER).attempt == 3


def test_a_file_that_isnt_there_cant_be_claimed(jobs: Any) -> None:
    job = filled(jobs, 1)
    with pytest.raises(FileNotFound):
        claim(jobs, job, 2)
    with pytest.raises(FileNotFound):
        jobs.file(job.id, 2)


def test_finishing_counts_once_and_only_for_the_last_claim(jobs: Any) -> None:
    job = filled(jobs, 2)
    lost = outcome(claim(jobs, job, 1))
    held = outcome(claim(jobs, job, 1))
    other = outcome(claim(jobs, job, 2), FileState.REJECTED, sha256=None, error_code="bad", error_message="It is bad.")
    assert jobs.finish_files(job.id, [lost, other], "ann") == {2}
    assert jobs.finish_files(job.id, [held], "ann") == {1}
    assert jobs.finish_files(job.id, [held, other], "ann") == set()
    assert jobs.job(job.id).counts == Counts(inspected=1, rejected=1, size=10)
    file = jobs.file(job.id, 1)
    assert (file.state, file.sha256, file.crc32, file.metadata) == (
        FileState.INSPECTED,
        held.sha256,
        7,
        {"a": [1, 2.5]},
    )
    assert (file.lease_until, file.claimed_by) == (None, None)
    assert jobs.file(job.id, 2).error_code == "bad"


def test_a_rejected_file_is_still_measured_by_what_was_announced(jobs: Any) -> None:
    job = filled(jobs, 1)
    wrong = replace(outcome(claim(jobs, job, 1), FileState.REJECTED), size=3)
    jobs.finish_files(job.id, [wrong], "ann")
    assert jobs.file(job.id, 1).size == 10


def test_bytes_that_another_file_counts_are_not_counted_again(jobs: Any) -> None:
    job = filled(jobs, 1)
    jobs.finish_files(job.id, [outcome(claim(jobs, job, 1), counts_bytes=False)], "ann")
    assert jobs.job(job.id).counts == Counts(inspected=1, size=0)


def test_counters_of_a_large_job_add_up(jobs: Any) -> None:
    job = filled(jobs, 300)
    finished(jobs, job, *range(1, 301, 7))
    assert jobs.job(job.id).counts.finished == len(range(1, 301, 7))


def test_a_newer_version_is_claimed_and_its_count_taken_back(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    again = claim(jobs, job, 1, etag="e2", sequencer="02")
    assert (again.state, again.attempt, again.etag, again.sequencer) == (FileState.INSPECTING, 2, "e2", "02")
    now = jobs.job(job.id)
    assert (now.counts, now.recalled) == (Counts(), 1)
    assert jobs.stored_copy("ann", f"{1:064x}") is None
    with pytest.raises(StaleTransition):
        jobs.enqueue_job(job, LATER)
    with pytest.raises(StaleTransition):
        jobs.change_job(job, {"run_requested": True}, allowed=RECEIVING, same=("recalled",))


@pytest.mark.parametrize(("etag", "sequencer"), [("e1", "02"), ("e2", "00"), ("e2", "01")])
def test_the_same_or_an_older_version_changes_nothing(jobs: Any, etag: str, sequencer: str) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    with pytest.raises(StaleTransition):
        claim(jobs, job, 1, etag=etag, sequencer=sequencer)
    assert jobs.job(job.id).counts.inspected == 1


def test_a_newer_version_comes_too_late_for_a_run_that_was_asked_for(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    requested(jobs, jobs.job(job.id))
    with pytest.raises(StaleTransition):
        claim(jobs, job, 1, etag="e2", sequencer="02")
    assert jobs.file(job.id, 1).etag == "e1"


def test_a_file_is_given_up_once_and_only_as_it_was_read(jobs: Any) -> None:
    job = filled(jobs, 2)
    before = jobs.file(job.id, 1)
    claim(jobs, job, 1)
    assert not jobs.reject_file(before, "x", "X.")
    assert jobs.reject_file(jobs.file(job.id, 1), "x", "X.")
    assert not jobs.reject_file(jobs.file(job.id, 1), "y", "Y.")
    finished(jobs, job, 2)
    assert not jobs.reject_file(jobs.file(job.id, 2), "y", "Y.")
    assert jobs.job(job.id).counts == Counts(inspected=1, rejected=1, size=10)
    assert jobs.file(job.id, 1).error_code == "x"


def test_finished_files_are_taken_back_with_their_counts(jobs: Any) -> None:
    job = filled(jobs, 3)
    finished(jobs, job, 1, 2)
    finished(jobs, job, 3, state=FileState.REJECTED)
    jobs.mark_duplicates(job.id, {2: 1})
    files, job = list(jobs.files(job.id)), jobs.job(job.id)
    assert jobs.reset_files(job, files) == 3
    assert jobs.reset_files(job, files) == 0
    assert jobs.job(job.id).counts == Counts()
    assert {file.state for file in jobs.files(job.id)} == {FileState.EXPECTED}
    assert {(file.sha256, file.etag, file.duplicate_of) for file in jobs.files(job.id)} == {(None, None, None)}


def test_files_are_not_taken_back_from_a_job_that_moved_on(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    jobs.change_job(job, {"state": JobState.RUNNING}, allowed=PENDING)
    with pytest.raises(StaleTransition):
        jobs.reset_files(job, list(jobs.files(job.id)))
    assert jobs.job(job.id).counts.inspected == 1


def test_duplicates_are_marked_once(jobs: Any) -> None:
    job = filled(jobs, 4)
    finished(jobs, job, 1, 2, 3)
    jobs.mark_duplicates(job.id, {2: 1, 3: 1, 4: 1})
    jobs.mark_duplicates(job.id, {2: 3})
    assert jobs.job(job.id).counts == Counts(inspected=1, duplicate=2, size=30)
    assert jobs.file(job.id, 2).duplicate_of == 1
    assert jobs.file(job.id, 4).state is FileState.EXPECTED


def test_a_copy_is_found_for_its_owner_alone(jobs: Any) -> None:
    job = filled(jobs, 2)
    finished(jobs, job, 1)
    finished(jobs, job, 2, state=FileState.REJECTED)
    copy = jobs.stored_copy("ann", f"{1:064x}")
    assert (copy.job_id, copy.number) == (job.id, 1)
    assert jobs.stored_copy("ann", f"{0:064x}") is None
    assert jobs.stored_copy("bob", f"{1:064x}") is None


# -- what comes out, and drop folders ----------------------------------------------------------------------------------


def test_an_artifact_replaces_the_one_of_its_name(jobs: Any) -> None:
    job = created(jobs)
    first = Artifact("complete", "results/x/complete", "a.zip", "application/zip", 5, BEGIN)
    for artifact in (first, replace(first, size=6), replace(first, name="list")):
        jobs.put_artifact(job.id, artifact)
    assert jobs.artifact(job.id, "complete").size == 6
    assert [artifact.name for artifact in jobs.artifacts(job.id)] == ["complete", "list"]
    jobs.delete_artifacts(job.id)
    assert jobs.artifacts(job.id) == []
    with pytest.raises(ArtifactNotFound):
        jobs.artifact(job.id, "complete")


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
    assert jobs.join_batch(job, files, LATER) == {files[0].key: 1, files[1].key: 2}
    assert jobs.job(job.id).active_at == LATER
    with pytest.raises(StaleTransition):
        jobs.join_batch(job, [replace(files[0], number=3)], LATER)
    with pytest.raises(StaleTransition):
        jobs.join_batch(jobs.job(job.id), [replace(files[0], number=3)], LATER)
    assert jobs.job(job.id).file_count == 2
    known = jobs.batch_files("drop/photos/b/", [files[0].key, files[1].key, "drop/photos/b/3.txt"])
    assert known == {files[0].key: (job.id, 1), files[1].key: (job.id, 2)}
    assert jobs.batch_files("drop/photos/c/", [files[0].key]) == {}


def test_a_key_that_came_again_belongs_to_the_job_that_follows(jobs: Any) -> None:
    first = created(jobs, 1, batch="drop/photos/b/")
    second = created(jobs, 2, batch="drop/photos/b/")
    file = replace(new_file(first, 1), key="drop/photos/b/1.txt")
    jobs.join_batch(first, [file], BEGIN)
    jobs.join_batch(second, [replace(file, job_id=second.id)], BEGIN)
    assert jobs.batch_files("drop/photos/b/", [file.key]) == {file.key: (second.id, 1)}
    assert len(list(jobs.files(first.id))) == len(list(jobs.files(second.id))) == 1


def test_uses_are_noted_and_forgotten(jobs: Any) -> None:
    uses = [Use("j1", 1, "j2", 5, BEGIN), Use("j1", 2, "j2", 6, BEGIN), Use("j1", 1, "j3", 1, LATER)]
    jobs.note_uses(uses)
    jobs.note_uses(uses[:1])
    assert sorted(jobs.uses("j1"), key=str) == sorted(uses, key=str)
    assert {use.job_id for use in jobs.uses("j1", 1)} == {"j2", "j3"}
    jobs.forget_uses(uses[:1])
    assert [use.job_id for use in jobs.uses("j1", 1)] == ["j3"]
