"""Small files whose bytes come with the request itself: put into the store, and from there on like any other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.jobs.intake.accepting import Announced, Selection
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.library.control import Control
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import ObjectStore

CONTENT_TYPE = re.compile(r"[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+")
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Brought:
    """A file and its bytes. content_type: as its sender calls it."""

    filename: str
    content: bytes
    content_type: str | None = None
    modified_at: datetime | None = None


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
        brought: Sequence[Brought],
        *,
        skip_unsupported: bool = False,
        **fields: Any,
    ) -> tuple[Job, Selection]:
        """A job with these files, all of them in the store; further fields of Job as keywords. skip_unsupported: leaves
        out what the pipeline doesn't take. Raises JobError as Intake.select() and open_job() do."""
        announced = [_announced(file, position) for position, file in enumerate(brought)]
        chosen = self._intake.select(pipeline, announced, skip_unsupported=skip_unsupported)
        job, uploads = self._intake.open_job(owner_id, pipeline, options, chosen.taken, **fields)
        try:
            for upload, file in zip(uploads, chosen.taken, strict=True):
                if not upload.duplicate_of:
                    content = brought[file.position].content
                    self._objects.put(upload.file.key, content, file.content_type or UNKNOWN_TYPE)
        except Exception:
            # Nobody else has the bytes: the job would wait for them in vain.
            self._control.act(owner_id, job.id, "cancel")
            raise
        return job, chosen


def _announced(file: Brought, position: int) -> Announced:
    named = file.content_type if file.content_type and CONTENT_TYPE.fullmatch(file.content_type) else None
    return Announced(
        file.filename,
        len(file.content),
        content_type=named,
        sha256=hashlib.sha256(file.content).hexdigest(),
        modified_at=file.modified_at,
        position=position,
    )
