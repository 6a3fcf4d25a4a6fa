"""Clients that can't send parts request one PUT, up to S3's limit."""

import dataclasses

import pytest

from chalicelib.jobs.intake.accepting import Announced
from chalicelib.jobs.intake.uploads import LARGEST_PUT
from tests.fakes import World
from tests.fakes.world import LIMITS, OWNER

MiB = 1024 * 1024


@pytest.fixture
def large() -> World:
    world = World(limits=dataclasses.replace(LIMITS, multipart_from=64 * MiB))
    world.photos.accepts = dataclasses.replace(world.photos.accepts, max_bytes=LARGEST_PUT + 1)
    return world


@pytest.mark.parametrize(
    ("size", "asked", "parts"),
    [
        (64 * MiB - 1, False, False),
        (64 * MiB, False, True),
        (64 * MiB, True, False),
        (LARGEST_PUT, True, False),
        (LARGEST_PUT + 1, True, True),
    ],
)
def test_one_put_takes_up_to_five_gibibytes(large: World, size: int, asked: bool, parts: bool) -> None:
    file = Announced("1.txt", size, single_put=asked)
    _, [upload] = large.intake.open_job(OWNER, "photos", {}, [file])
    assert (upload.request is None, upload.part_count is not None) == (parts, parts)
