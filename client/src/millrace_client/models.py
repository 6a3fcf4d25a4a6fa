"""Made by `python -m client.generate` from the API's description: change that, not this."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FileState = Literal["expected", "inspecting", "inspected", "rejected", "duplicate"]
JobState = Literal["pending", "queued", "running", "paused", "completed", "failed", "cancelled"]
SettingsRequest = dict[str, Any]


class AccountAnswer(BaseModel):
    id: str
    email: str | None
    """None: a guest."""
    username: str | None
    role: Literal["guest", "user", "admin"]
    scopes: list[str]
    """The scopes of the credentials that asked."""
    created_at: datetime | None


class AccountChanges(BaseModel):
    email: str | None = None
    username: str | None = None
    current_password: str | None = None
    """Needed to change the email."""


class AiOptions(BaseModel):
    """Prices are of a million tokens, in whatever money you think; without them costs are tokens alone."""

    connection_id: str
    """A connection of the kind `openai`."""
    model: str
    """Its name on the server."""
    token_budget: int | None = None
    """The most that it may take in all."""
    frames: bool | None = None
    """A frame of each video is shown to it, if the model sees."""
    prompt_price: float | None = None
    completion_price: float | None = None


class AnalysisOptions(BaseModel):
    detect: list[Literal["studio", "performers", "tags", "details", "date", "markers"]] | None = None
    confidence_threshold: float | None = None
    include_organized: bool | None = None
    """Scenes that are marked as organized, too."""
    patterns: list[Pattern] | None = None
    use_ai: bool | None = None
    """A language model is asked for studio, performers, tags and date besides."""
    ai: AiOptions | None = None


class AnalysisRequest(BaseModel):
    """The scenes: `scene_ids`, or those that fit `filters`."""

    scene_ids: list[str] | None = None
    filters: SceneFilters | None = None
    options: AnalysisOptions | None = None
    plan_name: str | None = None


class AnalysisStarted(BaseModel):
    plan_id: str
    job_id: str
    scenes: int
    status: str
    estimate: Tokens | None
    """The likely cost of asking the model; null where none is asked."""


class ApplyRequest(BaseModel):
    """Only what is approved is carried out; ids narrow it further."""

    change_ids: list[str] | None = None
    scene_ids: list[str] | None = None
    connection_id: str | None = None
    """The server to write to; without it the catalogue alone changes."""
    background: Literal[True] | None = None
    """Applying is always a job: follow it by its id."""


class ArchiveAnswer(BaseModel):
    archive_id: str
    """Also the id of the job that makes it, which can be paused and cancelled."""
    name: str
    status: JobState
    progress_percent: float
    size_bytes: int
    """Exact from the start; of all zips together."""
    file_count: int
    layout: Literal["organised", "original", "flat"]
    estimate: ArchiveEstimate | None
    """null: it was begun by a version that made none."""
    zips: list[ArchiveZip]
    download_url: str | None
    """Once it is completed, where it is one zip."""
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    """When it is deleted automatically; null until it is over."""
    error_code: str | None
    error_message: str | None


class ArchiveEstimate(BaseModel):
    """On AWS, from the plan; others at the same files make it slower."""

    strategy: Literal["fast", "cheap"]
    """What it comes to: by many workers, or by one."""
    workers: int
    seconds: float
    usd: float
    """US dollars, of requests and functions."""


class ArchiveEstimates(BaseModel):
    """estimate: of the strategy that was asked for."""

    estimate: ArchiveEstimate
    fast: ArchiveEstimate
    cheap: ArchiveEstimate


class ArchivePlan(BaseModel):
    estimate: ArchiveEstimate
    fast: ArchiveEstimate
    cheap: ArchiveEstimate
    size_bytes: int
    file_count: int
    zip_count: int


class ArchiveRequest(BaseModel):
    file_ids: list[str] | None = None
    """Files of yours, of any job."""
    filter: FilesFilter | None = None
    """Instead of `file_ids`: all that fit, of your library or, with `job_ids`, of these jobs."""
    job_ids: list[str] | None = None
    """All files of these jobs that could be read."""
    layout: Literal["organised", "original", "flat"] | None = None
    """The zip's folders. `organised`: by year and month; `original`: those that the files came in, below one for
    each job where there are several; `flat`: none."""
    artifacts: bool | None = None
    """Also what the jobs of `job_ids` came to, but for their own zips."""
    name: str | None = None
    """What it is saved as, without `.zip`."""
    strategy: Literal["auto", "fast", "cheap"] | None = None
    """`fast`: by many workers whenever they are of use; `cheap`: by one; `auto`: by many where one would need over
    a minute."""
    split_bytes: int | None = None
    """Largest size of one zip; larger archives become several zips."""


class ArchiveZip(BaseModel):
    """filename: what it is saved as."""

    name: str
    filename: str
    size_bytes: int
    file_count: int
    download_url: str | None
    """Once the archive is completed."""


class ArchivesPage(BaseModel):
    items: list[ArchiveAnswer]
    next_cursor: str | None


class ArtifactAnswer(BaseModel):
    name: str
    filename: str
    content_type: str
    size_bytes: int
    created_at: datetime
    download_url: str


class ArtifactsAnswer(BaseModel):
    items: list[ArtifactAnswer]


class AttemptAnswer(BaseModel):
    at: datetime
    milliseconds: int
    status: int | None
    """Of the receiver's answer; null where none came."""
    error: str | None
    """Null where the receiver took it."""


class AuditEntryAnswer(BaseModel):
    id: str
    at: datetime
    actor_id: str
    """The user's id; `command` for who runs the installation."""
    action: str
    target: str
    details: dict[str, Any]


class AuditPage(BaseModel):
    items: list[AuditEntryAnswer]
    next_cursor: str | None


class BegunAnswer(BaseModel):
    job_id: str


