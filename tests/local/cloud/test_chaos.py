"""A short `make chaos`."""

from pathlib import Path

from tests.local.cloud.chaos import chaos


def test_nothing_that_was_acknowledged_is_lost_or_doubled_by_kills(tmp_path: Path) -> None:
    found = chaos(tmp_path, kills=5, files=20, seed=7)
    assert (found["kills"], found["lost"], found["doubled"]) == (5, 0, 0)
    assert found["acknowledged changes"] > 50
