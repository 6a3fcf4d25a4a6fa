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
    """Null for a guest."""
    username: str | None
    role: Literal["guest", "user", "admin"]
    scopes: list[str]
    """The scopes of the request's credentials."""
    created_at: datetime | None


class AccountChanges(BaseModel):
    email: str | None = None
    username: str | None = None
    current_password: str | None = None
    """Required to change the email."""


class AiOptions(BaseModel):
    """Prices are per million tokens, in any currency; without them, costs are counted in tokens only."""

    connection_id: str
    """A connection of the kind `openai`."""
    model: str
    """The model's name on the server."""
    token_budget: int | None = None
    """The maximum number of tokens for the whole analysis."""
    frames: bool | None = None
    """Whether the model gets a frame of each video, if it accepts images."""
    prompt_price: float | None = None
    completion_price: float | None = None


class AnalysisOptions(BaseModel):
    detect: list[Literal["studio", "performers", "tags", "details", "date", "markers"]] | None = None
    confidence_threshold: float | None = None
    include_organized: bool | None = None
    """Includes scenes that are marked as organized."""
    patterns: list[Pattern] | None = None
    use_ai: bool | None = None
    """Also asks a language model for studio, performers, tags and date."""
    ai: AiOptions | None = None


class AnalysisRequest(BaseModel):
    """Selects the scenes in `scene_ids`, or those that match `filters`."""

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
    """The estimated cost of the language model; null if none is used."""


class ApplyRequest(BaseModel):
    """Applies approved changes only; ids narrow the selection further."""

    change_ids: list[str] | None = None
    scene_ids: list[str] | None = None
    connection_id: str | None = None
    """The server to write to; without it, only the catalogue changes."""
    background: Literal[True] | None = None
    """Always true: a job applies the changes. Follow it by its id."""


class ArchiveAnswer(BaseModel):
    archive_id: str
    """Also the id of the job that makes the archive, which can be paused and cancelled."""
    name: str
    status: JobState
    progress_percent: float
    size_bytes: int
    """The total size of all zips, exact from the start."""
    file_count: int
    layout: Literal["organised", "original", "flat"]
    estimate: ArchiveEstimate | None
    """Null if an earlier version began the archive without an estimate."""
    zips: list[ArchiveZip]
    download_url: str | None
    """Set once the archive is completed, if it is one zip."""
    created_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    """The time of its automatic deletion; null until the archive has ended."""
    error_code: str | None
    error_message: str | None


class ArchiveEstimate(BaseModel):
    """An estimate for AWS, from the plan. Other work on the same files makes it slower."""

    strategy: Literal["fast", "cheap"]
    """The resulting strategy: many workers, or one."""
    workers: int
    seconds: float
    usd: float
    """The cost of requests and functions, in US dollars."""


class ArchiveEstimates(BaseModel):
    """`estimate` is for the requested strategy."""

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
    """Your files, from any job."""
    filter: FilesFilter | None = None
    """Instead of `file_ids`: all matching files in your library or, with `job_ids`, in these jobs."""
    job_ids: list[str] | None = None
    """Jobs whose readable files are all included."""
    layout: Literal["organised", "original", "flat"] | None = None
    """The zip's folders. `organised`: by year and month; `original`: the files' original folders, below one folder
    for each job if there are several; `flat`: none."""
    artifacts: bool | None = None
    """Also includes the artifacts of the jobs in `job_ids`, except their zips."""
    name: str | None = None
    """The archive's filename, without `.zip`."""
    strategy: Literal["auto", "fast", "cheap"] | None = None
    """`fast`: many workers whenever they help; `cheap`: one worker; `auto`: many if one would need over a
    minute."""
    split_bytes: int | None = None
    """The maximum size of one zip; larger archives are split into several zips."""


class ArchiveZip(BaseModel):
    """`filename` is the name under which the zip is saved."""

    name: str
    filename: str
    size_bytes: int
    file_count: int
    download_url: str | None
    """Set once the archive is completed."""


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
    """The HTTP status of the receiver's answer; null if none arrived."""
    error: str | None
    """Null if the receiver accepted the delivery."""


class AuditEntryAnswer(BaseModel):
    id: str
    at: datetime
    actor_id: str
    """The user's id, or `command` for the installation's operator."""
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
    """Files that are now in the bin, or out of it, as requested, including those that already were."""
    missed: list[str]
    """Files that were not moved: their job has not ended, or they are not inspected yet."""


