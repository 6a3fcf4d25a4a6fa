"""Inspection of arrived files: each is claimed, read once and finished once."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import Busy, FileNotFound, JobNotFound, StaleTransition
from chalicelib.jobs.file_moving import claim_file, finish_files, reject_file
from chalicelib.jobs.intake.deliveries import Delivery, deliveries, group_of, is_newer, object_events
from chalicelib.jobs.intake.dropfolder import DropFolders
from chalicelib.jobs.model import FileOutcome, Job, StoredObject
from chalicelib.jobs.moves import START
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import InspectionStore
from chalicelib.jobs.states import AWAITED, RECEIVING, FileState, JobState
from chalicelib.jobs.work import thumbnails
from chalicelib.jobs.work.examining import examine, rejected
from chalicelib.jobs.work.settling import Settling
from chalicelib.jobs.works import options_of
from chalicelib.pipelines.base import Pipeline, PipelineFailed

log = logging.getLogger(__name__)

MOST_TRIES = 6
GIVEN_UP = "This file could not be processed in several attempts. Retry it, or leave it out."

MAX_ATTEMPTS = 3
SWEEP_SECONDS = 60
LONG_ENOUGH = timedelta(seconds=3)
"""Enough for a batch of ordinary files."""
IN_TURN = timedelta(seconds=5)
"""A notification that has waited longer is behind many others."""


@dataclass(frozen=True)
class Task:
    """A file to inspect, and the message that asked for it."""

    delivery: Delivery
    job_id: str
    number: int
    seen: StoredObject
    dropped: bool = False


class Inspector:
    def __init__(
        self, core: Core[InspectionStore], settling: Settling, drops: DropFolders, pipelines: Mapping[str, Pipeline]
    ) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._settling = settling
        self._drops = drops
        self._pipelines = pipelines
        self._limits = core.limits
        self._clock = core.clock
        self._observer = core.observer

    def receive(self, event: Mapping[str, Any], deadline: datetime) -> list[str]:
        """Handles a batch of messages; returns the ids of those to be delivered again.

        The outcomes of a batch are written in few transactions at its end. A message that was delivered before may be
        one that kills its worker: a batch with such messages finishes each file at once, the least tried first, so that
        a poisonous file costs no other its work.
        """
        again: set[str] = set()
        tasks = newest(self._tasks(self._in_turn(list(deliveries(event))), again))
        careful = any(task.delivery.receives > 1 for task in tasks)
        if careful:
            tasks.sort(key=self._attempts)
        else:
            # The job with the fewest files first: it is finished before the others begin.
            of = Counter(task.job_id for task in tasks)
            tasks.sort(key=lambda task: (of[task.job_id], task.job_id))
        loaded: dict[str, Job] = {}
        found: dict[str, list[tuple[Task, FileOutcome]]] = defaultdict(list)
        began = self._clock()
        for done, task in enumerate(tasks):
            if done and self._clock() - began >= LONG_ENOUGH and not careful:
                self._hand_on(tasks[done:], again)
                break
            with self._observer.span("inspect", job_id=task.job_id, file=task.number):
                try:
                    if outcome := self._look(task, loaded, deadline):
                        found[task.job_id].append((task, outcome))
                    else:
                        # The file is finished, but its worker may have died before it requested the next step.
                        found.setdefault(task.job_id, [])
                except (JobNotFound, FileNotFound):
                    self._sweep_up(task)
                except Busy:
                    again.add(task.delivery.id)
                except Exception:
                    log.exception("inspection failed")
                    again.add(task.delivery.id)
            if careful or done + 1 == len(tasks) or tasks[done + 1].job_id != task.job_id:
                self._finish(found, loaded, again)
        self._finish(found, loaded, again)
        return sorted(again)

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Rejects the files of messages that were delivered too often; their jobs continue. A file with fewer attempts
        of its own merely shared a batch with one that killed its workers: it is requested again."""
        for task in self._tasks(list(deliveries(event)), set()):
            try:
                file = self._jobs.file(task.job_id, task.number)
            except (JobNotFound, FileNotFound):
                continue
            if file.lease_until and file.lease_until > self._clock() and file.claimed_by != task.delivery.id:
                continue  # another message about this file is being handled
            if file.state in AWAITED and file.attempt < MAX_ATTEMPTS:
                self._settling.ask(self._jobs.job(task.job_id), [(file, task.seen)])
                continue
            given_up = reject_file(self._jobs, file, "processing_failed", GIVEN_UP, self._clock())
            job = self._settling.settle(task.job_id)
            if given_up:
                log.error("file given up after too many deliveries", extra={"job_id": job.id, "file": task.number})
                self._observer.measure("FilesRejected", Pipeline=job.pipeline, Code="processing_failed")

    def _in_turn(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """The messages to handle now. S3's notifications have no message group: those that had to wait are sent again
        in the group of their job, so that a small job need not wait for a large one."""
        turn: list[Delivery] = []
        late: dict[str, list[Delivery]] = defaultdict(list)
        for delivery in batch:
            waited = delivery.sent_at is not None and self._clock() - delivery.sent_at > IN_TURN
            pipeline = self._pipeline_of(delivery) if waited and delivery.receives <= 1 else None
            if pipeline is None:
                turn.append(delivery)
            else:
                late[pipeline].append(delivery)
        for pipeline, waiting in late.items():
            try:
                self._queues.inspect(pipeline, [{**delivery.body, "grouped": True} for delivery in waiting])
            except Exception:
                log.exception("notifications could not be sent on to their groups: they are looked at now")
                turn += waiting
        return turn

    def _pipeline_of(self, delivery: Delivery) -> str | None:
        """The pipeline of a notification from S3 that was not yet sent again; None for all other messages."""
        records = delivery.body.get("Records")
        if (
            delivery.group
            or "grouped" in delivery.body
            or not records
            or any("millrace" in record for record in records)
        ):
            return None
        name = delivery.queue.rpartition("inspect-")[2]
        return name if name in self._pipelines and group_of(delivery.body) else None

    def _tasks(self, batch: Sequence[Delivery], again: set[str]) -> list[Task]:
        tasks: list[Task] = []
        dropped: dict[str, list[tuple[Delivery, StoredObject]]] = defaultdict(list)
        for delivery in batch:
            try:
                events = list(object_events(delivery.body))
            except (KeyError, TypeError, ValueError, AttributeError):
                log.error("unknown message", extra={"message_id": delivery.id})
                continue
            for event in events:
                place, drop = keys.parse_upload(event.seen.key), keys.parse_drop(event.seen.key)
                if event.job_id and event.number:
                    tasks.append(Task(delivery, event.job_id, event.number, event.seen))
                elif place:
                    tasks.append(Task(delivery, *place, event.seen))
                elif drop:
                    dropped[drop.batch].append((delivery, event.seen))
        for name, landed in dropped.items():
            try:
                joined = self._drops.join([seen for _, seen in landed])
            except Exception:
                # Its name is its owner's: a digest identifies it.
                digest = hashlib.sha256(name.encode()).hexdigest()[:16]
                log.exception("a drop folder could not be joined", extra={"batch_sha256": digest})
                again.update(delivery.id for delivery, _ in landed)
                continue
            tasks += [Task(delivery, *joined[seen.key], seen, True) for delivery, seen in landed if seen.key in joined]
        return tasks

    def _attempts(self, task: Task) -> int:
        try:
            return self._jobs.file(task.job_id, task.number).attempt
        except (JobNotFound, FileNotFound):
            return 0

    def _look(self, task: Task, loaded: dict[str, Job], deadline: datetime) -> FileOutcome | None:
        """None where nothing is left to do for this message."""
        job = loaded.get(task.job_id) or self._jobs.job(task.job_id)
        loaded[job.id] = job
        if job.deleting:
            raise JobNotFound("It is being deleted.")
        if job.state not in RECEIVING:
            self._jobs.file(job.id, task.number)  # raises FileNotFound for a deleted one
            return None  # over, or paused: resuming requests every remaining file
        pipeline = self._pipelines[job.pipeline]
        try:
            options = options_of(pipeline, job)
        except PipelineFailed as failed:
            self._fail(job, failed)
            return None
        now = self._clock()
        if now + timedelta(seconds=self._limits.lease_margin) >= deadline:
            raise Busy
        lease_until = deadline + timedelta(seconds=self._limits.lease_margin)
        try:
            file = claim_file(self._jobs, job.id, task.number, task.seen, task.delivery.id, now, lease_until)
        except StaleTransition:
            if task.dropped and self._drops.came_late((task.job_id, task.number), task.seen):
                raise Busy from None  # its job was just closed: the next delivery opens the following one
            return None
        if file.tries > MOST_TRIES:
            # Its messages may never become dead letters, since the sweeper sends new ones in the meantime.
            return rejected(file, file.etag, "processing_failed", GIVEN_UP)
        if pipeline.per_file and job.state is JobState.PENDING:
            loaded[job.id] = self._start(job, now)
        return examine(self._objects, pipeline, options, job, file, task.seen)

    def _hand_on(self, tasks: Sequence[Task], again: set[str]) -> None:
        """Returns the rest of a batch to the queue for other workers, so that a slow file delays no other."""
        log.info("batch handed on before its deadline", extra={"files": len(tasks)})
        by_delivery = {task.delivery.id: task for task in tasks if task.delivery.id not in again}
        for task in by_delivery.values():
            try:
                self._queues.inspect(task.delivery.queue.rpartition("inspect-")[2], [task.delivery.body])
            except Exception:
                log.exception("the rest of a batch could not be handed on")
                again.add(task.delivery.id)

    def _sweep_up(self, task: Task) -> None:
        """Requests the removal of an upload whose file was deleted before its address expired. The cleanup first checks
        that no other file shares the object, and waits for a deletion under way."""
        log.info("file no longer exists")
        key = task.seen.key
        if task.seen.bucket is not None or keys.parse_upload(key) != (task.job_id, task.number):
            return
        place = {"job_id": task.job_id, "number": task.number, "key": key}
        source = {"source_job_id": task.job_id, "source_number": task.number}
        self._queues.clean_up({"file": {**place, **source, "owner_id": "", "sha256": None}}, SWEEP_SECONDS)

    def _fail(self, job: Job, failed: PipelineFailed) -> None:
        try:
            self._settling.fail(job, failed.code, failed.message)
        except StaleTransition:
            log.info("skipped: the job changed meanwhile", extra={"job_id": job.id})

    def _start(self, job: Job, now: datetime) -> Job:
        try:
            return move(self._jobs, job, START(started_at=now))
        except StaleTransition:
            return self._jobs.job(job.id)

    def _finish(
        self, found: dict[str, list[tuple[Task, FileOutcome]]], loaded: Mapping[str, Job], again: set[str]
    ) -> None:
        for job_id, pairs in list(found.items()):
            del found[job_id]
            try:
                if pairs:
                    outcomes = thumbnails.pack(self._objects, job_id, [outcome for _, outcome in pairs])
                    finished = finish_files(self._jobs, job_id, outcomes, loaded[job_id].owner_id, self._clock())
                    done = [outcome for outcome in outcomes if outcome.number in finished]
                    self._tell(loaded[job_id], done)
                    self._note_copies(loaded[job_id], done)
                self._settling.settle(job_id)
            except JobNotFound:
                log.info("the job is gone", extra={"job_id": job_id})
            except Exception:
                log.exception("finishing failed", extra={"job_id": job_id})
                again.update(task.delivery.id for task, _ in pairs)

    def _note_copies(self, job: Job, outcomes: Sequence[FileOutcome]) -> None:
        """Notes files so that the same bytes are found when they are announced again. A missing note costs an
        upload."""
        own = [o for o in outcomes if o.state is FileState.INSPECTED and o.counts_bytes]
        if copies := {o.sha256: (job.id, o.number) for o in own if o.sha256}:
            self._jobs.note_copies(job.owner_id, copies)

    def _tell(self, job: Job, outcomes: Sequence[FileOutcome]) -> None:
        for outcome in outcomes:
            if outcome.state is FileState.REJECTED:
                code = outcome.error_code or "unknown"
                self._observer.measure("FilesRejected", Pipeline=job.pipeline, Code=code)
                log.info("file rejected", extra={"job_id": job.id, "file": outcome.number, "code": code})
            else:
                self._observer.measure("FilesInspected", Pipeline=job.pipeline)
                self._observer.measure("BytesInspected", outcome.size, Pipeline=job.pipeline)
        taken = sum(outcome.state is not FileState.REJECTED for outcome in outcomes)
        log.info("files inspected", extra={"job_id": job.id, "taken": taken, "of": len(outcomes)})


def newest(tasks: Sequence[Task]) -> list[Task]:
    """The message about the newest version, of several about one file."""
    kept: dict[tuple[str, int], Task] = {}
    for task in tasks:
        before = kept.get((task.job_id, task.number))
        if before is None or is_newer(task.seen.sequencer, before.seen.sequencer):
            kept[task.job_id, task.number] = task
    return list(kept.values())
