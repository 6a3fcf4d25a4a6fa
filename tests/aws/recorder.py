"""A pytest plugin: notes each AWS call that each function makes while tests run, and holds it against its role.

What a function does and may not do fails the run; after a run of every test, what it may do and never did does as well.
Signing an address counts: whoever opens it acts with the signer's rights.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from chalice.app import Chalice, EventSourceHandler

# What of a call's parameters a policy can speak of.
NAMED = ("TableName", "IndexName", "Bucket", "Key", "Prefix", "QueueUrl", "CopySource", "SecretId", "Tagging")

SEEN = "millrace_calls"
_differences: list[str] = []
_running: list[str] = []
_seen: dict[str, dict[str, Any]] = {}


@contextmanager
def _inside(function: str) -> Iterator[None]:
    _running.append(function)
    try:
        yield
    finally:
        _running.pop()


def _named(operation: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The parameters that matter, once for each item of a batch."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return [{"TableName": one["TableName"], "As": kind} for i in params["TransactItems"] for kind, one in i.items()]
    if operation in ("BatchGetItem", "BatchWriteItem"):
        return [{"TableName": table} for table in params["RequestItems"]]
    if operation == "DeleteObjects":
        return [{"Bucket": params["Bucket"], "Key": o["Key"]} for o in params["Delete"]["Objects"]]
    return [
        {
            name: params[name]
            for name in NAMED
            if isinstance(params.get(name), str | dict) and not _is_item(params[name])
        }
    ]


def _is_item(value: Any) -> bool:
    """A DynamoDB key and not an object's."""
    return isinstance(value, dict) and "PK" in value


def pytest_configure(config: pytest.Config) -> None:
    emit = BaseClient._emit_api_params
    handle, serve = EventSourceHandler.__call__, Chalice.__call__

    def noted(self: Any, api_params: Any, operation_model: Any, context: Any) -> Any:
        if _running:
            service = operation_model.service_model.service_name
            for params in _named(operation_model.name, api_params):
                call = {
                    "function": _running[-1],
                    "service": service,
                    "operation": operation_model.name,
                    "params": params,
                }
                # Keys differ by job and file; what they begin with is what a policy knows.
                for name in ("Key", "Prefix"):
                    if name in params:
                        params[name] = params[name].split("/")[0] + "/" if "/" in params[name] else params[name]
                if isinstance(source := params.get("CopySource"), dict):
                    params["CopySource"] = {"Bucket": source["Bucket"], "Key": source["Key"].split("/")[0] + "/"}
                _seen[json.dumps(call, sort_keys=True, default=str)] = call
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


@pytest.hookimpl(optionalhook=True)  # where xdist is
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended: what it saw."""
    _seen.update({line: json.loads(line) for line in getattr(node, "workeroutput", {}).get(SEEN, ())})


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[SEEN] = sorted(_seen)
        return
    from tests.aws import rights

    _differences.extend(rights.missing(_seen.values()))
    passed = session.exitstatus == pytest.ExitCode.OK
    if passed and _whole(session.config):
        _differences.extend(rights.unused(_seen.values()))
    if passed and _differences:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _differences:
        terminalreporter.section("rights (infra/aws/grants.py) and their use differ")
        for line in _differences:
            terminalreporter.line(line)


def _whole(config: pytest.Config) -> bool:
    """Rights that nothing uses are looked for after a run of every test: no other can tell."""
    narrowed = [
        config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf")
    ]
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not any(narrowed)
