"""Counts a job's arrived files, inspected or not: a queue may hold them for a while.

The store's listing tells, a page for each thousand files, so a count is reused for some seconds, and jobs with very
many files are not counted this way.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.jobs import keys
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import Clock, ObjectStore

BELIEVED = timedelta(seconds=5)
MOST_PAGES = 5
MOST_KNOWN = 1000


class Arrivals:
    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock
        self._counted: dict[str, tuple[int, datetime]] = {}

    def of(self, job: Job) -> int:
        """The number of the job's files that have arrived; beyond 5,000 files, of those that were inspected."""
        finished = job.counts.finished
        if job.batch or job.listing is not None:
            return job.file_count  # they were found in the store
        if finished >= job.file_count or job.file_count > MOST_PAGES * 1000:
            return finished
        return min(job.file_count, max(finished, self._sent(job)))

    def _sent(self, job: Job) -> int:
        count, until = self._counted.get(job.id, (0, self._clock()))
        if self._clock() < until:
            return count
        count, after = 0, None
        for _ in range(MOST_PAGES):
            page, after = self._objects.list_page(
                keys.uploads_of(job.pipeline, job.id), bucket=None, after=after, recursive=True
            )
            count += len(page)
            if after is None:
                break
        if len(self._counted) >= MOST_KNOWN:
            self._counted.clear()
        self._counted[job.id] = count, self._clock() + BELIEVED
        return count
