"""Millrace for programs: `Client` for threads, `AsyncClient` for asyncio; `operations` has every call of the API."""

from millrace_client import webhooks
from millrace_client.aio import AsyncArchive, AsyncClient, AsyncJob
from millrace_client.client import Client
from millrace_client.errors import ApiError, FileChanged, JobEnded, MillraceError, NotReachable
from millrace_client.jobs import Archive, Job

__all__ = [
    "ApiError",
    "Archive",
    "AsyncArchive",
    "AsyncClient",
    "AsyncJob",
    "Client",
    "FileChanged",
    "Job",
    "JobEnded",
    "MillraceError",
    "NotReachable",
    "webhooks",
]
