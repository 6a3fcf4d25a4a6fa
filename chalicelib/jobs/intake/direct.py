"""Small files within the request itself: stored, and from then on treated like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.jobs.intake.accepting import Announced
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.library.control import Control
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import ObjectStore

UNKNOWN_TYPE = "application/octet-stream"


class DirectIntake:
    def __init__(self, intake: Intake, objects: ObjectStore, control: Control) -> None:
        self._intake = intake
        self._objects = objects
        self._control = control

    def open_job(
        self,
        owner_id: str,
        pipeline: str,
        options: Mapping[str, Any],
        files: Sequence[Announced],
        contents: Sequence[bytes],
        **fields: Any,
    ) -> Job:
        """A job with these files, all of them in the store. contents: by the files' positions. Further fields of Job as
        keywords. Raises JobError as Intake.open_job() does."""
        job, uploads = self._intake.open_job(owner_id, pipeline, options, files, **fields)
        try:
            for upload, file in zip(uploads, files, strict=True):
                if not upload.duplicate_of:
                    content_type = file.content_type or UNKNOWN_TYPE
                    self._objects.put(upload.file.key, contents[file.position], content_type)
        except Exception:
            # No one else has the bytes, so the job would never get them.
            self._control.act(owner_id, job.id, "cancel")
            raise
        return job
