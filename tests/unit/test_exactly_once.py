"""The core in a world that misbehaves: messages twice, late, out of order or lost, workers that die before and after
any write, users who pause, cancel, retry and overwrite. Whatever the order, every file counts once.

The sequences are the same in every run, so that a failure is due to a change of the code. `make search` tries others,
MILLRACE_SEARCH of them, and stores those that failed in .hypothesis.
"""

import io
import json
import logging
import os
import random
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import boto3
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.jobs import keys
from chalicelib.jobs.errors import JobError, JobNotFound, StaleTransition
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import Job, file_id
from chalicelib.jobs.states import FINAL, JobState
from chalicelib.jobs.statistics import days, days_until
from chalicelib.stores.dynamo.job_table import JobTable
from chalicelib.stores.dynamo.table import Table
from infra.aws.template import data_template
from infra.local.provision import Provisioner
from tests.emulator import mock_aws
from tests.fakes import World
from tests.fakes.queues import Message
from tests.fakes.world import LIMITS, OWNER, Crash
from tests.stores.conftest import BUCKET, PIPELINES

SEARCH = int(os.environ.get("MILLRACE_SEARCH", "0"))
EXAMPLES = SEARCH or 150
WRITES = {
    "jobs": {
        "apply", "create_job", "add_files", "join_batch", "put_artifact", "delete_artifacts", "record_duration",
        "open_batch", "put_result", "note_uses", "forget_uses", "delete_slices", "forget_batch", "remove_job",
    },
    "objects": {"put", "put_file", "delete", "delete_prefix", "start_parts", "put_part", "copy_part", "finish_parts"},
    "queues": {"inspect", "run", "list_objects", "slices", "clean_up"},
}  # fmt: skip
CONTENTS = [b"one", b"two", b"three, and longer", b"picture of four", b"bad apple", b"", b"broken"]
DAY = LIMITS.upload_patience


class Unreachable(Exception):
    """A store doesn't answer, which the core may handle."""


