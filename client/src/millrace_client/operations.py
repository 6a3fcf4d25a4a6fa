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
    ArtifactsAnswer,
    AuditPage,
    CompleteRequest,
    ControlRequest,
    DeliveriesPage,
    DeliveryAnswer,
    DownloadAnswer,
    DuplicatesAnswer,
    FileAnswer,
    FileChanges,
    FilesPage,
    FileState,
    GuidesAnswer,
    HealthAnswer,
    ImportRequest,
    JobAnswer,
    JobChanges,
    JobRequest,
    JobsPage,
    JobState,
    KeysAnswer,
    LibraryFile,
    LibraryPage,
    LoginRequest,
    MoreFilesRequest,
    NewJobAnswer,
    NewKeyAnswer,
    NewKeyRequest,
    NewWebhookAnswer,
    PartsRequest,
    PasswordRequest,
    PicturesRequest,
    PipelineAnswer,
    PipelinesAnswer,
    RefreshRequest,
    RegisterRequest,
    ResultAnswer,
    ResultChanges,
    ResultRequest,
    ResultsPage,
    SettingAnswer,
    SettingsAnswer,
    SettingsRequest,
    SignedInAnswer,
    SignedParts,
    StatsAnswer,
    StatusAnswer,
    StoredParts,
    StoredPictures,
    Token,
    UploadAnswer,
    UploadRequest,
    WebhookAnswer,
    WebhookChanges,
    WebhookRequest,
    WebhooksAnswer,
)


def begin_as_guest() -> Call[Token]:
    """Begin as a guest."""
    return Call("POST", "/auth/guest", Token)


def register(body: RegisterRequest) -> Call[AccountAnswer]:
    """Make an account."""
    return Call("POST", "/auth/register", AccountAnswer, body=body, repeatable=False)


def login(body: LoginRequest) -> Call[SignedInAnswer]:
    """Sign in."""
    return Call("POST", "/auth/login", SignedInAnswer, body=body)


def refresh(body: RefreshRequest) -> Call[SignedInAnswer]:
    """Stay signed in."""
    return Call("POST", "/auth/refresh", SignedInAnswer, body=body, repeatable=False)


def logout() -> Call[None]:
    """Sign out."""
    return Call("POST", "/auth/logout", None, repeatable=False)


def get_me() -> Call[AccountAnswer]:
    """Who you are."""
    return Call("GET", "/auth/me", AccountAnswer)


def change_me(body: AccountChanges, *, if_match: str | None = None) -> Call[AccountAnswer]:
    """Change your account."""
    return Call("PATCH", "/auth/me", AccountAnswer, body=body, headers={"If-Match": if_match})


def change_password(body: PasswordRequest) -> Call[SignedInAnswer]:
    """Change your password."""
    return Call("POST", "/auth/password", SignedInAnswer, body=body, repeatable=False)


def create_key(body: NewKeyRequest) -> Call[NewKeyAnswer]:
    """Make a key."""
    return Call("POST", "/auth/keys", NewKeyAnswer, body=body, repeatable=False)


def list_keys() -> Call[KeysAnswer]:
    """Your keys."""
    return Call("GET", "/auth/keys", KeysAnswer)


def revoke_key(key_id: str) -> Call[None]:
    """Revoke a key."""
    return Call("DELETE", f"/auth/keys/{key_id}", None)


def open_job(body: UploadRequest) -> Call[UploadAnswer]:
    """Open a job and get its uploads signed."""
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
    sort: str | None = None,
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
            "sort": sort,
        },
    )


def import_path(body: ImportRequest) -> Call[UploadAnswer]:
    """Import objects in place."""
    return Call("POST", "/import-path", UploadAnswer, body=body, creates=True)


def sign_again(job_id: str, file_id: str) -> Call[UploadAnswer]:
    """Sign an upload again."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/upload", UploadAnswer)


def leave_out(job_id: str, file_id: str) -> Call[None]:
    """Go on without a file."""
    return Call("DELETE", f"/jobs/{job_id}/files/{file_id}", None)


def sign_parts(job_id: str, file_id: str, body: PartsRequest) -> Call[SignedParts]:
    """Sign parts of a file."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/parts", SignedParts, body=body)


def list_parts(job_id: str, file_id: str) -> Call[StoredParts]:
    """List the parts that have arrived."""
    return Call("GET", f"/jobs/{job_id}/files/{file_id}/parts", StoredParts)


def abort_parts(job_id: str, file_id: str) -> Call[None]:
    """Throw away the parts of a file."""
    return Call("DELETE", f"/jobs/{job_id}/files/{file_id}/parts", None)


def complete_parts(job_id: str, file_id: str, body: CompleteRequest) -> Call[FileAnswer]:
    """Put the parts of a file together."""
    return Call("POST", f"/jobs/{job_id}/files/{file_id}/complete", FileAnswer, body=body)


