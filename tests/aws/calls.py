"""Records each AWS call of each function of app.py: in tests, and in the stacks that tests start.

Each distinct call is one line of JSON per process, in a folder that the environment names, so that a record outlives
its process, however that ends. Signing an address counts, since its user acts with the signer's rights.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.client import BaseClient
from chalice.app import Chalice, EventSourceHandler

FOLDER = "RECORDED_CALLS"
# The parameters of a call that a policy can refer to.
NAMED = ("TableName", "IndexName", "Bucket", "Key", "Prefix", "QueueUrl", "CopySource", "SecretId", "Tagging")

_running: list[str] = []
_here = threading.local()
"""Several handlers may run at once, each in a thread; calls of other threads belong to the latest handler."""
_seen: set[str] = set()


def watch() -> None:
    """Starts recording the calls of this process."""
    emit, handle, serve = BaseClient._emit_api_params, EventSourceHandler.__call__, Chalice.__call__

    def noted(self: Any, api_params: Any, operation_model: Any, context: Any) -> Any:
        if _running:
            service, operation = operation_model.service_model.service_name, operation_model.name
            function = getattr(_here, "running", None) or _running[-1]
            for params in _named(operation, api_params):
                _note({"function": function, "service": service, "operation": operation, "params": params})
        return emit(self, api_params, operation_model, context)

    def handled(self: Any, event: Any, context: Any) -> Any:
        with _inside(self.func.__name__):
            return handle(self, event, context)

    def served(self: Any, event: Any, context: Any) -> Any:
        with _inside("api"):
            return serve(self, event, context)

    BaseClient._emit_api_params = noted  # type: ignore[method-assign]
    EventSourceHandler.__call__ = handled
    Chalice.__call__ = served


def read(folder: Path) -> list[dict[str, Any]]:
    """The records of all processes."""
    lines = {line for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()}
    return [json.loads(line) for line in sorted(lines)]


@contextmanager
def _inside(function: str) -> Iterator[None]:
    outer, _here.running = getattr(_here, "running", None), function
    _running.append(function)
    try:
        yield
    finally:
        _running.remove(function)
        _here.running = outer


def _note(call: dict[str, Any]) -> None:
    line = json.dumps(call, sort_keys=True, default=str)
    if line not in _seen:
        _seen.add(line)
        with Path(os.environ[FOLDER], f"{os.getpid()}.jsonl").open("a") as file:
            file.write(f"{line}\n")


def _named(operation: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The relevant parameters, once for each item of a batch."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [{"TableName": one["TableName"], "As": kind} for i in params["TransactItems"] for kind, one in i.items()]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [{"TableName": table} for table in params["RequestItems"]]
    if operation == "DeleteObjects":
        return [{"Bucket": params["Bucket"], "Key": _root(o["Key"])} for o in params["Delete"]["Objects"]]
    found = {name: params[name] for name in NAMED if isinstance(params.get(name), str)}
    if isinstance(source := params.get("CopySource"), dict):
        found["CopySource"] = {"Bucket": source["Bucket"], "Key": _root(source["Key"])}
    return [found | {name: _root(found[name]) for name in ("Key", "Prefix") if name in found}]


def _root(key: str) -> str:
    """The beginning of a key: keys differ by job and file, and policies know only their beginnings."""
    return key.split("/")[0] + "/" if "/" in key else key
