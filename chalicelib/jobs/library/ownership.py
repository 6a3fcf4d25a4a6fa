"""Access to a user's own jobs and files only."""

from __future__ import annotations

from chalicelib.jobs import keys
from chalicelib.jobs.errors import FileNotFound, JobNotFound, NotAllowedInState
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.ports.stores import OwnedStore
from chalicelib.jobs.states import FileState


class Owned:
    def __init__(self, jobs: OwnedStore) -> None:
        self._jobs = jobs

    def job(self, owner_id: str, job_id: str, *, binned: bool = False) -> Job:
        """JobNotFound also for another user's job, for one that is being deleted, and unless `binned` for one in the
        bin: no caller learns which ids exist."""
        job = self._jobs.job(job_id)
        if job.owner_id != owner_id or job.deleting or (job.binned_at and not binned):
            raise JobNotFound("There is no such job.")
        return job

    def file(self, owner_id: str, job_id: str, number: int, *, binned: bool = False) -> tuple[Job, File]:
        """FileNotFound, also for one in the bin unless `binned`."""
        job = self.job(owner_id, job_id)
        if not 0 < number <= job.file_count:
            raise FileNotFound("There is no such file.")
        file = self._jobs.file(job_id, number)
        if file.binned_at and not binned:
            raise FileNotFound("There is no such file.")
        return job, file


def check_awaited(job: Job, file: File) -> None:
    """NotAllowedInState unless the file may still be uploaded, and to a key of its own: no upload may overwrite an
    object that was imported, dropped, or uploaded for another job."""
    if not is_upload(job, file):
        raise NotAllowedInState("The file is already stored: there is nothing to upload.")
    if file.state is not FileState.EXPECTED or job.final:
        raise NotAllowedInState(f"The file is {file.state} in a job that is {job.state}: there is nothing to upload.")


def is_upload(job: Job, file: File) -> bool:
    """Whether the file's bytes come through an upload of this job's own."""
    return file.bucket is None and file.key == keys.upload(job.pipeline, job.id, file.number)
