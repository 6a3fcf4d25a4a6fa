"""Completed jobs, for the tests of the library."""

from collections.abc import Callable

import pytest

from tests.app.api_world import Caller, World

Done = Callable[..., str]


@pytest.fixture
def done(world: World, user: Caller) -> Done:
    """Uploads files as a job of the user's (or of `by`) and completes it; returns the job's id."""

    def make(files: dict[str, bytes], *, by: Caller | None = None, **more: object) -> str:
        caller = by or user
        job_id = caller.upload(files, **more)
        world.deliver()
        assert caller.get(f"/jobs/{job_id}")["status"] == "completed"
        return job_id

    return make