def list_jobs(
    *,
    status: list[JobState] | None = None,
    pipeline: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Call[JobsPage]:
    """Your jobs, newest first."""
    return Call(
        "GET", "/jobs", JobsPage, query={"status": status, "pipeline": pipeline, "limit": limit, "cursor": cursor}
    )


def open_job_over_files(body: JobRequest) -> Call[NewJobAnswer]:
    """Open a job over files that are there."""
    return Call("POST", "/jobs", NewJobAnswer, body=body, creates=True)


def get_job(job_id: str) -> Call[JobAnswer]:
    """A job."""
    return Call("GET", f"/jobs/{job_id}", JobAnswer)


def change_job(job_id: str, body: JobChanges, *, if_match: str | None = None) -> Call[JobAnswer]:
    """Describe a job."""
    return Call("PATCH", f"/jobs/{job_id}", JobAnswer, body=body, headers={"If-Match": if_match})


def delete_job(job_id: str) -> Call[None]:
    """Delete a job and all that it has."""
    return Call("DELETE", f"/jobs/{job_id}", None)


def get_status(job_id: str) -> Call[StatusAnswer]:
    """How far a job is."""
    return Call("GET", f"/status/{job_id}", StatusAnswer)


def control_job(job_id: str, body: ControlRequest) -> Call[JobAnswer]:
    """Pause, resume or cancel."""
    return Call("POST", f"/jobs/{job_id}/control", JobAnswer, body=body, repeatable=False)


def retry_job(job_id: str) -> Call[JobAnswer]:
    """Try again what failed."""
    return Call("POST", f"/jobs/{job_id}/retry", JobAnswer, repeatable=False)


def list_pipelines() -> Call[PipelinesAnswer]:
    """What can be done with files."""
    return Call("GET", "/pipelines", PipelinesAnswer)


def get_pipeline(name: str) -> Call[PipelineAnswer]:
    """One pipeline."""
    return Call("GET", f"/pipelines/{quote(name, safe='')}", PipelineAnswer)


def list_duplicates(job_id: str, *, kind: Literal["exact", "similar"] | None = None) -> Call[DuplicatesAnswer]:
    """Files that are or look the same."""
    return Call("GET", f"/jobs/{job_id}/duplicates", DuplicatesAnswer, query={"kind": kind})


def download(job_id: str) -> Call[DownloadAnswer]:
    """Download the zip."""
    return Call("GET", f"/download/{job_id}", DownloadAnswer)


def download_artifact(job_id: str, artifact: str) -> Call[DownloadAnswer]:
    """Download one artifact."""
    return Call("GET", f"/download/{job_id}/{quote(artifact, safe='')}", DownloadAnswer)


def list_artifacts(job_id: str) -> Call[ArtifactsAnswer]:
    """What a job has to download."""
    return Call("GET", f"/jobs/{job_id}/artifacts", ArtifactsAnswer)


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
    """Your files, of all jobs."""
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
    """The bytes of a file, as they came."""
    return Call("GET", f"/files/{file_id}/original", DownloadAnswer, query={"inline": inline})


def get_thumbnail(file_id: str) -> Call[DownloadAnswer]:
    """The thumbnail of a file by itself."""
    return Call("GET", f"/files/{file_id}/thumbnail", DownloadAnswer)


def send_images(body: PicturesRequest) -> Call[UploadAnswer]:
    """Send pictures to have their colours corrected."""
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
    """Your pictures, of all jobs."""
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
    """What there is to read."""
    return Call("GET", "/guides", GuidesAnswer)


def read_guide(filename: str) -> Call[DownloadAnswer]:
    """Read a guide."""
    return Call("GET", f"/guides/{quote(filename, safe='')}", DownloadAnswer)


def add_webhook(body: WebhookRequest) -> Call[NewWebhookAnswer]:
    """Have an address told of events."""
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
    """What was sent."""
    return Call("GET", f"/webhooks/{webhook_id}/deliveries", DeliveriesPage, query={"limit": limit, "cursor": cursor})


def redeliver(webhook_id: str, delivery_id: str) -> Call[DeliveryAnswer]:
    """Send it again."""
    return Call("POST", f"/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", DeliveryAnswer, repeatable=False)


def list_callback_deliveries(
    job_id: str, *, limit: int | None = None, cursor: str | None = None
) -> Call[DeliveriesPage]:
    """What was sent to a job's callback address."""
    return Call("GET", f"/jobs/{job_id}/deliveries", DeliveriesPage, query={"limit": limit, "cursor": cursor})


def redeliver_callback(job_id: str, delivery_id: str) -> Call[DeliveryAnswer]:
    """Send it to the callback address again."""
    return Call("POST", f"/jobs/{job_id}/deliveries/{delivery_id}/redeliver", DeliveryAnswer, repeatable=False)


def get_settings() -> Call[SettingsAnswer]:
    """All settings."""
    return Call("GET", "/settings", SettingsAnswer)


def change_settings(body: SettingsRequest, *, if_match: str | None = None) -> Call[SettingsAnswer]:
    """Change settings."""
    return Call("PUT", "/settings", SettingsAnswer, body=body, headers={"If-Match": if_match})


def get_setting(name: str) -> Call[SettingAnswer]:
    """One setting."""
    return Call("GET", f"/settings/{quote(name, safe='')}", SettingAnswer)


def list_audit(*, limit: int | None = None, cursor: str | None = None) -> Call[AuditPage]:
    """Who changed what, the latest first."""
    return Call("GET", "/audit", AuditPage, query={"limit": limit, "cursor": cursor})


def get_stats() -> Call[StatsAnswer]:
    """Numbers of the installation."""
    return Call("GET", "/stats", StatsAnswer)


def get_health() -> Call[HealthAnswer]:
    """Whether everything is reachable."""
    return Call("GET", "/health", HealthAnswer)
