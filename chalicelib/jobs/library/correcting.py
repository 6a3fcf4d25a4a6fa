"""An owner's corrections of a completed job's files: kept with each file, counted as a revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.jobs.errors import FileNotFound, NotAllowedInState, StaleTransition, TryAgain
from chalicelib.jobs.file_moving import correct_files
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.model import File, Job, file_id
from chalicelib.jobs.moves import CORRECT
from chalicelib.jobs.ports.stores import CorrectionStore
from chalicelib.jobs.states import FileState

TRIES = 5
USABLE = frozenset({FileState.INSPECTED, FileState.DUPLICATE})
Correct = Callable[[File], Mapping[str, Any] | None]
"""A file's metadata as it should be, or None where there is nothing to correct."""


@dataclass(frozen=True)
class Corrected:
    """before: the changed files, as they were. missed: numbers of files that could not take the correction."""

    job: Job
    before: tuple[File, ...]
    missed: tuple[int, ...]


class Corrections:
    def __init__(self, jobs: CorrectionStore, owned: Owned) -> None:
        self._jobs = jobs
        self._owned = owned

    def job(self, owner_id: str, job_id: str, pipeline: str) -> Job:
        """The owner's job of that pipeline, which must be completed: NotAllowedInState."""
        job = self._owned.job(owner_id, job_id)
        if job.pipeline != pipeline:
            raise NotAllowedInState(f"Only {pipeline} jobs can be corrected this way.")
        if job.state not in CORRECT.allowed:
            raise NotAllowedInState(f"Can't correct a {job.state} job: it must be completed.")
        return job

    def apply(self, job: Job, changes: Iterable[tuple[Sequence[int], Correct]]) -> Corrected:
        """Corrects files, by their numbers; several changes of one file apply one after the other. FileNotFound where
        one doesn't exist, before any is changed. NotAllowedInState where the job is no longer completed, TryAgain where
        others change the same files: changes made by then stay.
        """
        wanted: dict[int, list[Correct]] = {}
        for numbers, correct in changes:
            for number in numbers:
                wanted.setdefault(number, []).append(correct)
        files = self._read(job, wanted)
        if len(files) < len(wanted):
            raise FileNotFound("There is no such file.")
        before: dict[int, File] = {}
        missed: set[int] = set()
        for _ in range(TRIES):
            left = [
                (file, metadata)
                for file in files
                if (metadata := self._corrected(file, wanted[file.number], missed)) is not None
            ]
            try:
                done = {file.number: file for file, _ in correct_files(self._jobs, job, left)}
            except StaleTransition:
                raise NotAllowedInState("The job is not completed any more: correct it once it is.") from None
            before |= done
            again = [file.number for file, _ in left if file.number not in done]
            if not again:
                found = tuple(before[number] for number in sorted(before))
                return Corrected(self._jobs.job(job.id), found, tuple(sorted(missed)))
            files = self._read(job, again)
        raise TryAgain("The files are being changed by others: try again.")

    def _read(self, job: Job, numbers: Iterable[int]) -> list[File]:
        return list(self._jobs.files_by_id([file_id(job.id, number) for number in numbers]).values())

    def _corrected(self, file: File, corrections: Sequence[Correct], missed: set[int]) -> Mapping[str, Any] | None:
        """None where nothing would change."""
        metadata = file.metadata
        if file.state not in USABLE:
            missed.add(file.number)
            return None
        for correct in corrections:
            found = correct(replace(file, metadata=metadata))
            if found is None:
                missed.add(file.number)
                return None
            metadata = found
        return None if metadata == file.metadata else metadata
