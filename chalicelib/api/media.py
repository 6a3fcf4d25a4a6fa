"""Corrections of a job's photos and videos: the choice of files for the zip, their dates, and its layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.api.file_views import number_of
from chalicelib.api.files import duplicates_found
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import job_answer
from chalicelib.api.models.archives import ArchiveEstimates
from chalicelib.api.models.jobs import JobAnswer
from chalicelib.api.models.media import (
    MOST_FILES,
    CorrectedAnswer,
    DatesRequest,
    DuplicatesRequest,
    Redated,
    RemakeRequest,
    TreeAnswer,
    TreeFile,
    TreeFolder,
    TreeQuery,
    Undo,
)
from chalicelib.jobs.errors import FieldError, FileNotFound, InvalidFields, NotAllowedInState, TryAgain
from chalicelib.jobs.library.correcting import Correct, Corrected
from chalicelib.jobs.model import File, Job, file_id
from chalicelib.jobs.states import FINISHED
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.media.correcting import (
    CORRECTED,
    Correction,
    OutOfRange,
    choice_of,
    chosen,
    redated,
    user_time,
)
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.planning import planned
from chalicelib.pipelines.media.tree import below
from chalicelib.pipelines.media.writing import iso_local, iso_offset, utc_offset
from chalicelib.wiring import services

routes = Routes(__name__)

MOST_PLANNED = 20_000
"""The most files of a job whose zip can be previewed: the preview holds all of them in memory."""
CORRECTING = (FileNotFound, NotAllowedInState, TryAgain)


@routes.route(
    "PATCH",
    "/jobs/{job_id}/duplicates",
    "Choose the files for the zip",
    body=DuplicatesRequest,
    answer=CorrectedAnswer,
    errors=CORRECTING,
)
def decide_duplicates(call: Call, job_id: str) -> CorrectedAnswer:
    """Applies to any file, not only to duplicates. The zip stays as it is until `POST /jobs/{job_id}/remake` rebuilds
    it."""
    body: DuplicatesRequest = call.body
    job = services().corrections.job(call.user.id, job_id, MEDIA.name)
    changes: list[tuple[Sequence[int], Correct]] = []
    left = 0
    if body.keep_best:
        decided, left = _best(job, body.keep_best)
        changes += [(decided, _choosing("drop"))] if decided else []
    for number, change in enumerate(body.changes):
        numbers = _numbers(job, change.files, f"changes[{number}].files")
        changes.append((numbers, _choosing(change.choice)))
    done = services().corrections.apply(job, _limited(changes))
    choices = sorted(((choice_of(f.metadata), f.id) for f in done.before), key=lambda one: (one[0] or "", one[1]))
    undo = [
        {"files": [given for _, given in some], "choice": choice}
        for choice, some in groupby(choices, key=lambda one: one[0])
    ]
    return _answer(done, undo, left)


@routes.route(
    "PATCH",
    "/jobs/{job_id}/dates",
    "Correct the dates of photos",
    body=DatesRequest,
    answer=CorrectedAnswer,
    creates=True,  # a shift must not be made twice
    errors=CORRECTING,
)
def correct_dates(call: Call, job_id: str) -> CorrectedAnswer:
    """A correction is kept beside the detected time, with `timestamp_source: user`. Lists show it at once, the zip
    after `POST /jobs/{job_id}/remake`. Files that belong to a photo (its film, its RAW) follow it there."""
    body: DatesRequest = call.body
    job = services().corrections.job(call.user.id, job_id, MEDIA.name)
    zone = ZoneInfo(Options.model_validate(job.options).timezone)
    changes: list[tuple[Sequence[int], Correct]] = []
    for number, change in enumerate(body.changes):
        field = f"changes[{number}]"
        changes.append((_numbers(job, change.files, f"{field}.files"), _redating(change, zone, field, call.made_id)))
    done = services().corrections.apply(job, _limited(changes))
    return _answer(done, _times_before(done))


@routes.route(
    "POST",
    "/jobs/{job_id}/remake",
    "Rebuild the zip",
    body=RemakeRequest,
    answer=JobAnswer,
    errors=(NotAllowedInState,),
)
def remake_job(call: Call, job_id: str) -> JobAnswer:
    """Applies all corrections, and another layout if requested. The job runs again without a new inspection."""
    body: RemakeRequest = call.body
    job = services().corrections.job(call.user.id, job_id, MEDIA.name)
    others = body.model_dump(exclude_none=True)
    return job_answer(services().control.remake(call.user.id, job_id, {**job.options, **others}))


@routes.route(
    "GET",
    "/jobs/{job_id}/tree",
    "Preview the zip",
    query=TreeQuery,
    answer=TreeAnswer,
    errors=(NotAllowedInState,),
    headers=("Link",),
)
def look_into_zip(call: Call, job_id: str) -> Reply:
    """A folder of the zip as it would be made now, with all decisions and corrections. For jobs of up to 20,000
    files."""
    query: TreeQuery = call.query
    job = services().owned.job(call.user.id, job_id)
    if job.pipeline != MEDIA.name:
        raise NotAllowedInState("Only media jobs have such a zip.")
    if job.file_count > MOST_PLANNED:
        raise NotAllowedInState(f"The zip of more than {MOST_PLANNED:,} files can't be looked into before it is made.")
    options = Options.model_validate(
        {**job.options, **query.model_dump(include={"layout", "names", "strategy"}, exclude_none=True)}
    )
    files = {file.number: file for file in services().jobs.files(job) if file.state in FINISHED}
    places = planned(map(_inspected, files.values()), options).places(options)
    folders, there = below(places, query.folder.strip("/"), {number: files[number].size for number in places})
    shown = there[(query.page - 1) * query.per_page :][: query.per_page]
    answer = TreeAnswer(
        folder=query.folder.strip("/"),
        folders=[TreeFolder(name=one.name, files=one.files, size_bytes=one.size) for one in folders],
        items=[
            TreeFile(
                name=name,
                file=file_id(job.id, number),
                original_filename=files[number].filename,
                size_bytes=files[number].size,
            )
            for name, number in shown
        ],
        files=len(places),
        size_bytes=sum(files[number].size for number in places),
        estimates=_estimates(places, files, options) if query.page == 1 and not query.folder.strip("/") else None,
        final=job.all_in,
        total=len(there),
        page=query.page,
        per_page=query.per_page,
        pages=math.ceil(len(there) / query.per_page),
    )
    return Reply(answer, headers=page_links(call, len(there)))


def _estimates(places: Mapping[int, str], files: Mapping[int, File], options: Options) -> ArchiveEstimates:
    from chalicelib.jobs.library.archives import estimates_of

    found = estimates_of({path: files[number] for number, path in places.items()}, options.strategy)
    return ArchiveEstimates.model_validate(asdict(found))


def _inspected(file: File) -> Any:
    from chalicelib.jobs.work.run_files import inspected

    return inspected(file)


def _choosing(choice: Any) -> Correct:
    return lambda file: chosen(file.metadata, choice)


def _best(job: Job, kind: str) -> tuple[list[int], int]:
    """The files to leave out so that the best one of each group stays, where the owner decided nothing; and how many
    are left for another request."""
    groups = [group for group in duplicates_found(job) or () if kind in ("all", group["kind"])]
    # The zip has only one of identical files anyway; look-alikes are left out here.
    others = {number for group in groups if group["kind"] == "similar" for number in group["files"][1:]}
    best = {group["kept"] for group in groups}
    wanted = sorted(others - best)
    files = services().jobs.files_by_id([file_id(job.id, number) for number in wanted])
    undecided = sorted(file.number for file in files.values() if choice_of(file.metadata) is None)
    return undecided[:MOST_FILES], max(0, len(undecided) - MOST_FILES)


def _redating(change: Redated, zone: ZoneInfo, field: str, by: str | None) -> Correct:
    """by: the request, so that a repetition after a crash doesn't shift corrected files again. InvalidFields where it
    can't be read."""
    correction = Correction(
        shift=None if change.shift_seconds is None else timedelta(seconds=change.shift_seconds),
        local=change.taken_local,
        day=change.date,
        zone=_zone(change.timezone, field) if change.timezone else None,
        offset=_offset(change.utc_offset, field) if change.utc_offset else None,
    )
    if correction.local is not None and correction.local.tzinfo is not None:
        raise _invalid(f"{field}.taken_local", "a wall clock has no offset: utc_offset has it")

    def correct(file: File) -> Mapping[str, Any] | None:
        if "sidecar" in file.metadata:
            return None
        if by and file.metadata.get(CORRECTED, {}).get("by") == by:
            return file.metadata
        try:
            found = redated(file.metadata, correction, zone)
            if found and by and CORRECTED in found:
                found[CORRECTED] |= {"by": by}
            return found
        except OutOfRange:
            raise _invalid(field, f"leads out of the years that are taken ({file.filename})") from None

    return correct


def _zone(name: str, field: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise _invalid(f"{field}.timezone", "not a time zone of the IANA database") from None


def _offset(text: str, field: str) -> timedelta:
    found = utc_offset(text)
    if found is None:
        raise _invalid(f"{field}.utc_offset", "not an offset of up to 14 hours")
    return found.utcoffset(None) or timedelta()


def _invalid(field: str, message: str) -> InvalidFields:
    return InvalidFields("The files can't be corrected so.", errors=[FieldError(field, message)])


def _numbers(job: Job, given: Sequence[str], field: str) -> list[int]:
    return list(dict.fromkeys(number_of(job.id, one) for one in given))


def _limited(changes: list[tuple[Sequence[int], Correct]]) -> list[tuple[Sequence[int], Correct]]:
    if sum(len(numbers) for numbers, _ in changes) > MOST_FILES:
        raise _invalid("changes", f"at most {MOST_FILES:,} files in one request")
    return changes


def _times_before(done: Corrected) -> list[dict[str, object]]:
    """The changes that restore the dates as found, or as corrected before."""
    found: list[dict[str, object]] = []
    plain = [file.id for file in done.before if user_time(file.metadata) is None]
    if plain:
        found.append({"files": plain})
    for file in done.before:
        if said := user_time(file.metadata):
            part = f".{said.local.microsecond:06d}" if said.local.microsecond else ""
            local = iso_local(said.local) + part
            found.append({"files": [file.id], "taken_local": local, "utc_offset": iso_offset(said.offset)})
    return found


def _answer(done: Corrected, undo: list[dict[str, object]], left: int = 0) -> CorrectedAnswer:
    return CorrectedAnswer(
        changed=len(done.before),
        missed=[file_id(done.job.id, number) for number in done.missed],
        left=left,
        undo=Undo(changes=undo),
        revision=done.job.revision,
        results_current=done.job.current,
    )
