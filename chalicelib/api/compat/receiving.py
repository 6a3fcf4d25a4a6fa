"""Files of a form become a job."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.api.framework.forms import SentFile
from chalicelib.api.framework.http import Call
from chalicelib.api.uploads import guests_share
from chalicelib.jobs.intake.accepting import Announced, Selection
from chalicelib.jobs.model import Job
from chalicelib.wiring import services

CONTENT_TYPE = re.compile(r"[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+")


def receive(
    call: Call,
    pipeline: str,
    options: Mapping[str, Any],
    sent: Sequence[SentFile],
    *,
    times: Sequence[datetime | None] = (),
    skip_unsupported: bool = False,
) -> tuple[Job, Selection]:
    """Opens a job with these files, and says which of them are left out. times: the files', in their order, where
    known. skip_unsupported: leaves out what the pipeline doesn't take. Raises JobError as the intake does."""
    announced = [
        Announced(
            file.filename,
            len(file.content),
            content_type=_content_type(file),
            sha256=hashlib.sha256(file.content).hexdigest(),
            modified_at=times[position] if position < len(times) else None,
            position=position,
        )
        for position, file in enumerate(sent)
    ]
    chosen = services().intake.select(pipeline, announced, skip_unsupported=skip_unsupported)
    contents = [file.content for file in sent]
    with guests_share(call, chosen):
        job = services().direct.open_job(call.user.id, pipeline, options, chosen.taken, contents, id=call.made_id)
    return job, chosen


def _content_type(file: SentFile) -> str | None:
    return file.content_type if file.content_type and CONTENT_TYPE.fullmatch(file.content_type) else None
