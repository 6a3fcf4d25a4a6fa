"""A pytest plugin that records the AWS calls of functions during tests and compares them with the functions' roles.

A call without a right fails the run; after a run of every test, a right without a call does as well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pipelines.registry import WORKS
from infra.aws.functions import missing_settings
from tests.aws import calls

# Options that make a run less than one of every test.
NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf")

_differences: list[str] = []


def _first(config: pytest.Config) -> bool:
    """Whether this process started the run, and is no worker of pytest-xdist."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if _first(config):
        # Before any test runs: at the end, the error would hide the results of the tests.
        if missing := missing_settings(tuple(WORKS)):
            raise pytest.UsageError(" ".join(missing))
        os.environ[calls.FOLDER] = tempfile.mkdtemp(prefix="calls-")
    calls.watch()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not _first(session.config):
        return
    from tests.aws import rights

    passed = session.exitstatus == pytest.ExitCode.OK
    try:
        found = calls.read(Path(os.environ[calls.FOLDER]))
        _differences.extend(rights.missing(found))
        if passed and _whole(session.config):
            _differences.extend(rights.unused(found))
    except Exception as error:  # of any kind: the list of failed tests must still be printed
        _differences.append(f"the calls could not be held against the rights: {error!r}")
    if passed and _differences:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _differences:
        terminalreporter.section("rights (infra/aws/grants.py) and their use differ")
        for line in _differences:
            terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _first(config):
        shutil.rmtree(os.environ.pop(calls.FOLDER), ignore_errors=True)


def _whole(config: pytest.Config) -> bool:
    """Unused rights are reported only after a run of every test: no other run can tell."""
    narrowed = any(config.getoption(name, None) for name in NARROWING)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed
