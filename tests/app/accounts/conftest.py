"""Every test starts without the accounts and the stored settings of other tests."""

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
