"""Every operation of the API as a function that describes the call.

Made by `python -m client.generate` from the API's description: change that, not this.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from millrace_client.calls import Call
from millrace_client.models import (
    AccountAnswer,
    AccountChanges,
    AnalysisRequest,
    AnalysisStarted,
    ApplyRequest,
    ArchiveAnswer,
    ArchivePlan,
    ArchiveRequest,
    ArchivesPage,
    ArtifactsAnswer,
    AuditPage,
    BegunAnswer,
    BinMoved,
    BinnedFilesPage,
    BinnedJob,
    BinPage,
    BulkAnswer,
    BulkChanges,
    BulkDecision,
    ChangeAnswer,
    ChangeDecision,
    CompleteRequest,
    ConnectionAnswer,
    ConnectionChanges,
    ConnectionRequest,
    ConnectionsAnswer,
    ControlRequest,
    CorrectedAnswer,
    DatesRequest,
    DeliveriesPage,
    DeliveryAnswer,
    DictionaryAnswer,
    DictionaryContent,
    DictionaryRequest,
    DownloadAnswer,
    DownloadRequest,
    DuplicatesAnswer,
    DuplicatesRequest,
    EntitiesPage,
    FileAnswer,
    FileChanges,
    FilesGiven,
    FilesPage,
    FileState,
    GiveAnswer,
    GivenAnswer,
    GivenFile,
    GiveRequest,
    GuidesAnswer,
    HealthAnswer,
    ImportCount,
    ImportFolders,
    ImportRequest,
    ImportWays,
    JobAnswer,
    JobChanges,
    JobRequest,
    JobsPage,
    JobStarted,
    JobState,
    KeysAnswer,
    LibraryFile,
    LibraryPage,
    LiveTicket,
    LoginRequest,
    MissingWordsAnswer,
    ModelsTested,
    MoreFilesRequest,
    NewJobAnswer,
    NewKeyAnswer,
    NewKeyRequest,
    NewShareAnswer,
    NewWebhookAnswer,
    PartsRequest,
    PasswordRequest,
    PicturesRequest,
    PipelineAnswer,
    PipelinesAnswer,
    PlanAnswer,
    PlanCosts,
    PlanPage,
    PlansPage,
    PushAnswer,
    PushEnd,
    PushPage,
    PushRequest,
    RefreshRequest,
    RegisterRequest,
    RemakeRequest,
    ResultAnswer,
    ResultChanges,
    ResultRequest,
    ResultsPage,
    ResyncOne,
    ResyncRequest,
    SceneAnswer,
    SceneChanges,
    SceneJobs,
    ScenesPage,
    SceneStats,
    ScheduleAnswer,
    ScheduleChanges,
    ScheduleRequest,
    SchedulesAnswer,
    ServerTest,
    SettingAnswer,
    SettingsAnswer,
    SettingsRequest,
    ShareAnswer,
    SharedAnswer,
    SharedPage,
    ShareRequest,
    SharesAnswer,
    SignedInAnswer,
    SignedParts,
    SlipsAnswer,
    StashTested,
    StatsAnswer,
    StatusAnswer,
    StoredParts,
    StoredPictures,
    SyncRequest,
    TagsOfScenes,
    Token,
    TreeAnswer,
    UnlockAnswer,
    UnlockRequest,
    UploadAnswer,
    UploadRequest,
    UploadTarget,
    UserDataAnswer,
    UserDataRequest,
    UserDatumAnswer,
    UserDatumContent,
    WebhookAnswer,
    WebhookChanges,
    WebhookRequest,
    WebhooksAnswer,
)


def begin_as_guest() -> Call[Token]:
    """Start as a guest."""
    return Call("POST", "/auth/guest", Token)


def register(body: RegisterRequest) -> Call[AccountAnswer]:
    """Create an account."""
    return Call("POST", "/auth/register", AccountAnswer, body=body, repeatable=False)


def login(body: LoginRequest) -> Call[SignedInAnswer]:
    """Sign in."""
    return Call("POST", "/auth/login", SignedInAnswer, body=body)


def refresh(body: RefreshRequest) -> Call[SignedInAnswer]:
    """Refresh the tokens."""
    return Call("POST", "/auth/refresh", SignedInAnswer, body=body, repeatable=False)


def logout() -> Call[None]:
    """Sign out."""
    return Call("POST", "/auth/logout", None, repeatable=False)


def get_me() -> Call[AccountAnswer]:
    """Your account."""
    return Call("GET", "/auth/me", AccountAnswer)


def change_me(body: AccountChanges, *, if_match: str | None = None) -> Call[AccountAnswer]:
    """Change your account."""
    return Call("PATCH", "/auth/me", AccountAnswer, body=body, headers={"If-Match": if_match})


def change_password(body: PasswordRequest) -> Call[SignedInAnswer]:
    """Change your password."""
    return Call("POST", "/auth/password", SignedInAnswer, body=body, repeatable=False)


def create_key(body: NewKeyRequest) -> Call[NewKeyAnswer]:
    """Create a key."""
    return Call("POST", "/auth/keys", NewKeyAnswer, body=body, repeatable=False)


def list_keys() -> Call[KeysAnswer]:
    """Your keys."""
    return Call("GET", "/auth/keys", KeysAnswer)


def revoke_key(key_id: str) -> Call[None]:
    """Revoke a key."""
    return Call("DELETE", f"/auth/keys/{key_id}", None)


def open_job(body: UploadRequest) -> Call[UploadAnswer]:
    """Open a job and sign its uploads."""
    return Call("POST", "/upload", UploadAnswer, body=body, creates=True)


def add_files(job_id: str, body: MoreFilesRequest) -> Call[UploadAnswer]:
    """Add files to an open job."""
    return Call("POST", f"/jobs/{job_id}/files", UploadAnswer, body=body, creates=True)


def list_files(
    job_id: str,
    *,
    confidence: list[Literal["high", "medium", "low", "none"]] | None = None,
    status: list[FileState] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    group_by: str | None = None,
    sort_by: str | None = None,
    sort_order: Literal["asc", "desc"] | None = None,
    sort: str | None = None,
    slim: bool | None = None,
) -> Call[FilesPage]:
    """The files of a job."""
    return Call(
        "GET",
        f"/jobs/{job_id}/files",
        FilesPage,
        query={
            "confidence": confidence,
            "status": status,
            "page": page,
            "per_page": per_page,
            "group_by": group_by,
            "sort_by": sort_by,
            "sort_order": sort_order,
            "sort": sort,
            "slim": slim,
        },
    )


def import_path(body: ImportRequest) -> Call[UploadAnswer]:
    """Import objects in place."""
    return Call("POST", "/import-path", UploadAnswer, body=body, creates=True)


def sign_again(job_id: str, file_id: str) -> Call[UploadAnswer]:
    """Sign an upload again."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/upload", UploadAnswer)


