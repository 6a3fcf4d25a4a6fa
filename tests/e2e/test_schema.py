"""schemathesis sends the running stack every request that its description allows, and many that it doesn't."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fuzzing import SETTINGS, fuzz
from tests.e2e.stack import Stack

CASES = 2000
SEED = "20260115"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, SETTINGS)
    stack.start()
    yield stack
    stack.stop()
    assert stack.pids() == []


def test_no_request_breaks_the_service_or_gets_an_answer_that_is_not_described(stack: Stack, tmp_path: Path) -> None:
    limits = ("--seed", SEED, "--max-examples", "8", "--phases", "examples,coverage,fuzzing")
    code, said = fuzz(stack, tmp_path, *limits, seconds=600)
    assert code == 0, said
    generated = re.search(r"(\d+) generated", said)
    assert generated is not None, said
    assert int(generated[1]) >= CASES
    logs = [path.read_text() for path in (stack.folder / "data" / "logs").glob("*.log")]
    assert logs
    assert not [log for log in logs if "Traceback" in log]
