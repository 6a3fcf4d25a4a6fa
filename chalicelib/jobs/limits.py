"""How much and how long: the numbers of the core in one place, most of them settings of a deployment."""

from __future__ import annotations

from dataclasses import dataclass

MiB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    files_per_request: int = 500
    files_per_job: int = 100_000
    active_jobs: int = 100
    stored_bytes: int = 1024**4
    guest_bytes: int = 1024**3
    """What guests may bring within 24 hours from one range of addresses."""
    multipart_from: int = 64 * MiB
    upload_url_seconds: int = 3600
    download_url_seconds: int = 900
    upload_patience: int = 24 * 3600
    """A job whose files have not come for so long has failed."""
    check_every: int = 300
    """How often the sweeper looks at a job that waits for files."""
    quiet_seconds: int = 60
    """A drop folder that has been quiet for so long is complete."""
    lease_margin: int = 5
    """Added to what a worker has left to run: its lease outlives it, but not by much."""
