"""Errors in one sentence, for systems whose shape has no room for more."""

from __future__ import annotations

from chalicelib.jobs.errors import JobError


def sentence_of(error: JobError) -> str:
    """The error's detail, and what is wrong with each field that it names."""
    return " ".join([error.detail, *(f"{wrong.field}: {wrong.message.rstrip('.')}." for wrong in error.errors)])
