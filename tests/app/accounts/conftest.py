"""Accounts of other tests, and settings that they stored, would be in the way: every test begins without any."""

import pytest

from chalicelib import wiring
from tests.app.api_world import World

TABLE = "millrace-accounts"


@pytest.fixture
def world(world: World) -> World:
    world.provision()
    for item in world.dynamodb.scan(TableName=TABLE)["Items"]:
        world.dynamodb.delete_item(TableName=TABLE, Key={name: item[name] for name in ("PK", "SK")})
    wiring.services.cache_clear()
    return world
