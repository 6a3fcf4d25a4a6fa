"""Errors of calls to the API."""

from __future__ import annotations

import httpx

from millrace_client.models import Problem


class MillraceError(Exception):
    """The common parent: its text is a sentence for people."""


class ApiError(MillraceError):
    """The API's answer was an error: `status`, `code` for programs, `request_id` for its operator."""

    def __init__(self, status: int, problem: Problem) -> None:
        fields = "; ".join(f"{error.get('field')}: {error.get('message')}" for error in problem.errors)
        super().__init__(f"{problem.detail}{f' ({fields})' if fields else ''} [request {problem.request_id}]")
        self.status = status
        self.code = problem.code
        self.problem = problem

    @property
    def request_id(self) -> str:
        return self.problem.request_id

    @classmethod
    def of(cls, response: httpx.Response) -> ApiError:
        try:
            problem = Problem.model_validate_json(response.content)
        except ValueError:  # a page of a proxy or the store
            title = response.reason_phrase or "Error"
            problem = Problem(
                type="about:blank",
                title=title,
                status=response.status_code,
                detail=f"The answer was {response.status_code} {title}.",
                code="unknown",
                request_id=response.headers.get("x-amz-request-id", "unknown"),
                errors=[],
            )
        return cls(response.status_code, problem)


class NotReachable(MillraceError):
    """No answer came, however often it was asked."""


class JobEnded(MillraceError):
    """The job has failed or was cancelled."""


class FileChanged(MillraceError):
    """A local file has changed since it was announced."""


class StashFailed(MillraceError):
    """The Stash server can't be read; the message says why, without its key."""
