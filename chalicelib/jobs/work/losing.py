"""Files whose objects disappeared after their inspection: they are rejected, and the run begins again without them."""

from __future__ import annotations

import logging

from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.file_moving import lose_files, unmark_duplicates
from chalicelib.jobs.keys import uploads_of
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import JobMove
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.outside import Clock, ObjectStore
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import FileState

log = logging.getLogger(__name__)

CODE, MESSAGE = "file_missing", "The file was removed after it was inspected."
USABLE = frozenset({FileState.INSPECTED, FileState.DUPLICATE})


def is_gone(objects: ObjectStore, file: File) -> bool:
    """Whether the file's object is gone altogether: another version is no loss."""
    try:
        objects.stat(file.key, file.bucket)
    except ObjectMissing:
        return True
    return False


def run_again_without(jobs: RunStore, objects: ObjectStore, job: Job, file: File, again: JobMove, clock: Clock) -> None:
    """Rejects a file that is gone, together with the job's other lost uploads, and sets the run back to its first step.
    again: RUN_AGAIN, or a slice's counterpart. StaleTransition where the run has moved on."""
    lost = {file.number: file} | {other.number: other for other in _lost_uploads(jobs, objects, job)}
    log.warning("files deleted: run restarted without them", extra={"job_id": job.id, "files": len(lost)})
    unmark_duplicates(jobs, job.id, [f for f in jobs.files(job) if f.duplicate_of in lost and f.number not in lost])
    lose_files(jobs, job, list(lost.values()), CODE, MESSAGE, clock())
    move(jobs, job, again(due_at=clock()))


def _lost_uploads(jobs: RunStore, objects: ObjectStore, job: Job) -> list[File]:
    prefix = uploads_of(job.pipeline, job.id)
    there = {found.key for found in objects.below(prefix)}
    uploads = [file for file in jobs.files(job) if file.bucket is None and file.key.startswith(prefix)]
    return [file for file in uploads if file.state in USABLE and file.key not in there]
