"""Keyword arguments of the SDK's calls, and the type of their callbacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypedDict

from millrace_client.models import FilesFilter, FileState, JobState, StatusAnswer

Progress = Callable[[StatusAnswer], object]
Layout = Literal["year/month", "year", "year/month-day", "original"]
Names = Literal["time", "original"]
Strategy = Literal["auto", "fast", "cheap"]


class JobsQuery(TypedDict, total=False):
    """The query for jobs: see operations.list_jobs."""

    status: list[JobState] | None
    pipeline: str | None
    limit: int | None


class FilesQuery(TypedDict, total=False):
    """The query for files of a job, and their order: see operations.list_files."""

    confidence: list[Literal["high", "medium", "low", "none"]] | None
    status: list[FileState] | None
    per_page: int | None
    group_by: str | None
    sort: str | None
    slim: bool | None


class ArchiveOptions(TypedDict, total=False):
    """The content and form of an archive: see models.ArchiveRequest."""

    file_ids: list[str]
    filter: FilesFilter | Mapping[str, object]
    job_ids: list[str]
    layout: Literal["organised", "original", "flat"]
    artifacts: bool
    name: str
    split_bytes: int
    strategy: Strategy


class ShareOptions(TypedDict, total=False):
    """The content and form of a share: one of archive_id, job_id and file_ids; or, with the kind `collect`, job_id or
    pipeline of the job that collects other people's files. See models.ShareRequest."""

    kind: Literal["collect"]
    pipeline: str
    options: dict[str, Any]
    file_limit: int
    byte_limit: int
    archive_id: str
    job_id: str
    file_ids: list[str]
    expires_in_days: int
    name: str
    password: str
    download_limit: int