class BinMoved(BaseModel):
    done: list[str]
    """Files that are now in the bin, or out of it, as requested; those that already were, too."""
    missed: list[str]
    """Files that stay where they are: their job is not over, or they are not inspected yet."""


class BinPage(BaseModel):
    items: list[BinnedJob]
    next_cursor: str | None
    size_bytes: int
    """Bytes of your storage that the jobs of this page use until they are deleted."""


class BinnedFile(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str
    job_id: str
    original_filename: str
    status: FileState
    size_bytes: int
    type: str
    """`image`, `video`, `volume`, `audio`, or `other`."""
    title: str | None
    description: str | None
    tags: list[str]
    pipeline: str
    created_at: datetime
    binned_at: datetime
    gone_at: datetime
    """When it is deleted for good."""
    role: str | None = None
    content_type: str | None = None
    file_hash_sha256: str | None = None
    detected_timestamp: str | None = None
    timestamp_source: str | None = None
    confidence: str | None = None
    timestamp_candidates: list[dict[str, Any]] | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    gps: dict[str, Any] | None = None
    camera: str | None = None
    thumbnail: ThumbnailAnswer | None = None
    thumbnail_url: str | None = None
    """Leads to this one picture: for who shows one, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in its pipeline's words."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """What somebody who gave it by a share calls themselves."""


class BinnedFilesPage(BaseModel):
    items: list[BinnedFile]
    next_cursor: str | None
    size_bytes: int
    """Bytes of your storage that the files of this page use until they are deleted."""


class BinnedJob(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int
    """Without files that were deleted or are in the bin."""
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    options: dict[str, Any]
    result: dict[str, Any] | None
    """The result of its run: summary, quality score, metadata."""
    size_bytes: int | None
    """Its files' bytes in your storage; null until it is over. Bytes that files share count once."""
    binned_at: datetime
    gone_at: datetime
    """When it is deleted for good."""
    waiting_for: WaitingFor | None = None
    origin: OriginAnswer | None = None
    """Of an import and of a drop folder."""


class BulkAnswer(BaseModel):
    """missing: ids that are no scenes of yours."""

    updated: int
    missing: list[str]


class BulkChanges(BaseModel):
    scene_ids: list[str]
    changes: SceneChanges


class BulkDecision(BaseModel):
    action: Literal["accept_all", "reject_all", "accept_by_field", "reject_by_field", "accept_by_confidence"]
    field: Literal["studio", "performers", "tags", "details", "date", "markers"] | None = None
    confidence: float | None = None


class ChangeAnswer(BaseModel):
    id: str
    scene_id: str
    field: Literal["studio", "performers", "tags", "details", "date", "markers"]
    action: Literal["add", "remove", "set"]
    current_value: Any
    proposed_value: Any
    confidence: float
    reason: str
    status: Literal["pending", "approved", "rejected", "applied", "conflict", "failed"]
    message: str | None
    source: Literal["rules", "ai"]
    """Whether rules or a language model propose it."""


class ChangeDecision(BaseModel):
    """proposed_value: what is to be there instead."""

    status: Literal["pending", "approved", "rejected"] | None = None
    proposed_value: Any | None = None


class Chosen(BaseModel):
    files: list[str]
    choice: Literal["keep", "drop"] | None
    """`keep` puts it into the zip, `drop` leaves it out with all that belongs to it; null: as found."""


class ChosenFile(BaseModel):
    file_id: str
    role: str | None = None
    """Its role in this job; without one, its role in its own."""


class CollectAnswer(BaseModel):
    """What may be given."""

    open: bool
    """False once its owner has taken up what was given."""
    pipeline: str
    title: str
    """Of the pipeline."""
    extensions: list[str]
    bare_names: str | None
    max_bytes: int
    """Of one file."""
    files_left: int
    bytes_left: int


class Collected(BaseModel):
    given_files: int
    given_bytes: int
    file_limit: int
    byte_limit: int


class CompleteRequest(BaseModel):
    parts: list[DonePart]


class ConnectionAnswer(BaseModel):
    id: str
    name: str
    kind: str
    url: str
    has_key: bool
    key_hint: str
    """The last four letters of a long key."""
    created_at: datetime


class ConnectionChanges(BaseModel):
    """Fields left out keep their value. A new `url` needs the `key` again."""

    name: str | None = None
    url: str | None = None
    key: str | None = None


class ConnectionRequest(BaseModel):
    name: str
    url: str
    """Such as https://stash.example/graphql, or https://api.openai.com/v1."""
    kind: Literal["stash", "openai"] | None = None
    """The kind of server. `openai`: any server with OpenAI's chat completions."""
    key: str | None = None
    """Your key at that server. It is never shown again."""


class ConnectionsAnswer(BaseModel):
    items: list[ConnectionAnswer]


class ControlRequest(BaseModel):
    action: Literal["pause", "resume", "cancel"]


class CorrectedAnswer(BaseModel):
    changed: int
    """How many files are other than before."""
    missed: list[str]
    """Files that could not take it: rejected, or without a time to shift."""
    undo: Undo
    revision: int
    """Of the job, counted up with each correction."""
    results_current: bool
    """Whether the zip has all corrections: POST /jobs/{id}/remake."""
    left: int | None = None
    """With `keep_best`: how many files are left for the next request."""


class DatesRequest(BaseModel):
    changes: list[Redated]


class DayOfJobs(BaseModel):
    date: str
    """In UTC."""
    opened: int
    completed: int
    failed: int
    cancelled: int


class DeliveriesPage(BaseModel):
    items: list[DeliveryAnswer]
    next_cursor: str | None


class DeliveryAnswer(BaseModel):
    id: str
    """The event's, and the request's `webhook-id`: the same at every attempt."""
    type: str
    status: Literal["pending", "delivered", "failed"]
    created_at: datetime
    next_attempt_at: datetime | None
    data: dict[str, Any]
    attempts: list[AttemptAnswer]


class Dependency(BaseModel):
    ok: bool
    latency_ms: float
    error: str | None = None


class DictionaryAnswer(BaseModel):
    language: str
    words: int
    pronunciations: int
    size_bytes: int
    updated_at: datetime


class DictionaryContent(BaseModel):
    language: str
    words: int
    pronunciations: int
    size_bytes: int
    updated_at: datetime
    text: str


class DictionaryRequest(BaseModel):
    text: str
    """Lines of `word<TAB>PH PH …`, at most 50,000; `#` begins a comment."""
    mode: Literal["replace", "append"] | None = None
    """`append` adds to what is there; a word that is there keeps its pronunciations as variants."""


class DonePart(BaseModel):
    part_number: int
    etag: str


class DownloadAnswer(BaseModel):
    url: str
    expires_at: datetime
    size_bytes: int


class DownloadRequest(BaseModel):
    file_id: str | None = None
    zip: str | None = None
    """The name of one of `zips`."""


class DuplicateGroupAnswer(BaseModel):
    kind: str
    kept: str
    """The file that the zip keeps; similar ones are all kept, and this is the best."""
    files: list[FileAnswer]
    """The first hundred of them."""
    size: int
    """How many files the group has."""


class DuplicatesAnswer(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[DuplicateGroupAnswer]
    final: bool
    """Whether the job has finished looking; before, similar ones are not known."""


class DuplicatesRequest(BaseModel):
    """One of the two."""

    changes: list[Chosen] | None = None
    keep_best: Literal["exact", "similar", "all"] | None = None
    """Of each group of that kind the best file only, where nothing was decided yet."""


class EntitiesPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[EntityAnswer]


class EntityAnswer(BaseModel):
    id: str
    name: str
    aliases: list[str]
    disambiguation: str | None
    parents: list[str]
    ignore_auto_tag: bool
    scene_count: int


class ErrorTimes(BaseModel):
    code: str
    jobs: int
    """That failed for this reason."""
    files: int
    """That were rejected for it, each time that they were."""


class FileAnswer(BaseModel):
    """A file; what its pipeline found out stands beside these fields under its own names."""

    model_config = ConfigDict(extra="allow")

    id: str
    job_id: str
    original_filename: str
    status: FileState
    size_bytes: int
    role: str | None = None
    content_type: str | None = None
    file_hash_sha256: str | None = None
    detected_timestamp: str | None = None
    timestamp_source: str | None = None
    confidence: str | None = None
    timestamp_candidates: list[dict[str, Any]] | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    gps: dict[str, Any] | None = None
    camera: str | None = None
    thumbnail: ThumbnailAnswer | None = None
    thumbnail_url: str | None = None
    """Leads to this one picture: for who shows one, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in its pipeline's words."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """What somebody who gave it by a share calls themselves."""


class FileChanges(BaseModel):
    """Fields left out keep their value; null clears one."""

    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None


class FileCounts(BaseModel):
    expected: int
    """Not arrived, or being inspected."""
    inspected: int
    rejected: int
    duplicate: int


class FilesFilter(BaseModel):
    """As GET /files takes it: every file that such a list has, on any of its pages."""

    type: Literal["image", "video", "volume", "audio"] | None = None
    status: list[FileState] | None = None
    search: str | None = None
    """Words that a file's name, title or tags must all have."""


class FilesGiven(BaseModel):
    file_ids: list[str]
    """Files of yours, of any job."""


class FilesPage(BaseModel):
    items: list[FileAnswer]
    total: int
    page: int
    per_page: int
    pages: int
    groups: dict[str, int] | None = None
    """With group_by: how many files each group has."""


class GiveAnswer(BaseModel):
    gift: str
    """Goes along as the header `X-Share-Gift`: it opens what was given with it, no more."""
    uploads: list[UploadTarget]
    ignored: list[str] | None = None
    """Files of an operating system's own, such as `.DS_Store`."""
    left_out: list[LeftOut] | None = None
    """With `skip_unsupported`: what the pipeline doesn't take."""


class GiveRequest(BaseModel):
    files: list[NewFile]
    giver: str | None = None
    """What you call yourself to the one who asked for files."""
    skip_unsupported: bool | None = None
    """Leaves out what the pipeline doesn't take, and names it, instead of refusing the request."""


class GivenAnswer(BaseModel):
    items: list[GivenFile]


class GivenFile(BaseModel):
    id: str
    filename: str
    size_bytes: int
    status: FileState
    error_code: str | None
    """Why it can't be read."""


class GuideAnswer(BaseModel):
    filename: str
    name: str
    """For people."""
    content_type: str
    size_bytes: int
    updated_at: datetime


class GuidesAnswer(BaseModel):
    items: list[GuideAnswer]


class HealthAnswer(BaseModel):
    status: Literal["ok", "degraded"]
    version: str
    dependencies: dict[str, Dependency]


class ImportCount(BaseModel):
    path: str
    file_count: int
    """Without what an import passes over."""
    size_bytes: int
    complete: bool
    """False: there are more than the 10,000 objects that were counted."""
    fits: dict[str, int]
    """How many of them each pipeline takes, by name and size. A job has all, and rejects the others."""


class ImportFile(BaseModel):
    name: str
    size_bytes: int
    modified_at: datetime
    ignored: bool
    """A half-made or housekeeping file: an import passes it over."""


class ImportFolder(BaseModel):
    name: str
    path: str
    """As `POST /import-path` takes it."""


class ImportFolders(BaseModel):
    path: str | None
    """As `POST /import-path` takes it. Null: these are all places."""
    root: str | None
    """The place that it lies in."""
    folders: list[ImportFolder]
    files: list[ImportFile]
    """By name, as the folders: a page has up to `limit` of both together."""
    next_cursor: str | None


class ImportRequest(BaseModel):
    path: str
    """`s3://bucket/prefix/`, or `prefix/`."""
    pipeline: str
    name: str | None = None
    options: dict[str, Any] | None = None
    recursive: bool | None = None
    callback_url: str | None = None
    """Receives the job's end, as a webhook."""


class ImportWays(BaseModel):
    """How files come to where they are imported from, and to the drop folders, by clients of S3."""

    import_path: str | None
    """The first place that may be imported from."""
    drop_path: str
    """What lands below it becomes a job. `{pipeline}` and `{batch}` are to be chosen."""
    endpoint_url: str | None
    """Where the store answers, if that isn't AWS."""


class JobAnswer(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    options: dict[str, Any]
    progress_current: int
    progress_total: int
    progress_percent: float
    current_filename: str | None
    error_count: int
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    files: FileCounts
    sealed: bool
    """No more files can be added."""
    description: str | None = None
    tags: list[str] | None = None
    waiting_for: WaitingFor | None = None
    follows: str | None = None
    """The job that had imported the same drop folder before."""
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int | None = None
    """How often its owner has corrected what was found of its files."""
    results_current: bool | None = None
    """Whether its results have all of these corrections."""


class JobChanges(BaseModel):
    """Fields left out keep their value; null clears one."""

    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None


class JobRequest(BaseModel):
    """Files of yours, of any job: `file_ids`, or `files` where they have roles. Each is taken once, in this
    order."""

    pipeline: str
    file_ids: list[str] | None = None
    files: list[ChosenFile] | None = None
    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    options: dict[str, Any] | None = None
    callback_url: str | None = None
    """Receives the job's end, as a webhook."""


class JobStarted(BaseModel):
    job_id: str
    status: str


class JobSummary(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int
    """Without files that were deleted or are in the bin."""
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    options: dict[str, Any]
    result: dict[str, Any] | None
    """The result of its run: summary, quality score, metadata."""
    size_bytes: int | None
    """Its files' bytes in your storage; null until it is over. Bytes that files share count once."""
    waiting_for: WaitingFor | None = None
    origin: OriginAnswer | None = None
    """Of an import and of a drop folder."""


class JobsPage(BaseModel):
    items: list[JobSummary]
    next_cursor: str | None
    poll_after_seconds: int


class KeyAnswer(BaseModel):
    id: str
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    hint: str
    """The last four characters."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To within an hour."""


class KeysAnswer(BaseModel):
    items: list[KeyAnswer]


class LeftOut(BaseModel):
    filename: str
    code: str
    """The error that the request would have been refused with."""
    message: str


class LibraryFile(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str
    job_id: str
    original_filename: str
    status: FileState
    size_bytes: int
    type: str
    """`image`, `video`, `volume`, `audio`, or `other`."""
    title: str | None
    description: str | None
    tags: list[str]
    pipeline: str
    created_at: datetime
    role: str | None = None
    content_type: str | None = None
    file_hash_sha256: str | None = None
    detected_timestamp: str | None = None
    timestamp_source: str | None = None
    confidence: str | None = None
    timestamp_candidates: list[dict[str, Any]] | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    gps: dict[str, Any] | None = None
    camera: str | None = None
    thumbnail: ThumbnailAnswer | None = None
    thumbnail_url: str | None = None
    """Leads to this one picture: for who shows one, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in its pipeline's words."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """What somebody who gave it by a share calls themselves."""


class LibraryPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[LibraryFile]


class ListingAnswer(BaseModel):
    """How the files of a job can be listed."""

    sorts: list[str]
    groups: list[str]


class LiveTicket(BaseModel):
    ticket: str
    """Goes into the address as `?ticket=`. Good once, for a minute."""
    url: str
    """Where to open the socket: `ws://…` or `wss://…`, or a path on this very host."""
    expires_at: datetime


class LoginRequest(BaseModel):
    email: str
    password: str
    guest_token: str | None = None
    """A guest's access token: the guest's jobs and user data become the account's."""


class MarkerAnswer(BaseModel):
    title: str
    seconds: float
    end_seconds: float | None
    tag: str | None


class MissingWord(BaseModel):
    word: str
    count: int
    """How often the transcripts have it."""
    suggestion: str
    """Phones guessed from its letters; empty where they can't be."""


class MissingWordsAnswer(BaseModel):
    has_missing_words: bool
    missing_words_count: int
    words: list[MissingWord]
    html_content: str
    """The same as a table, escaped."""
    dict_url: str | None
    """Where the dictionary of suggestions is; null where no word is missing."""


class ModelsTested(BaseModel):
    ok: bool
    milliseconds: int
    code: str | None = None
    message: str | None = None
    models: list[str] | None = None


class MoreFilesRequest(BaseModel):
    files: list[NewFile]
    more: bool | None = None
    """The request without it seals the job."""
    skip_unsupported: bool | None = None
    """Leaves out what the pipeline doesn't take, and names it, instead of refusing the request."""
    single_put: bool | None = None
    """One PUT for each file of up to 5 GiB, for clients that can't send parts."""


class MultipartPlan(BaseModel):
    part_size: int
    """Bytes of each part but the last."""
    part_count: int


class NamedAnswer(BaseModel):
    id: str
    name: str


class NewFile(BaseModel):
    filename: str
    """For showing; never used as a path."""
    size: int
    """Bytes; exactly so many will be accepted."""
    content_type: str | None = None
    sha256: str | None = None
    """Lets the store refuse any other bytes, and spares reading them."""
    modified_at: datetime | None = None
    """The file's own time, with a zone."""
    role: str | None = None
    """The file's role, where a pipeline knows several."""


class NewJobAnswer(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    options: dict[str, Any]
    progress_current: int
    progress_total: int
    progress_percent: float
    current_filename: str | None
    error_count: int
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    files: FileCounts
    sealed: bool
    """No more files can be added."""
    description: str | None = None
    tags: list[str] | None = None
    waiting_for: WaitingFor | None = None
    follows: str | None = None
    """The job that had imported the same drop folder before."""
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int | None = None
    """How often its owner has corrected what was found of its files."""
    results_current: bool | None = None
    """Whether its results have all of these corrections."""
    callback_secret: str | None = None
    """Signs what is sent to callback_url. Shown this once."""


class NewKeyAnswer(BaseModel):
    id: str
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    hint: str
    """The last four characters."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To within an hour."""
    key: str
    """Shown this once."""


class NewKeyRequest(BaseModel):
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    expires_in_days: int | None = None
    """null: never."""


class NewShareAnswer(BaseModel):
    id: str
    kind: Literal["archive", "job", "files", "collect"]
    name: str
    job_id: str
    """The job or archive that is shared, or collected into; of single files, the archive made of them."""
    file_count: int | None
    """Of single files."""
    created_at: datetime
    expires_at: datetime
    has_password: bool
    download_limit: int | None
    downloads: int
    path: str
    """The address of its page, behind the installation's own. Shown this once."""
    collected: Collected | None = None
    """Of one that collects."""


class NewWebhookAnswer(BaseModel):
    id: str
    url: str
    events: list[str]
    created_at: datetime
    secret: str
    """Signs what is sent. Shown this once."""


class OriginAnswer(BaseModel):
    """Where a job's files were found."""

    kind: Literal["import", "drop"]
    path: str
    """The place that was imported, or the drop folder."""
    stage: Literal["waiting", "listing", "taken"]
    """`waiting` for the drop folder to be quiet or complete, `listing` it, or all is `taken` in."""
    closes_at: datetime | None
    """Of one that waits: when it is closed unless more comes."""


class PartsRequest(BaseModel):
    part_numbers: list[int]
    sha256: dict[str, str] | None = None
    """By part number."""
    crc32: dict[str, str] | None = None
    """By part number; eight hexadecimal digits."""


class PasswordRequest(BaseModel):
    current_password: str
    new_password: str


class Pattern(BaseModel):
    """Text that matches, as whole words, is of this studio."""

    studio: str
    pattern: str


class PicturesRequest(BaseModel):
    """As `POST /upload`, whose pipeline is `colour` here."""

    files: list[NewFile]
    name: str | None = None
    options: dict[str, Any] | None = None
    more: bool | None = None
    """Keeps the job open for further files."""
    skip_unsupported: bool | None = None
    """Leaves out what the pipeline doesn't take, and names it, instead of refusing the request."""
    callback_url: str | None = None
    """Receives the job's end, as a webhook."""


class PipelineAnswer(BaseModel):
    name: str
    title: str
    description: str
    extensions: list[str]
    bare_names: str | None
    """A regular expression, whatever the case, of names without an extension that it takes; null: none."""
    max_bytes: int
    roles: list[str]
    steps: list[str]
    options: dict[str, Any]
    """JSON Schema: what an upload form needs."""
    kind: str | None
    """The kind of its files: `image`, `video`, `volume`, `audio`; null: several."""
    listing: ListingAnswer


class PipelineTimes(BaseModel):
    pipeline: str
    jobs: int
    """Completed ones."""
    average_processing_time_seconds: float


class PipelinesAnswer(BaseModel):
    items: list[PipelineAnswer]


class PlanAnswer(BaseModel):
    id: str
    name: str
    status: Literal["pending", "draft", "reviewing", "applied", "cancelled"]
    created_at: datetime
    applied_at: datetime | None
    scenes: int
    changes: dict[str, int]
    """How many were proposed, by field."""
    metadata: dict[str, Any]


class PlanCosts(BaseModel):
    """The cost of asking a language model for a plan."""

    model: str
    token_budget: int
    estimate: Tokens
    counted: TokensCounted
    failed: int
    """Scenes about which the model could not be asked, or gave no usable answer."""
    unasked: int
    """Scenes that were left out."""
    invented: int
    """Choices that were not among those given, and are left out."""
    stopped: str | None
    """Why scenes were left out: `budget`, `cancelled`, or an error's code of the connection."""
    failures: list[str]
    """The first scenes that failed, and why."""


class PlanPage(BaseModel):
    id: str
    name: str
    status: Literal["pending", "draft", "reviewing", "applied", "cancelled"]
    created_at: datetime
    applied_at: datetime | None
    scenes: int
    changes: dict[str, int]
    """How many were proposed, by field."""
    metadata: dict[str, Any]
    counts: dict[str, int]
    """How many changes there are, by status."""
    items: list[SceneOfPlan]
    next_cursor: str | None
    cursor: str | None
    """The older name of `next_cursor`."""


class PlansPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[PlanAnswer]


class Problem(BaseModel):
    """application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, str]]


class PushAnswer(BaseModel):
    source: str
    whole: bool
    """All scenes are to be sent; what isn't among them is marked as absent."""
    updated_after: str | None
    """Of one that isn't whole: only scenes that were updated after this."""
    behind: str | None
    """The id of the last scene that was taken in: the next page lies behind it."""
    created: int
    updated: int
    skipped: int
    failed: int


class PushEnd(BaseModel):
    """All that the server has, as ids with spans: `1-5000,5002`. Names that aren't listed are forgotten."""

    source: str
    performers: str
    tags: str
    studios: str
    scenes: str | None = None
    """Of a whole push. Scenes that aren't listed are marked as absent."""


class PushPage(BaseModel):
    """Scenes and names as a Stash server's GraphQL gives them. Scenes come in the order of their ids."""

    source: str
    behind: str | None = None
    """The id that the page lies behind. A page that comes again isn't counted again."""
    scenes: list[dict[str, Any]] | None = None
    performers: list[dict[str, Any]] | None = None
    tags: list[dict[str, Any]] | None = None
    studios: list[dict[str, Any]] | None = None


class PushRequest(BaseModel):
    """source: what you call the server, such as `home`."""

    source: str
    incremental: bool | None = None
    """Only what changed since the last push; the first one is always whole."""


class Redated(BaseModel):
    """Without any of the others, what was corrected before is taken back."""

    files: list[str]
    shift_seconds: float | None = None
    """Added to what the clock showed."""
    taken_local: datetime | None = None
    """The wall clock at the place, without an offset."""
    date: str | None = None
    """Another day, at the same time of day."""
    timezone: str | None = None
    """IANA time zone of what the clock showed."""
    utc_offset: str | None = None
    """As `timezone`, where only that is known."""


class RefreshRequest(BaseModel):
    refresh_token: str


class RegisterRequest(BaseModel):
    """With a guest's token, the guest's jobs become the account's."""

    email: str
    username: str
    password: str


class RemakeRequest(BaseModel):
    """Options of the zip that are to be others; null: as they were."""

    layout: Literal["year/month", "year", "year/month-day", "original"] | None = None
    names: Literal["time", "original"] | None = None
    strategy: Literal["auto", "fast", "cheap"] | None = None


class ResultAnswer(BaseModel):
    id: str
    job_id: str
    pipeline: str
    summary: str
    quality_score: float | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime | None
    file_id: str | None = None
    """The file that it is about; null: the whole job."""


class ResultChanges(BaseModel):
    """Fields left out keep their value. Metadata is merged; a name with null is removed."""

    summary: str | None = None
    quality_score: float | None = None
    metadata: dict[str, Any] | None = None


class ResultRequest(BaseModel):
    job_id: str
    summary: str
    quality_score: float | None = None
    metadata: dict[str, Any] | None = None


class ResultsPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[ResultAnswer]


class ResyncOne(BaseModel):
    connection_id: str


class ResyncRequest(BaseModel):
    connection_id: str
    scene_ids: list[str]


class SceneAnswer(BaseModel):
    id: str
    source: str
    title: str
    """Its title, or else the name of its file."""
    details: str | None
    paths: list[str]
    files: list[SceneFileAnswer]
    code: str | None
    director: str | None
    urls: list[str]
    organized: bool
    rating100: int | None
    scene_date: str | None
    """As precise as it is known: `2014`, `2006-08` or `2020-04-19`."""
    created_date: datetime | None
    last_synced: datetime | None
    studio: NamedAnswer | None
    performers: list[NamedAnswer]
    tags: list[NamedAnswer]
    groups: list[NamedAnswer]
    galleries: list[NamedAnswer]
    markers: list[MarkerAnswer]
    stash_ids: list[dict[str, Any]]
    analyzed: bool
    absent: bool


class SceneChanges(BaseModel):
    """Fields left out keep their value; null clears one."""

    title: str | None = None
    details: str | None = None
    director: str | None = None
    code: str | None = None
    organized: bool | None = None
    analyzed: bool | None = None
    rating100: int | None = None
    scene_date: str | None = None
    """`2014`, `2006-08` or `2020-04-19`."""


class SceneFileAnswer(BaseModel):
    path: str
    primary: bool
    duration: float | None
    width: int | None
    height: int | None
    frame_rate: float | None
    codec: str | None
    size: int | None
    fingerprints: dict[str, str]


class SceneFilters(BaseModel):
    """All given conditions must hold. Of several ids any one matches; excluded ids must not."""

    search: str | None = None
    """Beginnings of words that title, details or path must all have."""
    studio_id: str | None = None
    performer_ids: list[str] | None = None
    tag_ids: list[str] | None = None
    exclude_tag_ids: list[str] | None = None
    scene_ids: list[str] | None = None
    organized: bool | None = None
    analyzed: bool | None = None
    has_active_jobs: bool | None = None
    """Scenes that a job under way names."""
    absent: bool | None = None
    """Scenes that their source no longer has."""
    date_from: str | None = None
    """The scene's whole period is on this day or later."""
    date_to: str | None = None
    """The scene's whole period is on this day or before."""


class SceneJobs(BaseModel):
    items: list[JobSummary]


class SceneOfPlan(BaseModel):
    scene_id: str
    title: str
    path: str | None
    changes: list[ChangeAnswer]


class SceneStats(BaseModel):
    total: int
    organized: int
    analyzed: int
    absent: int
    performers: int
    tags: int
    studios: int


class ScenesPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[SceneAnswer]


class ScheduleAnswer(BaseModel):
    id: str
    name: str
    pipeline: str
    options: dict[str, Any]
    path: str | None
    recursive: bool
    cron: str | None
    every_minutes: int | None
    zone: str
    paused: bool
    created_at: datetime
    next_at: datetime | None
    history: list[StartedAnswer]
    """The last 20 times, the newest first."""


class ScheduleChanges(BaseModel):
    """Fields left out keep their value. A `cron` replaces `every_minutes`, and the reverse."""

    name: str | None = None
    options: dict[str, Any] | None = None
    paused: bool | None = None
    cron: str | None = None
    """Minute, hour, day, month and weekday as cron has them; at least 15 minutes apart."""
    every_minutes: int | None = None
    zone: str | None = None
    """In which the cron expression is read, such as `Europe/Berlin`."""


class ScheduleRequest(BaseModel):
    """`cron` or `every_minutes`."""

    name: str
    pipeline: str
    options: dict[str, Any] | None = None
    path: str | None = None
    """The path that is imported each time, as by `POST /import-path`."""
    recursive: bool | None = None
    cron: str | None = None
    """Minute, hour, day, month and weekday as cron has them; at least 15 minutes apart."""
    every_minutes: int | None = None
    zone: str | None = None
    """In which the cron expression is read, such as `Europe/Berlin`."""


class SchedulesAnswer(BaseModel):
    items: list[ScheduleAnswer]


class ServerTest(BaseModel):
    """A connection of yours, or an address with its key before it becomes one."""

    connection_id: str | None = None
    url: str | None = None
    key: str | None = None


class SettingAnswer(BaseModel):
    name: str
    value: Any
    """`********` for a secret."""
    source: Literal["default", "environment", "stored"]
    secret: bool
    changeable: bool
    """Others are set by the deployment."""
    least: int | None
    """The smallest value; null where it is no number to change."""
    most: int | None
    """The largest one."""


class SettingsAnswer(BaseModel):
    items: list[SettingAnswer]


class ShareAnswer(BaseModel):
    id: str
    kind: Literal["archive", "job", "files", "collect"]
    name: str
    job_id: str
    """The job or archive that is shared, or collected into; of single files, the archive made of them."""
    file_count: int | None
    """Of single files."""
    created_at: datetime
    expires_at: datetime
    has_password: bool
    download_limit: int | None
    downloads: int
    collected: Collected | None = None
    """Of one that collects."""


class ShareRequest(BaseModel):
    kind: Literal["collect"] | None = None
    """`collect`: others put files into the job `job_id`, or into a new one of `pipeline`."""
    archive_id: str | None = None
    job_id: str | None = None
    """All files of the job that could be read, and its zip."""
    file_ids: list[str] | None = None
    """A zip is made of them, and kept for as long."""
    expires_in_days: int | None = None
    """An archive ends its share with itself."""
    name: str | None = None
    """What visitors see as the title; else that of the job or archive."""
    password: str | None = None
    download_limit: int | None = None
    """How many downloads are allowed, of files and of the zip together."""
    pipeline: str | None = None
    """Of the new job that files are collected into."""
    options: dict[str, Any] | None = None
    """Likewise."""
    file_limit: int | None = None
    """So many files may be given, to collect."""
    byte_limit: int | None = None
    """So many bytes may be given, to collect."""


class SharedAnswer(BaseModel):
    """A share as a visitor sees it. A locked share shows only that it is locked."""

    locked: bool
    """It has a password: POST /shared/{token}/unlock."""
    zips: list[SharedZip]
    """All of it; empty while it is being made."""
    name: str | None = None
    file_count: int | None = None
    expires_at: datetime | None = None
    downloads_left: int | None = None
    """null: as many as one likes."""
    collect: CollectAnswer | None = None
    """Of one that collects, which shows no files."""


class SharedFile(BaseModel):
    id: str
    filename: str
    size_bytes: int
    content_type: str | None
    width: int | None
    height: int | None
    thumbnail_url: str | None
    """A JPEG of this file alone."""


class SharedPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[SharedFile]


class SharedZip(BaseModel):
    name: str
    filename: str
    size_bytes: int


class SharesAnswer(BaseModel):
    items: list[ShareAnswer]


class SignedInAnswer(BaseModel):
    access_token: str
    refresh_token: str
    """Good for one use; the answer to that brings the next."""
    expires_in: int
    """Seconds that the access token is good."""
    user_id: str
    token_type: Literal["bearer"] | None = None
    taken_over: TakenOverAnswer | None = None
    """The guest's belongings that came along; null without a guest's token."""


class SignedPart(BaseModel):
    part_number: int
    url: str
    headers: dict[str, str]
    expires_at: datetime


class SignedParts(BaseModel):
    parts: list[SignedPart]


class SlipAnswer(BaseModel):
    path: str
    """Of an object, or of a folder, with a slash at its end."""
    code: Literal["unknown_pipeline", "no_batch", "unknown_user", "no_owner"]
    message: str


class SlipsAnswer(BaseModel):
    items: list[SlipAnswer]
    """At most 100."""


class StartedAnswer(BaseModel):
    at: datetime
    due_at: datetime | None
    """Null where it was asked for."""
    job_id: str | None
    """Null where none began."""
    error_code: str | None
    error_message: str | None


class StashTested(BaseModel):
    ok: bool
    milliseconds: int
    code: str | None = None
    message: str | None = None
    version: str | None = None


class StatsAnswer(BaseModel):
    total_jobs_processed: int
    total_jobs_today: int
    unique_users: int
    average_processing_time_seconds: float | None
    jobs_in_queue: int
    uptime_hours: float
    """Since the first job of this installation."""
    stored_bytes: int
    """Of the files of jobs that are over; bytes that files share count once."""
    days: list[DayOfJobs]
    """The last 30, today's the last of them. A job counts on the day it ended, until it is retried."""
    pipelines: list[PipelineTimes]
    """Of these days."""
    errors: list[ErrorTimes]
    """Of these days, the most frequent first."""


class StatusAnswer(BaseModel):
    """The fields depend on the state: those without a meaning in it are left out."""

    job_id: str
    status: JobState
    poll_after_seconds: int
    files_expected: int | None = None
    files_intended: int | None = None
    """Files that the opening promised, while some are still to be announced."""
    files_received: int | None = None
    """Those that have arrived; of jobs with more than 5,000 files, those that were looked at."""
    files_inspected: int | None = None
    """Those that were looked at, rejected ones too."""
    queue_position: int | None = None
    estimated_wait_seconds: int | None = None
    progress_percent: float | None = None
    current_step: int | None = None
    total_steps: int | None = None
    step_name: str | None = None
    current_filename: str | None = None
    elapsed_seconds: float | None = None
    estimated_remaining_seconds: int | None = None
    waiting_for: WaitingFor | None = None
    download_url: str | None = None
    result_size_bytes: int | None = None
    results_current: bool | None = None
    """Whether its results have all that its owner corrected."""
    processing_time_seconds: float | None = None
    error_code: str | None = None
    error_message: str | None = None


class StoredPart(BaseModel):
    part_number: int
    etag: str
    size: int


class StoredParts(BaseModel):
    parts: list[StoredPart]


class StoredPictures(BaseModel):
    """One stored picture, or several: each gets its own result."""

    file_id: str | None = None
    file_ids: list[str] | None = None
    reference_file_id: str | None = None
    """A shot of the card that corrects all of them."""
    options: dict[str, Any] | None = None
    """Of the colour pipeline, less `operation`."""
    name: str | None = None
    callback_url: str | None = None
    """Receives the job's end, as a webhook."""


class SyncRequest(BaseModel):
    """A Stash server over a connection, or the videos of your own media jobs."""

    connection_id: str | None = None
    videos: bool | None = None
    """The videos of your media jobs; of these all are looked at each time."""
    incremental: bool | None = None
    """Only what changed since the last sync; the first one is always full."""
    background: Literal[True] | None = None
    """A sync is always a job: follow it by its id."""


class TagsOfScenes(BaseModel):
    scene_ids: list[str]
    tag_ids: list[str]


class TakenOverAnswer(BaseModel):
    jobs: int
    user_data: int
    webhooks: int
    shares: int
    connections: int
    scenes_left: bool
    """Whether scenes stay with the guest: sync again to have them."""
    complete: bool
    """False: some are handed over within minutes of the answer."""


class ThumbnailAnswer(BaseModel):
    """Where a small JPEG lies, upright, its longer side 320 pixels at most: one address has those of several
    files."""

    url: str
    start: int
    """Its first byte."""
    end: int | None
    """The byte behind its last one; null: it goes to the end."""


class Token(BaseModel):
    access_token: str
    expires_in: int
    """Seconds."""
    user_id: str
    token_type: Literal["bearer"] | None = None


class Tokens(BaseModel):
    """cost: by the prices that were given; null without them. Cached tokens are among those of the prompt, at its
    price."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


class TokensCounted(BaseModel):
    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    cached_tokens: int
    unmetered_requests: int
    """Requests whose tokens the server didn't count: they are estimated."""
    frames: int
    """Pictures that the model was shown."""


class TreeAnswer(BaseModel):
    """The direct content of a folder of the zip."""

    total: int
    page: int
    per_page: int
    pages: int
    folder: str
    folders: list[TreeFolder]
    items: list[TreeFile]
    files: int
    """In the whole zip, without its manifests."""
    size_bytes: int
    estimates: ArchiveEstimates | None
    """Of making the zip, without its manifests; null but for the first page of the zip itself."""
    final: bool
    """Whether all of the job's files are in: before, places may still change."""


class TreeFile(BaseModel):
    name: str
    file: str
    original_filename: str
    size_bytes: int


class TreeFolder(BaseModel):
    name: str
    files: int
    """In it and below."""
    size_bytes: int


class Undo(BaseModel):
    """To be sent to the same address to have it as before."""

    changes: list[dict[str, Any]]


class UnlockAnswer(BaseModel):
    share_pass: str
    """Goes along as the header `X-Share-Pass`."""
    expires_at: datetime


class UnlockRequest(BaseModel):
    password: str


class UploadAnswer(BaseModel):
    job_id: str
    status: JobState
    file_count: int
    message: str
    uploads: list[UploadTarget]
    ignored: list[str] | None = None
    """Files of an operating system's own, such as `.DS_Store`."""
    left_out: list[LeftOut] | None = None
    """With `skip_unsupported`: what the pipeline doesn't take."""
    callback_secret: str | None = None
    """Signs what is sent to callback_url. Shown this once."""


class UploadRequest(BaseModel):
    pipeline: str
    files: list[NewFile]
    name: str | None = None
    options: dict[str, Any] | None = None
    more: bool | None = None
    """Keeps the job open for further files."""
    skip_unsupported: bool | None = None
    """Leaves out what the pipeline doesn't take, and names it, instead of refusing the request."""
    single_put: bool | None = None
    """One PUT for each file of up to 5 GiB, for clients that can't send parts."""
    files_intended: int | None = None
    """With `more`: how many files are to come in all, so that progress is of all."""
    callback_url: str | None = None
    """Receives the job's end, as a webhook."""


class UploadTarget(BaseModel):
    file_id: str
    position: int
    """Of the file in the request's `files`, from 0."""
    filename: str
    method: str | None = None
    url: str | None = None
    """Absent where parts are to be sent, or nothing."""
    headers: dict[str, str] | None = None
    """To be sent exactly so."""
    expires_at: datetime | None = None
    multipart: MultipartPlan | None = None
    duplicate_of: str | None = None
    """You have these bytes already: nothing needs to be sent."""


class UserDataAnswer(BaseModel):
    items: list[UserDatumAnswer]


class UserDataRequest(BaseModel):
    """At most 1 MiB: `text`, or `base64` for what isn't text."""

    text: str | None = None
    base64: str | None = None
    """Of the bytes."""
    content_type: str | None = None


class UserDatumAnswer(BaseModel):
    kind: str
    name: str
    size_bytes: int
    content_type: str
    created_at: datetime
    updated_at: datetime


class UserDatumContent(BaseModel):
    kind: str
    name: str
    size_bytes: int
    content_type: str
    created_at: datetime
    updated_at: datetime
    text: str | None = None
    """Where it is text in UTF-8."""
    base64: str | None = None
    """Where it isn't."""


class WaitingFor(BaseModel):
    """What a paused job needs from its owner: supply it, then resume the job."""

    code: str
    message: str


class WebhookAnswer(BaseModel):
    id: str
    url: str
    events: list[str]
    created_at: datetime


class WebhookChanges(BaseModel):
    url: str | None = None
    events: list[Literal["job.completed", "job.failed", "job.cancelled", "file.rejected"]] | None = None


class WebhookRequest(BaseModel):
    url: str
    events: list[Literal["job.completed", "job.failed", "job.cancelled", "file.rejected"]]


class WebhooksAnswer(BaseModel):
    items: list[WebhookAnswer]
