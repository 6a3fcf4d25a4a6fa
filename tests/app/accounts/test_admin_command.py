"""`make admin` asks for confirmation before it creates an account."""

import sys
from typing import Any

import pytest

from infra import admin
from infra.connect import Tables
from tests.app.accounts.people_helpers import registered
from tests.app.api_world import STACK, World


def run(world: World, patch: pytest.MonkeyPatch, *arguments: str, answer: str | None = None) -> int:
    """answer: the typed reply; None: standard input is not a terminal."""
    patch.setattr(admin, "connect", lambda options: Tables(world.dynamodb, STACK))
    patch.setattr(sys, "argv", ["admin", *arguments])
    patch.setattr(sys.stdin, "isatty", lambda: answer is not None, raising=False)
    patch.setattr("builtins.input", lambda question: answer)
    return admin.main()


@pytest.mark.parametrize("answer", ["n", "", "no", None])
def test_without_a_yes_no_account_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str | None
) -> None:
    assert run(world, monkeypatch, "typo@example.com", answer=answer) == 1
    assert "There is no account typo@example.com, and none was made." in capsys.readouterr().err
    assert admin.users(Tables(world.dynamodb, STACK))._store.account_by_email("typo@example.com") is None


@pytest.mark.parametrize(("arguments", "answer"), [((), "y"), (("--yes",), None)])
def test_with_a_yes_one_is_made(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: Any,
    answer: str | None,
) -> None:
    email = f"new{len(arguments)}@example.com"
    assert run(world, monkeypatch, email, *arguments, answer=answer) == 0
    assert f"{email} is an admin with the password" in capsys.readouterr().out


def test_an_account_that_is_there_needs_no_question(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(world, "there@example.com")
    assert run(world, monkeypatch, "there@example.com") == 0
