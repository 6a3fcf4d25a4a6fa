"""Shapes of the knee MRI system: a form, a status for each state, and whole numbers."""

from typing import Literal

from pydantic import Field

from chalicelib.api.framework.forms import Form, FormFile
from chalicelib.api.models.shapes import Answer, Time


class KneeError(Answer):
    detail: str
    code: str = Field(description="Millrace's error code, for programs.")
    request_id: str


class KneeForm(Form):
    file: FormFile = Field(
        description="A .zip, .nii, .nii.gz, .nrrd or .dcm file, or any other file that the volume pipeline accepts."
    )
    email: str | None = Field(None, max_length=254)
    segmentation_model: str | None = Field(
        None, max_length=64, description="A model that this installation has; without one, `classical`."
    )
    perform_nsm: bool | None = None
    nsm_type: Literal["bone_and_cart", "bone_only", "both", "none"] | None = None
    retain_results: bool | None = None
    cartilage_smoothing: float | None = Field(None, ge=0, le=2, allow_inf_nan=False)


class KneeUpload(Answer):
    job_id: str
    status: Literal["queued"] = "queued"
    queue_position: int
    estimated_wait_seconds: int
    message: str


class KneeStatus(Answer):
    """Contains only the fields that apply to the status."""

    sparse = True

    job_id: str
    status: Literal["queued", "processing", "complete", "error"]
    queue_position: int | None = None
    estimated_wait_seconds: int | None = None
    progress_percent: int | None = None
    current_step: int | None = None
    total_steps: int | None = None
    step_name: str | None = None
    elapsed_seconds: int | None = None
    estimated_remaining_seconds: int | None = None
    download_url: str | None = Field(None, description="A path below the base address.")
    result_size_bytes: int | None = None
    processing_time_seconds: int | None = None
    error_message: str | None = None
    error_code: str | None = Field(None, description="In upper case.")


class KneeStats(Answer):
    total_jobs_processed: int
    total_jobs_today: int
    unique_users: int
    average_processing_time_seconds: int
    jobs_in_queue: int
    uptime_hours: int


class KneeHealth(Answer):
    sparse = True

    status: Literal["healthy", "unhealthy"]
    redis: Literal["connected", "disconnected"] = Field(description="Here: tables and files.")
    worker: Literal["available", "unavailable"] = Field(description="Here: the queues.")
    gpu: Literal["available", "unavailable"] = Field(description="No GPU is used.")
    timestamp: Time
    error: str | None = None
