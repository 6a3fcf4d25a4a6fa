"""Files that share one stored object, and their uses of it, so that nothing is deleted while it is in use.

A file that was not uploaded names its source, and has an item in the source's partition as a use of it. Lending
first writes the use and then checks that the source still exists; a deletion first removes the file and
then looks for uses. In either order, one of the two sees the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.model import File, Job, parse_file_id
from chalicelib.jobs.ports.stores import SharingStore, Use

SETTING_UP = timedelta(minutes=15)
"""A use without its file belongs to a job that is being made; after this time its maker has died."""


@dataclass(frozen=True)
class Holder:
    """A valid use. file: None while its job is being made."""

    use: Use
    file: File | None
    job: Job | None

    @property
    def busy(self) -> bool:
        return self.job is None or not self.job.final


def source_of(file: File) -> tuple[str, int]:
    """The job and number of the file that the object was stored for."""
    return (parse_file_id(file.source) if file.source else None) or (file.job_id, file.number)


def lend(jobs: SharingStore, job_id: str, lenders: Mapping[int, File], now: datetime) -> dict[int, File]:
    """Records that files of a job, by number, share the objects of these lenders; returns the files whose lender still
    exists."""
    uses = _uses(job_id, lenders, now)
    jobs.note_uses(list(uses.values()))
    there = jobs.files_by_id([lender.id for lender in lenders.values()])
    jobs.forget_uses([uses[number] for number, lender in lenders.items() if lender.id not in there])
    return {number: lender for number, lender in lenders.items() if lender.id in there}


def give_back(jobs: SharingStore, job_id: str, lenders: Mapping[int, File], now: datetime) -> None:
    """Undoes lend() for a job that was not made."""
    jobs.forget_uses(list(_uses(job_id, lenders, now).values()))


def holders(jobs: SharingStore, uses: list[Use], now: datetime) -> list[Holder]:
    """The valid uses, in order; removes those whose maker died."""
    files = jobs.files_by_id([use.id for use in uses], binned=True)
    known: dict[str, Job | None] = {}
    found, dangling = [], []
    for use in uses:
        if use.id not in files and now - use.since >= SETTING_UP:
            dangling.append(use)
            continue
        if use.job_id not in known:
            known[use.job_id] = _job(jobs, use.job_id)
        found.append(Holder(use, files.get(use.id), known[use.job_id]))
    jobs.forget_uses(dangling)
    return found


def _uses(job_id: str, lenders: Mapping[int, File], now: datetime) -> dict[int, Use]:
    return {number: Use(*source_of(lender), job_id, number, now) for number, lender in lenders.items()}


def _job(jobs: SharingStore, job_id: str) -> Job | None:
    try:
        return jobs.job(job_id)
    except JobNotFound:
        return None
