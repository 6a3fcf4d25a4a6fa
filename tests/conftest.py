"""What holds for all tests: each AWS call of each function is noted, and held against the function's role."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.aws.recorder"]
REAL_PROCESSES = (Path(__file__).parent / "e2e", Path(__file__).parent / "local")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In CI a test over real processes has a second try, as the browser's have; "rerun" names what needed it."""
    if not os.environ.get("CI"):
        return
    for item in items:
        if any(folder in item.path.parents for folder in REAL_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