class BinPage(BaseModel):
    items: list[BinnedJob]
    next_cursor: str | None
    size_bytes: int
    """Storage that the jobs on this page use until their deletion, in bytes."""


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
    """The time of permanent deletion."""
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
    """The address of this thumbnail alone, for clients that show one file, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in the pipeline's terms."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """The name entered by the visitor who gave the file through a share."""


class BinnedFilesPage(BaseModel):
    items: list[BinnedFile]
    next_cursor: str | None
    size_bytes: int
    """Storage that the files on this page use until their deletion, in bytes."""


class BinnedJob(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int
    """The number of files, without those that were deleted or are in the bin."""
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    options: dict[str, Any]
    result: dict[str, Any] | None
    """The result of the job's run: summary, quality score, metadata."""
    size_bytes: int | None
    """Storage that the job's files use, in bytes; null until the job has ended. Bytes that files share count
    once."""
    binned_at: datetime
    gone_at: datetime
    """The time of permanent deletion."""
    waiting_for: WaitingFor | None = None
    origin: OriginAnswer | None = None
    """Set for imports and drop folders."""
    collecting_until: datetime | None = None
    """While the job is open for files of others: when that ends, unless you start the job before."""


class BulkAnswer(BaseModel):
    """`missing` lists the ids that are not among your scenes."""

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
    """Whether rules or a language model proposed the change."""


class ChangeDecision(BaseModel):
    """`proposed_value` replaces the change's proposed value."""

    status: Literal["pending", "approved", "rejected"] | None = None
    proposed_value: Any | None = None


class Chosen(BaseModel):
    files: list[str]
    choice: Literal["keep", "drop"] | None
    """`keep` puts the files into the zip, `drop` leaves them out with all files that belong to them; null removes
    the decision."""


class ChosenFile(BaseModel):
    file_id: str
    role: str | None = None
    """The file's role in the new job; by default, its role in its own job."""


class CollectAnswer(BaseModel):
    """The files that the share accepts."""

    open: bool
    """False once the owner accepts no more files."""
    pipeline: str
    title: str
    """The pipeline's title."""
    extensions: list[str]
    bare_names: str | None
    max_bytes: int
    """The maximum size of one file."""
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
    """The last four characters of a long key."""
    created_at: datetime


class ConnectionChanges(BaseModel):
    """Omitted fields keep their value. A new `url` requires the `key` again."""

    name: str | None = None
    url: str | None = None
    key: str | None = None


class ConnectionRequest(BaseModel):
    name: str
    url: str
    """The server's address, such as https://stash.example/graphql or https://api.openai.com/v1."""
    kind: Literal["stash", "openai"] | None = None
    """The kind of server. `openai`: any server that supports OpenAI's chat completions."""
    key: str | None = None
    """Your key for the server. It is never shown again."""


class ConnectionsAnswer(BaseModel):
    items: list[ConnectionAnswer]


class ControlRequest(BaseModel):
    action: Literal["pause", "resume", "cancel"]


class CorrectedAnswer(BaseModel):
    changed: int
    """The number of files that changed."""
    missed: list[str]
    """Files that could not be changed: rejected, or without a time to shift."""
    undo: Undo
    revision: int
    """The job's revision, which each correction increases."""
    results_current: bool
    """Whether the zip includes all corrections; `POST /jobs/{job_id}/remake` adds them."""
    left: int | None = None
    """With `keep_best`: the number of files left for the next request."""


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
    """The id of the event, sent as `webhook-id`; the same for every attempt."""
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
    """`append` adds to the existing dictionary; existing words keep their pronunciations as variants."""


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
    """The name of a zip in `zips`."""


class DuplicateGroupAnswer(BaseModel):
    kind: str
    kept: str
    """The file that the zip keeps. Similar files are all kept, and this is the best of them."""
    files: list[FileAnswer]
    """The group's first 100 files."""
    size: int
    """The number of files in the group."""