def leave_out(job_id: str, file_id: str) -> Call[None]:
    """Leave out a file."""
    return Call("DELETE", f"/jobs/{job_id}/files/{file_id}", None)


def sign_parts(job_id: str, file_id: str, body: PartsRequest) -> Call[SignedParts]:
    """Sign parts of a file."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/parts", SignedParts, body=body)


def list_parts(job_id: str, file_id: str) -> Call[StoredParts]:
    """List the received parts of a file."""
    return Call("GET", f"/jobs/{job_id}/files/{file_id}/parts", StoredParts)


def abort_parts(job_id: str, file_id: str) -> Call[None]:
    """Discard the parts of a file."""
    return Call("DELETE", f"/jobs/{job_id}/files/{file_id}/parts", None)


def complete_parts(job_id: str, file_id: str, body: CompleteRequest) -> Call[FileAnswer]:
    """Combine the parts of a file."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/complete", FileAnswer, body=body)


def list_import_folders(
    *, path: str | None = None, limit: int | None = None, cursor: str | None = None
) -> Call[ImportFolders]:
    """Folders and files for import."""
    return Call("GET", "/import-folders", ImportFolders, query={"path": path, "limit": limit, "cursor": cursor})


def count_import(*, path: str | None = None, recursive: bool | None = None) -> Call[ImportCount]:
    """The size of an import."""
    return Call("GET", "/import-folders/count", ImportCount, query={"path": path, "recursive": recursive})


def import_ways() -> Call[ImportWays]:
    """The paths for uploads by S3 clients."""
    return Call("GET", "/import-folders/ways", ImportWays)


