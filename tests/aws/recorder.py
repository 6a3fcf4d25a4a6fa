"""A pytest plugin: has the AWS calls of functions noted while tests run, and holds them against the functions' roles.

What a function does and may not do fails the run; after a run of every test, what it may do and never did does as well.
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

# What makes a run less than one of every test.
NARROWING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf")

_differences: list[str] = []


def _first(config: pytest.Config) -> bool:
    """Whether this process is the one that was asked for the run, and no worker of pytest-xdist."""
    return not hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    if _first(config):
        # Before any test runs: found at the end, it would hide what they came to.
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
    except Exception as error:  # whatever it is, the list of failed tests is still to come
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
    """Rights that nothing uses are looked for after a run of every test: no other can tell."""
    narrowed = any(config.getoption(name, None) for name in NARROWING)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not narrowed