class DuplicatesAnswer(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[DuplicateGroupAnswer]
    final: bool
    """Whether the job has finished its search; until then, similar files are not known."""


class DuplicatesRequest(BaseModel):
    """Either `changes` or `keep_best`."""

    changes: list[Chosen] | None = None
    keep_best: Literal["exact", "similar", "all"] | None = None
    """Keeps only the best file of each group of this kind, where the owner has decided nothing yet."""


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
    """Jobs that failed with this error."""
    files: int
    """Files rejected with this error; every rejection counts."""


class FileAnswer(BaseModel):
    """A file. Its pipeline adds fields under its own names."""

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
    """The address of this thumbnail alone, for clients that show one file, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in the pipeline's terms."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """The name entered by the visitor who gave the file through a share."""


class FileChanges(BaseModel):
    """Omitted fields keep their value; null clears a field."""

    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None


class FileCounts(BaseModel):
    expected: int
    """Files that have not arrived or are being inspected."""
    inspected: int
    rejected: int
    duplicate: int


class FilesFilter(BaseModel):
    """The filters of `GET /files`; selects the matching files of all pages."""

    type: Literal["image", "video", "volume", "audio"] | None = None
    status: list[FileState] | None = None
    search: str | None = None
    """Words that must all occur in a file's name, title or tags."""


class FilesGiven(BaseModel):
    file_ids: list[str]
    """Your files, from any job."""


class FilesPage(BaseModel):
    items: list[FileAnswer]
    total: int
    page: int
    per_page: int
    pages: int
    groups: dict[str, int] | None = None
    """With `group_by`: the number of files in each group."""


class GiveAnswer(BaseModel):
    gift: str
    """Send it as the `X-Share-Gift` header; it gives access only to the files of this gift."""
    uploads: list[UploadTarget]
    ignored: list[str] | None = None
    """Files of the operating system, such as `.DS_Store`."""
    left_out: list[LeftOut] | None = None
    """With `skip_unsupported`: the files that the pipeline doesn't accept."""


class GiveRequest(BaseModel):
    files: list[NewFile]
    giver: str | None = None
    """Your name, as shown to the owner of the share."""
    skip_unsupported: bool | None = None
    """Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request."""


class GivenAnswer(BaseModel):
    items: list[GivenFile]


class GivenFile(BaseModel):
    id: str
    filename: str
    size_bytes: int
    status: FileState
    error_code: str | None
    """The reason why the file can't be read."""


class GuideAnswer(BaseModel):
    filename: str
    name: str
    """The name for display."""
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
    """The number of files, without those that imports skip."""
    size_bytes: int
    complete: bool
    """False if there are more objects than the 10,000 that were counted."""
    fits: dict[str, int]
    """The number of files that each pipeline accepts, by name and size. A job contains all files, and rejects the
    others."""


class ImportFile(BaseModel):
    name: str
    size_bytes: int
    modified_at: datetime
    ignored: bool
    """Whether imports skip the file, because it is incomplete or for housekeeping."""


class ImportFolder(BaseModel):
    name: str
    path: str
    """The path for `POST /import-path`."""


class ImportFolders(BaseModel):
    path: str | None
    """The path for `POST /import-path`. Null if all places are listed."""
    root: str | None
    """The place that contains the path."""
    folders: list[ImportFolder]
    files: list[ImportFile]
    """Sorted by name, like the folders. A page has at most `limit` files and folders together."""
    next_cursor: str | None


class ImportRequest(BaseModel):
    path: str
    """`s3://bucket/prefix/`, or `prefix/`."""
    pipeline: str
    name: str | None = None
    options: dict[str, Any] | None = None
    recursive: bool | None = None
    callback_url: str | None = None
    """Receives a webhook when the job ends."""


class ImportWays(BaseModel):
    """The paths to which S3 clients upload files for imports and drop folders."""

    import_path: str | None
    """The first place that allows imports."""
    drop_path: str
    """Files below it become a job. Replace `{pipeline}` and `{batch}` with your choice."""
    endpoint_url: str | None
    """The store's endpoint, if it isn't AWS."""


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
    """Whether the job is closed to further files."""
    description: str | None = None
    tags: list[str] | None = None
    waiting_for: WaitingFor | None = None
    follows: str | None = None
    """The previous job from the same drop folder."""
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int | None = None
    """The number of corrections by the job's owner."""
    results_current: bool | None = None
    """Whether the results include all of these corrections."""


class JobChanges(BaseModel):
    """Omitted fields keep their value; null clears a field."""

    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None


class JobRequest(BaseModel):
    """Your files, from any job: `file_ids`, or `files` if they have roles. Each file is used once, in this
    order."""

    pipeline: str
    file_ids: list[str] | None = None
    files: list[ChosenFile] | None = None
    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    options: dict[str, Any] | None = None
    callback_url: str | None = None
    """Receives a webhook when the job ends."""


class JobStarted(BaseModel):
    job_id: str
    status: str


class JobSummary(BaseModel):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int
    """The number of files, without those that were deleted or are in the bin."""
    error_code: str | None
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    options: dict[str, Any]
    result: dict[str, Any] | None
    """The result of the job's run: summary, quality score, metadata."""
    size_bytes: int | None
    """Storage that the job's files use, in bytes; null until the job has ended. Bytes that files share count
    once."""
    waiting_for: WaitingFor | None = None
    origin: OriginAnswer | None = None
    """Set for imports and drop folders."""
    collecting_until: datetime | None = None
    """While the job is open for files of others: when that ends, unless you start the job before."""


class JobsPage(BaseModel):
    items: list[JobSummary]
    next_cursor: str | None
    poll_after_seconds: int


class KeyAnswer(BaseModel):
    id: str
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    hint: str
    """The key's last four characters."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """Accurate to an hour."""


class KeysAnswer(BaseModel):
    items: list[KeyAnswer]


class LeftOut(BaseModel):
    filename: str
    code: str
    """The code of the error that would have refused the request."""
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
    """The address of this thumbnail alone, for clients that show one file, not hundreds."""
    duplicate_of: str | None = None
    verdict: str | None = None
    """The verdict of the job's last run, in the pipeline's terms."""
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = None
    """The name entered by the visitor who gave the file through a share."""


class LibraryPage(BaseModel):
    total: int
    page: int
    per_page: int
    pages: int
    items: list[LibraryFile]


class ListingAnswer(BaseModel):
    """The sort orders and groups for lists of a job's files."""

    sorts: list[str]
    groups: list[str]


class LiveTicket(BaseModel):
    ticket: str
    """The socket's query parameter `ticket`. Valid once, within a minute."""
    url: str
    """The socket's address: `ws://…` or `wss://…`, or a path on this host."""
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
    """The number of occurrences in the transcripts."""
    suggestion: str
    """Phones guessed from the word's letters; empty if that isn't possible."""


class MissingWordsAnswer(BaseModel):
    has_missing_words: bool
    missing_words_count: int
    words: list[MissingWord]
    html_content: str
    """The same words as an HTML table, escaped."""
    dict_url: str | None
    """The address of the dictionary of suggestions; null if no word is missing."""


class ModelsTested(BaseModel):
    ok: bool
    milliseconds: int
    code: str | None = None
    message: str | None = None
    models: list[str] | None = None


class MoreFilesRequest(BaseModel):
    files: list[NewFile]
    more: bool | None = None
    """Keeps the job open for further files; a request without it seals the job."""
    skip_unsupported: bool | None = None
    """Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request."""
    single_put: bool | None = None
    """One PUT for each file of up to 5 GiB, for clients that can't send parts."""


class MultipartPlan(BaseModel):
    part_size: int
    """Bytes of each part except the last."""
    part_count: int


class NamedAnswer(BaseModel):
    id: str
    name: str


class NewFile(BaseModel):
    filename: str
    """For display; never used as a path."""
    size: int
    """The exact size in bytes; no other size is accepted."""
    content_type: str | None = None
    sha256: str | None = None
    """Lets the store refuse any other bytes, and saves reading them for the checksum."""
    modified_at: datetime | None = None
    """The file's modification time, with a UTC offset."""
    role: str | None = None
    """The file's role, if the pipeline has several."""


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
    """Whether the job is closed to further files."""
    description: str | None = None
    tags: list[str] | None = None
    waiting_for: WaitingFor | None = None
    follows: str | None = None
    """The previous job from the same drop folder."""
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int | None = None
    """The number of corrections by the job's owner."""
    results_current: bool | None = None
    """Whether the results include all of these corrections."""
    callback_secret: str | None = None
    """Signs the webhooks to `callback_url`. Shown only once."""


class NewKeyAnswer(BaseModel):
    id: str
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    hint: str
    """The key's last four characters."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """Accurate to an hour."""
    key: str
    """Shown only once."""


class NewKeyRequest(BaseModel):
    name: str
    scopes: list[Literal["upload", "read", "admin"]]
    expires_in_days: int | None = None
    """Null for a key that never expires."""


class NewShareAnswer(BaseModel):
    id: str
    kind: Literal["archive", "job", "files", "collect"]
    name: str
    job_id: str
    """The job or archive that is shared, or the job that collects; for single files, the archive made of them."""
    file_count: int | None
    """Set for shares of single files."""
    created_at: datetime
    expires_at: datetime
    has_password: bool
    download_limit: int | None
    downloads: int
    path: str
    """The path of the share's page, below the installation's address. Shown only once."""
    collected: Collected | None = None
    """Set for shares that collect."""


class NewWebhookAnswer(BaseModel):
    id: str
    url: str
    events: list[str]
    created_at: datetime
    secret: str
    """Signs the deliveries. Shown only once."""


class OriginAnswer(BaseModel):
    """The origin of a job's files."""

    kind: Literal["import", "drop"]
    path: str
    """The imported path, or the drop folder."""
    stage: Literal["waiting", "listing", "taken"]
    """`waiting`: until the drop folder is quiet or complete; `listing`: the folder is being listed; `taken`: all
    files are in the job."""
    closes_at: datetime | None
    """While `waiting`: the time at which the folder is closed unless more files arrive."""


class PartsRequest(BaseModel):
    part_numbers: list[int]
    sha256: dict[str, str] | None = None
    """Checksums by part number."""
    crc32: dict[str, str] | None = None
    """Checksums by part number, as eight hexadecimal digits."""


class PasswordRequest(BaseModel):
    current_password: str
    new_password: str


class Pattern(BaseModel):
    """Text that matches the pattern, as whole words, belongs to this studio."""

    studio: str
    pattern: str


class PicturesRequest(BaseModel):
    """The body of `POST /upload`, without the pipeline, which is `colour`."""

    files: list[NewFile]
    name: str | None = None
    options: dict[str, Any] | None = None
    more: bool | None = None
    """Keeps the job open for further files."""
    skip_unsupported: bool | None = None
    """Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request."""
    callback_url: str | None = None
    """Receives a webhook when the job ends."""


class PipelineAnswer(BaseModel):
    name: str
    title: str
    description: str
    extensions: list[str]
    bare_names: str | None
    """A case-insensitive regular expression for accepted names without an extension; null if none are accepted."""
    max_bytes: int
    roles: list[str]
    steps: list[str]
    options: dict[str, Any]
    """The options as JSON Schema, for upload forms."""
    kind: str | None
    """The kind of the pipeline's files: `image`, `video`, `volume` or `audio`; null if there are several."""
    listing: ListingAnswer


class PipelineTimes(BaseModel):
    pipeline: str
    jobs: int
    """The number of completed jobs."""
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
    """The number of proposed changes for each field."""
    metadata: dict[str, Any]


class PlanCosts(BaseModel):
    """The cost of a plan's language model."""

    model: str
    token_budget: int
    estimate: Tokens
    counted: TokensCounted
    failed: int
    """Scenes for which the request failed or the model gave no usable answer."""
    unasked: int
    """Scenes that were left out before a request."""
    invented: int
    """Choices of the model that were not among those offered; they are ignored."""
    stopped: str | None
    """Why scenes were left out: `budget`, `cancelled`, or the connection's error code."""
    failures: list[str]
    """The first scenes that failed, with the reasons."""


class PlanPage(BaseModel):
    id: str
    name: str
    status: Literal["pending", "draft", "reviewing", "applied", "cancelled"]
    created_at: datetime
    applied_at: datetime | None
    scenes: int
    changes: dict[str, int]
    """The number of proposed changes for each field."""
    metadata: dict[str, Any]
    counts: dict[str, int]
    """The number of changes with each status."""
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
    """Whether all scenes must be sent; scenes that aren't sent are marked as absent."""
    updated_after: str | None
    """Unless the push is whole: send only scenes that were updated after this time."""
    behind: str | None
    """The id of the last scene that was received; the next page begins after it."""
    created: int
    updated: int
    skipped: int
    failed: int


class PushEnd(BaseModel):
    """All ids on the server, with ranges: `1-5000,5002`. Names that aren't listed are removed."""

    source: str
    performers: str
    tags: str
    studios: str
    scenes: str | None = None
    """For a whole push. Scenes that aren't listed are marked as absent."""


class PushPage(BaseModel):
    """Scenes and names as a Stash server's GraphQL API returns them. Scenes are sorted by id."""

    source: str
    behind: str | None = None
    """The id after which the page begins. A repeated page isn't counted again."""
    scenes: list[dict[str, Any]] | None = None
    performers: list[dict[str, Any]] | None = None
    tags: list[dict[str, Any]] | None = None
    studios: list[dict[str, Any]] | None = None


class PushRequest(BaseModel):
    """`source` is your name for the server, such as `home`."""

    source: str
    incremental: bool | None = None
    """Only changes since the last push; the first push is always whole."""


class Redated(BaseModel):
    """Without any other field, earlier corrections of the files are removed."""

    files: list[str]
    shift_seconds: float | None = None
    """Added to the time that the clock showed."""
    taken_local: datetime | None = None
    """The local time at the place, without an offset."""
    date: str | None = None
    """The new day, at the same time of day."""
    timezone: str | None = None
    """The IANA time zone of the clock."""
    utc_offset: str | None = None
    """Used like `timezone`, if only the offset is known."""


class RefreshRequest(BaseModel):
    refresh_token: str


class RegisterRequest(BaseModel):
    """With a guest's token, the guest's jobs become the account's."""

    email: str
    username: str
    password: str


class RemakeRequest(BaseModel):
    """New options for the zip; null keeps an option."""

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
    """The result's file; null for the whole job."""


class ResultChanges(BaseModel):
    """Omitted fields keep their value. Metadata is merged; null removes a name."""

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
    """The scene's title, or its filename if it has none."""
    details: str | None
    paths: list[str]
    files: list[SceneFileAnswer]
    code: str | None
    director: str | None
    urls: list[str]
    organized: bool
    rating100: int | None
    scene_date: str | None
    """As precise as known: `2014`, `2006-08` or `2020-04-19`."""
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
    """Omitted fields keep their value; null clears a field."""

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
    """All given conditions must match. Of several ids, any one must match; excluded ids must not match."""

    search: str | None = None
    """Word prefixes that must all occur in the title, details or path."""
    studio_id: str | None = None
    performer_ids: list[str] | None = None
    tag_ids: list[str] | None = None
    exclude_tag_ids: list[str] | None = None
    scene_ids: list[str] | None = None
    organized: bool | None = None
    analyzed: bool | None = None
    has_active_jobs: bool | None = None
    """Scenes that an active job names."""
    absent: bool | None = None
    """Scenes that no longer exist in their source."""
    date_from: str | None = None
    """Scenes whose whole period is on or after this day."""
    date_to: str | None = None
    """Scenes whose whole period is on or before this day."""


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
    """The last 20 runs, newest first."""


class ScheduleChanges(BaseModel):
    """Omitted fields keep their value. `cron` replaces `every_minutes`, and vice versa."""

    name: str | None = None
    options: dict[str, Any] | None = None
    paused: bool | None = None
    cron: str | None = None
    """A cron expression: minute, hour, day, month and weekday. Runs must be at least 15 minutes apart."""
    every_minutes: int | None = None
    zone: str | None = None
    """The time zone of the cron expression, such as `Europe/Berlin`."""


class ScheduleRequest(BaseModel):
    """Either `cron` or `every_minutes`."""

    name: str
    pipeline: str
    options: dict[str, Any] | None = None
    path: str | None = None
    """The path to import in each run, as for `POST /import-path`."""
    recursive: bool | None = None
    cron: str | None = None
    """A cron expression: minute, hour, day, month and weekday. Runs must be at least 15 minutes apart."""
    every_minutes: int | None = None
    zone: str | None = None
    """The time zone of the cron expression, such as `Europe/Berlin`."""


class SchedulesAnswer(BaseModel):
    items: list[ScheduleAnswer]


class ServerTest(BaseModel):
    """One of your connections, or the address and key of a new one."""

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
    """False for settings of the deployment."""
    least: int | None
    """The minimum value; null unless the setting is a changeable number."""
    most: int | None
    """The maximum value; null unless the setting is a changeable number."""


class SettingsAnswer(BaseModel):
    items: list[SettingAnswer]


class ShareAnswer(BaseModel):
    id: str
    kind: Literal["archive", "job", "files", "collect"]
    name: str
    job_id: str
    """The job or archive that is shared, or the job that collects; for single files, the archive made of them."""
    file_count: int | None
    """Set for shares of single files."""
    created_at: datetime
    expires_at: datetime
    has_password: bool
    download_limit: int | None
    downloads: int
    collected: Collected | None = None
    """Set for shares that collect."""


class ShareRequest(BaseModel):
    kind: Literal["collect"] | None = None
    """`collect`: visitors give files to the job `job_id`, or to a new job of `pipeline`."""
    archive_id: str | None = None
    job_id: str | None = None
    """Shares the job's zip and all of its readable files."""
    file_ids: list[str] | None = None
    """Shares these files, and a zip of them that is kept as long as the share."""
    expires_in_days: int | None = None
    """A share of an archive also ends with the archive."""
    name: str | None = None
    """The title for visitors; by default, the name of the job or archive."""
    password: str | None = None
    download_limit: int | None = None
    """The maximum number of downloads, of files and of the zip together."""
    pipeline: str | None = None
    """To collect: the pipeline of the new job."""
    options: dict[str, Any] | None = None
    """To collect: the options of the new job."""
    file_limit: int | None = None
    """To collect: the maximum number of files."""
    byte_limit: int | None = None
    """To collect: the maximum number of bytes."""


class SharedAnswer(BaseModel):
    """A share, as visitors see it. A locked share shows only that it is locked."""

    locked: bool
    """Whether the share requires its password: `POST /shared/{token}/unlock`."""
    zips: list[SharedZip]
    """Zips of all files; empty until they are made."""
    name: str | None = None
    file_count: int | None = None
    expires_at: datetime | None = None
    downloads_left: int | None = None
    """Null if downloads are not limited."""
    collect: CollectAnswer | None = None
    """Set for shares that collect, which show no files."""


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
    """Can be used once; each refresh returns the next one."""
    expires_in: int
    """Seconds until the access token expires."""
    user_id: str
    token_type: Literal["bearer"] | None = None
    taken_over: TakenOverAnswer | None = None
    """The guest's belongings that the account took over; null without a guest's token."""


class SignedPart(BaseModel):
    part_number: int
    url: str
    headers: dict[str, str]
    expires_at: datetime


class SignedParts(BaseModel):
    parts: list[SignedPart]


class SlipAnswer(BaseModel):
    path: str
    """The path of an object, or of a folder, which ends with a slash."""
    code: Literal["unknown_pipeline", "no_batch", "unknown_user", "no_owner"]
    message: str


class SlipsAnswer(BaseModel):
    items: list[SlipAnswer]
    """At most 100 slips."""


class StartedAnswer(BaseModel):
    at: datetime
    due_at: datetime | None
    """Null if the run was requested."""
    job_id: str | None
    """Null if no job began."""
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
    """Hours since the first job of this installation."""
    stored_bytes: int
    """Bytes of the files of jobs that have ended; bytes that files share count once."""
    days: list[DayOfJobs]
    """The last 30 days, ending with today. A job counts on the day it ended, until it is retried."""
    pipelines: list[PipelineTimes]
    """Processing times in these days."""
    errors: list[ErrorTimes]
    """Errors in these days, most frequent first."""


class StatusAnswer(BaseModel):
    """The fields depend on the state; fields without a meaning in it are omitted."""

    job_id: str
    status: JobState
    poll_after_seconds: int
    files_expected: int | None = None
    files_intended: int | None = None
    """The total number of files stated when the job was opened, until all are announced."""
    files_received: int | None = None
    """Files that have arrived; in jobs with more than 5,000 files, inspected files."""
    files_inspected: int | None = None
    """Inspected files, including rejected ones."""
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
    collecting_until: datetime | None = None
    """While the job is open for files of others: when that ends, unless you start the job before."""
    download_url: str | None = None
    result_size_bytes: int | None = None
    results_current: bool | None = None
    """Whether the results include all of the owner's corrections."""
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
    """One or more stored pictures; each gets its own result."""

    file_id: str | None = None
    file_ids: list[str] | None = None
    reference_file_id: str | None = None
    """A photo of the card; its correction applies to all pictures."""
    options: dict[str, Any] | None = None
    """Options of the colour pipeline, without `operation`."""
    name: str | None = None
    callback_url: str | None = None
    """Receives a webhook when the job ends."""


class SyncRequest(BaseModel):
    """A Stash server through a connection, or the videos of your own media jobs."""

    connection_id: str | None = None
    videos: bool | None = None
    """The videos of your media jobs; each sync reads all of them."""
    incremental: bool | None = None
    """Only changes since the last sync; the first sync is always full."""
    background: Literal[True] | None = None
    """Always true: a job runs the sync. Follow it by its id."""


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
    """Whether scenes stay with the guest; sync again to bring them into the account."""
    complete: bool
    """False if the rest follows within minutes of the answer."""


class ThumbnailAnswer(BaseModel):
    """The location of a small upright JPEG, at most 320 pixels on its longer side. One address holds those of several
    files."""

    url: str
    start: int
    """The thumbnail's first byte."""
    end: int | None
    """The byte after its last one; null if it extends to the end."""


class Token(BaseModel):
    access_token: str
    expires_in: int
    """Seconds until the token expires."""
    user_id: str
    token_type: Literal["bearer"] | None = None


class Tokens(BaseModel):
    """`cost` uses the given prices and is null without them. Cached tokens count as prompt tokens, at the same
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
    """Requests whose tokens the server didn't count; their tokens are estimated."""
    frames: int
    """Pictures sent to the model."""


class TreeAnswer(BaseModel):
    """The direct content of a folder in the zip."""

    total: int
    page: int
    per_page: int
    pages: int
    folder: str
    folders: list[TreeFolder]
    items: list[TreeFile]
    files: int
    """The number of files in the whole zip, without its manifests."""
    size_bytes: int
    estimates: ArchiveEstimates | None
    """Estimates for the zip, without its manifests; null except on the first page of the zip itself."""
    final: bool
    """Whether all of the job's files have arrived; until then, places may change."""


class TreeFile(BaseModel):
    name: str
    file: str
    original_filename: str
    size_bytes: int


class TreeFolder(BaseModel):
    name: str
    files: int
    """The number of files in the folder and below it."""
    size_bytes: int


class Undo(BaseModel):
    """Send it to the same address to restore the previous state."""

    changes: list[dict[str, Any]]


class UnlockAnswer(BaseModel):
    share_pass: str
    """Send it as the `X-Share-Pass` header."""
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
    """Files of the operating system, such as `.DS_Store`."""
    left_out: list[LeftOut] | None = None
    """With `skip_unsupported`: the files that the pipeline doesn't accept."""
    callback_secret: str | None = None
    """Signs the webhooks to `callback_url`. Shown only once."""


class UploadRequest(BaseModel):
    pipeline: str
    files: list[NewFile]
    name: str | None = None
    options: dict[str, Any] | None = None
    more: bool | None = None
    """Keeps the job open for further files."""
    skip_unsupported: bool | None = None
    """Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the request."""
    single_put: bool | None = None
    """One PUT for each file of up to 5 GiB, for clients that can't send parts."""
    files_intended: int | None = None
    """With `more`: the total number of files, so that progress covers all of them."""
    callback_url: str | None = None
    """Receives a webhook when the job ends."""


class UploadTarget(BaseModel):
    file_id: str
    position: int
    """The file's position in the request's `files`, from 0."""
    filename: str
    method: str | None = None
    url: str | None = None
    """Absent if the file is sent in parts, or need not be sent."""
    headers: dict[str, str] | None = None
    """Send these headers unchanged."""
    expires_at: datetime | None = None
    multipart: MultipartPlan | None = None
    duplicate_of: str | None = None
    """The id of your file with the same bytes; nothing needs to be sent."""


class UserDataAnswer(BaseModel):
    items: list[UserDatumAnswer]


class UserDataRequest(BaseModel):
    """At most 1 MiB, as `text`, or as `base64` for binary content."""

    text: str | None = None
    base64: str | None = None
    """The bytes in Base64."""
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
    """The content, if it is UTF-8 text."""
    base64: str | None = None
    """The content, if it isn't UTF-8 text."""


class WaitingFor(BaseModel):
    """The input that a paused job needs from its owner: supply it, then resume the job."""

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
