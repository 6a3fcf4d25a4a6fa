"""Speech jobs as the tasks of another system: progress, downloads, and words without a pronunciation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api import speech
from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.files import signed_artifact
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.compat.speech import (
    SpeechError,
    SpeechMissingWords,
    SpeechMissingWordsAnswer,
    SpeechTask,
    SpeechTaskAnswer,
    SpeechTaskList,
    SpeechTasksAnswer,
    SpeechTasksQuery,
)
from chalicelib.jobs.errors import (
    ArtifactGone,
    ArtifactNotFound,
    Forbidden,
    JobError,
    JobNotFound,
    NotAllowedInState,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.speech import SPEECH
from chalicelib.wiring import services

BASE = "/api/v1/tasks"
MOST_TASKS = 100
STATUSES: Mapping[JobState, str] = {
    JobState.PENDING: "uploading",
    JobState.PAUSED: "uploaded",
    JobState.QUEUED: "aligned",
    JobState.RUNNING: "aligned",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "pre-error",
    JobState.CANCELLED: "pre-error",
}
CHOICES: Mapping[str, str] = {
    "text": "comp-ling",
    "text_table": "exp-a",
    "tiers": "var-ling",
    "tiers_table": "exp-b",
}
BATCHES = frozenset({"comp-ling", "exp-a"})
DOWNLOADS = frozenset({"textgrid", "complete", "missing_dict"})


def _worded(error: JobError, request_id: str) -> SpeechError:
    return SpeechError(message=sentence_of(error), code=error.code, request_id=request_id)


routes = Routes(__name__, Dialect(SpeechError, _worded))


@routes.route(
    "GET",
    "/v1/upload/status",
    "Your speech tasks, newest first",
    query=SpeechTasksQuery,
    answer=SpeechTasksAnswer,
)
def list_speech_tasks(call: Call) -> SpeechTasksAnswer:
    query: SpeechTasksQuery = call.query
    if query.user_id not in (None, "", call.user.id):
        raise Forbidden("These are another user's tasks.")
    states = frozenset(state for state, status in STATUSES.items() if status in query.status_filter)
    found, _ = services().jobs.jobs_of(
        call.user.id, states=states, pipeline=SPEECH.name, limit=min(query.limit, MOST_TASKS), before=None
    )
    # A list has no counters of arrived files; for a job that is over, the sum stands beside it.
    tasks = [_task(job if job.final else services().jobs.job(job.id)) for job in found]
    return SpeechTasksAnswer(data=SpeechTaskList(tasks=tasks, total_count=len(tasks)))


@routes.route("GET", "/v1/tasks/{task_id}/status", "A speech task's progress", answer=SpeechTaskAnswer)
def get_speech_task(call: Call, task_id: str) -> SpeechTaskAnswer:
    return SpeechTaskAnswer(data=_task(_job(call, task_id)))


@routes.route(
    "GET",
    "/v1/tasks/{task_id}/download/{artifact}",
    "Download an artifact of a speech task",
    status=302,
    errors=(NotAllowedInState, ArtifactGone),
    headers=("Location",),
)
def download_speech_task(call: Call, task_id: str, artifact: str) -> Reply:
    """`textgrid` (one, or a zip of several), `complete` (a zip of all) or `missing_dict` (suggested pronunciations).
    Redirects to the bytes."""
    job = _job(call, task_id)
    if artifact not in DOWNLOADS:
        raise ArtifactNotFound(f"A task has for download: {', '.join(sorted(DOWNLOADS))}.")
    signed, _ = signed_artifact(job, artifact)
    return Reply(None, 302, {"Location": signed.url})


@routes.route(
    "GET",
    "/v1/tasks/{task_id}/missing-words",
    "Words of a speech task without a pronunciation",
    answer=SpeechMissingWordsAnswer,
)
def list_speech_missing_words(call: Call, task_id: str) -> SpeechMissingWordsAnswer:
    job = _job(call, task_id)
    found = speech.missing_words_of(job.id)
    missing = SpeechMissingWords(has_missing_words=False, html_content=None, missing_words_count=0, dict_path=None)
    if found:
        missing = SpeechMissingWords(
            has_missing_words=True,
            html_content=f'<div class="missing-words-container">{speech.table_of(found)}</div>',
            missing_words_count=len(found),
            dict_path=f"{BASE}/{job.id}/download/missing_dict",
        )
    return SpeechMissingWordsAnswer(data=missing)


@routes.route(
    "GET",
    "/v1/static/guides/{filename}",
    "Read a guide, by its name in the speech system",
    status=302,
    headers=("Location",),
)
def read_speech_guide(call: Call, filename: str) -> Reply:
    """Redirects to the guide."""
    _, signed = services().guides.link(filename)
    return Reply(None, 302, {"Location": signed.url})


def _job(call: Call, task_id: str) -> Job:
    if is_id(task_id):
        job = services().owned.job(call.user.id, task_id)
        if job.pipeline == SPEECH.name:
            return job
    raise JobNotFound("There is no such task.")


def _task(job: Job) -> SpeechTask:
    choice = CHOICES[job.options.get("transcripts", "text")]
    said: Mapping[str, Any] = (job.result or {}).get("metadata") or {}
    missing = said["missing_words"] if "missing_words" in said else len(speech.missing_words_of(job.id))
    place, done = f"{BASE}/{job.id}", job.state is JobState.COMPLETED
    dictionary = missing and (done or job.waiting_for)
    return SpeechTask(
        task_id=job.id,
        user_id=job.owner_id,
        task_status=STATUSES[job.state],
        download_title=job.name,
        download_date=job.created_at,
        trans_choice=choice,
        lang=str(job.options.get("language", "")),
        size=str(job.counts.size or job.kept_bytes),
        missing_words=str(missing),
        no_of_files=job.file_count,
        words=said.get("words", 0),
        cost=0.0,
        duration=round(said.get("seconds", 0)),
        batch=choice in BATCHES,
        textgrid_url=f"{place}/download/textgrid" if done else None,
        download_url=f"{place}/download/complete" if done else None,
        has_missing_words=bool(missing),
        missing_dict_url=f"{place}/download/missing_dict" if dictionary else None,
        missing_words_html_url=f"{place}/missing-words" if missing else None,
        created_at=job.created_at,
        updated_at=job.completed_at or job.active_at or job.created_at,
        error_message=job.error_message,
    )