class Faults:
    """An event at the n-th moment before or after a write: the worker dies, the store doesn't answer, or a rival
    intervenes."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.removed: dict[str, JobState] = {}
        self.happens: Callable[[], None] = lambda: None

    def plan(self, moment: int | None, happens: Callable[[], None]) -> None:
        self.left, self.happens = moment, happens

    def clear(self) -> None:
        self.left = None

    def pass_moment(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                self.happens()

    def around(self, name: str, thing: Any) -> Any:
        return _Wrapped(self, thing, WRITES[name])


class _Wrapped:
    def __init__(self, faults: Faults, thing: Any, writes: set[str]) -> None:
        self._faults, self._thing, self._writes = faults, thing, writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._thing, name)
        if name not in self._writes:
            return method

        def guarded(*args: Any, **kwargs: Any) -> Any:
            self._faults.pass_moment()
            done = method(*args, **kwargs)
            if name == "remove_job":
                self._faults.removed[args[0].id] = args[0].state
            self._faults.pass_moment()
            return done

        return guarded


faults = st.one_of(st.none(), st.none(), st.integers(0, 40))
errors = st.sampled_from(
    ["crash", "crash", "no answer", "rival", "rival", "late rival", "overwrite", "pause", "cancel"]
)
contents = st.sampled_from(CONTENTS)
numbers = st.integers(0, 1000)


class ExactlyOnce(RuleBasedStateMachine):
    make_jobs: Callable[[], Any] | None = None
    sweep_every = 300

    @initialize(
        files=st.lists(contents, min_size=1, max_size=4),
        pipeline=st.sampled_from(["photos", "scans"]),
        more=st.booleans(),
    )
    def begin(self, files: list[bytes], pipeline: str, more: bool) -> None:
        self.faults = Faults()
        self.world = World(jobs=self.make_jobs() if self.make_jobs else None, wrap=self.faults.around)
        self.lost_drops: set[str] = set()
        self.versions: dict[str, list[bytes]] = defaultdict(list)
        self.broken_retries: set[str] = set()
        self.finals: dict[str, tuple[JobState, int]] = {}
        self.known: set[str] = set()
        self.deleted: set[str] = set()
        self.months = 0
        for toy in (self.world.photos, self.world.scans):
            toy.during = self._during
        self.world.scans.share()
        self.during: list[Callable[[], None]] = []
        self.world.open(*files, pipeline=pipeline, more=more)

    def _during(self, step: str) -> None:
        while self.during:
            self.during.pop()()

    # -- users ---------------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.world.jobs_of(OWNER)) < 6)
    @rule(
        pipeline=st.sampled_from(["photos", "scans"]),
        files=st.lists(contents, min_size=1, max_size=4),
        more=st.sampled_from([False, False, True]),
        fault=faults,
        error=errors,
    )
    def open_a_job(self, pipeline: str, files: list[bytes], more: bool, fault: int | None, error: str) -> None:
        announced = [Announced(f"{i}.txt", len(content)) for i, content in enumerate(files)]
        self._attempt(lambda: self.world.intake.open_job(OWNER, pipeline, {}, announced, more=more), fault, error)

    @rule(pick=numbers, files=st.lists(contents, max_size=3), more=st.booleans(), fault=faults, error=errors)
    def add_files(self, pick: int, files: list[bytes], more: bool, fault: int | None, error: str) -> None:
        if job := self._pick(pick):
            announced = [Announced(f"{i}.txt", len(content)) for i, content in enumerate(files)]
            self._attempt(lambda: self.world.intake.add_files(OWNER, job.id, announced, more=more), fault, error)

    @rule(pick=numbers, which=numbers, content=contents, lost=st.booleans())
    def upload_a_file(self, pick: int, which: int, content: bytes, lost: bool) -> None:
        """A first upload or an overwrite, in any state of the job."""
        job = self._pick(pick)
        if job and job.file_count and job.batch is None and job.listing is None:
            number = which % job.file_count + 1
            file = self.world.jobs.files_by_id([file_id(job.id, number)]).get(file_id(job.id, number))
            if file and file.key == keys.upload(job.pipeline, job.id, number):
                # A signed upload mostly takes the announced number of bytes.
                sized = content[: file.size].ljust(file.size, b".") if which % 5 else content
                self.world.lost = lambda seen: lost and which % 3 == 0
                self.world.upload(job, number, sized)

    @rule(pick=numbers)
    def lose_an_object(self, pick: int) -> None:
        """An object vanishes unnoticed: its file is rejected whenever the loss is found."""
        uploads = sorted(key for bucket, key in self.world.objects.stored if not bucket and key.startswith("uploads/"))
        if uploads:
            self.world.objects.delete([uploads[pick % len(uploads)]])

    @rule(pick=numbers, lost=st.integers(0, 5))
    def upload_everything(self, pick: int, lost: int) -> None:
        job = self._pick(pick)
        if job and job.batch is None:
            self.world.lost = lambda seen: lost == 0
            for file in self.world.files(job):
                if file.key == keys.upload(job.pipeline, job.id, file.number):
                    content = CONTENTS[file.number % 4][: file.size].ljust(file.size, b"!")
                    self.world.upload(job, file.number, content)

    @rule(
        batch=st.sampled_from(["photos/a", "scans/b", "photos/@user-1/c"]),
        name=st.sampled_from(["1.txt", "2.txt", "sub/3.txt", "4.jpg", ".hidden", "_DONE", "options.json"]),
        content=contents,
        lost=st.integers(0, 5),
    )
    def drop_a_file(self, batch: str, name: str, content: bytes, lost: int) -> None:
        key = f"drop/{batch}/{name}"
        self.world.lost = lambda seen: lost == 0
        said = {"_DONE": b"", "options.json": b'{"tone": 5}'}.get(name, content)
        if lost == 0:
            self.lost_drops.add(key)
        self.world.objects.put(key, said, "text/plain")
        if self.versions[key][-1:] != [said]:
            self.versions[key].append(said)

    @precondition(lambda self: len(self.world.jobs_of(OWNER)) < 6)
    @rule(count=st.integers(0, 5), fault=faults, error=errors)
    def import_a_folder(self, count: int, fault: int | None, error: str) -> None:
        for number in range(count):
            self.world.objects.put(f"import/{number}.txt", CONTENTS[number % 4], "text/plain")
        self._attempt(lambda: self.world.importer.start(OWNER, "import/", "photos", {}), fault, error)

    @rule(pick=numbers, action=st.sampled_from(["pause", "resume", "pause", "resume", "cancel"]), fault=faults)
    def control(self, pick: int, action: str, fault: int | None) -> None:
        if job := self._pick(pick):
            self._attempt(lambda: self.world.control.act(OWNER, job.id, action), fault, "crash")

    @rule(pick=numbers, fault=faults, error=errors)
    def retry(self, pick: int, fault: int | None, error: str) -> None:
        if job := self._pick(pick):
            if fault is not None and error in {"crash", "no answer"}:
                self.broken_retries.add(job.id)  # it may die between files and job: the next one continues there
            self._attempt(lambda: self.world.control.retry(OWNER, job.id), fault, error)

    @rule(pick=numbers, fault=faults, error=errors)
    def delete_a_job(self, pick: int, fault: int | None, error: str) -> None:
        if job := self._pick(pick):
            self.deleted |= {file.key for file in self.world.files(job)}
            self._attempt(lambda: self.world.deletion.delete_job(OWNER, job.id), fault, error)

    @rule(pick=numbers, which=numbers, fault=faults, error=errors)
    def delete_a_file(self, pick: int, which: int, fault: int | None, error: str) -> None:
        job = self._pick(pick)
        if job and job.file_count:
            number = which % job.file_count + 1
            self.deleted |= {file.key for file in self.world.files(job) if file.number == number}
            self._attempt(lambda: self.world.deletion.delete_file(OWNER, job.id, number), fault, error)

    @rule(pick=numbers, which=st.lists(numbers, min_size=1, max_size=3), back=st.booleans(), fault=faults, error=errors)
    def move_files_into_the_bin_or_back(
        self, pick: int, which: list[int], back: bool, fault: int | None, error: str
    ) -> None:
        job = self._pick(pick)
        if job and job.file_count:
            chosen = {number % job.file_count + 1 for number in which}
            files = [file for file in self.world.files(job) if file.number in chosen]
            self.deleted |= {file.key for file in files}
            act = self.world.file_bin.restore if back else self.world.file_bin.put
            self._attempt(lambda: act(OWNER, [file.id for file in files]), fault, error)

    @precondition(lambda self: self.months < 4)
    @rule()
    def let_a_month_pass(self) -> None:
        """A month later, everything that was in the bin must be deleted."""
        self.months += 1
        self.world.advance(31 * 86400)

    # -- queues, workers and time --------------------------------------------------------------------------------------

    @rule(
        pick=numbers,
        batch=st.integers(1, 4),
        fault=faults,
        error=errors,
        seconds=st.sampled_from([900, 900, 30, 4]),
        twice=st.booleans(),
        during=st.sampled_from(["", "", "", "pause", "cancel", "time", "overwrite"]),
        seed=st.integers(0, 9),
    )
    def deliver(
        self, pick: int, batch: int, fault: int | None, error: str, seconds: int, twice: bool, during: str, seed: int
    ) -> None:
        """A batch in any order; its worker may die, or the batch may come again after success."""
        visible = self.world.queue.visible()
        if not visible:
            return
        queue = visible[pick % len(visible)].queue
        some = [message for message in visible if message.queue == queue]
        random.Random(seed).shuffle(some)
        some = some[: 1 if queue.startswith(("run-", "import")) else batch]
        self.during = self._happens(during, some)
        received = self.world.queue.receive(some)
        self.faults.plan(fault, self._happening(error, fault or 0))
        try:
            again = self.world.handle(queue, received, seconds)
        except (Crash, Unreachable):
            again = [record["messageId"] for record in received["Records"]]
        finally:
            self.faults.clear()
            self.during = []
        if not twice:
            self.world.queue.answer(received, again)
        else:
            for message in some:
                message.visible_at = self.world.now

    @rule(fault=st.integers(0, 60), error=errors, minutes=st.integers(1, 40))
    def work_until_something_breaks(self, fault: int, error: str, minutes: int) -> None:
        """Batch after batch in order, up to a fault; then time passes, and the sweeper runs."""
        for _ in range(12):
            self.faults.plan(fault, self._happening(error, fault or 0))
            try:
                self.world.deliver()
                fault = self.faults.left if self.faults.left is not None else 1000
            except Unreachable:
                fault = 1000
        self.faults.clear()
        self.world.advance(60 * minutes)
        self.world.sweep()

    @rule(pick=numbers)
    def tell_twice(self, pick: int) -> None:
        """S3 repeats an event, as a message of its own."""
        if messages := self.world.queue.messages:
            message = messages[pick % len(messages)]
            self.world.queue.send(message.queue.removesuffix("-dlq"), json.loads(message.body))

    @rule(pick=numbers)
    def lose_a_message(self, pick: int) -> None:
        messages = self.world.queue.messages
        if messages:
            message = messages.pop(pick % len(messages))
            self._note_lost(message)

    @rule(seconds=st.sampled_from([1, 30, 95, 400, 2000, DAY + 60]))
    def let_time_pass(self, seconds: int) -> None:
        self.world.advance(seconds)

    @rule(fault=faults, error=errors)
    def sweep(self, fault: int | None, error: str) -> None:
        self._attempt(self.world.sweep, fault, error)

    # -- invariants ----------------------------------------------------------------------------------------------------

    @invariant()
    def counters_equal_items(self) -> None:
        if not hasattr(self, "world"):
            return
        active = stored = announced = completed = queued = 0
        jobs = self._jobs()
        for job in jobs:
            files = self.world.files(job)
            assert len(files) + job.counts.removed == job.file_count
            assert job.files_gone == job.counts.gone
            assert {file.number for file in files} <= set(range(1, job.file_count + 1))
            tally = Counter("binned" if file.binned_at else file.state.value for file in files)
            counts = {"inspected": job.counts.inspected, "rejected": job.counts.rejected}
            counts |= {"duplicate": job.counts.duplicate, "binned": job.counts.binned}
            binned = [file.number for file in files if file.binned_at]
            assert self.world.jobs.binned(job.id, 0, 1000) == binned
            assert not binned or job.bin_due_at, "nothing would ever empty its bin"
            assert not (binned and job.final) or job.due_at, "nothing looks into its bin"
            assert counts == {name: tally[name] for name in counts}, job
            taken = [f for f in files if f.state.value in ("inspected", "duplicate")]
            rejected = [f for f in files if f.state.value == "rejected"]
            size = sum(f.size for f in taken if f.counts_bytes) + sum(f.held for f in rejected)
            assert job.counts.size == size
            announced += 0 if job.final else job.announced_bytes
            if job.slices is not None and not job.final:
                parts = self.world.jobs.slices(job)
                assert job.slices_done == sum(part.done for part in parts) <= job.slices
                assert {part.number for part in parts} <= set(range(job.slices))
            self._is_whole(job)
            active += not job.final
            stored += job.kept_bytes
            completed += job.state is JobState.COMPLETED
            queued += job.state is JobState.QUEUED
        usage = self.world.jobs.usage(OWNER)
        assert (usage.active_jobs, usage.stored_bytes, usage.announced_bytes) == (active, stored, announced)
        statistics = self.world.jobs.statistics()
        by_day = days(self.world.jobs.counted(days_until(self.world.clock(), 200)))
        # The statistics of a job stay when the job goes.
        states = Counter([job.state for job in jobs] + list(self.faults.removed.values()))
        completed += Counter(self.faults.removed.values())[JobState.COMPLETED]
        assert (statistics["jobs_processed"], statistics["stored_bytes"]) == (completed, stored)
        assert sum(day.opened for day in by_day) == states.total()
        for state in FINAL:
            assert sum(day.states[state] for day in by_day) == states[state]
        assert sum(self.world.jobs.queue_state(name).waiting for name in self.world.pipelines) == queued

    def _is_whole(self, job: Job) -> None:
        """A completed job has all its files in, and one zip with each good file."""
        before = self.finals.get(job.id)
        if before and before[0] in FINAL and before[1] == job.retries and job.state is not JobState.PENDING:
            assert before[0] is job.state, "a finished job moved without a retry"
        self.finals[job.id] = (job.state, job.retries)
        if job.state is not JobState.COMPLETED or job.deleting:
            return
        files = list(self.world.jobs.files(job))
        if any(file.state.value == "expected" for file in files):
            assert job.id in self.broken_retries, "a file was left out"
            return
        artifact = self.world.jobs.artifact(job.id, "complete")
        content = b"".join(self.world.objects.stream(artifact.key, 0, artifact.size))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
        good = [f for f in files if f.state.value in ("inspected", "duplicate")]
        if not job.current:
            return  # files restored from the bin are not in the zip yet
        assert len(names) == len(set(names)) >= len({file.sha256 for file in good})
        assert job.counts.removed or len(names) == len({file.sha256 for file in good})
        assert [a.name for a in self.world.jobs.artifacts(job.id)] == ["complete"]
        if job.pipeline == "scans":
            looked_at = [f for f in files if f.state.value != "expected"]
            assert all(file.verdict and file.verdict_run == job.retries for file in looked_at), "a slice was left out"

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.faults.clear()
        self.during = []
        self.world.lost = lambda seen: False
        self._quiesce(hours=6, every=self.sweep_every)
        for job in self.world.jobs_of(OWNER):
            waits = job.state in {JobState.PENDING, JobState.RUNNING} and not job.run_requested
            absent = not job.sealed or any(
                file.state.value == "expected" and (None, file.key) not in self.world.objects.stored
                for file in self.world.files(job)
            )
            assert job.final or job.state is JobState.PAUSED or (waits and absent), f"stuck: {job}"
        self._quiesce(hours=60, every=12 * self.sweep_every)
        for job in self.world.jobs_of(OWNER):
            assert job.final or job.state is JobState.PAUSED, f"stuck: {job}"
            if job.state is JobState.CANCELLED:
                assert self.world.jobs.artifacts(job.id) == []
                assert not list(self.world.objects.below(keys.below(keys.RESULTS, job.id)))
        assert not any(job.deleting for job in self._jobs()), "a deleted job is still there"
        self.counters_equal_items()
        self._drops_are_taken_in()

    def _quiesce(self, hours: int, every: int) -> None:
        for _ in range(hours * 3600 // every):
            self.world.drain()
            self.world.advance(every)
            self.world.sweep()
        self.world.drain()

    def _drops_are_taken_in(self) -> None:
        """Each object that S3 announced is a file, and at most one file for each version."""
        taken = Counter(file.key for job in self.world.jobs_of(OWNER) for file in self.world.files(job))
        for (bucket, key), _ in self.world.objects.stored.items():
            if bucket is None and key.startswith("drop/") and key.endswith((".txt", ".jpg")):
                assert taken[key] or key in self.lost_drops | self.deleted, f"{key} was lost"
                assert taken[key] <= len(self.versions[key]), f"{key} was taken in twice"

    # -- internals -----------------------------------------------------------------------------------------------------

    def _jobs(self) -> list[Job]:
        """All jobs, including those under deletion."""
        self.known |= {job.id for job in self.world.jobs_of(OWNER)}
        found = []
        for job_id in sorted(self.known):
            with suppress(JobNotFound):
                found.append(self.world.job(job_id))
        return found

    def _pick(self, pick: int) -> Job | None:
        jobs = self.world.jobs_of(OWNER)
        return jobs[pick % len(jobs)] if jobs else None

    def _attempt(self, call: Callable[[], Any], fault: int | None, error: str) -> None:
        self.faults.plan(fault, self._happening(error, fault or 0))
        try:
            call()
        except (Crash, Unreachable, JobError, StaleTransition):
            pass
        finally:
            self.faults.clear()

    def _note_lost(self, message: Message) -> None:
        for name in ("photos", "scans"):
            if "drop%2F" in message.body and name in message.queue:
                self.lost_drops |= {key for (_, key) in self.world.objects.stored if key.startswith(f"drop/{name}/")}

    def _happens(self, during: str, messages: list[Message]) -> list[Callable[[], None]]:
        job_id = messages[0].body.partition('"job_id": "')[2][:26]

        def act(action: str) -> Callable[[], None]:
            return lambda: self._quietly(lambda: self.world.control.act(OWNER, job_id, action))

        def overwrite() -> None:
            for file in self.world.files(job_id)[:1]:
                if file.key.startswith("uploads/"):
                    self.world.objects.put(file.key, b"!" * file.size, "text/plain")

        happenings = {"pause": act("pause"), "cancel": act("cancel"), "time": lambda: self.world.advance(25)}
        happenings["overwrite"] = overwrite
        return [happenings[during]] if during and job_id else []

    def _happening(self, what: str, seed: int) -> Callable[[], None]:
        def happen() -> None:
            if what == "crash":
                raise Crash
            if what == "no answer":
                raise Unreachable
            jobs = self.world.jobs_of(OWNER)
            if what in {"pause", "cancel"} and jobs:
                self._quietly(lambda: self.world.control.act(OWNER, jobs[seed % len(jobs)].id, what))
            elif what == "overwrite":
                # Files only: a batch with unreadable options waits until they are corrected, as it should.
                uploads = [
                    key
                    for (_, key) in self.world.objects.stored
                    if key.startswith(("uploads/", "drop/")) and not key.endswith(("options.json", "_DONE"))
                ]
                for key in uploads[seed % 3 :: 3]:
                    size = len(self.world.objects.stored[None, key].content)
                    self.versions[key].append(b"?")
                    self.world.objects.put(key, b"?" * size, "text/plain")
                self._rival(0)
            elif "rival" in what:
                self._rival(1000 if what == "late rival" else 0)

        return happen

    def _rival(self, seconds: int) -> None:
        """Other workers take the messages while this one stands still, perhaps until its leases expire."""
        self.world.advance(seconds)
        if seconds:
            self.world.sweep()
        for _ in range(4):
            self.world.deliver()

    def _quietly(self, call: Callable[[], Any]) -> None:
        try:
            call()
        except (JobError, StaleTransition):
            return


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The faults here are deliberate, and their logs would run into thousands of lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_file_counts_once_and_nothing_is_stuck_whatever_goes_wrong() -> None:
    run_state_machine_as_test(
        ExactlyOnce,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=not SEARCH,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def fresh_jobs() -> JobTable:
    """The jobs table of a new deployment."""
    client = boto3.client("dynamodb", region_name="us-east-1")
    template = data_template("millrace", PIPELINES, bucket=BUCKET)
    if client.list_tables()["TableNames"]:
        client.delete_table(TableName="millrace-jobs")
    Provisioner(None, boto3.client("sqs", region_name="us-east-1"), client).apply(
        {"Resources": {"JobsTable": template["Resources"]["JobsTable"]}}
    )
    return JobTable(Table(lambda: client, "millrace-jobs"))


def test_the_same_holds_over_dynamodb(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(ExactlyOnce, "make_jobs", staticmethod(fresh_jobs))
    monkeypatch.setattr(ExactlyOnce, "sweep_every", 1200)
    with mock_aws():
        run_state_machine_as_test(
            ExactlyOnce,
            settings=settings(
                max_examples=5,
                stateful_step_count=15,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
