"""A command with its noun is the same as the command without it."""

import pytest
from millrace_client.cli.main import app, of_jobs


@pytest.mark.parametrize("name", ["list", "status", "watch", "delete"])
def test_a_command_by_its_noun_is_the_same(name: str) -> None:
    found = [[c.callback for c in group.registered_commands if c.name == name] for group in (app, of_jobs)]
    assert found[0] == found[1]
    assert len(found[0]) == 1