def list_jobs(
    *,
    status: list[JobState] | None = None,
    pipeline: str | None = None,
    origin: list[Literal["import", "drop"]] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Call[JobsPage]:
    """Your jobs, newest first."""
    return Call(
        "GET",
        "/jobs",
        JobsPage,
        query={"status": status, "pipeline": pipeline, "origin": origin, "limit": limit, "cursor": cursor},
    )


def open_job_over_files(body: JobRequest) -> Call[NewJobAnswer]:
    """Open a job over stored files."""
    return Call("POST", "/jobs", NewJobAnswer, body=body, creates=True)


def get_job(job_id: str) -> Call[JobAnswer]:
    """A job."""
    return Call("GET", f"/jobs/{job_id}", JobAnswer)


def change_job(job_id: str, body: JobChanges, *, if_match: str | None = None) -> Call[JobAnswer]:
    """Describe a job."""
    return Call("PATCH", f"/jobs/{job_id}", JobAnswer, body=body, headers={"If-Match": if_match})


def delete_job(job_id: str) -> Call[None]:
    """Delete a job and all of its data."""
    return Call("DELETE", f"/jobs/{job_id}", None)


def get_status(job_id: str) -> Call[StatusAnswer]:
    """A job's progress."""
    return Call("GET", f"/status/{job_id}", StatusAnswer)


def control_job(job_id: str, body: ControlRequest) -> Call[JobAnswer]:
    """Pause, resume or cancel."""
    return Call("POST", f"/jobs/{job_id}/control", JobAnswer, body=body, repeatable=False)


def retry_job(job_id: str) -> Call[JobAnswer]:
    """Retry a job."""
    return Call("POST", f"/jobs/{job_id}/retry", JobAnswer, repeatable=False)


def list_pipelines() -> Call[PipelinesAnswer]:
    """Pipelines and the files that they accept."""
    return Call("GET", "/pipelines", PipelinesAnswer)


def get_pipeline(name: str) -> Call[PipelineAnswer]:
    """One pipeline."""
    return Call("GET", f"/pipelines/{quote(name, safe='')}", PipelineAnswer)


def create_live_ticket() -> Call[LiveTicket]:
    """A ticket for a socket."""
    return Call("POST", "/live/ticket", LiveTicket, repeatable=False)


def list_duplicates(
    job_id: str,
    *,
    kind: Literal["exact", "similar"] | None = None,
    file: str | None = None,
    page: int | None = None,
    per_page: int | None = None,
) -> Call[DuplicatesAnswer]:
    """Duplicate and similar files."""
    return Call(
        "GET",
        f"/jobs/{job_id}/duplicates",
        DuplicatesAnswer,
        query={"kind": kind, "file": file, "page": page, "per_page": per_page},
    )


def decide_duplicates(job_id: str, body: DuplicatesRequest) -> Call[CorrectedAnswer]:
    """Choose the files for the zip."""
    return Call("PATCH", f"/jobs/{job_id}/duplicates", CorrectedAnswer, body=body)


def download(job_id: str) -> Call[DownloadAnswer]:
    """Download the zip."""
    return Call("GET", f"/download/{job_id}", DownloadAnswer)


def download_artifact(job_id: str, artifact: str) -> Call[DownloadAnswer]:
    """Download one artifact."""
    return Call("GET", f"/download/{job_id}/{quote(artifact, safe='')}", DownloadAnswer)


def list_artifacts(job_id: str) -> Call[ArtifactsAnswer]:
    """A job's downloads."""
    return Call("GET", f"/jobs/{job_id}/artifacts", ArtifactsAnswer)


def correct_dates(job_id: str, body: DatesRequest) -> Call[CorrectedAnswer]:
    """Correct the dates of photos."""
    return Call("PATCH", f"/jobs/{job_id}/dates", CorrectedAnswer, body=body, creates=True)


def remake_job(job_id: str, body: RemakeRequest) -> Call[JobAnswer]:
    """Rebuild the zip."""
    return Call("POST", f"/jobs/{job_id}/remake", JobAnswer, body=body, repeatable=False)


def look_into_zip(
    job_id: str,
    *,
    layout: Literal["year/month", "year", "year/month-day", "original"] | None = None,
    names: Literal["time", "original"] | None = None,
    strategy: Literal["auto", "fast", "cheap"] | None = None,
    folder: str | None = None,
    page: int | None = None,
    per_page: int | None = None,
) -> Call[TreeAnswer]:
    """Preview the zip."""
    return Call(
        "GET",
        f"/jobs/{job_id}/tree",
        TreeAnswer,
        query={
            "layout": layout,
            "names": names,
            "strategy": strategy,
            "folder": folder,
            "page": page,
            "per_page": per_page,
        },
    )


def list_bin(*, limit: int | None = None, cursor: str | None = None) -> Call[BinPage]:
    """Jobs in your bin."""
    return Call("GET", "/bin", BinPage, query={"limit": limit, "cursor": cursor})


def bin_job(job_id: str) -> Call[BinnedJob]:
    """Put a job into the bin."""
    return Call("POST", f"/jobs/{job_id}/bin", BinnedJob, repeatable=False)


def restore_job(job_id: str) -> Call[JobAnswer]:
    """Take a job out of the bin."""
    return Call("POST", f"/jobs/{job_id}/restore", JobAnswer, repeatable=False)


def list_binned_files(*, limit: int | None = None, cursor: str | None = None) -> Call[BinnedFilesPage]:
    """Single files in your bin."""
    return Call("GET", "/bin/files", BinnedFilesPage, query={"limit": limit, "cursor": cursor})


def bin_files(body: FilesGiven) -> Call[BinMoved]:
    """Put files into the bin."""
    return Call("POST", "/bin/files", BinMoved, body=body, repeatable=False)


def restore_files(body: FilesGiven) -> Call[BinMoved]:
    """Take files out of the bin."""
    return Call("POST", "/bin/files/restore", BinMoved, body=body, repeatable=False)


def list_library(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    type_: Literal["image", "video", "volume", "audio"] | None = None,
    status: list[FileState] | None = None,
    search: str | None = None,
    sort_by: Literal["created_at", "taken_at", "name", "size"] | None = None,
) -> Call[LibraryPage]:
    """Your files from all jobs."""
    return Call(
        "GET",
        "/files",
        LibraryPage,
        query={
            "sort_order": sort_order,
            "page": page,
            "per_page": per_page,
            "type": type_,
            "status": status,
            "search": search,
            "sort_by": sort_by,
        },
    )


def get_file(file_id: str) -> Call[LibraryFile]:
    """One of your files."""
    return Call("GET", f"/files/{file_id}", LibraryFile)


def change_file(file_id: str, body: FileChanges, *, if_match: str | None = None) -> Call[LibraryFile]:
    """Describe a file."""
    return Call("PATCH", f"/files/{file_id}", LibraryFile, body=body, headers={"If-Match": if_match})


def delete_file(file_id: str) -> Call[None]:
    """Delete a file."""
    return Call("DELETE", f"/files/{file_id}", None)


def get_original(file_id: str, *, inline: bool | None = None) -> Call[DownloadAnswer]:
    """A file's original bytes."""
    return Call("GET", f"/files/{file_id}/original", DownloadAnswer, query={"inline": inline})


def get_thumbnail(file_id: str) -> Call[DownloadAnswer]:
    """A file's thumbnail."""
    return Call("GET", f"/files/{file_id}/thumbnail", DownloadAnswer)


def create_archive(body: ArchiveRequest) -> Call[ArchiveAnswer]:
    """Make a zip of chosen files."""
    return Call("POST", "/archives", ArchiveAnswer, body=body, creates=True)


def list_archives(
    *, status: list[JobState] | None = None, limit: int | None = None, cursor: str | None = None
) -> Call[ArchivesPage]:
    """Your archives."""
    return Call("GET", "/archives", ArchivesPage, query={"status": status, "limit": limit, "cursor": cursor})


def estimate_archive(body: ArchiveRequest) -> Call[ArchivePlan]:
    """Size, time and cost of an archive."""
    return Call("POST", "/archives/estimate", ArchivePlan, body=body, repeatable=False)


def get_archive(archive_id: str) -> Call[ArchiveAnswer]:
    """An archive."""
    return Call("GET", f"/archives/{archive_id}", ArchiveAnswer)


def delete_archive(archive_id: str) -> Call[None]:
    """Delete an archive."""
    return Call("DELETE", f"/archives/{archive_id}", None)


def create_share(body: ShareRequest) -> Call[NewShareAnswer]:
    """Share files by an address."""
    return Call("POST", "/shares", NewShareAnswer, body=body, creates=True)


def list_shares() -> Call[SharesAnswer]:
    """Your shares."""
    return Call("GET", "/shares", SharesAnswer)


def get_share(share_id: str) -> Call[ShareAnswer]:
    """A share."""
    return Call("GET", f"/shares/{share_id}", ShareAnswer)


def revoke_share(share_id: str) -> Call[None]:
    """Revoke a share."""
    return Call("DELETE", f"/shares/{share_id}", None)


def get_shared(token: str, *, share_pass: str | None = None) -> Call[SharedAnswer]:
    """A share, as visitors see it."""
    return Call("GET", f"/shared/{quote(token, safe='')}", SharedAnswer, headers={"X-Share-Pass": share_pass})


def unlock_shared(token: str, body: UnlockRequest) -> Call[UnlockAnswer]:
    """Open a share with its password."""
    return Call("POST", f"/shared/{quote(token, safe='')}/unlock", UnlockAnswer, body=body, repeatable=False)


def list_shared(
    token: str, *, page: int | None = None, per_page: int | None = None, share_pass: str | None = None
) -> Call[SharedPage]:
    """The shared files."""
    return Call(
        "GET",
        f"/shared/{quote(token, safe='')}/files",
        SharedPage,
        query={"page": page, "per_page": per_page},
        headers={"X-Share-Pass": share_pass},
    )


def give_files(
    token: str, body: GiveRequest, *, share_pass: str | None = None, gift: str | None = None
) -> Call[GiveAnswer]:
    """Give files."""
    return Call(
        "POST",
        f"/shared/{quote(token, safe='')}/files",
        GiveAnswer,
        body=body,
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
        creates=True,
    )


def download_shared(token: str, body: DownloadRequest, *, share_pass: str | None = None) -> Call[DownloadAnswer]:
    """Download shared files."""
    return Call(
        "POST",
        f"/shared/{quote(token, safe='')}/downloads",
        DownloadAnswer,
        body=body,
        headers={"X-Share-Pass": share_pass},
        repeatable=False,
    )


def list_given(
    token: str, *, file_ids: list[str] | None = None, share_pass: str | None = None, gift: str | None = None
) -> Call[GivenAnswer]:
    """The files that you have given."""
    return Call(
        "GET",
        f"/shared/{quote(token, safe='')}/given",
        GivenAnswer,
        query={"file_ids": file_ids},
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
    )


def sign_given(
    token: str, file_id: str, *, share_pass: str | None = None, gift: str | None = None
) -> Call[UploadTarget]:
    """Sign the upload of a file that you give."""
    return Call(
        "POST",
        f"/shared/{quote(token, safe='')}/files/{file_id}/upload",
        UploadTarget,
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
        repeatable=False,
    )


def sign_given_parts(
    token: str, file_id: str, body: PartsRequest, *, share_pass: str | None = None, gift: str | None = None
) -> Call[SignedParts]:
    """Sign parts of a file that you give."""
    return Call(
        "POST",
        f"/shared/{quote(token, safe='')}/files/{file_id}/parts",
        SignedParts,
        body=body,
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
        repeatable=False,
    )


def list_given_parts(
    token: str, file_id: str, *, share_pass: str | None = None, gift: str | None = None
) -> Call[StoredParts]:
    """List the received parts of a file that you give."""
    return Call(
        "GET",
        f"/shared/{quote(token, safe='')}/files/{file_id}/parts",
        StoredParts,
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
    )


def complete_given(
    token: str, file_id: str, body: CompleteRequest, *, share_pass: str | None = None, gift: str | None = None
) -> Call[GivenFile]:
    """Combine the parts of a file that you give."""
    return Call(
        "POST",
        f"/shared/{quote(token, safe='')}/files/{file_id}/complete",
        GivenFile,
        body=body,
        headers={"X-Share-Pass": share_pass, "X-Share-Gift": gift},
        repeatable=False,
    )


def send_images(body: PicturesRequest) -> Call[UploadAnswer]:
    """Upload pictures for colour correction."""
    return Call("POST", "/images", UploadAnswer, body=body, creates=True)


def list_images(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    type_: Literal["image", "video", "volume", "audio"] | None = None,
    status: list[FileState] | None = None,
    search: str | None = None,
    sort_by: Literal["created_at", "taken_at", "name", "size"] | None = None,
) -> Call[LibraryPage]:
    """Your pictures from all jobs."""
    return Call(
        "GET",
        "/images",
        LibraryPage,
        query={
            "sort_order": sort_order,
            "page": page,
            "per_page": per_page,
            "type": type_,
            "status": status,
            "search": search,
            "sort_by": sort_by,
        },
    )


def get_image(file_id: str) -> Call[LibraryFile]:
    """One of your pictures."""
    return Call("GET", f"/images/{file_id}", LibraryFile)


def change_image(file_id: str, body: FileChanges, *, if_match: str | None = None) -> Call[LibraryFile]:
    """Describe a picture."""
    return Call("PATCH", f"/images/{file_id}", LibraryFile, body=body, headers={"If-Match": if_match})


def delete_image(file_id: str) -> Call[None]:
    """Delete a picture."""
    return Call("DELETE", f"/images/{file_id}", None)


def detect_card(body: StoredPictures) -> Call[NewJobAnswer]:
    """Find and measure the card in stored pictures."""
    return Call("POST", "/detect/card", NewJobAnswer, body=body, creates=True)


def correct_colour(body: StoredPictures) -> Call[NewJobAnswer]:
    """Correct the colours of stored pictures."""
    return Call("POST", "/correct/colour", NewJobAnswer, body=body, creates=True)


def get_card() -> Call[DownloadAnswer]:
    """The colour card to print."""
    return Call("GET", "/pipelines/colour/card.pdf", DownloadAnswer)


def list_results(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    job_id: str | None = None,
    pipeline: str | None = None,
    min_quality: float | None = None,
    sort_by: Literal["created_at", "quality_score"] | None = None,
) -> Call[ResultsPage]:
    """Your results."""
    return Call(
        "GET",
        "/results",
        ResultsPage,
        query={
            "sort_order": sort_order,
            "page": page,
            "per_page": per_page,
            "job_id": job_id,
            "pipeline": pipeline,
            "min_quality": min_quality,
            "sort_by": sort_by,
        },
    )


def create_result(body: ResultRequest) -> Call[ResultAnswer]:
    """Record a result of any job."""
    return Call("POST", "/results", ResultAnswer, body=body, creates=True)


def get_result(result_id: str) -> Call[ResultAnswer]:
    """A result."""
    return Call("GET", f"/results/{result_id}", ResultAnswer)


def change_result(result_id: str, body: ResultChanges, *, if_match: str | None = None) -> Call[ResultAnswer]:
    """Change a result."""
    return Call("PATCH", f"/results/{result_id}", ResultAnswer, body=body, headers={"If-Match": if_match})


def delete_result(result_id: str) -> Call[None]:
    """Delete a result."""
    return Call("DELETE", f"/results/{result_id}", None)


def list_guides() -> Call[GuidesAnswer]:
    """Guides."""
    return Call("GET", "/guides", GuidesAnswer)


def read_guide(filename: str) -> Call[DownloadAnswer]:
    """Read a guide."""
    return Call("GET", f"/guides/{quote(filename, safe='')}", DownloadAnswer)


def add_webhook(body: WebhookRequest) -> Call[NewWebhookAnswer]:
    """Register a webhook."""
    return Call("POST", "/webhooks", NewWebhookAnswer, body=body, creates=True)


def list_webhooks() -> Call[WebhooksAnswer]:
    """Your webhooks."""
    return Call("GET", "/webhooks", WebhooksAnswer)


def get_webhook(webhook_id: str) -> Call[WebhookAnswer]:
    """A webhook."""
    return Call("GET", f"/webhooks/{webhook_id}", WebhookAnswer)


def change_webhook(webhook_id: str, body: WebhookChanges, *, if_match: str | None = None) -> Call[WebhookAnswer]:
    """Change a webhook."""
    return Call("PATCH", f"/webhooks/{webhook_id}", WebhookAnswer, body=body, headers={"If-Match": if_match})


def delete_webhook(webhook_id: str) -> Call[None]:
    """Delete a webhook."""
    return Call("DELETE", f"/webhooks/{webhook_id}", None)


def list_deliveries(webhook_id: str, *, limit: int | None = None, cursor: str | None = None) -> Call[DeliveriesPage]:
    """The deliveries of a webhook."""
    return Call("GET", f"/webhooks/{webhook_id}/deliveries", DeliveriesPage, query={"limit": limit, "cursor": cursor})


def redeliver(webhook_id: str, delivery_id: str) -> Call[DeliveryAnswer]:
    """Send a delivery again."""
    return Call("POST", f"/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", DeliveryAnswer, repeatable=False)


def list_callback_deliveries(
    job_id: str, *, limit: int | None = None, cursor: str | None = None
) -> Call[DeliveriesPage]:
    """Deliveries to a job's callback address."""
    return Call("GET", f"/jobs/{job_id}/deliveries", DeliveriesPage, query={"limit": limit, "cursor": cursor})


def redeliver_callback(job_id: str, delivery_id: str) -> Call[DeliveryAnswer]:
    """Send a delivery to the callback address again."""
    return Call("POST", f"/jobs/{job_id}/deliveries/{delivery_id}/redeliver", DeliveryAnswer, repeatable=False)


def list_scenes(
    *,
    search: str | None = None,
    studio_id: str | None = None,
    performer_ids: list[str] | None = None,
    tag_ids: list[str] | None = None,
    exclude_tag_ids: list[str] | None = None,
    scene_ids: list[str] | None = None,
    organized: bool | None = None,
    analyzed: bool | None = None,
    has_active_jobs: bool | None = None,
    absent: bool | None = None,
    date_from: str | None = None,
    date_to: str | None = None,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    sort_by: Literal["title", "scene_date", "created_date", "last_synced", "rating100", "duration", "size", "id"]
    | None = None,
) -> Call[ScenesPage]:
    """Your scenes."""
    return Call(
        "GET",
        "/scenes",
        ScenesPage,
        query={
            "search": search,
            "studio_id": studio_id,
            "performer_ids": performer_ids,
            "tag_ids": tag_ids,
            "exclude_tag_ids": exclude_tag_ids,
            "scene_ids": scene_ids,
            "organized": organized,
            "analyzed": analyzed,
            "has_active_jobs": has_active_jobs,
            "absent": absent,
            "date_from": date_from,
            "date_to": date_to,
            "sort_order": sort_order,
            "page": page,
            "per_page": per_page,
            "sort_by": sort_by,
        },
    )


def get_scene_stats() -> Call[SceneStats]:
    """Statistics of your catalogue."""
    return Call("GET", "/scenes/stats", SceneStats)


def get_scene(scene_id: str) -> Call[SceneAnswer]:
    """A scene."""
    return Call("GET", f"/scenes/{scene_id}", SceneAnswer)


def change_scene(scene_id: str, body: SceneChanges, *, if_match: str | None = None) -> Call[SceneAnswer]:
    """Change a scene."""
    return Call("PATCH", f"/scenes/{scene_id}", SceneAnswer, body=body, headers={"If-Match": if_match})


def list_scene_jobs(scene_id: str) -> Call[SceneJobs]:
    """Jobs that name a scene."""
    return Call("GET", f"/scenes/{scene_id}/jobs", SceneJobs)


def sync_scenes(body: SyncRequest) -> Call[JobStarted]:
    """Sync a library."""
    return Call("POST", "/scenes/sync", JobStarted, body=body, creates=True)


def resync_scenes(body: ResyncRequest) -> Call[JobStarted]:
    """Sync some scenes again."""
    return Call("POST", "/scenes/resync", JobStarted, body=body, creates=True)


def resync_scene(scene_id: str, body: ResyncOne) -> Call[JobStarted]:
    """Sync a scene again."""
    return Call("POST", f"/scenes/{scene_id}/resync", JobStarted, body=body, creates=True)


def change_scenes(body: BulkChanges) -> Call[BulkAnswer]:
    """Change many scenes."""
    return Call("POST", "/scenes/bulk-update", BulkAnswer, body=body, repeatable=False)


def add_tags(body: TagsOfScenes) -> Call[BulkAnswer]:
    """Add tags to scenes."""
    return Call("POST", "/scenes/add-tags", BulkAnswer, body=body, repeatable=False)


def remove_tags(body: TagsOfScenes) -> Call[BulkAnswer]:
    """Remove tags from scenes."""
    return Call("POST", "/scenes/remove-tags", BulkAnswer, body=body, repeatable=False)


def list_performers(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    search: str | None = None,
) -> Call[EntitiesPage]:
    """Performers of your catalogue."""
    return Call(
        "GET",
        "/performers",
        EntitiesPage,
        query={"sort_order": sort_order, "page": page, "per_page": per_page, "search": search},
    )


def list_tags(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    search: str | None = None,
) -> Call[EntitiesPage]:
    """Tags of your catalogue."""
    return Call(
        "GET",
        "/tags",
        EntitiesPage,
        query={"sort_order": sort_order, "page": page, "per_page": per_page, "search": search},
    )


def list_studios(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    search: str | None = None,
) -> Call[EntitiesPage]:
    """Studios of your catalogue."""
    return Call(
        "GET",
        "/studios",
        EntitiesPage,
        query={"sort_order": sort_order, "page": page, "per_page": per_page, "search": search},
    )


def begin_push(body: PushRequest) -> Call[PushAnswer]:
    """Begin or resume a library's push."""
    return Call("POST", "/scenes/push", PushAnswer, body=body)


def push_page(body: PushPage) -> Call[PushAnswer]:
    """Send a page of a library."""
    return Call("POST", "/scenes/pages", PushAnswer, body=body)


def end_push(body: PushEnd) -> Call[JobStarted]:
    """End a push."""
    return Call("POST", "/scenes/push/end", JobStarted, body=body, creates=True)


def generate_plan(body: AnalysisRequest) -> Call[AnalysisStarted]:
    """Analyse scenes for missing metadata."""
    return Call("POST", "/analysis/generate", AnalysisStarted, body=body, creates=True)


def list_plans(
    *,
    sort_order: Literal["asc", "desc"] | None = None,
    page: int | None = None,
    per_page: int | None = None,
    status: Literal["pending", "draft", "reviewing", "applied", "cancelled"] | None = None,
) -> Call[PlansPage]:
    """Your plans."""
    return Call(
        "GET",
        "/analysis/plans",
        PlansPage,
        query={"sort_order": sort_order, "page": page, "per_page": per_page, "status": status},
    )


def get_plan(plan_id: str, *, limit: int | None = None, cursor: str | None = None) -> Call[PlanPage]:
    """A plan with its changes, scene by scene."""
    return Call("GET", f"/analysis/plans/{plan_id}", PlanPage, query={"limit": limit, "cursor": cursor})


def decide_change(change_id: str, body: ChangeDecision, *, if_match: str | None = None) -> Call[ChangeAnswer]:
    """Decide on a change."""
    return Call("PATCH", f"/analysis/changes/{change_id}", ChangeAnswer, body=body, headers={"If-Match": if_match})


def decide_changes(plan_id: str, body: BulkDecision) -> Call[PlanAnswer]:
    """Decide on many changes."""
    return Call("POST", f"/analysis/plans/{plan_id}/bulk-update", PlanAnswer, body=body, repeatable=False)


def apply_plan(plan_id: str, body: ApplyRequest) -> Call[JobStarted]:
    """Apply the approved changes."""
    return Call("POST", f"/analysis/plans/{plan_id}/apply", JobStarted, body=body, creates=True)


def cancel_plan(plan_id: str) -> Call[PlanAnswer]:
    """Cancel a plan."""
    return Call("POST", f"/analysis/plans/{plan_id}/cancel", PlanAnswer, repeatable=False)


def undo_plan(plan_id: str) -> Call[PlanAnswer]:
    """Make a plan that undoes another."""
    return Call("POST", f"/analysis/plans/{plan_id}/undo", PlanAnswer, creates=True)


def get_plan_costs(plan_id: str) -> Call[PlanCosts]:
    """The cost of a plan's language model."""
    return Call("GET", f"/analysis/plans/{plan_id}/costs", PlanCosts)


def list_user_data(*, kind: str | None = None) -> Call[UserDataAnswer]:
    """Your user data."""
    return Call("GET", "/user-data", UserDataAnswer, query={"kind": kind})


def clear_user_data() -> Call[None]:
    """Delete all of your user data."""
    return Call("DELETE", "/user-data", None)


def get_user_data(kind: str, name: str) -> Call[UserDatumContent]:
    """Read user data."""
    return Call("GET", f"/user-data/{quote(kind, safe='')}/{quote(name, safe='')}", UserDatumContent)


def put_user_data(kind: str, name: str, body: UserDataRequest, *, if_match: str | None = None) -> Call[UserDatumAnswer]:
    """Store user data."""
    return Call(
        "PUT",
        f"/user-data/{quote(kind, safe='')}/{quote(name, safe='')}",
        UserDatumAnswer,
        body=body,
        headers={"If-Match": if_match},
    )


def delete_user_data(kind: str, name: str, *, if_match: str | None = None) -> Call[None]:
    """Delete user data."""
    return Call(
        "DELETE", f"/user-data/{quote(kind, safe='')}/{quote(name, safe='')}", None, headers={"If-Match": if_match}
    )


def read_dictionary(language: str) -> Call[DictionaryContent]:
    """Your pronunciations for a language."""
    return Call("GET", f"/dictionaries/{quote(language, safe='')}", DictionaryContent)


def put_dictionary(language: str, body: DictionaryRequest, *, if_match: str | None = None) -> Call[DictionaryAnswer]:
    """Store your pronunciations for a language."""
    return Call(
        "PUT", f"/dictionaries/{quote(language, safe='')}", DictionaryAnswer, body=body, headers={"If-Match": if_match}
    )


def missing_words(job_id: str) -> Call[MissingWordsAnswer]:
    """Words of a speech job without a pronunciation."""
    return Call("GET", f"/jobs/{job_id}/missing-words", MissingWordsAnswer)


def add_schedule(body: ScheduleRequest) -> Call[ScheduleAnswer]:
    """Schedule jobs."""
    return Call("POST", "/schedules", ScheduleAnswer, body=body, creates=True)


def list_schedules() -> Call[SchedulesAnswer]:
    """Your schedules."""
    return Call("GET", "/schedules", SchedulesAnswer)


def get_schedule(schedule_id: str) -> Call[ScheduleAnswer]:
    """A schedule, and what it began."""
    return Call("GET", f"/schedules/{schedule_id}", ScheduleAnswer)


def change_schedule(schedule_id: str, body: ScheduleChanges, *, if_match: str | None = None) -> Call[ScheduleAnswer]:
    """Change, pause or resume a schedule."""
    return Call("PATCH", f"/schedules/{schedule_id}", ScheduleAnswer, body=body, headers={"If-Match": if_match})


def delete_schedule(schedule_id: str) -> Call[None]:
    """Delete a schedule."""
    return Call("DELETE", f"/schedules/{schedule_id}", None)


def run_schedule(schedule_id: str) -> Call[BegunAnswer]:
    """Run a schedule now."""
    return Call("POST", f"/schedules/{schedule_id}/run", BegunAnswer, creates=True)


def add_connection(body: ConnectionRequest) -> Call[ConnectionAnswer]:
    """Connect another server."""
    return Call("POST", "/connections", ConnectionAnswer, body=body, creates=True)


def list_connections() -> Call[ConnectionsAnswer]:
    """Your connections."""
    return Call("GET", "/connections", ConnectionsAnswer)


def get_connection(connection_id: str) -> Call[ConnectionAnswer]:
    """A connection."""
    return Call("GET", f"/connections/{connection_id}", ConnectionAnswer)


def change_connection(
    connection_id: str, body: ConnectionChanges, *, if_match: str | None = None
) -> Call[ConnectionAnswer]:
    """Change a connection."""
    return Call("PATCH", f"/connections/{connection_id}", ConnectionAnswer, body=body, headers={"If-Match": if_match})


def delete_connection(connection_id: str) -> Call[None]:
    """Delete a connection."""
    return Call("DELETE", f"/connections/{connection_id}", None)


def try_stash_server(body: ServerTest) -> Call[StashTested]:
    """Test a Stash server."""
    return Call("POST", "/settings/test-stash", StashTested, body=body)


def try_model_server(body: ServerTest) -> Call[ModelsTested]:
    """Test a language model server."""
    return Call("POST", "/settings/test-openai", ModelsTested, body=body)


def get_settings() -> Call[SettingsAnswer]:
    """All settings."""
    return Call("GET", "/settings", SettingsAnswer)


def change_settings(body: SettingsRequest, *, if_match: str | None = None) -> Call[SettingsAnswer]:
    """Change settings."""
    return Call("PUT", "/settings", SettingsAnswer, body=body, headers={"If-Match": if_match})


def get_setting(name: str) -> Call[SettingAnswer]:
    """One setting."""
    return Call("GET", f"/settings/{quote(name, safe='')}", SettingAnswer)


def list_slips() -> Call[SlipsAnswer]:
    """Misplaced files in the drop folder."""
    return Call("GET", "/drop-folder/slips", SlipsAnswer)


def list_audit(*, limit: int | None = None, cursor: str | None = None) -> Call[AuditPage]:
    """The audit log, newest first."""
    return Call("GET", "/audit", AuditPage, query={"limit": limit, "cursor": cursor})


def get_stats() -> Call[StatsAnswer]:
    """Statistics of the installation."""
    return Call("GET", "/stats", StatsAnswer)


def get_health() -> Call[HealthAnswer]:
    """Whether everything is reachable."""
    return Call("GET", "/health", HealthAnswer)
