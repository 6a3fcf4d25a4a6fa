"""Parts of an invocation in its X-Ray trace, by Powertools. Importing this imports it, and the X-Ray SDK with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Tracer

from chalicelib.observing.about import Key

# Nothing is patched: otherwise each call of boto3 would become a part of the trace, with the keys of objects in it.
tracer = Tracer(service="millrace", auto_patch=False)


@contextmanager
def subsegment(name: str, annotations: Mapping[str, Key]) -> Iterator[None]:
    """annotations: values by which traces can be searched. A failure shows as such, without the exception's text."""
    failed: BaseException | None = None
    part: Any
    with tracer.provider.in_subsegment(name=name) as part:
        for key, value in annotations.items():
            part.put_annotation(key, value)
        try:
            yield
        except BaseException as error:
            failed = error
            part.put_annotation("exception_name", type(error).__name__)
            if isinstance(error, Exception):
                part.add_fault_flag()
    if failed is not None:
        raise failed
