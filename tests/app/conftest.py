"""One world per test module; each test has users of its own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib import wiring
from infra.local.samples import make_samples
from tests.app.api_world import Caller, World
from tests.emulator import mock_aws


def begin(patch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        patch.setenv(name, value)
    with mock_aws():
        yield World(patch)


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        yield from begin(patch)


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """Tests may change the clock and the settings, which are reset for the next test. Queued messages are dropped."""
    shared_world.drain()
    with pytest.MonkeyPatch.context() as patch:
        shared_world.patch = patch
        yield shared_world
    shared_world.offset = timedelta()
    wiring.services.cache_clear()


@pytest.fixture
def user(world: World) -> Caller:
    return world.guest()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    paths: list[Path] = make_samples(tmp_path_factory.mktemp("samples"))
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def photo(samples: dict[str, bytes]) -> bytes:
    return samples["harbour.jpg"]
