"""The command that creates the first admin, before the API has any."""

import io
import re
import sys
from pathlib import Path

import pytest

from infra import admin
from tests.app.accounts.people_helpers import EMAIL, audit, caller, login, registered
from tests.app.api_world import World


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "argv", ["admin", "--stack", "millrace", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return admin.main()


def test_somebody_without_an_account_gets_one_with_a_password_shown_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "Boss@Example.com", "--yes") == 0
    said = capsys.readouterr().out
    found = re.search(r"boss@example\.com is an admin with the password (\S{20}),", said)
    assert found
    boss = caller(world, login(world, "boss@example.com", found[1]))
    assert boss.get("/auth/me")["role"] == "admin"
    assert boss.get("/settings").status == 200


def test_an_account_that_is_there_keeps_its_password_and_gets_the_role(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    registered(world)
    session = login(world)
    assert run(monkeypatch, EMAIL) == 0
    assert "password" not in capsys.readouterr().out
    refreshed = world.nobody.post("/auth/refresh", {"refresh_token": session["refresh_token"]})
    boss = caller(world, refreshed)
    assert boss.get("/auth/me")["role"] == "admin"
    assert login(world).status == 200
    (entry,) = audit(boss, "role.changed")
    assert (entry["actor_id"], entry["target"]) == ("command", boss.id)
    assert entry["details"] == {"before": "user", "after": "admin"}
    assert run(monkeypatch, EMAIL) == 0  # a second run changes nothing
    assert len(audit(boss, "role.changed")) == 1


def test_a_password_is_taken_from_the_input_and_ends_other_sessions(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(world)
    session = login(world)
    assert run(monkeypatch, EMAIL, "--password-stdin", typed="another fine day\n") == 0
    assert login(world).status == 401
    assert login(world, password="another fine day").status == 200
    assert world.nobody.post("/auth/refresh", {"refresh_token": session["refresh_token"]}).status == 401


@pytest.mark.parametrize(
    ("arguments", "typed", "status", "message"),
    [
        (["nowhere"], "", 2, "That can't be"),
        ([EMAIL, "--password-stdin"], "short\n", 2, "at least 8"),
        ([EMAIL, "--password-stdin"], "password1\n", 1, "most common"),
    ],
)
def test_what_cant_be_is_said_in_a_sentence(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    typed: str,
    status: int,
    message: str,
) -> None:
    assert run(monkeypatch, *arguments, typed=typed) == status
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert login(world).status == 401


def test_without_a_stack_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["admin", EMAIL, "--data-dir", str(tmp_path)])
    assert admin.main() == 1
    assert "has never run" in capsys.readouterr().err
    (tmp_path / "cloud-port").write_text("1\n")  # nothing listens on this port
    assert admin.main() == 1
    assert "is it running?" in capsys.readouterr().err
