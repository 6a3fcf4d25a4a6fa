"""Limits and durations of the core in one place, most of them settings of a deployment."""

from __future__ import annotations

from dataclasses import dataclass

MiB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    files_per_request: int = 500
    """Files announced in one request."""
    files_per_job: int = 100_000
    """Files of one job."""
    active_jobs: int = 100
    """Unfinished jobs of one user."""
    stored_bytes: int = 1024**4
    """Bytes stored for one user."""
    guest_bytes: int = 1024**3
    """Bytes that guests may send within 24 hours from one range of addresses."""
    multipart_from: int = 64 * MiB
    """The size from which a file is sent in parts."""
    upload_url_seconds: int = 3600
    """How long a signed upload address is valid."""
    download_url_seconds: int = 900
    """How long a signed download address is valid."""
    archive_seconds: int = 7 * 24 * 3600
    """How long a made archive is kept."""
    upload_patience: int = 24 * 3600
    """How long a job waits for its files before it fails."""
    check_every: int = 300
    """How often the sweeper looks at a job that waits for files."""
    quiet_seconds: int = 60
    """How long a drop folder is quiet before it counts as complete."""
    lease_margin: int = 5
    """Added to a worker's remaining time, so that its lease outlives it, but not by much."""
