"""The loggable part of an exception: its own text often quotes what a user sent, a name or a value from a file."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from chalicelib.settings import SettingError

# Their texts are about the code or settings, not about users' data.
OF_THE_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError, MemoryError, SettingError)
MOST_FRAMES = 20
MOST_CAUSES = 5


def told(error: BaseException) -> dict[str, Any]:
    """Fields of a log line: the exception's type, its code if any, its origin in the code, and its cause."""
    first, *causes = [_one(cause) for cause in _chain(error)]
    return first | ({"causes": causes} if causes else {})


def _one(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return {
        "exception_name": type(error).__name__,
        "exception": _said(error),
        "stack_trace": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _said(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # botocore's ClientError
        code, meta = response.get("Error", {}).get("Code", ""), response.get("ResponseMetadata", {})
        operation = getattr(error, "operation_name", "")
        return f"{operation}: {code} (HTTP {meta.get('HTTPStatusCode')}, request {meta.get('RequestId')})"
    called = getattr(error, "kwargs", None)
    if isinstance(called, dict) and "endpoint_url" in called:  # botocore's, for a service that can't be reached
        return urlsplit(str(called["endpoint_url"])).netloc
    if isinstance(error, OF_THE_CODE):
        return str(error)
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0, "")
    return str(getattr(error, "code", ""))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen and len(seen) <= MOST_CAUSES:
        seen.add(id(now))
        yield now
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def _short(filename: str) -> str:
    """The path from the package on: the part before is the same for all."""
    parts = PurePath(filename).parts
    for root in ("site-packages", "task", "python"):
        if root in parts:
            return "/".join(parts[parts.index(root) + 1 :])
    return "/".join(parts[parts.index("chalicelib") :]) if "chalicelib" in parts else parts[-1]
