"""Secrets from Secrets Manager, as on AWS: the key that signs tokens, changed while containers run; the first admin."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib import settings
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import PASSWORD, audit, caller, login, registered, signed_in
from tests.app.api_world import World

ADMIN = "boss@example.com"


@pytest.fixture
def secrets(world: World) -> Any:
    client = boto3.client("secretsmanager")
    name = f"key-{new_id()}"
    client.create_secret(Name=name, SecretString="first " * 10)
    client.create_secret(Name=f"admin-{name}", SecretString="the password of the deployment")
    world.configure(TOKEN_KEY="", TOKEN_KEY_SECRET=name, ADMIN_EMAIL=ADMIN, ADMIN_PASSWORD_SECRET=f"admin-{name}")

    def change(key: str) -> None:
        client.put_secret_value(SecretId=name, SecretString=key)

    return change


def test_a_changed_key_signs_out_nobody_and_is_known_everywhere_soon(world: World, secrets: Any) -> None:
    before = signed_in(world)
    old_container = services().tokens
    secrets("second " * 10)
    world.configure()  # a container that starts after the change
    after = caller(world, login(world))
    assert before.get("/auth/me").status == 200
    world.offset = timedelta(minutes=2)
    assert after.token is not None
    assert old_container.verify(after.token).id == after.id
    world.offset = timedelta(0)
    secrets("third " * 10)
    world.configure()
    assert after.get("/auth/me").status == 200
    assert before.get("/auth/me").status == 401


def test_a_container_signs_with_the_new_key_within_the_hour(world: World, secrets: Any) -> None:
    tokens = services().tokens
    secrets("second " * 10)
    world.offset = timedelta(minutes=61)
    token = tokens.issue("somebody", "user", 60)
    secrets("third " * 10)
    world.configure()
    assert services().tokens.verify(token).id == "somebody"


def test_forged_key_ids_dont_have_the_secret_read_for_each(
    world: World, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.accounts.tokens import Tokens

    services().tokens.issue("x", "guest", 60)
    reads = []
    real = services().secrets.versions
    monkeypatch.setattr(services().secrets, "versions", lambda secret: reads.append(secret) or real(secret))
    forged = Tokens("forged " * 10, world.clock).issue("x", "admin", 600)
    world.offset = timedelta(seconds=61)
    for _ in range(5):
        assert world.nobody.get("/auth/me", Authorization=f"Bearer {forged}").status == 401
    assert len(reads) == 1


def test_one_of_key_and_secret_must_be_told(world: World) -> None:
    world.configure(TOKEN_KEY="", TOKEN_KEY_SECRET="")
    with pytest.raises(settings.SettingError, match="TOKEN_KEY"):
        services()


def test_who_never_sees_a_token_needs_no_secret_that_can_be_read(world: World) -> None:
    world.configure(TOKEN_KEY="", TOKEN_KEY_SECRET="none")
    assert services().inspector is not None


@pytest.mark.parametrize("setting", ["TOKEN_KEY", "PREVIOUS_TOKEN_KEYS"])
def test_a_key_that_is_too_short_is_refused(world: World, setting: str) -> None:
    world.configure(**{setting: "x" * 31})
    with pytest.raises(settings.SettingError, match="32 characters"):
        services()


def test_the_first_admin_signs_in_with_the_password_of_the_deployment(world: World, secrets: Any) -> None:
    assert login(world, ADMIN).status == 401
    boss = caller(world, login(world, ADMIN, "the password of the deployment"))
    assert boss.get("/auth/me")["role"] == "admin"
    (entry,) = audit(boss, "account.registered")
    assert entry["details"]["role"] == "admin"
    body = {"current_password": "the password of the deployment", "new_password": PASSWORD}
    assert boss.post("/auth/password", body).status == 200
    assert login(world, ADMIN).status == 200  # the changed password remains
    assert login(world, ADMIN, "the password of the deployment").status == 401


def test_nobody_registers_with_the_first_admins_address(world: World, secrets: Any) -> None:
    body = {"email": ADMIN.upper(), "username": "thief", "password": PASSWORD}
    assert world.nobody.post("/auth/register", body)["code"] == "email_taken"
    assert login(world, ADMIN).status == 401


def test_without_a_secret_an_email_alone_makes_no_admin(world: World) -> None:
    world.configure(ADMIN_EMAIL=ADMIN)
    registered(world, ADMIN)
    assert caller(world, login(world, ADMIN)).get("/auth/me")["role"] == "user"
